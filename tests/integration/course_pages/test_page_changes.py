"""Every way in which a page can change, and the release that follows: the table in the docs.

`LECTERN_WRITE_DOCS=1 bin/test tests/integration/course_pages/test_page_changes.py` writes it anew.
"""

import os
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Page, Task, Workflow, WorkflowPage, WorkflowTask
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from accounts.models import User
from assets.models import Document, Image
from core import clock
from course_pages import deleting, releases
from course_pages.models import (
    Course,
    CoursePage,
    InstructorProfile,
    LessonPage,
    ModulePage,
    Release,
)
from tests.conftest import ROOT
from tests.factories import courses as make

pytestmark = pytest.mark.django_db
DOC = ROOT / "docs" / "page-changes.md"
HEAD = """# What a change to a page means for learners

Learners see the live release, never the pages. This table says, for every way in which a page can
change, whether the course was marked as changed in that moment and what the release that follows by
itself (mode *on publish*) brings them. It is made by running each change, through the admin's own
forms where there are any:
`LECTERN_WRITE_DOCS=1 bin/test tests/integration/course_pages/test_page_changes.py`.
The suite compares it with what happens.

- **Marked**: the course waits for the sweeper. Marking is cheap and errs on the safe side; equal
  content makes no release.
- **Release**: what learners find different: lessons *added*, *removed*, *changed* (completed stays
  completed), *to redo* (the lesson counts as open again), *reordered*; *outline* where only titles,
  sections, minutes or module headings differ; *none* where they see the same as before.
- In mode *by release* the same release waits until somebody makes it.

| Where | Change | Marked | Release |
|---|---|---|---|
"""
TEXT = "<p>Changed.</p>"


class Site:
    """A released course of two modules with two lessons each, another one, and an editor."""

    def __init__(self) -> None:
        self.course = make.course(2, 2, title="Knots")
        elsewhere = make.module(make.course_page("Other"), "Elsewhere")
        make.lesson(elsewhere, "Another lesson")
        self.other = Course.objects.get(slug="other")
        releases.release(course=self.other, by=None)
        # What editors publish has a revision.
        make.edit(self.page("lesson"))
        self.image = Image.objects.create(title="Picture", file=get_test_image_file())
        self.document = Document.objects.create(title="Paper", file=get_test_image_file("p.pdf"))
        self.person = InstructorProfile.objects.create(name="Ada", slug="ada")
        page = self.page("course")
        page.course_instructors.create(instructor=self.person)
        body = [
            make.text_block("With files."),
            {
                "type": "image",
                "value": {
                    "image": self.image.pk,
                    "alt": "A picture",
                    "decorative": False,
                    "caption": "",
                    "width": "text",
                },
                "id": str(uuid.uuid4()),
            },
        ]
        make.lesson(self.page("module"), "Pictures", body=body)
        make.lesson(self.page("module"), "Draft", live=False)
        releases.release(course=self.course, by=None)
        self.editor = User.objects.create_superuser("editor@example.org", "a long password")
        self.client = Client()
        self.client.force_login(self.editor)

    def page(self, what: str) -> Any:
        """course, module, second (module), lesson, draft, pictures, other, elsewhere (module)."""
        root = CoursePage.objects.get(translation_key=self.course.lineage)
        other = CoursePage.objects.get(translation_key=self.other.lineage)
        below = LessonPage.objects.filter(alias_of=None).descendant_of
        return {
            "course": lambda: root,
            "module": lambda: ModulePage.objects.child_of(root).order_by("path")[0],
            "second": lambda: ModulePage.objects.child_of(root).order_by("path")[1],
            "lesson": lambda: below(root).get(title="Lesson 1.1"),
            "draft": lambda: below(root).get(title="Draft"),
            "pictures": lambda: below(root).get(title="Pictures"),
            "other": lambda: other,
            "elsewhere": lambda: ModulePage.objects.child_of(other).get(),
        }[what]()

    def post(self, view: str, /, *args: Any, query: str = "", **data: Any) -> None:
        """Send a form of the admin; anything but its redirect is a mistake of the test."""
        answer = self.client.post(reverse(view, args=args) + query, data)
        if answer.status_code == 200 and answer.content and b"_done" not in answer.content:
            errors = getattr((answer.context or {}).get("form"), "errors", "")
            raise AssertionError(f"{view}: {errors}")
        assert answer.status_code in {200, 302}, f"{view}: {answer.status_code}"

    def bulk(self, action: str, *what: str, **data: Any) -> None:
        query = "?" + "&".join(f"id={self.page(one).pk}" for one in what)
        self.post("wagtail_bulk_action", "wagtailcore", "page", action, query=query, **data)

    def edit(self, what: str, action: str | None = "action-publish", **changes: Any) -> None:
        """The editor's form with these fields changed; `action` None saves a draft."""
        page = self.page(what).get_latest_revision_as_object()
        data = form_of(page) | changes | ({action: "1"} if action else {})
        self.post("wagtailadmin_pages:edit", page.pk, **data)

    def add(self, action: str | None = None) -> None:
        page = LessonPage(title="New lesson", slug="new-lesson", minutes=5)
        data = form_of(page) | body_of(TEXT) | ({action: "1"} if action else {})
        parent = self.page("module")
        self.post("wagtailadmin_pages:add", "course_pages", "lessonpage", parent.pk, **data)

    def copy(self, what: str, into: str, *, alias: bool = False, publish: bool = False) -> None:
        data = {"new_title": "Copy", "new_slug": "copy", "new_parent_page": self.page(into).pk}
        ticks = {"copy_subpages": "on"} if what != "lesson" else {}
        ticks |= {"alias": "on"} if alias else {}
        ticks |= {"publish_copies": "on"} if publish else {}
        self.post("wagtailadmin_pages:copy", self.page(what).pk, **data, **ticks)


