"""The structure screen. Views parse, call an action, and answer with what changed.

A browser with our script asks for fragments (`X-Requested-With`) and gets the elements to exchange,
by their ids; any other gets a redirect to the whole screen.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.models import Page

from accounts.models import User
from course_pages import certificate_news, courses, registries, releases, status
from course_pages.models import CataloguePage, Course, CoursePage, LessonPage
from course_pages.structure import actions, creating, queries, undo
from course_pages.structure.actions import Refused, Stale
from course_pages.structure.forms import LessonForm, NewCourseForm, TitleForm
from course_pages.structure.templates import TEMPLATES, template_of
from course_pages.structure.undo import Undo

View = Callable[..., HttpResponse]


def known() -> QuerySet[Course]:
    """Courses with what the screen says of each."""
    return registries.with_learners(Course.objects.select_related("live_release"))


def of_course(view: View) -> View:
    """Gives the view the course and its page, if the user may edit that."""

    @wraps(view)
    def checked(request: HttpRequest, course_id: int, **kwargs: Any) -> HttpResponse:
        course = get_object_or_404(known(), pk=course_id)
        page = courses.page_of(course)
        if page is None:
            raise Http404
        if not page.permissions_for_user(user_of(request)).can_edit():
            raise PermissionDenied
        return view(request, course, page, **kwargs)

    return checked


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def is_fragment(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "XMLHttpRequest"


def learner_view(page: CoursePage) -> str:
    """Where one sees the course as a learner does, as drafted."""
    return reverse("course_admin:walk", args=[page.pk])


def chosen_in(request: HttpRequest) -> set[str]:
    """The modules whose lessons the screen shows."""
    return {*request.POST.getlist("open"), *request.GET.getlist("open")}


def context_of(request: HttpRequest, structure: queries.Structure) -> dict[str, Any]:
    """What the screen and its parts need."""
    rights = structure.page.permissions_for_user(user_of(request))
    return {
        "structure": structure,
        "course": structure.course,
        "page": structure.page,
        "opened": structure.opened,
        "status": status.of_page_in(structure.course, structure.page),
        "waits": structure.page.live and releases.is_due(structure.course),
        "news": _news(structure),
        "may_publish": rights.can_publish(),
        "may_add": rights.can_add_subpage(),
        # Wagtail asks for this right of whoever deletes a page with others below it.
        "may_delete_many": rights.user.is_superuser or "bulk_delete" in rights.permissions,
        "learner_view": learner_view(structure.page),
    }


def _news(structure: queries.Structure) -> str:
    """What publishing all drafts would change about the course's certificate."""
    if not structure.page.has_unpublished_changes:
        return ""
    drafted = structure.page.get_latest_revision_as_object()
    return certificate_news.of_page(structure.course, drafted)


@require_GET
@never_cache
@of_course
def structure(request: HttpRequest, course: Course, page: CoursePage) -> HttpResponse:
    context = context_of(request, queries.load(course, page, chosen_in(request)))
    context["undo"] = undo.read(request.GET.get("undo"), course)
    if is_fragment(request):
        return render(request, "course_pages/structure/_answer.html", context | {"whole": True})
    return render(request, "course_pages/structure/structure.html", context)


@require_GET
@never_cache
@of_course
def module(request: HttpRequest, course: Course, page: CoursePage, page_id: int) -> HttpResponse:
    """One module with its lessons, for a screen that opens it."""
    loaded = queries.load(course, page, {str(page_id)})
    if loaded.module(page_id) is None:
        raise Http404
    context = context_of(request, loaded) | {"changed": {page_id}}
    return render(request, "course_pages/structure/_answer.html", context)


def answer(
    request: HttpRequest,
    course: Course,
    message: str,
    *,
    changed: set[int] | None = None,
    level: int = messages.SUCCESS,
    back: Undo | None = None,
) -> HttpResponse:
    """The parts of the screen that changed (all of it where `changed` does not tell which), with
    the way back where there is one.
    """
    page = courses.page_of(course)
    if page is None:
        raise Http404
    if not is_fragment(request):
        messages.add_message(request, level, message)
        return to_screen(course, changed, back)
    fresh = known().get(pk=course.pk)
    context = context_of(request, queries.load(fresh, page, chosen_in(request)))
    context |= {"changed": changed or set(), "whole": changed is None}
    context |= {"message": message, "failed": level != messages.SUCCESS, "undo": back}
    return render(request, "course_pages/structure/_answer.html", context)


