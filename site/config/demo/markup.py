"""A small Markdown dialect for lessons, parsed into the blocks of a lesson body.

A source is plain text that stays readable as such:

    ## Heading            ### Smaller heading
    Paragraphs, - lists, 1. lists, and a line of --- for a rule (one ``text`` block together)
    ![alt text](images/a.png "Caption"){wide}        an empty alt text marks a decoration
    ```python Caption     … closed by ```
    :::tip Title          … closed by :::            or note, warning, example, quiz
    > Quoted words
    > — Who said them
    ::download file="files/a.csv" title="…" description="…"
    ::video video="…" title="…" poster="…" captions="…" chapters="files/b.txt"
    ::audio video="…" title="…" captions="…"
    ::embed url="https://…" title="…"

Inside text: ``**bold**``, ``*italic*``, `` `code` ``, ``[label](https://…)`` and a backslash that
keeps the next character as it is. Raw HTML is text, so what comes out needs no sanitising.
"""

import html
import re
import shlex
from collections.abc import Callable
from typing import Any, NoReturn

Block = tuple[str, dict[str, Any] | str]
"""Type and value of a block; references in it are paths below ``files/``, not ids."""

CALLOUTS = ("note", "tip", "warning", "example")

_HEADING = re.compile(r"(#{2,3}) +(.+)")
_FENCE = re.compile(r"```(\S*) *(.*)")
_CONTAINER = re.compile(r":::(\w+) *(.*)")
_DIRECTIVE = re.compile(r"::(\w+) +(.+)")
_IMAGE = re.compile(r'!\[(.*)\]\((\S+?)(?: +"(.*)")?\)(\{wide\})?')
_ITEM = re.compile(r"(-|\d+\.) +(.*)")
_ATTRIBUTION = re.compile(r"[—–] *(.+)")
_INLINE = re.compile(
    r"\\(?P<kept>.)"
    r"|`(?P<code>[^`]+)`"
    r"|\*\*(?P<bold>.+?)\*\*"
    r"|\*(?P<italic>.+?)\*"
    r"|\[(?P<label>[^\]]+)\]\((?P<href>[^)\s]+)\)"
)
_SAFE_HREF = re.compile(r"(https?:|mailto:|/|#)", re.IGNORECASE)

# `poster`, `captions` and `chapters` are the film's, the rest is the block's.
_PLAYED = {
    "title": "",
    "video": None,
    "url": "",
    "captions": None,
    "chapters": "",
    "transcript": "",
}
_DIRECTIVES: dict[str, tuple[set[str], dict[str, Any]]] = {
    # name: (attributes it must have, all attributes with what they are when absent)
    "download": ({"file", "title"}, {"title": "", "file": "", "description": ""}),
    "video": ({"title"}, _PLAYED | {"poster": None}),
    "audio": ({"title"}, _PLAYED),
    "embed": ({"url", "title"}, {"url": "", "title": ""}),
}


class MarkupError(ValueError):
    """A source that cannot be read; the message names the line."""


def inline(text: str) -> str:
    """Rich-text HTML of one run of text, escaped."""

    def mark(match: re.Match[str]) -> str:
        if (kept := match["kept"]) is not None:
            return html.escape(kept, quote=False)
        if (code := match["code"]) is not None:
            return f"<code>{html.escape(code, quote=False)}</code>"
        if (bold := match["bold"]) is not None:
            return f"<b>{inline(bold)}</b>"
        if (italic := match["italic"]) is not None:
            return f"<i>{inline(italic)}</i>"
        href = match["href"]
        if not _SAFE_HREF.match(href):
            raise MarkupError(f"link to {href!r}: only http(s), mailto, / and # are allowed")
        return f'<a href="{html.escape(href)}">{inline(match["label"])}</a>'

    parts: list[str] = []
    end = 0
    for match in _INLINE.finditer(text):
        parts += [html.escape(text[end : match.start()], quote=False), mark(match)]
        end = match.end()
    parts.append(html.escape(text[end:], quote=False))
    return "".join(parts)


