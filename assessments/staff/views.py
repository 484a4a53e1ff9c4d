"""The staff's pages. Views parse, call a service, and show what came of it."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from assessments import pages
from assessments.models import Attempt, Regrade
from assessments.services import corrections, grading_by_hand, regrading
from assessments.services.attempts import Conflict, Refused
from assessments.staff import columns, doors, exports
from assessments.staff import gradebook as books
from assessments.staff import items as analysis
from assessments.staff.doors import Door
from assessments.staff.forms import AllowanceForm, GradingForm, ReasonForm, RegradeForm
from core import snapshots
from core.paging import OneStatementPaginator
from course_pages.models import Course

PER_PAGE = 50


def show(
    request: HttpRequest, template: str, door: Door, title: str, **context: Any
) -> HttpResponse:
    """One of the pages, below the course's gradebook."""
    book = reverse("grading:gradebook", args=[door.course.pk])
    trail = [_home(), {"url": book, "label": _("Gradebook: %(course)s") % {"course": door.course}}]
    if template != "gradebook":
        trail.append({"url": "", "label": title})
    context |= {"door": door, "course": door.course, "header_title": title}
    context |= {"page_title": title, "breadcrumbs_items": trail, "header_icon": "table"}
    return render(request, f"assessments/staff/{template}.html", context)


def _home() -> dict[str, str]:
    return {"url": reverse("wagtailadmin_home"), "label": _("Home")}


@require_GET
@doors.of_course
def gradebook(request: HttpRequest, door: Door) -> HttpResponse:
    known = columns.of(door.course)
    asked = books.Asked.read(request.GET, known)
    listed = OneStatementPaginator(books.learners(door.course, asked), books.PER_PAGE)
    page = listed.get_page(request.GET.get("p"))
    shown = [asked.column] if asked.column else known
    query = {"q": asked.search, "state": asked.state, "sort": asked.sort}
    if asked.column:
        query["quiz"] = asked.column.key
    return show(
        request,
        "gradebook",
        door,
        _("Gradebook"),
        columns=known,
        shown=shown,
        asked=asked,
        rows=books.rows(page.object_list, shown),
        page=page,
        states=books.FILTERS,
        sorts=books.SORTS,
        query=urlencode({key: value for key, value in query.items() if value}),
    )


@require_GET
@doors.of_course
def export(request: HttpRequest, door: Door, kind: str) -> HttpResponseBase:
    """All learners that the filters leave, not one page of them."""
    if kind not in exports.FORMATS:
        raise Http404
    known = columns.of(door.course)
    asked = books.Asked.read(request.GET, known)
    shown = [asked.column] if asked.column else known
    rows = books.all_rows(books.learners(door.course, asked), shown)
    return exports.FORMATS[kind](exports.table(rows, shown), f"gradebook-{door.course.slug}")


@require_GET
@doors.of_course
def learner(request: HttpRequest, door: Door, pk: int) -> HttpResponse:
    """One learner: attempts, allowances, and all that staff did."""
    return _learner(request, door, pk)


def _learner(
    request: HttpRequest, door: Door, pk: int, form: AllowanceForm | None = None
) -> HttpResponse:
    enrolment = doors.enrolment_in(door, pk)
    titles = columns.titles(door.course)
    rows = (
        Attempt.objects.filter(enrolment=enrolment)
        .defer("paper", "answers", "marks", "flags")
        .order_by("-started_at", "-pk")
    )
    teachers = door.course.teaching_rights.select_related("user").order_by("user")
    actions = enrolment.staff_actions.select_related("by", "attempt").order_by("-at", "-pk")
    return show(
        request,
        "learner",
        door,
        str(enrolment.user),
        enrolment=enrolment,
        attempts=[(one, titles.get(str(one.quiz_lineage), "")) for one in rows],
        allowances=[
            (one, titles.get(one.scope, ""))
            for one in enrolment.allowances.select_related("by")
            if one.extra_time_percent or one.extra_attempts
        ],
        actions=[(one, titles.get(one.quiz, "")) for one in actions],
        form=form or AllowanceForm(quizzes=titles),
        # Whoever may only look is told whom to ask.
        teachers=[] if door.may_grade else [one.user for one in teachers],
    )


@require_POST
@doors.of_course(grade=True)
def allow(request: HttpRequest, door: Door, pk: int) -> HttpResponse:
    enrolment = doors.enrolment_in(door, pk)
    form = AllowanceForm(request.POST, quizzes=columns.titles(door.course))
    if not form.is_valid():
        response = _learner(request, door, pk, form)
        response.status_code = 422
        return response
    data = form.cleaned_data
    corrections.allow(
        enrolment=enrolment,
        scope=data["scope"],
        extra_time=data["extra_time"],
        extra_attempts=data["extra_attempts"],
        reason=data["reason"],
        by=door.user,
    )
    doors.say(request, _("The allowance holds from now on, for a running attempt too."))
    return redirect("grading:learner", door.course.pk, pk)


