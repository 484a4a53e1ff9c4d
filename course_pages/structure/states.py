"""What learners see of a page, in a word: for each row of the structure screen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from course_pages.outline import Outline


@dataclass(frozen=True)
class State:
    """`kind`: draft, ahead, released."""

    kind: str
    label: str
    help: str


def of_lesson(
    row: Mapping[str, Any], live: Outline | None, *, differs: bool, module_live: bool
) -> State:
    """A lesson's state from its page's row; `differs` from what learners see, as published."""
    released = live is not None and str(row["translation_key"]) in live.by_lineage
    if not row["live"]:
        return leaving() if released else draft()
    if not module_live:
        return State(
            "ahead",
            _("Waits for its module"),
            _("The lesson is published, its module is not: publish the module too."),
        )
    if not released:
        return coming()
    return _compared(same=not differs, newer_draft=row["has_unpublished_changes"])


def of_module(row: Mapping[str, Any], live: Outline | None, *, differs: bool) -> State:
    """A module's state from its page's row, as `of_lesson`; that of its lessons is theirs."""
    released = live is not None and str(row["translation_key"]) in live.module_titles
    if not row["live"]:
        return leaving() if released else draft()
    if not released:
        return coming()
    return _compared(same=not differs, newer_draft=row["has_unpublished_changes"])


def draft() -> State:
    return State("draft", _("Draft"), _("Learners do not see it. Publish it when it is ready."))


def leaving() -> State:
    return State(
        "ahead",
        _("Unpublished, still shown"),
        _("Learners see it until the next release."),
    )


def coming() -> State:
    return State(
        "ahead",
        _("Published, not released yet"),
        _("Learners get it with the next release."),
    )


def _compared(*, same: bool, newer_draft: bool) -> State:
    if not same and newer_draft:
        return State(
            "ahead",
            _("Ahead · newer draft"),
            _("What is published reaches learners with the next release; your draft does not."),
        )
    if not same:
        return State(
            "ahead", _("Ahead"), _("Learners still see what it was before the next release.")
        )
    if newer_draft:
        return State(
            "draft",
            _("Released · newer draft"),
            _("Learners see the published version. Publish your draft when it is ready."),
        )
    return State("released", _("Released"), _("Learners see exactly this."))