def body_of(html: str) -> dict[str, Any]:
    features = LessonPage._meta.get_field("body").stream_block.child_blocks["text"].features
    block = ("text", rich_text(html, features=features))
    return dict(nested_form_data({"body": streamfield([block])}))


def form_of(page: Any) -> dict[str, Any]:
    """What the page's form in the admin sends when nothing is changed."""
    data: dict[str, Any] = {"title": page.title, "slug": page.slug, "summary": page.summary}
    for formset in ("comments",):
        data |= {f"{formset}-TOTAL_FORMS": 0, f"{formset}-INITIAL_FORMS": 0}
    if isinstance(page, LessonPage):
        data |= {
            "section": page.section,
            "minutes": page.minutes,
            "completion": page.completion,
            "body-count": len(page.body),
        }
        data |= {"required": "on"} if page.required else {}
        features = page.body.stream_block.child_blocks["text"].features
        for index, child in enumerate(page.body):
            data |= {
                f"body-{index}-deleted": "",
                f"body-{index}-order": index,
                f"body-{index}-type": child.block_type,
                f"body-{index}-id": child.id,
                f"body-{index}-value": rich_text(child.value.source, features=features),
            }
    if isinstance(page, CoursePage):
        rows = list(page.course_instructors.all())
        name = "course_instructors"
        data |= {f"{name}-TOTAL_FORMS": len(rows), f"{name}-INITIAL_FORMS": len(rows)}
        for index, row in enumerate(rows):
            data |= {
                f"{name}-{index}-id": row.pk,
                f"{name}-{index}-instructor": row.instructor_id,
                f"{name}-{index}-ORDER": index,
            }
        data |= {"outcomes-count": 0, "body-count": 0, "certificate-count": 0}
    return data


def workflow(site: Site) -> None:
    """Approval for the course, as an administrator sets it up."""
    made = Workflow.objects.create(name="Approval")
    task = Task.objects.get(name="Moderators approval").specific
    WorkflowTask.objects.create(workflow=made, task=task, sort_order=1)
    WorkflowPage.objects.create(workflow=made, page=site.page("course"))


def submit(site: Site) -> None:
    workflow(site)
    site.edit("lesson", "action-submit", **body_of(TEXT))


def approve(site: Site) -> None:
    submit(site)
    rest(site)
    page = site.page("lesson")
    state = page.current_workflow_task_state
    site.post("wagtailadmin_pages:workflow_action", page.pk, "approve", state.pk)


