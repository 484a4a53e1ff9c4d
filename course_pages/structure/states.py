"""What learners see of a page, in a word: for each row of the structure screen."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from course_pages.outline import Outline


@dataclass(frozen=True)
class State:
    """`kind`: draft, ahead, released."""

    kind: str
    label: str
    help: str


@dataclass(frozen=True)
class Known:
    """What learners see, and the next release where it may differ from that."""

    live: Outline | None
    next: Outline | None

    @cached_property
    def released(self) -> dict[str, str]:
        """Lineage → title of the modules that learners see."""
        return {module.lineage: module.title for module in self.live.modules} if self.live else {}


def of_lesson(row: Mapping[str, Any], known: Known, *, module_live: bool) -> State:
    """A lesson's state from its page's row."""
    lineage = str(row["translation_key"])
    entry = known.live.by_lineage.get(lineage) if known.live else None
    if not row["live"]:
        return draft() if entry is None else leaving()
    if not module_live:
        return State(
            "ahead",
            _("Waits for its module"),
            _("The lesson is published, its module is not: publish the module too."),
        )
    if entry is None:
        return coming()
    offered = known.next.by_lineage.get(lineage) if known.next else entry
    return _compared(same=offered == entry, newer_draft=row["has_unpublished_changes"])


def of_module(row: Mapping[str, Any], known: Known) -> State:
    """A module's state from its page's row; that of its lessons is theirs."""
    entry = known.released.get(str(row["translation_key"]))
    if not row["live"]:
        return draft() if entry is None else leaving()
    if entry is None:
        return coming()
    return _compared(same=entry == row["title"], newer_draft=row["has_unpublished_changes"])


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
