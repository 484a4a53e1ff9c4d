"""One Markdown text as pieces: HTML still to be sanitised, callouts, films, gaps."""

from __future__ import annotations

import copy
import functools
import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.gfm import gfm_plugin

from core.blocks.files import player_url
from course_pages.importing.richtext import visible

# What the many dialects call their boxes, by the kinds of our callout.
CALLOUTS = {
    "note": "note", "info": "note", "abstract": "note", "summary": "note", "important": "note",
    "quote": "note", "question": "note", "admonition": "note", "seealso": "note", "todo": "note",
    "tip": "tip", "hint": "tip", "success": "tip",
    "warning": "warning", "caution": "warning", "attention": "warning", "danger": "warning",
    "error": "warning", "failure": "warning", "bug": "warning",
    "example": "example",
}  # fmt: skip
CONTAINERS = ("note", "info", "tip", "warning", "caution", "danger", "important", "success")
OPENING = {"alert_open", "admonition_open", *(f"container_{name}_open" for name in CONTAINERS)}
# Commands of mdBook to its own preprocessors; nothing here obeys them.
COMMAND = re.compile(r"^[ \t]*\{\{#(\w+)\s*([^}\n]*)\}\}[ \t]*$", re.MULTILINE)
TITLED = re.compile(r"\s*<p>\[!(\w+)\][+-]?[ \t]*([^\n]*?)(</p>|\n)")
NAMED = "|".join(CALLOUTS)
ASIDE = re.compile(
    rf"\s*<p>(?:<(em|strong)>({NAMED})(?::</\1>|</\1>:)|({NAMED}):)\s*", re.IGNORECASE
)
CHECKBOX = re.compile(r'<input class="task-list-item-checkbox"[^>]*?(checked[^>]*)?>')
# Deeper than any honest text; the parser gives up there and would lose the words silently.
DEEPEST = 60
# The parser's time grows with the square of the brackets in one paragraph.
MOST_BRACKETS = 5_000


@dataclass(frozen=True)
class Html:
    source: str


@dataclass(frozen=True)
class Box:
    kind: str
    title: str
    source: str


@dataclass(frozen=True)
class Film:
    title: str
    url: str


@dataclass(frozen=True)
class Gap:
    """Something that stood in another file, or worked only with the source's own tools."""

    what: str
    name: str


Piece = Html | Box | Film | Gap


def _always(markup: str) -> Callable[..., str]:
    return lambda renderer, tokens, index, options, env: markup


def _footnote_number(renderer: object, tokens: Sequence[Token], index: int, *rest: object) -> str:
    return f"<sup>{tokens[index].meta['id'] + 1}</sup>"


def _inline_formula(renderer: object, tokens: Sequence[Token], index: int, *rest: object) -> str:
    return rf"\({html.escape(tokens[index].content.strip(), quote=False)}\)"


def _displayed_formula(renderer: object, tokens: Sequence[Token], index: int, *rest: object) -> str:
    return rf"<p>\[{html.escape(tokens[index].content.strip(), quote=False)}\]</p>"


# Footnotes without links up and down the page, formulas as the text block has them.
RULES: dict[str, Callable[..., str]] = {
    "footnote_ref": _footnote_number,
    "footnote_anchor": _always(""),
    "footnote_block_open": _always("<hr><ol>"),
    "footnote_block_close": _always("</ol>"),
    "footnote_open": _always("<li>"),
    "footnote_close": _always("</li>"),
    "math_inline": _inline_formula,
    "math_block": _displayed_formula,
    "math_block_label": _displayed_formula,
}


class TooTangled(Exception):
    """A paragraph that would keep the parser busy for minutes: no honest text is like that."""


def _check_brackets(state: StateCore) -> None:
    if any(t.type == "inline" and t.content.count("[") > MOST_BRACKETS for t in state.tokens):
        raise TooTangled


