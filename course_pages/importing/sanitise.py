"""HTML of strangers, made into lesson blocks.

The mark-up is walked once and written anew from what it says, so nothing of the source's
tags reaches a page; the result goes through nh3 with the rich-text allow list as well.
Text is never dropped silently: what cannot keep its form keeps its words.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol
from urllib.parse import urlsplit

import nh3
from django.utils.translation import gettext as _
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from core.blocks.files import player_url
from core.blocks.text import LANGUAGES
from course_pages.importing.description import Block

RICH_TEXT_TAGS = {"p", "b", "i", "ul", "ol", "li", "a", "code", "sub", "sup", "s", "hr", "br"}
RICH_TEXT_ATTRIBUTES = {"a": {"href", "linktype", "id"}}
LINK_SCHEMES = {"http", "https", "mailto", "tel"}

HEADING_LENGTH = 200
ALT_LENGTH = 500
TITLE_LENGTH = 200

INLINE = {
    "b": "b", "strong": "b",
    "i": "i", "em": "i", "cite": "i", "dfn": "i", "var": "i",
    "code": "code", "kbd": "code", "samp": "code", "tt": "code",
    "sub": "sub", "sup": "sup",
    "s": "s", "del": "s", "strike": "s",
}  # fmt: skip
CONTAINERS = {
    "html", "body", "p", "div", "section", "article", "header", "footer", "main", "aside", "nav",
    "center", "address", "form", "fieldset", "legend", "figure", "figcaption", "details", "dd",
    "noscript", "hgroup", "li", "tr", "td", "th", "tbody", "thead", "tfoot", "caption", "title",
    "search", "dialog", "menu", "optgroup",
}  # fmt: skip
HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h3", "h5": "h3", "h6": "h3"}
SCRIPTS = {"script", "template"}
INVISIBLE = {"style", "link", "meta", "base", "head", "param", "source", "track", "col", "colgroup"}
# Icon fonts write the icon's name as text; a learner must not read "menu_book".
ICON_CLASS = re.compile(r"(?:^|\s)material-(?:icons|symbols)[\w-]*")
ICON_TEXT = {
    "check": "✓",
    "done": "✓",
    "check_circle": "✓",
    "close": "✗",
    "cancel": "✗",
    "clear": "✗",
}
POOR_LINK_TEXT = {"here", "click here", "link", "this", "download", "file", "pdf"}
CODE_LANGUAGES = {language for language, __ in LANGUAGES}
CODE_ALIASES = {
    "js": "javascript",
    "py": "python",
    "py3": "python",
    "sh": "bash",
    "shell": "bash",
    "ts": "typescript",
    "c++": "cpp",
    "yml": "yaml",
    "rs": "rust",
    "markup": "html",
}
# What neither XML nor a database column takes.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class TargetKind(Enum):
    """What an address in the source leads to."""

    IMAGE = auto()  # value: a key of the description's images
    FILE = auto()  # value: a key of the description's files
    LESSON = auto()  # value: a lineage
    WEB = auto()  # value: an absolute address
    MISSING = auto()  # value: the name of the file that the source does not hold
    NOWHERE = auto()  # value: why


@dataclass(frozen=True)
class Target:
    kind: TargetKind
    value: str
    title: str = ""


class Resolver(Protocol):
    """What the sanitiser asks a reader about the addresses that it meets."""

    def link(self, url: str) -> Target:
        """What a link leads to; a picture of the source is a file to download here."""
        ...

    def image(self, url: str) -> Target:
        """What an image shows."""
        ...

    def file(self, url: str) -> Target:
        """The file behind a player or an object."""
        ...


@dataclass(frozen=True)
class Note:
    """A detail that did not survive as it was."""

    what: str
    name: str
    reason: str


@dataclass(frozen=True)
class Sanitised:
    blocks: tuple[Block, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class RichText:
    """Words of one rich-text field, and the blocks that such a field cannot hold."""

    html: str
    extras: tuple[Block, ...]
    notes: tuple[Note, ...]


def to_blocks(source: str, resolver: Resolver) -> Sanitised:
    """Lesson blocks for a piece of HTML, in its order."""
    walker = _walked(source, resolver)
    return Sanitised(tuple(_assembled(walker.parts)), tuple(walker.notes))


def to_rich_text(source: str, resolver: Resolver) -> RichText:
    """The same for a field that holds only rich text: headings become bold lines."""
    walker = _walked(source, resolver)
    words: list[_Part] = []
    extras: list[Block] = []
    for part in walker.parts:
        if not isinstance(part, Block):
            words.append(part)
        elif part.type in {"heading", "quote", "code"}:
            words.append(_Line(_inline_words(part)))
        else:
            extras.append(part)
    texts = [block.value for block in _assembled(words)]
    return RichText("".join(texts), tuple(extras), tuple(walker.notes))


def to_plain(source: str) -> str:
    """Only the words, on one line."""
    cleaned = nh3.clean(FORBIDDEN.sub("", source), tags=set(), link_rel=None)
    return " ".join(html.unescape(cleaned).split())


def clean_rich_text(source: str) -> str:
    """The last gate of every rich-text value: the allow list of the text block."""
    return nh3.clean(
        source,
        tags=RICH_TEXT_TAGS,
        attributes=RICH_TEXT_ATTRIBUTES,
        url_schemes=LINK_SCHEMES,
        link_rel=None,
    )


def parse(source: str) -> HtmlElement | None:
    """The HTML as a tree, or None where there is nothing in it."""
    source = FORBIDDEN.sub("", source)
    if not source.strip():
        return None
    tree, too_deep = _tree(source)
    if too_deep:
        # The parser gives up on absurd nesting and would lose the words in it.
        tree, __ = _tree(nh3.clean(source, tags={"p", "br", "a"}, link_rel=None))
    return tree


def _tree(source: str) -> tuple[HtmlElement | None, bool]:
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree = document_fromstring(f"<div>{source}</div>".encode(), parser=parser)
    except etree.ParserError:
        return None, False
    too_deep = any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log)
    return tree, too_deep


def heading(text: str, level: str = "h2") -> Block:
    """A heading block; its text is cut to what the block takes only by whoever calls."""
    return Block("heading", {"text": text, "level": level})


def picture(key: str, alt: str, caption: str = "") -> Block:
    """An image block; without a description it can only be decoration."""
    alt = alt[:ALT_LENGTH]
    return Block(
        "image",
        {
            "image": key,
            "alt": alt,
            "decorative": not alt,
            "caption": caption[:ALT_LENGTH],
            "width": "text",
        },
    )


def download(key: str, title: str) -> Block:
    return Block("download", {"title": title[:TITLE_LENGTH], "file": key, "description": ""})


def video(title: str, *, url: str = "", file: str | None = None) -> Block:
    return Block(
        "video",
        {
            "title": title[:TITLE_LENGTH],
            "file": file,
            "url": url,
            "poster": None,
            "captions": None,
            "transcript": "",
        },
    )


def callout(title: str, text: str, kind: str = "note") -> Block:
    return Block("callout", {"kind": kind, "title": title[:TITLE_LENGTH], "text": text})


# Parts: what the walk yields; text blocks are put together from neighbouring parts. -----


@dataclass(frozen=True)
class _Line:
    """One paragraph of inline HTML."""

    html: str


@dataclass(frozen=True)
class _List:
    """A whole list, as HTML."""

    html: str


@dataclass(frozen=True)
class _Rule:
    """A thematic break."""


_Part = _Line | _List | _Rule | Block


def _assembled(parts: Iterable[_Part]) -> Iterator[Block]:
    text: list[str] = []

    def flush() -> Iterator[Block]:
        words = clean_rich_text("".join(text))
        text.clear()
        if visible(words) or "<hr>" in words:
            yield Block("text", words)

    for part in parts:
        match part:
            case Block():
                yield from flush()
                yield part
            case _Rule():
                if text:
                    text.append("<hr>")
            case _List():
                text.append(part.html)
            case _Line():
                text.append(f"<p>{part.html}</p>")
    yield from flush()


def visible(markup: str) -> str:
    """The text of our own mark-up, stripped."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup)).strip()