@require_GET
@doors.of_course
def attempt(request: HttpRequest, door: Door, pk: int) -> HttpResponse:
    """An attempt as its learner had it, with the key, and its history."""
    return _attempt(request, door, doors.attempt_in(door, pk))


def _attempt(
    request: HttpRequest, door: Door, row: Attempt, form: ReasonForm | None = None
) -> HttpResponse:
    quiz = doors.quiz_of(row)
    key = grading_by_hand.key_of(row)
    return show(
        request,
        "attempt",
        door,
        quiz["title"],
        quiz=quiz,
        attempt=row,
        questions=_reviewed(quiz, row, key),
        newer_key=key != row.snapshot_id,
        grades=row.grades.select_related("by").order_by("-number"),
        actions=row.staff_actions.select_related("by").order_by("-at", "-pk"),
        by_hand=row.state != Attempt.State.OPEN and bool(grading_by_hand.by_hand(quiz, row)),
        pass_mark=quiz["settings"]["pass_mark"],
        form=form or ReasonForm(),
    )


def _reviewed(quiz: dict[str, Any], row: Attempt, key: str) -> list[pages.Asked]:
    """The questions as they were asked, with the right answers of the key that graded them."""
    return [
        replace(one, review=pages.review(question, row, score=True, feedback=True, answers=True))
        for one, question in pages.reviewed(quiz, row, snapshots.load(key))
    ]


@require_POST
@doors.of_course(grade=True)
def void(request: HttpRequest, door: Door, pk: int) -> HttpResponse:
    return _void(request, door, pk, corrections.void)


@require_POST
@doors.of_course(grade=True)
def count(request: HttpRequest, door: Door, pk: int) -> HttpResponse:
    return _void(request, door, pk, corrections.count_again)


