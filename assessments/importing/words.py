"""HTML of strangers as what the fields of a question take."""

import html
import re
import uuid
from pathlib import Path

import nh3
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from course_pages.importing import sanitise
from course_pages.importing.description import Block
from course_pages.importing.folder import Links, SourceFolder
from course_pages.importing.imscc_links import with_formulas
from course_pages.importing.richtext import (
    FORBIDDEN,
    LINK_SCHEMES,
    RICH_TEXT_ATTRIBUTES,
    inline_words,
    to_plain,
    visible,
)

STEM = {"text", "image", "code", "math"}
INLINE = {"p", "b", "i", "code", "sup", "sub", "a", "br"}
# The sanitiser's notes about these change nothing that a learner would miss.
HARMLESS = {"style", "icon"}
FORMATTING = {
    "a", "b", "i", "u", "em", "strong", "p", "br", "hr", "ul", "ol", "li", "span", "div", "pre",
    "code", "sub", "sup", "img", "h1", "h2", "h3", "h4", "h5", "h6", "small", "blockquote", "table",
    "thead", "tbody", "tr", "td", "th", "tt", "font", "center", "del", "ins", "s",
}  # fmt: skip
VOID = {"br", "hr", "img"}
TAG = re.compile(r"<(/?)([A-Za-z!?%][A-Za-z0-9:.-]*)[^<>]*?(/?)>|<")
# The parser's time grows with the square of the brackets in one paragraph.
MOST_BRACKETS = 2_000
MARKDOWN = MarkdownIt("commonmark", {"html": False})


def empty_folder(root: Path) -> SourceFolder:
    return SourceFolder(root)


class Words:
    """The words of one question. `notes` says what did not keep its form."""

    def __init__(self, folder: SourceFolder, base: str = "") -> None:
        self.links = Links(folder, base)
        self.notes: list[str] = []
        self.extras: list[Block] = []

    def stem(self, source: str) -> list[Block]:
        """Blocks of a stem, with what stood in fields that could not hold it."""
        made = sanitise.to_blocks(with_formulas(source), self.links)
        self._note(made.notes)
        return [kept for block in made.blocks for kept in self._stem_block(block)]

    def _stem_block(self, block: Block) -> list[Block]:
        if block.type in STEM:
            return [block]
        if block.type in {"heading", "quote"}:
            return [Block("text", f"<p>{inline_words(block)}</p>")]
        if block.type == "callout":
            return [Block("text", block.value["text"])]
        if block.type == "table":
            heads = [column["heading"] for column in block.value["columns"]]
            rows = [heads] if any(heads) else []
            rows += [[visible(cell) for cell in row["values"]] for row in block.value["rows"]]
            self.notes.append(_("a table became lines"))
            lines = (html.escape(" · ".join(row), quote=False) for row in rows)
            return [Block("text", "".join(f"<p>{line}</p>" for line in lines))]
        self.notes.append(_("left out: %s") % block.type)
        return []

    def rich(self, source: str) -> str:
        """Paragraphs and lists, for feedback and hints."""
        return self._rich(source, {*INLINE, "ul", "ol", "li"})

    def inline(self, source: str) -> str:
        """One choice."""
        return self._rich(source, INLINE)

    def _rich(self, source: str, tags: set[str]) -> str:
        made = sanitise.to_rich_text(with_formulas(source), self.links)
        self._note(made.notes)
        for block in made.extras:
            if block.type == "math":
                made_words = f"<p>\\({html.escape(block.value['formula'], quote=False)}\\)</p>"
                made = sanitise.RichText(made.html + made_words, (), ())
            else:
                self.extras += self._stem_block(block)
                self.notes.append(_("what is no text in a choice stands with the question"))
        listed = made.html if "li" in tags else made.html.replace("</li>", "<br></li>")
        return nh3.clean(
            listed,
            tags=tags,
            attributes=RICH_TEXT_ATTRIBUTES,
            url_schemes=LINK_SCHEMES,
            link_rel=None,
        )

    def plain(self, source: str) -> str:
        """Only the words, on one line."""
        if any(found[2] for found in TAG.finditer(source)):
            words = self._rich(source, INLINE)
            if re.search(r"<(?!/?p>|br)", words):
                self.notes.append(_("its pairs are plain text"))
            return to_plain(words.replace("</p>", " ").replace("<br>", " "))
        return " ".join(html.unescape(FORBIDDEN.sub("", source)).split())

    def _note(self, notes: tuple[sanitise.Note, ...]) -> None:
        self.notes += [f"{n.what}: {n.reason}" for n in notes if n.what not in HARMLESS]


def paragraph(text: str) -> str:
    """Plain text as HTML; its line breaks stay."""
    clean = html.escape(FORBIDDEN.sub("", text).strip(), quote=False)
    return f"<p>{clean.replace(chr(10), '<br>')}</p>" if clean else ""


def markdown(text: str) -> str:
    if text.count("[") + text.count("*") + text.count("_") > MOST_BRACKETS:
        return paragraph(text)
    rendered: str = MARKDOWN.render(text)
    return rendered


def perhaps_html(text: str) -> str:
    """HTML where the text is well-formed formatting; else its signs are its words.

    A question about HTML ("which tag is bold: <b>, <i>?") is written like one that uses it.
    """
    return text if _is_formatting(text) else paragraph(text)


def _is_formatting(text: str) -> bool:
    opened: list[str] = []
    tags = 0
    for found in TAG.finditer(text):
        closing, name, closed = found[1], (found[2] or "").lower(), found[3]
        if name not in FORMATTING:
            return False
        tags += 1
        if name in VOID or closed:
            continue
        if not closing:
            opened.append(name)
        elif not opened or opened.pop() != name:
            return False
    return bool(tags) and not opened and bool(visible(text) or "<img" in text)


def new_seed() -> uuid.UUID:
    return uuid.uuid4()