def _inline_words(block: Block) -> str:
    value = block.value
    match block.type:
        case "heading":
            return f"<b>{html.escape(value['text'], quote=False)}</b>"
        case "code":
            return (
                f"<code>{html.escape(value['code'], quote=False).replace(chr(10), '<br>')}</code>"
            )
        case _:
            words = html.escape(value["text"], quote=False).replace("\n\n", "<br>")
            source = html.escape(value["attribution"], quote=False)
            return f"“{words}”" + (f" — {source}" if source else "")


def _walked(source: str, resolver: Resolver) -> _Walker:
    walker = _Walker(resolver)
    tree = parse(source)
    if tree is not None:
        if words := _script_only(tree):
            walker.note("control", words, _("works only with a script of the source"))
        else:
            walker.walk(tree)
            walker.end_line()
    return walker


def _script_only(tree: HtmlElement) -> str:
    """The words of a piece that is nothing but buttons for a script, else ""."""
    buttons = [
        element
        for element in tree.iter("button", "input")
        if any(name.startswith("on") for name in element.attrib)
    ]
    if (
        not buttons
        or next(tree.iter("img", "a", "iframe", "video", "table", "pre"), None) is not None
    ):
        return ""
    labels = " ".join(" ".join(element.itertext()) for element in buttons).split()
    words = " ".join(tree.itertext()).split()
    return " ".join(words) if len(" ".join(words)) - len(" ".join(labels)) <= 60 else ""