def _void(request: HttpRequest, door: Door, pk: int, act: Any) -> HttpResponse:
    row = doors.attempt_in(door, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        response = _attempt(request, door, row, form)
        response.status_code = 422
        return response
    try:
        act(attempt=row.pk, reason=form.cleaned_data["reason"], by=door.user)
    except corrections.StillOpen:
        doors.say(request, _("The attempt is not handed in yet. Nothing was changed."), failed=True)
    else:
        doors.say(request, _("Done. What the learner has passed or completed stays."))
    return redirect("grading:attempt", door.course.pk, pk)


@require_GET
@never_cache
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for a person, oldest first, in the courses that one may look into."""
    user = request.user
    assert isinstance(user, User)
    if not doors.may_look(user):
        raise PermissionDenied
    allowed = doors.courses_of(user)
    rows = grading_by_hand.queue(allowed).select_related("enrolment__user", "enrolment__course")
    rows = rows.defer("paper", "answers", "marks", "flags")
    chosen = request.GET.get("course", "")
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 10:
        rows = rows.filter(enrolment__course=int(chosen))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("p"))
    waiting = grading_by_hand.queue(allowed).order_by()
    context = {
        "page": page,
        "rows": [(one, _title(one)) for one in page.object_list],
        "courses": Course.objects.filter(
            pk__in=waiting.values("enrolment__course").distinct()
        ).order_by("title"),
        "chosen": chosen,
        "header_title": _("Grading"),
        "header_icon": "edit",
        "breadcrumbs_items": [_home(), {"url": "", "label": _("Grading")}],
        "teaches": doors.taught_by(user),
        "grades_all": doors.everywhere(user, doors.GRADE),
    }
    return render(request, "assessments/staff/queue.html", context)


def _title(row: Attempt) -> str:
    return str(doors.quiz_of(row)["title"])


@require_http_methods(["GET", "POST"])
@doors.of_course(grade=True)
def grade(request: HttpRequest, door: Door, pk: int) -> HttpResponse:
    row = doors.attempt_in(door, pk)
    quiz = doors.quiz_of(row)
    questions = grading_by_hand.by_hand(quiz, row)
    if row.state == Attempt.State.OPEN or row.voided_at is not None or not questions:
        raise Http404
    form = GradingForm(request.POST or None, questions=questions, attempt=row)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            done = grading_by_hand.grade(
                attempt=row.pk,
                token=form.cleaned_data["token"],
                given=form.given(),
                by=door.user,
            )
        except Conflict:
            text = _(
                "Somebody else has graded this attempt meanwhile. Nothing of yours was kept; "
                "open the attempt to see their grade."
            )
            form.add_error(None, text)
            status = 409
        except grading_by_hand.NothingToGrade:
            raise Http404 from None
        else:
            if done.state == Attempt.State.WAITING:
                doors.say(request, _("Kept. The attempt waits until every criterion has points."))
                return redirect("grading:attempt", door.course.pk, pk)
            doors.say(request, _("Graded. The learner gets a message."))
            return _next_after(door)
    elif request.method == "POST":
        status = 422
    asked = {one.id: one for one in _reviewed(quiz, row, row.snapshot_id)}
    parts = [{"question": asked[one["id"]], **form.parts(one)} for one in questions]
    response = show(
        request,
        "grade",
        door,
        _("Grade: %(quiz)s") % {"quiz": quiz["title"]},
        attempt=row,
        parts=parts,
        form=form,
    )
    response.status_code = status
    return response


def _next_after(door: Door) -> HttpResponse:
    """The next attempt of the course that waits, or the queue."""
    following = grading_by_hand.queue({door.course.pk}).values_list("pk", flat=True).first()
    if following is None:
        return redirect("grading:queue")
    return redirect("grading:grade", door.course.pk, following)


@require_GET
@doors.of_course
def items(request: HttpRequest, door: Door, quiz: UUID) -> HttpResponse:
    title = columns.title_of(door.course, str(quiz))
    return show(
        request,
        "items",
        door,
        _("Questions of %(quiz)s") % {"quiz": title},
        items=analysis.analyse(door.course, str(quiz)),
        fewest=analysis.FEWEST,
        quiz_lineage=quiz,
    )


@require_http_methods(["GET", "POST"])
@doors.of_course(grade=True)
def regrade(request: HttpRequest, door: Door, quiz: UUID) -> HttpResponse:
    """First what would become of everybody; the POST orders exactly that key."""
    lineage = str(quiz)
    title = columns.title_of(door.course, lineage)
    never_lower = request.GET.get("lower") != "1"
    form = RegradeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        never_lower = request.POST.get("never_lower") == "True"
        if form.is_valid():
            return _order(request, door, lineage, form.cleaned_data)
        status = 422
    try:
        digest = regrading.key_of(door.course, lineage)
        found = regrading.forecast(door.course, lineage, never_lower=never_lower)
    except regrading.NotReleased:
        digest, found = "", None
    if request.method == "GET":
        form = RegradeForm(initial={"digest": digest, "never_lower": never_lower})
    response = show(
        request,
        "regrade",
        door,
        _("Regrade %(quiz)s") % {"quiz": title},
        forecast=found,
        never_lower=never_lower,
        form=form,
        quiz_lineage=quiz,
        earlier=Regrade.objects.filter(course=door.course, quiz_lineage=quiz)
        .select_related("by")
        .order_by("-pk")[:20],
    )
    response.status_code = status
    return response


def _order(request: HttpRequest, door: Door, quiz: str, data: dict[str, Any]) -> HttpResponse:
    try:
        made = regrading.ask(
            course=door.course,
            quiz=quiz,
            digest=data["digest"],
            never_lower=data["never_lower"],
            reason=data["reason"],
            by=door.user,
        )
    except Refused:
        text = _("The quiz was released anew since you looked. Nothing was changed; look again.")
        doors.say(request, text, failed=True)
        return redirect("grading:regrade", door.course.pk, quiz)
    return redirect("grading:regraded", door.course.pk, made.pk)


@require_GET
@doors.of_course
def regraded(request: HttpRequest, door: Door, pk: int) -> HttpResponse:
    """What a regrade did."""
    order = get_object_or_404(
        Regrade.objects.select_related("by", "undone_by"), pk=pk, course=door.course
    )
    effects = order.effects.select_related("attempt__enrolment__user").order_by("pk")
    page = Paginator(effects, PER_PAGE).get_page(request.GET.get("p"))
    return show(
        request,
        "regraded",
        door,
        _("Regrade of %(quiz)s") % {"quiz": order.title},
        regrade=order,
        summary=regrading.summary(order),
        page=page,
    )


@require_POST
@doors.of_course(grade=True)
def undo(request: HttpRequest, door: Door, pk: int) -> HttpResponse:
    order = get_object_or_404(Regrade, pk=pk, course=door.course)
    if regrading.ask_undo(regrade=order, by=door.user):
        doors.say(request, _("The grades from before come back in a moment."))
    else:
        doors.say(request, _("This regrade cannot be undone now."), failed=True)
    return redirect("grading:regraded", door.course.pk, pk)