def schedule(site: Site, field: str) -> None:
    """Set a time in the editor; it has passed when the scheduler looks."""
    later = clock.now() + timedelta(hours=1)
    site.edit("lesson", **body_of(TEXT), **{field: later.strftime("%Y-%m-%d %H:%M")})


def time_passes(site: Site, field: str) -> None:
    schedule(site, field)
    rest(site)
    past = clock.now() - timedelta(hours=1)
    page = site.page("lesson")
    if field == "go_live_at":
        waiting = page.revisions.exclude(approved_go_live_at=None).get()
        waiting.approved_go_live_at = past
        waiting.content["go_live_at"] = past.isoformat()
        waiting.save()
    else:
        Page.objects.filter(pk=page.pk).update(expire_at=past)
    call_command("publish_scheduled")


def rest(site: Site) -> None:
    """What happened so far is released, or nobody's business."""
    releases.release_due()
    Course.objects.update(dirty_since=None, dirty_at=None)


def with_alias(site: Site) -> None:
    site.copy("lesson", "second", alias=True)
    rest(site)


def source_of_alias_changes(site: Site) -> None:
    with_alias(site)
    site.edit("lesson", **body_of(TEXT))


def alias_becomes_a_page(site: Site) -> None:
    with_alias(site)
    alias = LessonPage.objects.get(alias_of=site.page("lesson"))
    site.post("wagtailadmin_pages:convert_alias", alias.pk)


def revert(site: Site) -> None:
    """An old revision is opened and published again."""
    page = site.page("lesson")
    page.save_revision().publish()
    old = page.latest_revision
    site.edit("lesson", **body_of(TEXT))
    rest(site)
    data = form_of(old.as_object())
    answer = site.client.get(reverse("wagtailadmin_pages:revisions_revert", args=[page.pk, old.pk]))
    assert answer.status_code == 200
    site.post(
        "wagtailadmin_pages:edit", page.pk, **data, revision=old.pk, **{"action-publish": "1"}
    )


def delete_through_admin(site: Site, what: str) -> None:
    site.post("wagtailadmin_pages:delete", site.page(what).pk, **{deleting.CONFIRMED: "1"})


def move_through_admin(site: Site, what: str, to: str) -> None:
    site.post("wagtailadmin_pages:move_confirm", site.page(what).pk, site.page(to).pk)


def edit_image(site: Site, **files: Any) -> None:
    site.post(
        "wagtailimages:edit",
        site.image.pk,
        title="Another title",
        collection=site.image.collection_id,
        **files,
    )


def exchange_image(site: Site) -> None:
    with pytest.raises(AssertionError, match="cannot be exchanged"):
        edit_image(site, file=uploaded())


def uploaded() -> SimpleUploadedFile:
    picture = get_test_image_file(colour="red").file
    return SimpleUploadedFile("other.png", picture.getvalue(), "image/png")


def queryset_update(site: Site) -> None:
    LessonPage.objects.filter(pk=site.page("lesson").pk).update(title="By queryset")


def queryset_update_and_night(site: Site) -> None:
    queryset_update(site)
    releases.mark_all_dirty()


def save_in_code(site: Site) -> None:
    page = site.page("lesson")
    page.title = "Saved in code"
    page.save()


def revision_in_code(site: Site) -> None:
    make.edit(site.page("lesson"), title="Published in code")


def save_some_fields(site: Site) -> None:
    page = site.page("lesson")
    page.minutes = 50
    page.save(update_fields=["minutes"])


