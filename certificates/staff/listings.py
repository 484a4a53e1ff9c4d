"""Certificates listed, filtered, searched, downloaded, and one with all that was done to it."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail_modeladmin.views import InspectView

from certificates import evidence
from certificates.models import Certificate, CertificateIssue
from certificates.services import prints
from certificates.staff import doors, logbook
from core.guarding import key_of
from core.listings import ReadOnly, ReadOnlyListing, described
from course_pages.models import Course

State = Certificate.State


class OfCourse(SimpleListFilter):
    title = _("course")
    parameter_name = "course"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = doors.certificates_for(request.user)  # type: ignore[arg-type]
        courses = Course.objects.filter(pk__in=rows.order_by().values("course"))
        return [
            (str(pk), title) for pk, title in courses.order_by("title").values_list("pk", "title")
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(course=key_of(self.value())) if self.value() else queryset


class OfYear(SimpleListFilter):
    title = _("year")
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = doors.certificates_for(request.user)  # type: ignore[arg-type]
        days = rows.order_by().dates("earned_at", "year", order="DESC")
        return [(str(day.year), str(day.year)) for day in days]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        year = key_of(self.value())
        if not self.value():
            return queryset
        return queryset.filter(earned_at__year=year) if 0 < year < 10_000 else queryset.none()


class Reach(ReadOnly):
    """Teachers look too, at those of their courses: the listing's rows are held to these."""

    def _may_view(self, user: Any) -> bool:
        return doors.may_anywhere(user)


class Inspect(InspectView):
    page_title = _("Certificate")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | about(self.instance, self.request.user)


def about(certificate: Certificate, user: Any) -> dict[str, Any]:
    """All on a certificate's page; the number of statements grows with nothing."""
    rows = certificate.issues.select_related("evidence", "by").order_by("-number")
    issues = []
    for row in rows:
        row.certificate = certificate
        said = evidence.of(row.evidence) if hasattr(row, "evidence") else None
        issues.append({"row": row, "said": said, "current": row.pk == certificate.current_id})
    state, course = certificate.state, certificate.course_id
    access = doors.with_all(Certificate.objects.filter(pk=certificate.pk)).get()
    again = state in {State.ISSUED, State.HELD} and doors.may(user, doors.REISSUE, course)
    return {
        "certificate": certificate,
        "access": access,
        "issues": issues,
        "log": list(logbook.entries(certificate)),
        "address": prints.address(certificate) if certificate.current_id else "",
        "may": {
            "decide": doors.may(user, doors.DECIDE, course),
            "again": again,
            "revoke": doors.may(user, doors.REVOKE, course),
        },
    }


class CertificateAdmin(ReadOnlyListing):
    """Outside of the main menu: its group has it."""

    model = Certificate
    add_to_admin_menu = False
    menu_icon = "certificate"
    permission_helper_class = Reach
    list_per_page = 50
    list_display = ["serial", "holder", "course", "status", "earned_at", "prints"]
    list_filter = [OfCourse, "state", OfYear]
    list_select_related = ["enrolment__user", "course", "current__evidence", "decided_by"]
    list_export = [
        "serial", "name", "email", "course", "status", "why", "earned_at", "issued_at",
        "expires_at", "prints", "decided_by", "decided_at", "address",
    ]  # fmt: skip
    export_filename = "certificates"
    search_fields = ["serial", "enrolment__user__email", "enrolment__user__name"]
    inspect_view_class = Inspect
    inspect_template_name = "certificates/staff/certificate.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Certificate]:
        rows: QuerySet[Certificate] = super().get_queryset(request)
        reach = doors.courses_of(request.user)  # type: ignore[arg-type]
        return rows if reach is None else rows.filter(course__in=reach)

    def inspect_view(self, request: HttpRequest, instance_pk: str) -> HttpResponseBase:
        """A page of its own for each; 404 for those out of one's reach."""
        if not self.permission_helper.user_can_list(request.user):
            return super().inspect_view(request, instance_pk)
        if not key_of(instance_pk):
            raise Http404
        get_object_or_404(self.get_queryset(request), pk=key_of(instance_pk))
        return super().inspect_view(request, instance_pk)

    @described(_("holder"), "enrolment__user__email")
    def holder(self, row: Certificate) -> str:
        user = row.enrolment.user
        return format_html("<bdi>{}</bdi> ({})", self.name(row) or "–", user.email)

    @described(_("state"), "state")
    def status(self, row: Certificate) -> str:
        return row.get_state_display()

    @described(_("prints"))
    def prints(self, row: Certificate) -> int:
        current = row.current
        return current.number if current else 0

    @described(_("name"))
    def name(self, row: Certificate) -> str:
        """As printed; that of the account where nothing is printed, or it was erased."""
        current: CertificateIssue | None = row.current
        if current is not None and hasattr(current, "evidence"):
            return str(current.evidence.data["name"])
        return row.enrolment.user.name

    @described(_("e-mail"))
    def email(self, row: Certificate) -> str:
        return row.enrolment.user.email

    @described(_("issued"))
    def issued_at(self, row: Certificate) -> Any:
        return row.current.issued_at if row.current else ""

    @described(_("expires"))
    def expires_at(self, row: Certificate) -> Any:
        return (row.current.expires_at or "") if row.current else ""

    @described(_("why"))
    def why(self, row: Certificate) -> str:
        return row.why

    @described(_("address"))
    def address(self, row: Certificate) -> str:
        return prints.address(row) if row.current_id else ""


def url_of(certificate: Certificate) -> str:
    return reverse("certificates_certificate_modeladmin_inspect", args=[certificate.pk])


def index_url() -> str:
    return reverse("certificates_certificate_modeladmin_index")
