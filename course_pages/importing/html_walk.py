"""One walk over the HTML of strangers, writing anew what it says."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import nh3
from django.utils.translation import gettext as _
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from assets.adding import language_of
from core.blocks.files import player_url
from core.blocks.text import LANGUAGES
from course_pages.importing.blocks import (
    ALT_LENGTH,
    HEADING_LENGTH,
    TITLE_LENGTH,
    audio,
    callout,
    download,
    formula,
    heading,
    picture,
    video,
)
from course_pages.importing.description import Block
from course_pages.importing.html_table import Grid, cell_html, grid, heads, tables
from course_pages.importing.mathml import to_tex
from course_pages.importing.media import no_media
from course_pages.importing.richtext import (
    FORBIDDEN,
    Line,
    List,
    Part,
    Rule,
    folded,
    visible,
)
from course_pages.importing.targets import Note, Resolver, Target, TargetKind

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
# What no formula holds, and TeX has no words for.
NO_FORMULA = ("img", "table", "pre", "iframe", "object", "embed", "video", "audio")
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
MATHJAX = {
    "[mathjaxinline]": r"\(", "[/mathjaxinline]": r"\)", "[mathjax]": r"\[", "[/mathjax]": r"\]",
}  # fmt: skip
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


def walked(source: str, resolver: Resolver) -> Walker:
    walker = Walker(resolver)
    tree = parse(source)
    if tree is not None:
        if words := _script_only(tree):
            walker.note("control", words, _("works only with a script of the source"))
        else:
            walker.walk(tree)
            walker.end_line()
    return walker


def parse(source: str) -> HtmlElement | None:
    """The HTML as a tree, or None where there is nothing in it."""
    source = FORBIDDEN.sub("", source)
    for theirs, ours in MATHJAX.items():
        source = source.replace(theirs, ours)
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


class Walker:
    """One pass over a tree. `parts` is what came out, `notes` what was lost on the way."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.parts: list[Part] = []
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
            self.parts.append(Line(markup))
        self.parts += [block for __, block in pending]
        self._line = [opening for opening, __ in self._open]

    def emit(self, block: Block) -> None:
        self.end_line()
        self.parts.append(block)

    def _sub(self, element: HtmlElement) -> list[Part]:
        """The parts of an element on its own, as in a list item or a table cell."""
        walker = Walker(self.resolver)
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
        self.parts.append(Rule())

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
            words = visible(part.html) if isinstance(part, Line) else ""
            if not isinstance(part, Line):
                self.parts.append(part)
            elif len(words) > HEADING_LENGTH or "<a " in part.html:
                self.parts.append(Line(f"<b>{part.html}</b>"))
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
                    self.parts.append(Line(f"{opening}{html.escape(shown, quote=False)}</a>"))
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
                self.parts.append(Line(f'<a href="{html.escape(target.value)}">{label}</a>'))
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
        """A picture that cannot be shown: its description stands for it, but for mere icons."""
        if alt and not re.search(r"\b[Ii]con\b", alt):
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
                self.parts.append(Line(f'<a href="{html.escape(target.value)}">{label}</a>'))
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
            if target.kind is TargetKind.FILE and not target.plays:
                self.note("video" if as_video else "audio", target.value, no_media())
                continue
            if target.kind is TargetKind.FILE:
                made = video if as_video else audio
                block = made(title or target.title, file=target.value)
                if words := self._captions(element):
                    block.value["captions"] = words
                self.parts.append(block)
                return
            if target.kind is TargetKind.WEB and as_video:
                self.parts.append(video(title or _("Video"), url=target.value))
                return
            if target.kind is TargetKind.WEB:
                self.parts.append(audio(title or _("Audio"), url=target.value))
                return
            self.note(
                "video" if as_video else "audio", target.value, _("the file is not in the source")
            )
        self.content(element)
        self.end_line()

    def _captions(self, element: HtmlElement) -> dict[str, str]:
        """Files of the source with a film's words, by language."""
        found: dict[str, str] = {}
        for track in element.iter("track"):
            if track.get("kind", "subtitles") not in {"captions", "subtitles"}:
                continue
            language = language_of(track.get("srclang") or "")
            target = self.resolver.file((track.get("src") or "").strip())
            if target.kind is TargetKind.FILE and language:
                found.setdefault(language, target.value)
            else:
                self.note("captions", target.value, _("the file is not in the source"))
        return found

    def _walk_svg(self, element: HtmlElement) -> None:
        self.note("drawing", "svg", _("drawings inside the text are left out, their words kept"))
        self.say(" ".join(" ".join(element.itertext()).split()))

    def _walk_math(self, element: HtmlElement) -> None:
        if next(element.iter(*NO_FORMULA), None) is not None:
            # Browsers end the formula there; what it holds stands in the text.
            self.content(element)
            return
        tex = to_tex(element)
        if not tex:
            return
        if (element.get("display") or "") == "block" and not self._open:
            self.emit(formula(tex))
        else:
            self.say(rf"\({tex}\)")

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
        lines = [part.html for part in parts if isinstance(part, Line)]
        if lines and len(lines) == len(parts) and not any("<a " in line for line in lines):
            text = "\n\n".join(visible(line.replace("<br>", "\n")) for line in lines)
            self.parts.append(Block("quote", {"text": text, "attribution": attribution}))
            return
        self.parts += parts
        if attribution:
            self.parts.append(Line(f"— {html.escape(attribution, quote=False)}"))

    # Lists

    def _walk_ul(self, element: HtmlElement) -> None:
        self._list(element, "ul")

    def _walk_ol(self, element: HtmlElement) -> None:
        self._list(element, "ol")

    def _list(self, element: HtmlElement, tag: str) -> None:
        """A list stays whole; an unordered one is split where an item holds a picture or code."""
        self.end_line()
        items: list[str] = []
        later: list[Part] = []

        def close() -> None:
            if items:
                self.parts.append(List(f"<{tag}>{''.join(items)}</{tag}>"))
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
                    yield folded(self._sub(child))
                else:
                    holder = Walker(self.resolver)
                    holder._offered = self._offered
                    holder.walk(child)
                    holder.end_line()
                    self.notes += holder.notes
                    yield folded(holder.parts)
            if child.tail and child.tail.strip():
                yield html.escape(" ".join(child.tail.split()), quote=False), []

    def _walk_dl(self, element: HtmlElement) -> None:
        self.end_line()
        self.content(element)
        self.end_line()

    # Tables

    def _walk_table(self, element: HtmlElement) -> None:
        self.end_line()
        found = grid(element)
        for row in element.iter("tr"):
            if next(row.iterancestors("table")) is element:
                self._report_handlers(row)
        body = found.rows[1:] if found.has_head else found.rows
        if found.width <= 1 or not body or self._lays_out(element, found):
            self.content(element)
            self.end_line()
            return
        self._strays(element)
        rows: list[list[str]] = []
        later: list[Block] = []
        for row in body:
            cells = []
            for cell in row:
                words, blocks = folded(self._sub(cell)) if cell is not None else ("", [])
                cells.append(cell_html(words))
                later += blocks
            rows.append(cells + [""] * (found.width - len(cells)))
        head = heads(found.rows[0] if found.has_head else (), found.width)
        for block in (*tables(found.caption, head, rows), *later):
            self.emit(block)

    @staticmethod
    def _lays_out(element: HtmlElement, found: Grid) -> bool:
        """Whether the table only places pictures, frames or other tables beside each other."""
        held = next(element.iter("img", "iframe", "video", "audio", "pre", "h1", "h2", "h3"), None)
        nested = any(inner is not element for inner in element.iter("table"))
        return not found.has_head and (held is not None or nested)

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
