"""*Import course* in the admin: hand a package in, watch it, read what became of it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from core.uploads import was_too_large
from course_pages import courses
from course_pages.imports import service, tally
from course_pages.imports.account import Filter, account, findings
from course_pages.imports.forms import FORMATS, PUBLISH, TRIAL, ImportForm
from course_pages.imports.jobs import KEEP_FILES
from course_pages.models import CourseImport

IMPORTS_PER_PAGE = 20
FINDINGS_PER_PAGE = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The form, and the imports so far."""
    user = _importer(request)
    may_publish = service.may_publish(user)
    form = ImportForm(may_publish=may_publish)
    if request.method == "POST":
        form = ImportForm(
            request.POST,
            request.FILES,
            may_publish=may_publish,
            too_large=was_too_large(request),
        )
        if form.is_valid():
            record = service.request(
                file=form.cleaned_data["file"],
                publish=form.cleaned_data["way"] == PUBLISH,
                dry_run=form.cleaned_data["way"] == TRIAL,
                by=user,
            )
            return redirect("course_admin:import", record.pk)
    visible = CourseImport.objects.visible_to(user).select_related("by").defer("report", "result")
    context = {
        "form": form,
        "formats": FORMATS,
        "imports": Paginator(visible, IMPORTS_PER_PAGE).get_page(request.GET.get("p")),
        "header_title": _("Import course"),
        "header_icon": "download",
        "breadcrumbs_items": _crumbs(),
    }
    return render(request, "course_pages/imports/index.html", context)


@never_cache
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: its progress, then its report."""
    user = _importer(request)
    record = _visible(user, pk)
    page = courses.page_of(record.course) if record.course else None
    context: dict[str, Any] = {
        "record": record,
        "written": tally.written(record) if record.is_open else 0,
        "page": page,
        "may_edit": page is not None and page.permissions_for_user(user).can_edit(),
        "may_publish": service.may_publish(user),
        "file_goes_at": record.requested_at + KEEP_FILES,
        "account": account(record),
        "header_title": str(record),
        "header_icon": "download",
        "breadcrumbs_items": [*_crumbs(), {"url": "", "label": _("Import report")}],
    }
    if context["account"] is not None:
        chosen = Filter.of(request.GET, context["account"])
        listed, kinds = findings(record, chosen)
        context |= {
            "chosen": chosen,
            "kinds": kinds,
            "findings": Paginator(listed, FINDINGS_PER_PAGE).get_page(request.GET.get("p")),
        }
    return render(request, "course_pages/imports/detail.html", context)


@never_cache
@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is, asked for by the open page."""
    record = _visible(_importer(request), pk)
    context = {"record": record, "written": tally.written(record)}
    return render(request, "course_pages/imports/_progress.html", context)


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """After a look: now import it, from the same file."""
    user = _importer(request)
    trial = _visible(user, pk)
    publish = "publish" in request.POST
    if publish and not service.may_publish(user):
        raise PermissionDenied
    record = None
    if trial.may_be_repeated:
        record = service.request_again(trial=trial, publish=publish, by=user)
    if record is None:
        messages.error(request, _("The package is not here any more. Please upload it again."))
        return redirect("course_admin:imports")
    return redirect("course_admin:import", record.pk)


def _importer(request: HttpRequest) -> User:
    """Whoever may add courses; others learn nothing about imports."""
    if not isinstance(request.user, User) or not service.may_import(request.user):
        raise PermissionDenied
    return request.user


def _visible(user: User, pk: int) -> CourseImport:
    records = CourseImport.objects.visible_to(user).select_related("by", "course")
    record: CourseImport = get_object_or_404(records, pk=pk)
    return record


def _crumbs() -> list[dict[str, str]]:
    return [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse("course_admin:imports"), "label": _("Import course")},
    ]