@functools.cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": DEEPEST})
    parser.use(gfm_plugin).use(deflist_plugin).use(admon_plugin)
    # As Pandoc does it: "$5 and $6" is money.
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False, allow_blank_lines=False)
    for name in CONTAINERS:
        parser.use(container_plugin, name=name)
    parser.core.ruler.before("inline", "brackets", _check_brackets)
    for rule, markup in RULES.items():
        parser.add_render_rule(rule, markup)
    return parser


@dataclass(frozen=True)
class Heading:
    """A heading that opens a text: its words, and where it ends in the tokens."""

    text: str
    level: int
    end: int


class MarkdownText:
    """A parsed text. `too_deep` says that words may have been lost to absurd nesting."""

    def __init__(self, source: str) -> None:
        self._parser = _parser()
        self._env: dict[str, object] = {}
        self.tokens = self._parser.parse(source, self._env)
        self.too_deep = any(token.level >= DEEPEST - 2 for token in self.tokens)

    def opening_heading(self) -> Heading | None:
        """The heading that the text begins with."""
        for index, token in enumerate(self.tokens):
            if token.type == "heading_open":
                return Heading(words(self.tokens[index + 1]), int(token.tag[1]), index + 3)
            if token.type != "html_block" or not token.content.lstrip().startswith("<!--"):
                return None
        return None

    def links(self) -> Iterator[str]:
        """The addresses of all links, in their order."""
        for token in self.tokens:
            for child in token.children or ():
                if child.type == "link_open":
                    yield str(child.attrGet("href") or "")

    def first_paragraph(self) -> str:
        """The words of the first paragraph that is more than a picture."""
        for before, token in zip(self.tokens, self.tokens[1:], strict=False):
            if before.type == "paragraph_open" and before.level == 0 and words(token):
                return words(token)
        return ""

    def begins_with(self, said: str, index: int) -> bool:
        """Whether the paragraph at that token says just this."""
        return (
            len(self.tokens) > index + 2
            and self.tokens[index].type == "paragraph_open"
            and words(self.tokens[index + 1]) == said
        )

    def pieces(self, start: int = 0) -> Iterator[Piece]:
        plain: list[Token] = []
        index = start
        while index < len(self.tokens):
            token = self.tokens[index]
            end = self._end(index)
            special = list(self._special(index, end)) if token.level == 0 else []
            if special:
                if plain:
                    yield Html(self._html(plain))
                    plain = []
                yield from special
                index = end
            else:
                plain += self.tokens[index:end]
                index = end
        if plain:
            yield Html(self._html(plain))

    def _end(self, index: int) -> int:
        """Past the last token of the top-level part that begins here."""
        level = self.tokens[index].level
        if self.tokens[index].nesting != 1:
            return index + 1
        for position in range(index + 1, len(self.tokens)):
            token = self.tokens[position]
            if token.level == level and token.nesting == -1:
                return position + 1
        return len(self.tokens)

    def _special(self, start: int, end: int) -> Iterator[Piece]:
        token = self.tokens[start]
        if token.type in OPENING:
            yield self._box(start, end)
        elif token.type == "blockquote_open":
            yield from self._quoted_box(start, end)
        elif token.type == "ordered_list_open":
            yield from self._long_steps(start, end)
        elif token.type == "paragraph_open":
            yield from _film(self.tokens[start + 1])
            yield from _commands(self.tokens[start + 1])
        elif token.type in {"fence", "code_block"}:
            yield from self._code_with_commands(start)

    def _box(self, start: int, end: int) -> Box:
        token = self.tokens[start]
        inner = self.tokens[start + 1 : end - 1]
        title = ""
        if inner and inner[0].type in {"alert_title", "alert_title_open", "admonition_title_open"}:
            close = next((i for i, t in enumerate(inner) if t.type.endswith("title_close")), 0)
            title = " ".join(words(t) for t in inner[: close + 1] if t.type == "inline")
            inner = inner[close + 1 :]
        if token.type.startswith("container_"):
            name, __, title = token.info.strip().partition(" ")
        else:
            name = next((n for n in re.split(r"[\s-]+", _classes(token)) if n in CALLOUTS), "note")
        title = title.strip(" []")
        if title.casefold() == name.casefold():
            title = ""
        return Box(CALLOUTS.get(name, "note"), title, self._html(inner))

    def _code_with_commands(self, index: int) -> Iterator[Piece]:
        """Commands become gaps; what else stands in the code stays."""
        token = self.tokens[index]
        gaps = list(_commands(token))
        yield from gaps
        if gaps and (kept := COMMAND.sub("", token.content).strip("\n")).strip():
            rest = copy.copy(token)
            rest.content = kept
            yield Html(self._html([rest]))

    def _quoted_box(self, start: int, end: int) -> Iterator[Box]:
        """`> [!TIP] A title of its own`, as Obsidian has it, and `> **Note**: …`."""
        markup = self._html(self.tokens[start + 1 : end - 1])
        if (found := TITLED.match(markup)) and found[1].lower() in CALLOUTS:
            rest = markup[found.end() :]
            source = f"<p>{rest}" if found[3] == "\n" else rest
            yield Box(CALLOUTS[found[1].lower()], visible(found[2]), source)
        elif found := ASIDE.match(markup):
            kind = (found[2] or found[3]).lower()
            yield Box(CALLOUTS[kind], "", f"<p>{markup[found.end() :]}")

    def _long_steps(self, start: int, end: int) -> Iterator[Html]:
        """Numbered steps with code between their words: paragraphs that begin with the number.

        A list in rich text could only hold the code as a line of the step.
        """
        inside = self.tokens[start + 1 : end - 1]
        if not any(token.type in {"fence", "code_block"} for token in inside):
            return
        number = int(self.tokens[start].attrGet("start") or 1)
        steps: list[Token] = []
        label = ""
        for token in inside:
            if token.type == "list_item_open" and token.level == 1:
                label, number = f"<b>{number}.</b> ", number + 1
            elif token.level > 1:
                if label and token.type == "inline":
                    mark = Token("html_inline", "", 0, content=label)
                    token.children, label = [mark, *(token.children or ())], ""
                elif label and token.type != "paragraph_open":
                    steps.append(Token("html_block", "", 0, content=f"<p>{label}</p>"))
                    label = ""
                token.hidden = token.hidden and token.level > 2
                steps.append(token)
        yield Html(self._html(steps))

    def _html(self, tokens: Sequence[Token]) -> str:
        for token in tokens:
            if token.type == "fence":
                # ```rust,ignore · ```{python} · ```js title="x": only the language counts.
                token.info = re.split(r"[\s,{}:]+", token.info.strip(" {"))[0].lstrip(".")
        markup = self._parser.renderer.render(tokens, self._parser.options, self._env)
        return CHECKBOX.sub(lambda found: "☑" if found.group(1) else "☐", markup)


def words(token: Token) -> str:
    """The plain words of an inline token."""
    said = []
    for child in token.children or ():
        if child.type in {"text", "code_inline", "math_inline"}:
            said.append(child.content)
        elif child.type in {"softbreak", "hardbreak"}:
            said.append(" ")
    return " ".join("".join(said).split())


def _classes(token: Token) -> str:
    meta = token.meta.get("kind") or token.meta.get("tag") or "" if token.meta else ""
    return f"{meta} {token.attrGet('class') or ''} {token.info}".lower()


def _film(inline: Token) -> Iterator[Film]:
    """Pictures that link to a film, with nothing beside them, are that film."""
    films = []
    url = ""
    for child in inline.children or ():
        if child.type == "link_open":
            url = str(child.attrGet("href") or "")
        elif child.type == "link_close":
            url = ""
        elif child.type == "image" and url and player_url(url):
            films.append(Film(child.content, url))
        elif child.type not in {"softbreak", "hardbreak"} and child.content.strip():
            return
    yield from films


def _commands(token: Token) -> Iterator[Gap]:
    if token.type == "inline" and COMMAND.sub("", token.content).strip():
        return
    for found in COMMAND.finditer(token.content):
        yield Gap(found.group(1), found.group(2).strip())