Change = Callable[[Site], Any]
CHANGES: list[tuple[str, str, Change]] = [
    ("Editor", "lesson: text changed, published", lambda s: s.edit("lesson", **body_of(TEXT))),
    ("Editor", "lesson: saved as a draft", lambda s: s.edit("lesson", None, **body_of(TEXT))),
    (
        "Editor",
        "lesson: published with “must do again”",
        lambda s: s.edit("lesson", must_redo="on", **body_of(TEXT)),
    ),
    ("Editor", "lesson: title changed, published", lambda s: s.edit("lesson", title="Anew")),
    ("Editor", "lesson: address (slug) changed, published", lambda s: s.edit("lesson", slug="x")),
    (
        "Editor",
        "lesson: minutes and section changed, published",
        lambda s: s.edit("lesson", minutes=50, section="Part"),
    ),
    ("Editor", "lesson: published without a change", lambda s: s.edit("lesson")),
    ("Editor", "lesson: added and published", lambda s: s.add("action-publish")),
    ("Editor", "lesson: added as a draft", lambda s: s.add()),
    ("Editor", "lesson: draft published", lambda s: s.edit("draft")),
    ("Editor", "module: title changed, published", lambda s: s.edit("module", title="Anew")),
    ("Editor", "course: title changed, published", lambda s: s.edit("course", title="Anew")),
    ("Editor", "course: summary changed, published", lambda s: s.edit("course", summary="Anew")),
    (
        "Editor",
        "lesson: unpublished",
        lambda s: s.post("wagtailadmin_pages:unpublish", s.page("lesson").pk),
    ),
    (
        "Editor",
        "module: unpublished alone",
        lambda s: s.post("wagtailadmin_pages:unpublish", s.page("module").pk),
    ),
    (
        "Editor",
        "module: unpublished with its lessons",
        lambda s: s.post(
            "wagtailadmin_pages:unpublish", s.page("module").pk, include_descendants="on"
        ),
    ),
    (
        "Editor",
        "course: unpublished",
        lambda s: s.post("wagtailadmin_pages:unpublish", s.page("course").pk),
    ),
    ("Editor", "lesson: deleted", lambda s: delete_through_admin(s, "lesson")),
    ("Editor", "module: deleted", lambda s: delete_through_admin(s, "module")),
    ("Editor", "course: deleted", lambda s: delete_through_admin(s, "course")),
    ("Editor", "lesson: an old revision published again", revert),
    ("Editor", "lesson: locked", lambda s: s.post("wagtailadmin_pages:lock", s.page("lesson").pk)),
    (
        "Editor",
        "course: made private",
        lambda s: s.post(
            "wagtailadmin_pages:set_privacy", s.page("course").pk, restriction_type="login"
        ),
    ),
    ("Bulk", "drafts published", lambda s: s.bulk("publish", "draft")),
    ("Bulk", "lessons unpublished", lambda s: s.bulk("unpublish", "lesson", "pictures")),
    (
        "Bulk",
        "lessons deleted",
        lambda s: s.bulk("delete", "lesson", "pictures", **{deleting.CONFIRMED: "1"}),
    ),
    (
        "Bulk",
        "lessons moved to the other module",
        lambda s: s.bulk("move", "lesson", "pictures", chooser=s.page("second").pk),
    ),
    (
        "Bulk",
        "lessons moved to another course",
        lambda s: s.bulk("move", "lesson", "pictures", chooser=s.page("elsewhere").pk),
    ),
    ("Move", "lesson to another module", lambda s: move_through_admin(s, "lesson", "second")),
    ("Move", "lesson to another course", lambda s: move_through_admin(s, "lesson", "elsewhere")),
    ("Move", "module to another course", lambda s: move_through_admin(s, "module", "other")),
    (
        "Reorder",
        "lesson to the end of its module",
        lambda s: s.post("wagtailadmin_pages:set_page_position", s.page("lesson").pk),
    ),
    (
        "Reorder",
        "module before the other",
        lambda s: s.post(
            "wagtailadmin_pages:set_page_position", s.page("second").pk, query="?position=0"
        ),
    ),
    ("Schedule", "lesson: go-live time set", lambda s: schedule(s, "go_live_at")),
    ("Schedule", "lesson: go-live time reached", lambda s: time_passes(s, "go_live_at")),
    ("Schedule", "lesson: expiry reached", lambda s: time_passes(s, "expire_at")),
    ("Workflow", "lesson: submitted for approval", submit),
    ("Workflow", "lesson: approved, so published", approve),
    ("Copy", "lesson, as a draft", lambda s: s.copy("lesson", "second")),
    ("Copy", "lesson, published", lambda s: s.copy("lesson", "second", publish=True)),
    (
        "Copy",
        "module with its lessons, published",
        lambda s: s.copy("module", "course", publish=True),
    ),
    (
        "Copy",
        "lesson into another course, published",
        lambda s: s.copy("lesson", "elsewhere", publish=True),
    ),
    (
        "Copy",
        "course with everything, published",
        lambda s: s.post(
            "wagtailadmin_pages:copy",
            s.page("course").pk,
            new_title="Copy",
            new_slug="copy",
            new_parent_page=make.catalogue().pk,
            copy_subpages="on",
            publish_copies="on",
        ),
    ),
    (
        "Alias",
        "of a lesson, made in another module",
        lambda s: s.copy("lesson", "second", alias=True),
    ),
    ("Alias", "its source changed, published", source_of_alias_changes),
    ("Alias", "turned into a page of its own", alias_becomes_a_page),
    ("Code", "`save_revision().publish()`", revision_in_code),
    ("Code", "`page.save()`", save_in_code),
    ("Code", "`page.save(update_fields=…)`", save_some_fields),
    ("Code", "`page.unpublish()`", lambda s: s.page("lesson").unpublish()),
    ("Code", "`page.delete()`", lambda s: s.page("lesson").delete()),
    (
        "Code",
        "`page.move()`",
        lambda s: Page.objects.get(pk=s.page("lesson").pk).move(
            Page.objects.get(pk=s.page("second").pk), pos="last-child"
        ),
    ),
    ("Code", "`queryset.update()`", queryset_update),
    (
        "Code",
        "`queryset.update()`, after the nightly look at all courses",
        queryset_update_and_night,
    ),
    (
        "Code",
        "`queryset.delete()`",
        lambda s: LessonPage.objects.filter(pk=s.page("lesson").pk).delete(),
    ),
    ("Files and data", "picture: title changed", edit_image),
    (
        "Files and data",
        "picture of a released lesson: file exchanged (refused)",
        exchange_image,
    ),
    (
        "Files and data",
        "document: title changed",
        lambda s: s.post(
            "wagtaildocs:edit",
            s.document.pk,
            title="Another title",
            collection=s.document.collection_id,
        ),
    ),
    (
        "Files and data",
        "instructor: name changed",
        lambda s: s.post(
            "wagtailsnippets_course_pages_instructorprofile:edit",
            s.person.pk,
            name="Ada L.",
            slug="ada",
            role="",
            bio=rich_text("<p></p>"),
            website="",
        ),
    ),
]


