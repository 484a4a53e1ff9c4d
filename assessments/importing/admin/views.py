"""The form, and the report of an import that stands in the history of what it made."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.admin.utils import quote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from accounts.models import User
from assessments.importing import load
from assessments.importing.admin.forms import QUIZ, ImportQuestionsForm, may_import
from assessments.importing.made import Questions
from assessments.importing.writing import import_questions
from assessments.models import QuestionBank, Quiz
from assessments.permissions import CoursePolicy
from core.uploads import was_too_large
from course_pages.importing.errors import ImportRefused
from course_pages.importing.report import Report

FILE_ACTION = "assessments.import_file"
MOST_FINDINGS = 1000
LONGEST_TEXT = 300
FINDINGS_PER_PAGE = 100
FIGURES = ("found", "imported", "converted", "reported")
# What a teacher calls it; anything else keeps the name that its format gave it.
NAMES = {
    "calculated": gettext_lazy("formula"),
    "categorization": gettext_lazy("categories"),
    "choice": gettext_lazy("choice"),
    "essay": gettext_lazy("essay"),
    "extendedText": gettext_lazy("essay"),
    "file": gettext_lazy("file"),
    "file_upload": gettext_lazy("upload"),
    "fill_in": gettext_lazy("short answer"),
    "fill_in_multiple_blanks": gettext_lazy("gaps"),
    "hot_spot": gettext_lazy("place in a picture"),
    "match": gettext_lazy("matching"),
    "matching": gettext_lazy("matching"),
    "multichoice": gettext_lazy("choice"),
    "multiple_answers": gettext_lazy("several right choices"),
    "multiple_choice": gettext_lazy("choice"),
    "multiple_dropdowns": gettext_lazy("menus in a text"),
    "numerical": gettext_lazy("number"),
    "order": gettext_lazy("ordering"),
    "ordering": gettext_lazy("ordering"),
    "question": gettext_lazy("other"),
    "short_answer": gettext_lazy("short answer"),
    "shortanswer": gettext_lazy("short answer"),
    "textEntry": gettext_lazy("short answer"),
    "text_only": gettext_lazy("only text"),
    "true_false": gettext_lazy("true or false"),
    "truefalse": gettext_lazy("true or false"),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Hand a file in; what cannot be read is told beside it, and nothing is written."""
    user = _importer(request)
    form = ImportQuestionsForm(user=user)
    report: dict[str, Any] | None = None
    if request.method == "POST":
        form = ImportQuestionsForm(
            request.POST, request.FILES, user=user, too_large=was_too_large(request)
        )
        if form.is_valid():
            try:
                entry, report = _imported(form, user)
            except ImportRefused as refused:
                form.add_error("file", refused.reason)
            else:
                if entry is not None:
                    return redirect("question_import:report", entry.pk)
                form.add_error("file", _("Nothing in it can be asked here, so nothing was made."))
    context = {
        "form": form,
        "report": _named(report) if report else None,
        "header_title": _("Import questions"),
        "header_icon": "download",
        "breadcrumbs_items": _crumbs(),
    }
    return render(request, "assessments/importing/index.html", context)


@never_cache
@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of each question of a file."""
    user = _importer(request)
    kinds = ContentType.objects.get_for_models(Quiz, QuestionBank)
    entry = get_object_or_404(
        ModelLogEntry, pk=pk, action=FILE_ACTION, content_type__in=kinds.values()
    )
    model = entry.content_type.model_class()
    made = model._default_manager.filter(pk=entry.object_id).select_related("course").first()
    # Somebody else's import is none at all to those who may not edit what it made.
    if made is None or not CoursePolicy(model).user_has_permission_for_instance(
        user, "change", made
    ):
        raise Http404
    findings = Paginator(entry.data["report"]["findings"], FINDINGS_PER_PAGE)
    context = {
        "made": made,
        "edit_url": reverse(made.snippet_viewset.get_url_name("edit"), args=[quote(made.pk)]),
        "entry": entry,
        "report": _named(entry.data["report"]),
        "findings": findings.get_page(request.GET.get("p")),
        "header_title": made.title,
        "header_icon": "download",
        "breadcrumbs_items": [*_crumbs(), {"url": "", "label": _("Import report")}],
    }
    return render(request, "assessments/importing/report.html", context)


def _imported(form: ImportQuestionsForm, user: User) -> tuple[ModelLogEntry | None, dict[str, Any]]:
    """Read and write; the entry that keeps the report, or None where nothing could be made."""
    data = form.cleaned_data
    file: UploadedFile = data["file"]
    with _on_disk(file) as path, load(path, name=_file_name(file)) as questions:
        kept = _kept(questions)
        made = import_questions(
            course=data["course"],
            questions=questions,
            title=data["title"],
            by=user,
            as_quiz=data["kind"] == QUIZ,
        )
        if made is None:
            return None, kept
        entry = log(
            made, FILE_ACTION, user=user, data={"report": kept, "file": _file_name(file)[:200]}
        )
        return entry, kept


@contextlib.contextmanager
def _on_disk(file: UploadedFile) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile(prefix="questions-") as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name)


def _file_name(file: UploadedFile) -> str:
    return (file.name or "questions").replace("\\", "/").rsplit("/", 1)[-1]


def _kept(questions: Questions) -> dict[str, Any]:
    """The account, and the findings that deserve a second look."""
    report = Report.of(questions.account.found, questions.account.findings)
    data = report.as_data()
    told = [f for f in report.findings if f.reason]
    return {
        "rows": data["rows"],
        "findings": [
            {
                "kind": str(f.kind),
                "type": f.block_type,
                "name": f.name[:LONGEST_TEXT],
                "place": f.place[:LONGEST_TEXT],
                "reason": f.reason[:LONGEST_TEXT],
            }
            for f in told[:MOST_FINDINGS]
        ],
        "left_out": max(0, len(told) - MOST_FINDINGS),
        "adds_up": data["adds_up"],
    }


def _named(report: dict[str, Any]) -> dict[str, Any]:
    """The report with names for people; kinds of the same name are one row."""
    rows: dict[str, dict[str, Any]] = {}
    for row in report["rows"]:
        name = str(NAMES.get(row["block_type"], row["block_type"]))
        known = rows.setdefault(name, {"name": name} | dict.fromkeys(FIGURES, 0))
        for figure in FIGURES:
            known[figure] += row[figure]
    return report | {"rows": list(rows.values())}


def _importer(request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not may_import(request.user):
        raise PermissionDenied
    return request.user


def _crumbs() -> list[dict[str, str]]:
    return [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse("question_import:index"), "label": _("Import questions")},
    ]