class _Walker:
    """One pass over a tree. `parts` is what came out, `notes` what was lost on the way."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.parts: list[_Part] = []
        self.notes: list[Note] = []
        self._line: list[str] = []
        self._open: list[tuple[str, str]] = []
        # Downloads named in the present paragraph, with the words that named them.
        self._pending: list[tuple[str, Block]] = []
        self._offered: set[str] = set()

    # Output

    def note(self, what: str, name: str, reason: str) -> None:
        self.notes.append(Note(what, " ".join(name.split())[:200], reason))

    def say(self, text: str | None) -> None:
        if text:
            collapsed = re.sub(r"[ \t\r\n\f]+", " ", text)
            self._line.append(html.escape(collapsed, quote=False))

    def end_line(self) -> None:
        """Close the paragraph; formatting that is in force opens again in the next one."""
        closing = "".join(close for __, close in reversed(self._open))
        markup = "".join(self._line) + closing
        markup = re.sub(r"^(?:\s|<br>)+|(?:\s|<br>)+$", "", markup)
        words = visible(markup)
        pending, self._pending = self._pending, []
        if words and not (len(pending) == 1 and words == pending[0][0].strip()):
            self.parts.append(_Line(markup))
        self.parts += [block for __, block in pending]
        self._line = [opening for opening, __ in self._open]

    def emit(self, block: Block) -> None:
        self.end_line()
        self.parts.append(block)

    def _sub(self, element: HtmlElement) -> list[_Part]:
        """The parts of an element on its own, as in a list item or a table cell."""
        walker = _Walker(self.resolver)
        walker._offered = self._offered
        walker.content(element)
        walker.end_line()
        self.notes += walker.notes
        return walker.parts

    # The walk

    def content(self, element: HtmlElement) -> None:
        self.say(element.text)
        for child in element:
            self.walk(child)
            self.say(child.tail)

    def walk(self, element: HtmlElement) -> None:
        tag = element.tag
        if not isinstance(tag, str):
            return
        tag = tag.rpartition(":")[2].lower()
        self._report_handlers(element)
        if tag in SCRIPTS:
            self.note("script", element.get("src") or tag, _("scripts are left out"))
        elif tag in INVISIBLE:
            if tag in {"style", "link"}:
                self.note("style", element.get("href") or tag, _("styles are left out"))
            elif tag == "head":
                for child in element:
                    self.walk(child)
        elif tag in INLINE:
            self._inline(element, INLINE[tag])
        elif handler := getattr(self, f"_walk_{tag}", None):
            handler(element)
        elif tag in HEADINGS:
            self._heading(element, HEADINGS[tag])
        elif tag in CONTAINERS:
            self.end_line()
            self.content(element)
            self.end_line()
        elif ICON_CLASS.search(element.get("class") or ""):
            self._icon(element)
        else:
            self.content(element)

    def _report_handlers(self, element: HtmlElement) -> None:
        for name in element.attrib:
            if isinstance(name, str) and name.lower().startswith("on"):
                self.note("script", name, _("scripts are left out"))

    def _inline(self, element: HtmlElement, tag: str) -> None:
        if any(opening == f"<{tag}>" for opening, __ in self._open):
            self.content(element)
            return
        self._enclose(element, f"<{tag}>", f"</{tag}>")

    def _enclose(self, element: HtmlElement, opening: str, closing: str) -> None:
        self._open.append((opening, closing))
        self._line.append(opening)
        self.content(element)
        self._open.pop()
        self._line.append(closing)

    def _walk_br(self, element: HtmlElement) -> None:
        self._line.append("<br>")

    def _walk_hr(self, element: HtmlElement) -> None:
        self.end_line()
        self.parts.append(_Rule())

    def _walk_wbr(self, element: HtmlElement) -> None:
        self._line.append("\u200b")

    def _icon(self, element: HtmlElement) -> None:
        name = "".join(element.itertext()).strip()
        if sign := ICON_TEXT.get(name):
            self.say(sign)
        elif re.fullmatch(r"[a-z0-9_]+", name):
            self.note("icon", name, _("icons of an icon font are left out"))
        else:
            self.content(element)

    def _walk_q(self, element: HtmlElement) -> None:
        self.say("“")
        self.content(element)
        self.say("”")

    def _walk_summary(self, element: HtmlElement) -> None:
        self.end_line()
        self._inline(element, "b")
        self.end_line()

    _walk_dt = _walk_summary

    def _heading(self, element: HtmlElement, level: str) -> None:
        self.end_line()
        for part in self._sub(element):
            words = visible(part.html) if isinstance(part, _Line) else ""
            if not isinstance(part, _Line):
                self.parts.append(part)
            elif len(words) > HEADING_LENGTH or "<a " in part.html:
                self.parts.append(_Line(f"<b>{part.html}</b>"))
            else:
                self.parts.append(heading(" ".join(words.split()), level))

    # Links and media

    def _walk_a(self, element: HtmlElement) -> None:
        url = (element.get("href") or "").strip()
        words = " ".join("".join(element.itertext()).split())
        if not url or any(opening.startswith("<a ") for opening, __ in self._open):
            self.content(element)
            return
        target = self.resolver.link(url)
        match target.kind:
            case TargetKind.WEB | TargetKind.LESSON:
                quoted = html.escape(target.value)
                opening = (
                    f'<a href="{quoted}">'
                    if target.kind is TargetKind.WEB
                    else f'<a linktype="lesson" id="{quoted}">'
                )
                before = len(self.parts)
                self._enclose(element, opening, "</a>")
                if not words and len(self.parts) > before:
                    # A linked picture: blocks carry no link, so it gets a line of its own.
                    shown = target.title or target.value
                    self.parts.append(_Line(f"{opening}{html.escape(shown, quote=False)}</a>"))
            case TargetKind.FILE | TargetKind.IMAGE:
                self.content(element)
                self._offer(target, words)
            case TargetKind.MISSING:
                self.note("file", target.value, _("the file is not in the source"))
                self.content(element)
            case TargetKind.NOWHERE:
                self.note("link", url, target.value)
                self.content(element)

    def _offer(self, target: Target, words: str) -> None:
        if target.value in self._offered:
            return
        self._offered.add(target.value)
        title = words if words and words.lower() not in POOR_LINK_TEXT else target.title
        self._pending.append((words, download(target.value, title or target.value)))

    def _walk_img(self, element: HtmlElement) -> None:
        self._picture(element, "")

    def _picture(self, element: HtmlElement, caption: str) -> None:
        url = (element.get("src") or "").strip()
        alt = " ".join((element.get("alt") or element.get("title") or "").split())
        if not url:
            self._unavailable(alt)
            return
        target = self.resolver.image(url)
        match target.kind:
            case TargetKind.IMAGE:
                if not alt:
                    self.note(
                        "image", target.title or url, _("has no description: marked as decoration")
                    )
                self.emit(picture(target.value, alt, caption))
                return
            case TargetKind.FILE:
                self.note(
                    "image", target.title, _("is no picture that can be shown: offered as a file")
                )
                if alt:
                    self.emit(download(target.value, alt))
            case TargetKind.WEB:
                self.note("image", url, _("lies on another site: linked"))
                label = html.escape(alt or target.value, quote=False)
                self.end_line()
                self.parts.append(_Line(f'<a href="{html.escape(target.value)}">{label}</a>'))
            case TargetKind.MISSING:
                self.note("image", target.value, _("the file is not in the source"))
                self._unavailable(alt)
            case _:
                self.note("image", url[:80], target.value)
                self._unavailable(alt)
        if caption:
            self.end_line()
            self.say(caption)
            self.end_line()

    def _unavailable(self, alt: str) -> None:
        if alt:
            self.emit(
                callout(_("A picture is missing here"), f"<p>{html.escape(alt, quote=False)}</p>")
            )

    def _walk_figure(self, element: HtmlElement) -> None:
        pictures = list(element.iter("img"))
        captions = list(element.iter("figcaption"))
        words = " ".join("".join(element.itertext()).split())
        said = " ".join("".join(captions[0].itertext()).split()) if len(captions) == 1 else ""
        self.end_line()
        if len(pictures) == 1 and said and words == said and len(said) <= ALT_LENGTH:
            self._report_handlers(pictures[0])
            self._picture(pictures[0], said)
        else:
            self.content(element)
            self.end_line()

    def _walk_iframe(self, element: HtmlElement) -> None:
        url = (element.get("src") or element.get("data-src") or "").strip()
        title = " ".join((element.get("title") or "").split())
        self._frame(element, url, title)

    def _walk_embed(self, element: HtmlElement) -> None:
        self._frame(element, (element.get("src") or "").strip(), element.get("title") or "")

    def _walk_object(self, element: HtmlElement) -> None:
        self._frame(element, (element.get("data") or "").strip(), element.get("title") or "")

    def _frame(self, element: HtmlElement, url: str, title: str) -> None:
        self.end_line()
        if url.startswith("//"):
            url = f"https:{url}"
        if player_url(url):
            self.parts.append(
                Block("embed", {"url": url, "title": (title or _("Video"))[:TITLE_LENGTH]})
            )
            return
        target = self.resolver.file(url) if url else Target(TargetKind.NOWHERE, _("no address"))
        match target.kind:
            case TargetKind.FILE | TargetKind.IMAGE:
                self.content(element)
                self._offer(target, "")
            case TargetKind.WEB:
                self.note("frame", url, _("pages of other sites are linked, not framed"))
                label = html.escape(title or url, quote=False)
                self.parts.append(_Line(f'<a href="{html.escape(target.value)}">{label}</a>'))
                self.content(element)
            case _:
                self.note("frame", target.value or url, _("cannot be shown here"))
                if title:
                    self.parts.append(
                        callout(title, f"<p>{_('This part is not available here.')}</p>")
                    )
                self.content(element)
        self.end_line()

    def _walk_video(self, element: HtmlElement) -> None:
        self._player(element, as_video=True)

    def _walk_audio(self, element: HtmlElement) -> None:
        self._player(element, as_video=False)

    def _player(self, element: HtmlElement, *, as_video: bool) -> None:
        self.end_line()
        urls = [element.get("src"), *(source.get("src") for source in element.iter("source"))]
        title = " ".join((element.get("title") or element.get("aria-label") or "").split())
        for url in filter(None, urls):
            target = self.resolver.file(url.strip())
            if target.kind is TargetKind.FILE:
                shown = title or target.title
                self.parts.append(
                    video(shown, file=target.value) if as_video else download(target.value, shown)
                )
                return
            if target.kind is TargetKind.WEB and as_video:
                self.parts.append(video(title or _("Video"), url=target.value))
                return
            if target.kind is TargetKind.WEB:
                label = html.escape(title or target.value, quote=False)
                self.parts.append(_Line(f'<a href="{html.escape(target.value)}">{label}</a>'))
                return
            self.note(
                "video" if as_video else "audio", target.value, _("the file is not in the source")
            )
        self.content(element)
        self.end_line()

    def _walk_svg(self, element: HtmlElement) -> None:
        self.note("drawing", "svg", _("drawings inside the text are left out, their words kept"))
        self.say(" ".join(" ".join(element.itertext()).split()))

    def _walk_math(self, element: HtmlElement) -> None:
        for annotation in element.iter("annotation"):
            if "tex" in (annotation.get("encoding") or "").lower():
                self.say(rf"\({''.join(annotation.itertext()).strip()}\)")
                return
        self.note("formula", "math", _("a formula in MathML keeps only its signs"))
        self.say(" ".join(" ".join(element.itertext()).split()))

    # Forms: nothing here can be sent, the words stay

    def _walk_input(self, element: HtmlElement) -> None:
        kind = (element.get("type") or "text").lower()
        if kind == "hidden":
            return
        self.note("form", element.get("name") or kind, _("form fields are left out"))
        if kind in {"button", "submit", "reset"}:
            self.say(element.get("value"))

    def _walk_select(self, element: HtmlElement) -> None:
        self.note("form", element.get("name") or "select", _("form fields are left out"))
        words = [" ".join(text.split()) for text in element.itertext()]
        self.say(" / ".join(word for word in words if word))

    # Code, quotations

    def _walk_pre(self, element: HtmlElement) -> None:
        self.end_line()
        if next(element.iter("img", "table", "iframe"), None) is not None:
            self.content(element)
            self.end_line()
            return
        for br in element.iter("br"):
            br.tail = "\n" + (br.tail or "")
        code = "".join(element.itertext()).strip("\n").rstrip()
        if code.strip():
            self.parts.append(
                Block("code", {"language": _language(element), "code": code, "caption": ""})
            )

    def _walk_textarea(self, element: HtmlElement) -> None:
        self.note("form", element.get("name") or "textarea", _("form fields are left out"))
        self.content(element)

    def _walk_blockquote(self, element: HtmlElement) -> None:
        self.end_line()
        credit = next((e for e in element.iter("footer", "cite")), None)
        attribution = ""
        if credit is not None:
            said = " ".join("".join(credit.itertext()).split())
            attribution = said.lstrip("—–- ").strip()
        if len(attribution) > TITLE_LENGTH:
            attribution = ""
        if attribution and credit is not None:
            parent = credit.getparent()
            if parent is not None:
                # lxml drops the tail with the element; the words after it are the quote's.
                credit.drop_tree()
        parts = self._sub(element)
        lines = [part.html for part in parts if isinstance(part, _Line)]
        if lines and len(lines) == len(parts) and not any("<a " in line for line in lines):
            text = "\n\n".join(visible(line.replace("<br>", "\n")) for line in lines)
            self.parts.append(Block("quote", {"text": text, "attribution": attribution}))
            return
        self.parts += parts
        if attribution:
            self.parts.append(_Line(f"— {html.escape(attribution, quote=False)}"))

    # Lists

    def _walk_ul(self, element: HtmlElement) -> None:
        self._list(element, "ul")

    def _walk_ol(self, element: HtmlElement) -> None:
        self._list(element, "ol")

    def _list(self, element: HtmlElement, tag: str) -> None:
        """A list stays whole; an unordered one is split where an item holds a picture or code."""
        self.end_line()
        items: list[str] = []
        later: list[_Part] = []

        def close() -> None:
            if items:
                self.parts.append(_List(f"<{tag}>{''.join(items)}</{tag}>"))
                items.clear()
            self.parts.extend(later)
            later.clear()

        for words, blocks in self._items(element):
            if words:
                items.append(f"<li>{words}</li>")
            later += blocks
            if later and tag == "ul":
                close()
        close()

    def _items(self, element: HtmlElement) -> Iterator[tuple[str, list[Block]]]:
        if element.text and element.text.strip():
            yield html.escape(" ".join(element.text.split()), quote=False), []
        for child in element:
            if isinstance(child.tag, str):
                if child.tag in SCRIPTS | INVISIBLE:
                    self.walk(child)
                elif child.tag in {"li", "div", "span", "p"}:
                    self._report_handlers(child)
                    yield _folded(self._sub(child))
                else:
                    holder = _Walker(self.resolver)
                    holder._offered = self._offered
                    holder.walk(child)
                    holder.end_line()
                    self.notes += holder.notes
                    yield _folded(holder.parts)
            if child.tail and child.tail.strip():
                yield html.escape(" ".join(child.tail.split()), quote=False), []

    def _walk_dl(self, element: HtmlElement) -> None:
        self.end_line()
        self.content(element)
        self.end_line()

    # Tables: rows become lines until there is a block for tables

    def _walk_table(self, element: HtmlElement) -> None:
        self.end_line()
        caption = ""
        rows: list[tuple[HtmlElement, list[HtmlElement]]] = []
        for child in element.iter("caption", "tr"):
            owner = next(child.iterancestors("table"))
            if owner is not element:
                continue
            if child.tag == "caption":
                caption = " ".join("".join(child.itertext()).split())
            else:
                rows.append((child, [c for c in child if c.tag in {"td", "th"}]))
        if caption:
            self.parts.append(_Line(f"<b>{html.escape(caption, quote=False)}</b>"))
        if all(len(cells) <= 1 for __, cells in rows):
            # A table of one column lays out, it does not tabulate.
            self.content(element)
            self.end_line()
            return
        self.note("table", caption or _("table"), _("flattened: its rows became lines"))
        self._strays(element)
        heads: list[str] = []
        if self._is_header(*rows[0]):
            heads = [" ".join(" ".join(cell.itertext()).split()) for cell in rows[0][1]]
            rows = rows[1:]
            if any(heads):
                line = " — ".join(f"<b>{html.escape(h, quote=False)}</b>" for h in heads if h)
                self.parts.append(_Line(line))
        for row, cells in rows:
            self._report_handlers(row)
            self._row(cells, heads)

    def _strays(self, table: HtmlElement) -> None:
        """Words and scripts that stand in a table but in none of its cells."""
        for element in table.iter("table", "thead", "tbody", "tfoot", "tr"):
            if element is not table and next(element.iterancestors("table")) is not table:
                continue
            if element.tag == "table" and element is not table:
                continue
            self.say(element.text)
            for child in element:
                if child.tag not in {"thead", "tbody", "tfoot", "tr", "td", "th", "caption"}:
                    self.walk(child)
                self.say(child.tail)
        self.end_line()

    @staticmethod
    def _is_header(row: HtmlElement, cells: list[HtmlElement]) -> bool:
        parent = row.getparent()
        in_head = parent is not None and parent.tag == "thead"
        plain = all(
            next(cell.iter("img", "ul", "ol", "pre", "table", "a"), None) is None for cell in cells
        )
        return plain and len(cells) > 1 and (in_head or all(cell.tag == "th" for cell in cells))

    def _row(self, cells: list[HtmlElement], heads: list[str]) -> None:
        if heads and len(heads) == 2 and len(cells) == 2:
            words, blocks = _folded(self._sub(cells[0]))
            if words:
                self.parts.append(_Line(words if words.startswith("<b>") else f"<b>{words}</b>"))
            self.parts += blocks
            self.parts += self._sub(cells[1])
            return
        folded = [_folded(self._sub(cell)) for cell in cells]
        texts = [words for words, __ in folded]
        if heads and len(heads) > 2 and len(texts) > 1:
            if texts[0]:
                first = f"{html.escape(heads[0], quote=False)}: " if heads[0] else ""
                self.parts.append(
                    _Line(f"<b>{first}</b>{texts[0]}" if first else f"<b>{texts[0]}</b>")
                )
            items = []
            for index, words in enumerate(texts[1:], start=1):
                label = html.escape(heads[index], quote=False) if index < len(heads) else ""
                if words:
                    items.append(f"<li>{f'<b>{label}</b>: ' if label else ''}{words}</li>")
            if items:
                self.parts.append(_List(f"<ul>{''.join(items)}</ul>"))
        elif len(texts) > 5 or any("<ul>" in w or "<ol>" in w or "<br>" in w for w in texts):
            self.parts += _cells_as_lists(texts)
        elif any(texts):
            self.parts.append(_Line(" — ".join(words for words in texts if words)))
        for __, blocks in folded:
            self.parts += blocks


def _cells_as_lists(texts: list[str]) -> Iterator[_Part]:
    """Each cell a list item, but for cells that are lists already."""
    items: list[str] = []
    for words in [*texts, None]:
        is_list = words is not None and re.fullmatch(r"<(ul|ol)>.*</\1>", words, re.DOTALL)
        if (is_list or words is None) and items:
            yield _List(f"<ul>{''.join(items)}</ul>")
            items = []
        if is_list and words:
            yield _List(words)
        elif words:
            items.append(f"<li>{words}</li>")


def _folded(parts: list[_Part]) -> tuple[str, list[Block]]:
    """Parts made fit for the inside of a list item, and the blocks that must follow the list."""
    words: list[str] = []
    blocks: list[Block] = []
    for part in parts:
        match part:
            case _Line():
                words.append(part.html)
            case _List():
                words.append(part.html)
            case Block(type="heading" | "quote"):
                words.append(_inline_words(part))
            case Block(type="code") if "\n" not in part.value["code"]:
                words.append(_inline_words(part))
            case Block():
                blocks.append(part)
    lines = sum(not word.startswith(("<ul>", "<ol>")) for word in words)
    joiner = " · " if lines > 3 else "<br>"
    joined = ""
    for word in words:
        is_list = word.startswith(("<ul>", "<ol>"))
        after_list = joined.endswith(("</ul>", "</ol>"))
        joined += word if not joined or is_list or after_list else joiner + word
    return joined, blocks


def _language(element: HtmlElement) -> str:
    """The language that a code block's classes name, if we can colour it."""
    named = [element.get("class") or "", element.get("lang") or ""]
    named += [code.get("class") or "" for code in element.iter("code")]
    for word in re.split(r"[\s:;]+", " ".join(named).lower()):
        candidate = word.removeprefix("language-").removeprefix("lang-").removeprefix("brush-")
        candidate = CODE_ALIASES.get(candidate, candidate)
        if candidate in CODE_LANGUAGES and candidate != "text":
            return candidate
    return "text"


def is_web_address(url: str) -> bool:
    """Whether a link may lead there: an absolute address of an allowed scheme with a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme in {"mailto", "tel"}:
        return bool(parts.path)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