def to_screen(course: Course, changed: set[int] | None, back: Undo | None) -> HttpResponse:
    asked: list[tuple[str, Any]] = [("open", pk) for pk in sorted(changed or ())]
    asked += [("undo", back.signed())] if back else []
    # With a way back, what says so must be in sight.
    place = f"#module-{min(changed)}" if changed and not back else ""
    url = reverse("course_admin:structure", args=[course.pk])
    return HttpResponseRedirect(f"{url}?{urlencode(asked)}".rstrip("?") + place)


def failing_softly(view: View) -> View:
    """What an action refuses becomes a message above the fresh screen."""

    @wraps(view)
    def guarded(
        request: HttpRequest, course: Course, page: CoursePage, **kwargs: Any
    ) -> HttpResponse:
        try:
            return view(request, course, page, **kwargs)
        except Stale:
            words = _(
                "Nothing was changed: somebody else changed this course in the meantime. "
                "This is how it stands now."
            )
        except Refused as refused:
            words = _("Nothing was changed. %(reason)s") % {"reason": refused}
        return answer(request, course, words, level=messages.ERROR)

    return guarded


def parent_module(course_page: CoursePage, page: Page) -> set[int] | None:
    """The module that shows a page; None for what the whole screen shows."""
    if page.depth <= course_page.depth:
        return None
    head = page.path[: len(course_page.path) + Page.steplen]
    return set(Page.objects.filter(path=head).values_list("pk", flat=True))


