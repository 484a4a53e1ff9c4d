"""An import's stored report, made fit to be read: the account per kind, and the list behind it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from course_pages.models import CourseImport

# What a teacher calls it; anything else keeps the name that its format gave it.
NAMES = {
    "annotatable": _("annotation"),
    "assignment": _("assignment"),
    "azure_media_services": _("video on Azure Media Services"),
    "captions": _("captions"),
    "chapter": _("module"),
    "clip": _("part of a video"),
    "conditional": _("conditional content"),
    "control": _("button or field"),
    "course": _("course"),
    "discussion": _("discussion"),
    "done": _("“mark as done” button"),
    "draft": _("draft"),
    "drag-and-drop-v2": _("drag and drop"),
    "edx_sga": _("assignment with upload"),
    "file": _("file"),
    "frame": _("embedded page"),
    "google-calendar": _("Google calendar"),
    "google-document": _("Google document"),
    "h5pxblock": _("H5P package"),
    "html": _("text"),
    "icon": _("icon"),
    "image": _("picture"),
    "itembank": _("random draw from a bank"),
    "library_content": _("random draw from a library"),
    "library_sourced": _("content from a library"),
    "link": _("link"),
    "lti": _("external tool (LTI)"),
    "lti_consumer": _("external tool (LTI consumer)"),
    "openassessment": _("open response assessment"),
    "page": _("page beside the lessons"),
    "poll": _("poll"),
    "poll_question": _("poll question"),
    "problem": _("question"),
    "problemset": _("problem set"),
    "randomize": _("random choice"),
    "rate": _("rating"),
    "scorm": _("SCORM package"),
    "script": _("script"),
    "sequential": _("section"),
    "split_test": _("A/B test"),
    "staffgradedxblock": _("staff graded points"),
    "style": _("style"),
    "survey": _("survey"),
    "table": _("table"),
    "unused": _("unused part"),
    "vertical": _("lesson"),
    "video": _("video"),
    "wiki": _("wiki"),
    "word_cloud": _("word cloud"),
    "wrapper": _("wrapper"),
}
OUTCOMES = (
    ("reported", _("Not brought over")),
    ("converted", _("In another form")),
    ("ignored", _("Details left out")),
)


@dataclass(frozen=True)
class Line:
    """One kind of thing: how many were found, and what became of them."""

    name: str
    found: int
    imported: int
    converted: int
    reported: int


@dataclass(frozen=True)
class Outcome:
    key: str
    label: str
    count: int


@dataclass(frozen=True)
class Account:
    lines: list[Line]
    total: Line
    adds_up: bool
    outcomes: list[Outcome]
    left_out: int


def name_of(block_type: str) -> str:
    return str(NAMES.get(block_type, block_type))


def account(record: CourseImport) -> Account | None:
    """None while there is no report."""
    report: dict[str, Any] = record.report
    if not report:
        return None
    figures = ("found", "imported", "converted", "reported")
    lines = [
        Line(name_of(row["block_type"]), *(row[figure] for figure in figures))
        for row in report["rows"]
    ]
    total = Line("", *(sum(getattr(line, figure) for line in lines) for figure in figures))
    kinds = [finding["kind"] for finding in report["findings"]]
    return Account(
        lines=lines,
        total=total,
        adds_up=report["adds_up"],
        outcomes=[Outcome(key, str(label), kinds.count(key)) for key, label in OUTCOMES],
        left_out=report["left_out"],
    )


@dataclass(frozen=True)
class Filter:
    """Which findings are shown: of one outcome, perhaps of one kind, perhaps with some words."""

    outcome: str
    kind: str
    words: str

    @classmethod
    def of(cls, asked: Any, account: Account) -> "Filter":
        keys = [outcome.key for outcome in account.outcomes]
        first = next((outcome.key for outcome in account.outcomes if outcome.count), keys[0])
        outcome = asked.get("outcome", "")
        return cls(
            outcome if outcome in keys else first,
            asked.get("kind", "")[:100],
            asked.get("words", "").strip()[:100],
        )


def findings(record: CourseImport, chosen: Filter) -> tuple[list[dict[str, str]], dict[str, str]]:
    """The findings that the filter lets through, and the kinds that there are to choose from."""
    listed, kinds = [], {}
    for finding in record.report["findings"]:
        if finding["kind"] != chosen.outcome:
            continue
        name = name_of(finding["block_type"])
        kinds[finding["block_type"]] = name
        if chosen.kind and finding["block_type"] != chosen.kind:
            continue
        text = " ".join((name, finding["name"], finding["place"], finding["reason"]))
        if chosen.words.casefold() in text.casefold():
            listed.append(finding | {"type": name})
    return listed, dict(sorted(kinds.items(), key=lambda item: item[1]))
