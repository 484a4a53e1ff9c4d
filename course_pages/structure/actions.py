"""What the structure screen does to pages: Wagtail's own actions under the lock of their course.

Each function is one transaction that takes the course row first and reads the pages afresh inside.
What a user may not do raises PermissionDenied; what cannot be done raises Stale or Refused. Then
nothing has changed.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.actions.copy_page import CopyPageAction
from wagtail.actions.edit_page import EditPageAction
from wagtail.actions.move_page import MovePageAction
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.models import Page, Revision

from accounts.models import User
from course_pages import content, courses
from course_pages.content import LessonSource
from course_pages.models import Course, CoursePage, LessonPage, ModulePage
from course_pages.structure import queries

SLUG_LENGTH = 80
MOST_AT_ONCE = 200
"""Pages published by one request; a larger course is published module by module."""


class Stale(Exception):
    """The course is no longer what the screen showed."""


class Refused(Exception):
    """Why something cannot be done, for people."""


@contextmanager
def _locked(course: Course) -> Iterator[CoursePage]:
    with transaction.atomic():
        locked = Course.objects.select_for_update().get(pk=course.pk)
        page = courses.page_of(locked)
        if page is None:
            raise Stale
        yield page


def _member(page: CoursePage, pk: int) -> Page:
    """A page of the course, the course's own among them; Stale for one that is not (any more)."""
    found = Page.objects.filter(pk=pk, path__startswith=page.path).first()
    if found is None:
        raise Stale
    return found.specific


def _editable(page: Page, by: User) -> None:
    if not page.permissions_for_user(by).can_edit():
        raise PermissionDenied
    if page.alias_of_id:
        raise Refused(_("“%(title)s” follows another page; change that one.") % _title(page))
    if page.permissions_for_user(by).page_locked():
        raise Refused(_("“%(title)s” is locked.") % _title(page))


def _title(page: Page) -> dict[str, str]:
    return {"title": page.get_admin_display_title()}


def free_slug(parent: Page, title: str, *, but: int | None = None) -> str:
    """An address below `parent` that no other page has."""
    base = slugify(title, allow_unicode=True)[:SLUG_LENGTH].strip("-") or "part"
    taken = set(
        Page.objects.child_of(parent)
        .filter(slug__startswith=base)
        .exclude(pk=but)
        .values_list("slug", flat=True)
    )
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


def add_page(parent: Page, page: Page, by: User) -> Page:
    """`page` as the last child of `parent`: a draft with its first revision."""
    page.slug = free_slug(parent, page.title)
    page.live, page.has_unpublished_changes, page.owner = False, True, by
    parent.add_child(instance=page)
    page.save_revision(user=by, clean=False, log_action=True)
    return page


def add(*, course: Course, parent: int, title: str, by: User) -> Page:
    """A new module at the end of the course, or a new lesson at the end of a module."""
    with _locked(course) as page:
        above = _member(page, parent)
        if not isinstance(above, CoursePage | ModulePage):
            raise Stale
        if not above.permissions_for_user(by).can_add_subpage():
            raise PermissionDenied
        model = ModulePage if isinstance(above, CoursePage) else LessonPage
        return add_page(above, model(title=title), by)


def edit(
    *, course: Course, pk: int, values: Mapping[str, Any], revision: str, by: User
) -> tuple[Page, bool]:
    """Write the values into the page's newest draft; the page and whether that is published now.

    Published at once only where the page was published and nobody had an unpublished draft: a draft
    holds things that are not ready. `revision` is the one that the user saw; Stale with any other.
    """
    with _locked(course) as page:
        target = _member(page, pk)
        _editable(target, by)
        if str(target.latest_revision_id or "") != revision:
            raise Stale
        draft = target.get_latest_revision_as_object()
        for name, value in values.items():
            setattr(draft, name, value)
        ready = target.live and not target.has_unpublished_changes
        publish = ready and target.permissions_for_user(by).can_publish()
        _saved(draft, by, publish=publish)
        return draft, publish


def _saved(draft: Page, by: User, *, publish: bool) -> None:
    try:
        EditPageAction(draft, user=by, publish=publish).execute()
    except ValidationError as error:
        raise Refused("; ".join(error.messages)) from error


@dataclass(frozen=True)
class Before:
    """Where a page was, and `order`, the fingerprint with which it can go back there."""

    parent: int
    after: int | None
    order: str
    changed: bool


def move(
    *, course: Course, pk: int, parent: int, after: int | None, order: str, by: User
) -> tuple[Page, Before, int]:
    """Put a page below `parent`, right after `after` or first; the page, whence, its new parent.

    `order` is the fingerprint of the screen that the user saw; Stale if something moved since.
    """
    with _locked(course) as page:
        moving, target = _member(page, pk), _member(page, parent)
        if queries.current_order(page) != order:
            raise Stale
        before = _member(page, after) if after else None
        if before is not None and not before.is_child_of(target):
            raise Stale
        source = moving.get_parent()
        if not moving.permissions_for_user(by).can_move_to(target):
            raise PermissionDenied
        if not source.permissions_for_user(by).can_reorder_children():
            raise PermissionDenied
        if source.pk != target.pk:
            _make_room(moving, target, by)
        beside = moving.get_prev_sibling()
        _place(moving, target, before, by)
        now = queries.current_order(page)
        whence = Before(source.pk, beside.pk if beside else None, now, changed=now != order)
        return moving, whence, target.pk


