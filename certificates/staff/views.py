"""What staff do with certificates. Views parse, call an act, and show what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import User
from assessments.services import scores
from certificates.models import Certificate
from certificates.services import issuing
from certificates.services.issuing import Refused
from certificates.staff import acts, doors, giving, listings
from certificates.staff.forms import (
    DecisionForm,
    GiveForm,
    NameForm,
    ReasonForm,
    RevokeForm,
    YesForm,
)
from core.guarding import key_of
from course_pages.models import Course

READS_AND_WRITES = require_http_methods(["GET", "HEAD", "POST"])
PER_PAGE = 50
MOST_AT_ONCE = 200
State = Certificate.State


def show(
    request: HttpRequest, template: str, title: str, *trail: tuple[str, str], status: int = 200,
    **context: Any,
) -> HttpResponse:  # fmt: skip
    """A page below the listing of certificates."""
    above = [
        (reverse("wagtailadmin_home"), _("Home")), (listings.index_url(), _("Certificates")),
        *trail, ("", title),
    ]  # fmt: skip
    context |= {
        "page_title": title,
        "header_title": title,
        "header_icon": "certificate",
        "breadcrumbs_items": [{"url": url, "label": label} for url, label in above],
    }
    return render(request, f"certificates/staff/{template}.html", context, status=status)


@dataclass(frozen=True)
class Act:
    """What is to be done with a certificate: words about it, and the doing, which may refuse."""

    title: str
    lead: str
    button: str
    form: forms.Form
    do: Callable[[dict[str, Any]], Certificate]
    done: Callable[[Certificate], str]
    danger: bool = False


def take(request: HttpRequest, certificate: Certificate, act: Act) -> HttpResponse:
    """Asked by GET, done by POST."""
    back = listings.url_of(certificate)
    status = 200
    if request.method == "POST":
        status = 422
        if act.form.is_valid():
            try:
                done = act.do(act.form.cleaned_data)
            except Refused as refused:
                act.form.add_error(None, str(refused))
            else:
                messages.success(request, act.done(done))
                return redirect(back)
    return show(
        request, "act", act.title, (back, certificate.serial), status=status, act=act,
        form=act.form, certificate=certificate, back=back,
    )  # fmt: skip


def _issued(certificate: Certificate) -> str:
    if certificate.state == State.HELD:
        return _("Approved. It cannot be printed yet: %s") % certificate.why
    return _("Approved. The learner gets a mail with the certificate.")


def sent(request: HttpRequest, kind: type[forms.Form], **kwargs: Any) -> Any:
    """The form with what was sent; empty where nothing was, also with no field to fill."""
    return kind(request.POST if request.method == "POST" else None, **kwargs)


@READS_AND_WRITES
@doors.of_certificate(doors.DECIDE)
def approve(request: HttpRequest, certificate: Certificate) -> HttpResponseBase:
    by: Any = request.user
    return take(request, certificate, Act(
        _("Approve"),
        _("The certificate is issued at once, and the learner gets a mail."),
        _("Approve"),
        sent(request, YesForm),
        lambda data: acts.approve(certificate=certificate.pk, by=by),
        _issued,
    ))  # fmt: skip


@READS_AND_WRITES
@doors.of_certificate(doors.DECIDE)
def refuse(request: HttpRequest, certificate: Certificate) -> HttpResponseBase:
    by: Any = request.user
    return take(request, certificate, Act(
        _("Do not approve"),
        _("No certificate is issued. It can be approved later all the same."),
        _("Do not approve"),
        sent(request, ReasonForm),
        lambda data: acts.refuse(certificate=certificate.pk, reason=data["reason"], by=by),
        lambda done: _("It is not approved."),
        danger=True,
    ))  # fmt: skip


@READS_AND_WRITES
@doors.of_certificate(doors.REISSUE)
def issue_again(request: HttpRequest, certificate: Certificate) -> HttpResponseBase:
    """With the name as it stands or another one."""
    by: Any = request.user
    name = certificate.enrolment.user.name
    if certificate.current is not None and hasattr(certificate.current, "evidence"):
        name = certificate.current.evidence.data["name"]
    return take(request, certificate, Act(
        _("Issue again"),
        _(
            "A new print takes the place of the one before, whose page then says that it was "
            "replaced. The learner gets a mail. The name in the account stays as it is."
        ),
        _("Issue again"),
        sent(request, NameForm, initial={"name": name, "after": certificate.issues.count()}),
        lambda data: acts.issue_again(certificate=certificate.pk, by=by, **data),
        lambda done: _("It is issued again, as %s.") % done.current.printed_serial,
    ))  # fmt: skip


@READS_AND_WRITES
@doors.of_certificate(doors.REVOKE)
def revoke(request: HttpRequest, certificate: Certificate) -> HttpResponseBase:
    by: Any = request.user
    return take(request, certificate, Act(
        _("Revoke"),
        _("From now on its page says that it was revoked, and why. It can be restored."),
        _("Revoke"),
        sent(request, RevokeForm),
        lambda data: acts.revoke(certificate=certificate.pk, reason=data["reason"], by=by),
        lambda done: _("It is revoked."),
        danger=True,
    ))  # fmt: skip


@READS_AND_WRITES
@doors.of_certificate(doors.REVOKE)
def restore(request: HttpRequest, certificate: Certificate) -> HttpResponseBase:
    by: Any = request.user
    return take(request, certificate, Act(
        _("Restore"),
        _("It was revoked: %s. From now on it is valid again.") % certificate.note,
        _("Restore"),
        sent(request, YesForm),
        lambda data: acts.restore(certificate=certificate.pk, by=by),
        lambda done: _("It is valid again."),
    ))  # fmt: skip


# --- Many at once


def waiting_for(user: User) -> QuerySet[Certificate]:
    """What somebody may decide and nobody has, the oldest first."""
    rows = doors.certificates_for(user, doors.DECIDE)
    return rows.filter(state=State.WAITING).order_by("earned_at", "pk")


@READS_AND_WRITES
@doors.needs(doors.DECIDE)
def waiting(request: HttpRequest) -> HttpResponseBase:
    """What waits for approval: tick some, say what becomes of them, say yes."""
    user = request.user
    assert isinstance(user, User)
    if request.method == "POST":
        return _decide(request, user)
    rows = waiting_for(user)
    courses = Course.objects.filter(pk__in=rows.order_by().values("course")).order_by("title")
    course = key_of(request.GET.get("course", ""))
    page = Paginator(rows.filter(course=course) if course else rows, PER_PAGE).get_page(
        request.GET.get("p")
    )
    listed = list(doors.with_all(page.object_list))  # type: ignore[arg-type]
    return show(
        request, "waiting", _("Waiting for approval"), rows=with_points(listed), page=page,
        courses=courses, chosen=course, query=f"course={course}" if course else "",
    )  # fmt: skip


def with_points(rows: Sequence[Certificate]) -> list[tuple[Certificate, Any]]:
    """Each with the points reached in the quizzes of the release that counts; None for no quiz."""
    points: dict[int, Any] = {}
    for release in {row.release for row in rows}:
        said = issuing.rule_of(release)
        keys = [row.enrolment_id for row in rows if row.release_id == release.pk]
        points |= scores.percents_of(keys, said[0]) if said else {}
    return [(row, points.get(row.enrolment_id)) for row in rows]


def _decide(request: HttpRequest, user: User) -> HttpResponse:
    """First what is about to happen; nothing is written before the yes."""
    keys = {key_of(one) for one in request.POST.getlist("certificate")}
    rows = doors.with_all(doors.certificates_for(user, doors.DECIDE)).filter(pk__in=keys)
    found = list(rows.order_by("earned_at", "pk")[: MOST_AT_ONCE + 1])
    if len(found) != len(keys) or len(found) > MOST_AT_ONCE:
        raise Http404
    form = DecisionForm(request.POST)
    if not found or not (form.is_valid() or "decision" in form.cleaned_data):
        messages.warning(request, _("Tick at least one certificate."))
        return redirect("certificate_staff:waiting")
    approved = form.cleaned_data["decision"] == "approve"
    if not form.is_valid() or not form.cleaned_data["yes"]:
        return show(
            request, "decide", _("Approve") if approved else _("Do not approve"),
            (reverse("certificate_staff:waiting"), _("Waiting for approval")),
            form=form, certificates=found, approved=approved,
            status=200 if form.is_valid() else 422,
        )  # fmt: skip
    decided = acts.decide(
        [one.pk for one in found], approved=approved, reason=form.cleaned_data["reason"], by=user
    )
    _tell(request, decided, approved=approved)
    return redirect("certificate_staff:waiting")


def _tell(request: HttpRequest, decided: acts.Decided, *, approved: bool) -> None:
    done, held, missed = decided.done, decided.held, decided.missed
    if done and approved:
        words = ngettext("%(n)s is approved.", "%(n)s are approved.", done) % {"n": done}
        messages.success(request, words)
    elif done:
        words = ngettext("%(n)s is not approved.", "%(n)s are not approved.", done) % {"n": done}
        messages.success(request, words)
    if held:
        words = ngettext(
            "%(n)s of them has no name that can be printed, and is kept until it has.",
            "%(n)s of them have no name that can be printed, and are kept until they have.",
            held,
        )
        messages.warning(request, words % {"n": held})
    if missed:
        words = ngettext(
            "%(n)s did not wait any more: somebody else has decided.",
            "%(n)s did not wait any more: somebody else has decided.",
            missed,
        )
        messages.warning(request, words % {"n": missed})


@READS_AND_WRITES
@doors.of_course(doors.GIVE)
def give(request: HttpRequest, course: Course) -> HttpResponseBase:
    """Who would get one of those who completed the course without; POST gives exactly that."""
    form = sent(request, GiveForm)
    status = 200
    by: Any = request.user
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                asked = giving.ask(course=course, release=form.cleaned_data["release"], by=by)
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                words = ngettext(
                    "%(n)s certificate is on its way.",
                    "%(n)s certificates are on their way.",
                    asked,
                )
                messages.success(request, words % {"n": asked})
                return redirect("certificate_staff:give", course.pk)
    found = giving.forecast(course)
    if found is not None and request.method != "POST":
        form = GiveForm(initial={"release": found.release.pk})
    states = Certificate.objects.filter(course=course).order_by().values_list("state")
    counted = dict(states.annotate(n=Count("pk")))
    return show(
        request, "give", _("Certificates of %s") % course, status=status, form=form, course=course,
        forecast=found, under_way=giving.under_way(course),
        states=[(one, one.label, counted[one.value]) for one in State if one.value in counted],
    )  # fmt: skip
