"""Tables of strangers: what tabulates becomes the table block, what lays out becomes text."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from course_pages.importing.blocks import TITLE_LENGTH
from course_pages.importing.blocks import table as table_block
from course_pages.importing.description import Block
from course_pages.importing.richtext import clean_rich_text

MOST_COLUMNS = 60
MOST_ROWS = 2000
MOST_CELLS = 2000


@dataclass(frozen=True)
class Grid:
    """A table by its places; a cell over several of them stands in the first."""

    caption: str
    rows: tuple[tuple[HtmlElement | None, ...], ...]
    has_head: bool

    @property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)


def grid(element: HtmlElement) -> Grid:
    caption = ""
    rows: list[list[HtmlElement | None]] = []
    reach: dict[int, int] = {}
    has_head = False
    for child in element.iter("caption", "tr"):
        if next(child.iterancestors("table")) is not element:
            continue
        if child.tag == "caption":
            caption = _words(child)
        elif len(rows) < MOST_ROWS:
            cells = [cell for cell in child if cell.tag in {"td", "th"}]
            if not rows:
                has_head = _is_head(child, cells)
            rows.append(_placed(cells, reach))
    return Grid(caption, tuple(map(tuple, rows)), has_head)


def _placed(cells: Sequence[HtmlElement], reach: dict[int, int]) -> list[HtmlElement | None]:
    row: list[HtmlElement | None] = []

    def skip() -> None:
        while reach.get(len(row), 0):
            reach[len(row)] -= 1
            row.append(None)

    for cell in cells:
        skip()
        down = _span(cell, "rowspan") - 1
        for offset in range(min(_span(cell, "colspan"), max(1, MOST_COLUMNS - len(row)))):
            if down:
                reach[len(row)] = down
            row.append(None if offset else cell)
    skip()
    return row


def _span(cell: HtmlElement, name: str) -> int:
    given = (cell.get(name) or "").strip()
    return min(max(int(given), 1), MOST_ROWS) if re.fullmatch(r"[0-9]{1,4}", given) else 1


def _is_head(row: HtmlElement, cells: Sequence[HtmlElement]) -> bool:
    parent = row.getparent()
    in_head = parent is not None and parent.tag == "thead"
    plain = all(
        next(cell.iter("img", "ul", "ol", "pre", "table", "a"), None) is None for cell in cells
    )
    return plain and len(cells) > 1 and (in_head or all(cell.tag == "th" for cell in cells))


def heads(row: Sequence[HtmlElement | None], width: int) -> list[str]:
    words = [_words(cell) if cell is not None else "" for cell in row]
    return words + [""] * (width - len(words))


def cell_html(words: str) -> str:
    """The words of a cell with what a cell may hold: its lists become lines."""
    lines = re.sub(r"<li>", "• ", words)
    lines = re.sub(r"</li>|</?[uo]l>", "<br>", lines)
    lines = re.sub(r"(?:<br>)+", "<br>", lines)
    lines = re.sub(r"^<br>|<br>$", "", lines)
    return clean_rich_text(f"<p>{lines}</p>") if lines else ""


def tables(caption: str, head: list[str], rows: list[list[str]]) -> list[Block]:
    """One table, or several where it is larger than the block takes."""
    most = max(1, MOST_CELLS // max(1, len(head)))
    return [
        table_block(html.unescape(caption)[:TITLE_LENGTH], head, rows[start : start + most])
        for start in range(0, len(rows), most)
    ]


def _words(element: HtmlElement) -> str:
    return " ".join(" ".join(element.itertext()).split())