def rich_text(lines: list[str]) -> str:
    """Rich-text HTML of paragraphs, lists and rules; a blank line ends each of them."""
    out: list[str] = []
    kind = ""  # the element being gathered: "p", "ul", "ol" or none
    items: list[str] = []

    def flush() -> None:
        nonlocal kind
        if kind == "p":
            out.append(f"<p>{inline(items[0])}</p>")
        elif kind:
            out.append(f"<{kind}>{''.join(f'<li>{inline(i)}</li>' for i in items)}</{kind}>")
        kind = ""
        items.clear()

    for line in (raw.strip() for raw in lines):
        if not line:
            flush()
        elif line == "---":
            flush()
            out.append("<hr/>")
        elif match := _ITEM.fullmatch(line):
            wanted = "ul" if match[1] == "-" else "ol"
            if kind != wanted:
                flush()
                kind = wanted
            items.append(match[2])
        elif kind:
            items[-1] += f" {line}"
        else:
            kind = "p"
            items.append(line)
    flush()
    return "".join(out)


class _Parser:
    def __init__(self, source: str, read: Callable[[str], str]) -> None:
        self.lines = source.splitlines()
        self.read = read
        self.at = 0
        self.blocks: list[Block] = []
        self.text: list[str] = []

    def fail(self, message: str) -> NoReturn:
        raise MarkupError(f"line {self.at}: {message}")

    def run(self) -> list[Block]:
        while self.at < len(self.lines):
            line = self.lines[self.at].rstrip()
            self.at += 1
            try:
                block = self.block(line)
            except MarkupError:
                raise
            except ValueError as error:  # shlex: a quotation mark that is never closed
                self.fail(str(error))
            if block is None:
                self.text.append(line)
            else:
                self.flush()
                self.blocks.append(block)
        self.flush()
        return self.blocks

    def flush(self) -> None:
        if text := rich_text(self.text):
            self.blocks.append(("text", text))
        self.text = []

    def until(self, end: str) -> list[str]:
        start = self.at
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self.at += 1
            if line.rstrip() == end:
                return self.lines[start : self.at - 1]
        self.at = start
        self.fail(f"nothing closes this with {end}")

    def block(self, line: str) -> Block | None:
        """The block that begins with ``line``, or None if it belongs to running text."""
        if match := _HEADING.fullmatch(line):
            return "heading", {"text": match[2], "level": f"h{len(match[1])}"}
        if match := _FENCE.fullmatch(line):
            code = "\n".join(self.until("```"))
            return "code", {"language": match[1] or "text", "code": code, "caption": match[2]}
        if match := _CONTAINER.fullmatch(line):
            return self.container(match[1], match[2])
        if line.startswith("> "):
            return self.quote(line)
        if match := _IMAGE.fullmatch(line):
            alt, path, caption, wide = match.groups()
            return "image", {
                "image": path,
                "alt": alt,
                "decorative": not alt,
                "caption": caption or "",
                "width": "wide" if wide else "text",
            }
        if match := _DIRECTIVE.fullmatch(line):
            return self.directive(match[1], match[2])
        if line.startswith((":::", "::", "![", "#")):
            self.fail(f"not understood: {line}")
        return None

    def container(self, kind: str, title: str) -> Block:
        if kind not in (*CALLOUTS, "quiz"):
            self.fail(f"unknown callout {kind!r}")
        text = rich_text(self.until(":::"))
        if kind == "quiz":
            return "quiz", {"quiz": None, "title": title, "text": text}
        return "callout", {"kind": kind, "title": title, "text": text}

    def quote(self, line: str) -> Block:
        words = [line.removeprefix("> ")]
        while self.at < len(self.lines) and self.lines[self.at].startswith(">"):
            words.append(self.lines[self.at].removeprefix(">").strip())
            self.at += 1
        said_by = _ATTRIBUTION.fullmatch(words[-1])
        if said_by:
            words.pop()
        return "quote", {"text": " ".join(words), "attribution": said_by[1] if said_by else ""}

    def directive(self, name: str, attributes: str) -> Block:
        if name not in _DIRECTIVES:
            self.fail(f"unknown directive {name!r}")
        required, defaults = _DIRECTIVES[name]
        pairs = [word.partition("=") for word in shlex.split(attributes)]
        given = {key: value for key, _, value in pairs}
        if unknown := given.keys() - defaults.keys():
            self.fail(f"{name} has no {', '.join(sorted(unknown))}")
        if missing := required - given.keys():
            self.fail(f"{name} lacks {', '.join(sorted(missing))}")
        value = defaults | given
        for words in ("transcript", "chapters"):
            if value.get(words):
                value[words] = self.read(value[words])
        return name, value


def parse(source: str, *, read: Callable[[str], str]) -> list[Block]:
    """Blocks of ``source``; ``read`` returns the text of a file that it names (a transcript).

    Raises MarkupError for anything that looks like a block but is none.
    """
    return _Parser(source, read).run()