def whole_number(text: str | None) -> int:
    """A primary key from a form; what is none is no page of the course."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Stale
    return int(text)


@require_POST
@of_course
@failing_softly
def add(request: HttpRequest, course: Course, page: CoursePage) -> HttpResponse:
    form = TitleForm(request.POST)
    if not form.is_valid():
        raise Refused(_("Give it a title first."))
    made = actions.add(
        course=course,
        parent=whole_number(request.POST.get("parent")),
        title=form.cleaned_data["title"],
        by=user_of(request),
    )
    whole = made.depth == page.depth + 1
    words = _("“%(title)s” was added as a draft.") % {"title": made.title}
    return answer(request, course, words, changed=None if whole else parent_module(page, made))


@require_http_methods(["GET", "POST"])
@never_cache
@of_course
@failing_softly
def edit(request: HttpRequest, course: Course, page: CoursePage, page_id: int) -> HttpResponse:
    """Title and settings of a module or a lesson, and another module to move it to."""
    found = Page.objects.filter(pk=page_id, path__startswith=page.path, depth__gt=page.depth)
    target = found.specific().first()
    if target is None or not target.permissions_for_user(request.user).can_edit():
        raise Http404
    draft = target.get_latest_revision_as_object()
    kind = LessonForm if isinstance(target, LessonPage) else TitleForm
    form = kind(request.POST or None, initial={name: getattr(draft, name, None) for name in FIELDS})
    if request.method == "POST" and form.is_valid():
        saved, published = actions.edit(
            course=course,
            pk=page_id,
            values=form.cleaned_data,
            revision=request.POST.get("revision", ""),
            by=user_of(request),
        )
        return answer(
            request, course, saved_words(saved, published), changed=parent_module(page, saved)
        )
    context = {
        "course": course,
        "page": page,
        "target": target,
        "form": form,
        "revision": target.latest_revision_id or "",
        "order": queries.current_order(page),
        "modules": list(page.get_children().order_by("path").values("pk", "draft_title")),
        "module": target.get_parent().pk,
        "is_lesson": isinstance(target, LessonPage),
    }
    name = "_edit.html" if is_fragment(request) else "edit.html"
    return render(request, f"course_pages/structure/{name}", context)


FIELDS = tuple(LessonForm.base_fields)


def saved_words(saved: Page, published: bool) -> str:
    if published:
        return _("“%(title)s” was saved and published.") % {"title": saved.title}
    if saved.live:
        return _(
            "“%(title)s” was saved as part of your draft. "
            "Learners see it once the draft is published."
        ) % {"title": saved.title}
    return _("“%(title)s” was saved as a draft.") % {"title": saved.title}


@require_POST
@of_course
@failing_softly
def move(request: HttpRequest, course: Course, page: CoursePage, page_id: int) -> HttpResponse:
    parent, after = place_asked_for(request, page, page_id)
    moved, before, target = actions.move(
        course=course,
        pk=page_id,
        parent=parent,
        after=after,
        order=request.POST.get("order", ""),
        by=user_of(request),
    )
    words = _("“%(title)s” was moved.") % {"title": moved.get_admin_display_title()}
    whole = target == page.pk
    fields = {"parent": before.parent, "after": before.after or "", "order": before.order}
    return answer(
        request,
        course,
        words,
        changed=None if whole else {before.parent, target},
        back=Undo("structure_move", page_id, fields, course.pk) if before.changed else None,
    )


def place_asked_for(request: HttpRequest, page: CoursePage, page_id: int) -> tuple[int, int | None]:
    """One place up or down, to the end of a module, or right after a given page."""
    data = request.POST
    if direction := data.get("direction"):
        place = queries.step(page, page_id, up=direction == "up")
        if place is None:
            raise Refused(_("It is at the end of the course already."))
        return place
    parent = whole_number(data.get("parent"))
    if data.get("after") == "last":
        last = Page.objects.filter(pk=parent).first()
        child = last.get_last_child() if last else None
        return parent, child.pk if child else None
    return parent, whole_number(data["after"]) if data.get("after") else None


@require_POST
@of_course
@failing_softly
def duplicate(request: HttpRequest, course: Course, page: CoursePage, page_id: int) -> HttpResponse:
    made = actions.duplicate(course=course, pk=page_id, by=user_of(request))
    words = _("“%(title)s” was made, as a draft.") % {"title": made.draft_title}
    whole = made.depth == page.depth + 1
    return answer(request, course, words, changed=None if whole else parent_module(page, made))


@require_POST
@of_course
@failing_softly
def publish(request: HttpRequest, course: Course, page: CoursePage, page_id: int) -> HttpResponse:
    """Publish one page, or with `below` all drafts below it as well."""
    done = actions.publish(
        course=course, pk=page_id, below=bool(request.POST.get("below")), by=user_of(request)
    )
    words = ngettext(
        "%(number)s page was published.", "%(number)s pages were published.", len(done)
    )
    return answer(request, course, words % {"number": len(done)})


@require_POST
@of_course
@failing_softly
def unpublish(request: HttpRequest, course: Course, page: CoursePage, page_id: int) -> HttpResponse:
    """Take a page from what learners will see; with a way back."""
    done, revision = actions.unpublish(course=course, pk=page_id, by=user_of(request))
    words = _("“%(title)s” was unpublished.") % {"title": done.get_admin_display_title()}
    fields = {"revision": revision}
    back = Undo("structure_republish", page_id, fields, course.pk) if revision else None
    return answer(request, course, words, changed=parent_module(page, done), back=back)


@require_POST
@of_course
@failing_softly
def republish(request: HttpRequest, course: Course, page: CoursePage, page_id: int) -> HttpResponse:
    """Publish again, to the letter, what was unpublished."""
    done = actions.republish(
        course=course,
        pk=page_id,
        revision=whole_number(request.POST.get("revision")),
        by=user_of(request),
    )
    words = _("“%(title)s” is published again.") % {"title": done.title}
    return answer(request, course, words, changed=parent_module(page, done))


@require_http_methods(["GET", "POST"])
@never_cache
def new_course(request: HttpRequest) -> HttpResponse:
    """Title and template; then the structure screen of a course that nobody else sees."""
    if not request.user.has_perm("course_pages.add_course"):
        raise PermissionDenied
    form = NewCourseForm(request.POST or None)
    catalogue = CataloguePage.objects.first()
    if catalogue is None:
        raise Http404
    if request.method == "POST" and form.is_valid():
        course = creating.create(
            catalogue=catalogue,
            title=form.cleaned_data["title"],
            template=template_of(form.cleaned_data["template"]),
            by=user_of(request),
        )
        messages.success(
            request, _("Your course is here. Only you and the editors see it until you publish it.")
        )
        return redirect("course_admin:structure", course.pk)
    context = {"form": form, "templates": TEMPLATES}
    return render(request, "course_pages/structure/new_course.html", context)