def _place(moving: Page, target: Page, before: Page | None, by: User) -> None:
    siblings = list(target.get_children().values_list("pk", flat=True))
    rest = [pk for pk in siblings if pk != moving.pk]
    place = rest.index(before.pk) + 1 if before and before.pk in rest else 0
    if siblings == [*rest[:place], moving.pk, *rest[place:]] or before == moving:
        return
    if before is not None:
        MovePageAction(Page.objects.get(pk=moving.pk), before, "right", user=by).execute()
    else:
        MovePageAction(Page.objects.get(pk=moving.pk), target, "first-child", user=by).execute()


def _make_room(moving: Page, target: Page, by: User) -> None:
    """Addresses are unique below one parent only: give the page one that is free there."""
    slug = free_slug(target, moving.slug, but=moving.pk)
    if slug == moving.slug:
        return
    slug = free_slug(moving.get_parent(), slug)
    draft = moving.get_latest_revision_as_object()
    draft.slug = slug
    if moving.live and not moving.has_unpublished_changes:
        draft.save_revision(user=by, clean=False, log_action=True).publish(user=by)
        return
    moving.slug = slug
    moving.save()
    draft.save_revision(user=by, clean=False, log_action=True)


def duplicate(*, course: Course, pk: int, by: User) -> Page:
    """A copy of a lesson, or of a module with its lessons, right after it: a draft of its own."""
    with _locked(course) as page:
        original = _member(page, pk)
        parent = original.get_parent().specific
        if original.pk == page.pk:
            raise Stale
        title = _("%(title)s (copy)") % _title(original)
        made = CopyPageAction(
            original,
            to=parent,
            update_attrs={"title": title[:255], "slug": free_slug(parent, original.slug)},
            recursive=True,
            keep_live=False,
            user=by,
        ).execute()
        MovePageAction(
            Page.objects.get(pk=made.pk), Page.objects.get(pk=original.pk), "right", user=by
        ).execute(skip_permission_checks=True)  # Its maker, in the place where it was made.
        return Page.objects.get(pk=made.pk)


def publish(*, course: Course, pk: int, below: bool, by: User) -> list[Page]:
    """Publish a page's newest draft, with `below` all drafts below it; returns what was published.

    Whatever above it in the course is not published goes along, because learners would not see the
    page without it. All or nothing: Refused, naming the lessons, if one is not fit to be shown.
    """
    with _locked(course) as page:
        target = _member(page, pk)
        chosen = Page.objects.filter(
            Q(has_unpublished_changes=True) | Q(live=False), path__startswith=page.path
        )
        above = [target.path[:end] for end in range(len(page.path), len(target.path), Page.steplen)]
        waiting = [
            one
            for one in chosen.order_by("path").specific()
            if one.pk == target.pk
            or (below and one.path.startswith(target.path))
            or (one.path in above and not one.live)
        ]
        waiting = [one for one in waiting if not one.alias_of_id]
        _fit(waiting, by)
        for one in waiting:
            _publish(one, by)
        return waiting


def unpublish(*, course: Course, pk: int, by: User) -> tuple[Page, int | None]:
    """Unpublish one page; the page, and the revision that brings it back where there is one."""
    with _locked(course) as page:
        target = _member(page, pk)
        rights = target.permissions_for_user(by)
        if not rights.can_publish():
            raise PermissionDenied
        if rights.page_locked():
            raise Refused(_("“%(title)s” is locked.") % _title(target))
        if not target.live:
            raise Stale
        revision = target.live_revision_id
        if revision is None and not target.has_unpublished_changes:
            revision = target.save_revision(user=by, clean=False).pk
        UnpublishPageAction(target, user=by).execute()
        return target, revision


def republish(*, course: Course, pk: int, revision: int, by: User) -> Page:
    """Publish a revision of an unpublished page, one that is fit to be shown."""
    with _locked(course) as page:
        target = _member(page, pk)
        if target.live or target.alias_of_id:
            raise Stale
        chosen = target.revisions.filter(pk=revision).first()
        if chosen is None:
            raise Stale
        _fit([target], by, {target.pk: chosen})
        _publish(target, by, chosen)
        return Page.objects.get(pk=pk)


def _fit(pages: list[Page], by: User, chosen: Mapping[int, Revision] | None = None) -> None:
    if len(pages) > MOST_AT_ONCE:
        raise Refused(
            _("%(number)s pages are too many at once: publish one module after the other.")
            % {"number": len(pages)}
        )
    for page in pages:
        rights = page.permissions_for_user(by)
        if not rights.can_publish():
            raise PermissionDenied
        if rights.page_locked():
            raise Refused(_("“%(title)s” is locked.") % _title(page))
    problems = content.problems(list(_sources(pages, chosen or {})))
    if problems:
        raise Refused("; ".join(str(problem) for problem in problems))


def _sources(pages: list[Page], chosen: Mapping[int, Revision]) -> Iterator[LessonSource]:
    """What would be published: the newest drafts, or the revisions chosen by key of the page."""
    drafts = Revision.objects.in_bulk([page.latest_revision_id for page in pages])
    for page in pages:
        if isinstance(page, LessonPage):
            revision = chosen.get(page.pk) or drafts.get(page.latest_revision_id)
            stored = revision.content if revision else page.serializable_data()
            yield LessonSource(
                str(page.translation_key), stored["title"], json.loads(stored["body"] or "[]")
            )


def _publish(page: Page, by: User, chosen: Revision | None = None) -> None:
    revision = chosen or page.get_latest_revision() or page.save_revision(user=by, clean=False)
    try:
        revision.publish(user=by)
    except ValidationError as error:
        raise Refused(
            _("“%(title)s” cannot be published: %(problem)s")
            % {**_title(page), "problem": "; ".join(error.messages)}
        ) from error