def found_different(before: Release | None, course: Course) -> str:
    """What learners of the course find different since."""
    course.refresh_from_db()
    live = course.live_release
    assert live is not None
    if live == before:
        return "none"
    changes = live.changes
    words = {"added": "added", "removed": "removed", "changed": "changed", "redo": "to redo"}
    told = [f"{len(changes[key])} {word}" for key, word in words.items() if changes[key]]
    if changes["reordered"]:
        told.append("reordered")
    return ", ".join(told) or "outline"


def run(site: Site, change: Change) -> tuple[str, str]:
    """Marked and released, for both courses; undone again."""
    with transaction.atomic():
        rest(site)
        known = set(Course.objects.values_list("pk", flat=True))
        change(site)
        watched = [("", site.course), ("other course: ", site.other)]
        watched += [("new course: ", course) for course in Course.objects.exclude(pk__in=known)]
        marked, told = [], []
        former = {course.pk: Course.objects.get(pk=course.pk).live_release for _, course in watched}
        dirty = set(Course.objects.filter(dirty_since__isnull=False).values_list("pk", flat=True))
        releases.release_due()
        for name, course in watched:
            course.refresh_from_db()
            if name and course.pk not in dirty:
                continue
            if course.live_release is None:
                marked.append(f"{name}yes")
                told.append(f"{name}none")
                continue
            marked.append(f"{name}{'yes' if course.pk in dirty else 'no'}")
            told.append(name + found_different(former[course.pk], course))
        transaction.set_rollback(True)
    for course in (site.course, site.other):
        course.refresh_from_db()
    return "; ".join(marked), "; ".join(told)


def test_the_table_in_the_docs_says_what_each_change_means() -> None:
    site = Site()
    lines = []
    for where, what, change in CHANGES:
        marked, told = run(site, change)
        lines.append(f"| {where} | {what} | {marked} | {told} |\n")
    table = HEAD + "".join(lines)
    if os.environ.get("LECTERN_WRITE_DOCS"):
        Path(DOC).write_text(table, encoding="utf-8")
    assert DOC.read_text(encoding="utf-8") == table
