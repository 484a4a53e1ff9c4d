"""HTML of strangers → blocks: nothing active survives, no word is lost."""

import html
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from course_pages.blocks import LessonBody
from course_pages.importing.description import Block
from course_pages.importing.richtext import clean_rich_text, visible
from course_pages.importing.sanitise import Sanitised, to_blocks, to_rich_text
from course_pages.importing.targets import Target, TargetKind, is_web_address

LESSON = "0b7e4b2e-3f7b-5a49-9a0c-0a5b7d0c7f11"


class Resolver:
    """Knows one picture, one file and one lesson."""

    def link(self, url: str) -> Target:
        if url == "lesson":
            return Target(TargetKind.LESSON, LESSON)
        return self.file(url)

    def image(self, url: str) -> Target:
        if url == "cat.png":
            return Target(TargetKind.IMAGE, "static/cat.png", "cat")
        return self._other(url)

    def file(self, url: str) -> Target:
        if url in {"notes.pdf", "film.mp4", "film.vtt"}:
            plays = "video" if url == "film.mp4" else ""
            return Target(TargetKind.FILE, f"static/{url}", url.partition(".")[0], plays)
        return self._other(url)

    def _other(self, url: str) -> Target:
        if is_web_address(url):
            return Target(TargetKind.WEB, url)
        if url.endswith(".png") or url.endswith(".pdf"):
            return Target(TargetKind.MISSING, url)
        return Target(TargetKind.NOWHERE, "leads nowhere")


def made(source: str) -> Sanitised:
    return to_blocks(source, Resolver())


def blocks(source: str) -> list[tuple[str, Any]]:
    return [(block.type, block.value) for block in made(source).blocks]


def words_of(found: Sanitised) -> str:
    """Everything that a learner could read of the blocks."""

    def read(value: object) -> str:
        if isinstance(value, dict):
            return " ".join(read(item) for item in value.values())
        return visible(value.replace("<", " <")) if isinstance(value, str) else ""

    return " ".join(
        block.value["code"] if block.type == "code" else read(block.value) for block in found.blocks
    )


def test_paragraphs_and_lists_become_one_text_block() -> None:
    source = "<div><p>One <strong>two</strong></p><ul><li>a</li><li>b</li></ul>tail</div>"
    assert blocks(source) == [
        ("text", "<p>One <b>two</b></p><ul><li>a</li><li>b</li></ul><p>tail</p>")
    ]


@pytest.mark.parametrize(
    ("tag", "level"),
    [("h1", "h2"), ("h2", "h2"), ("h3", "h3"), ("h4", "h3"), ("h5", "h3"), ("h6", "h3")],
)
def test_headings(tag: str, level: str) -> None:
    expected = [("heading", {"text": "Why axes", "level": level}), ("text", "<p>so</p>")]
    assert blocks(f"<{tag}>Why <em>axes</em></{tag}><p>so</p>") == expected


def test_long_or_linked_headings_stay_text() -> None:
    assert blocks("<h2><a href='https://a.example/'>Go</a></h2>") == [
        ("text", '<p><b><a href="https://a.example/">Go</a></b></p>')
    ]
    (block,) = made(f"<h2>{'word ' * 60}</h2>").blocks
    assert block.type == "text"


def test_image_with_and_without_description() -> None:
    found = made('<p>See <img src="cat.png" alt="A cat"> and <img src="cat.png"></p>')
    kinds = [block.type for block in found.blocks]
    assert kinds == ["text", "image", "text", "image"]
    assert found.blocks[1].value["alt"] == "A cat"
    assert not found.blocks[1].value["decorative"]
    assert found.blocks[3].value["decorative"]
    assert [note.what for note in found.notes] == ["image"]


def test_figure_caption_goes_with_the_image() -> None:
    source = '<figure><img src="cat.png" alt="A cat"><figcaption>Our cat</figcaption></figure>'
    (block,) = made(source).blocks
    assert (block.type, block.value["caption"]) == ("image", "Our cat")


def test_missing_image_keeps_its_description() -> None:
    (block,) = made('<img src="gone.png" alt="A lost map">').blocks
    assert block.type == "callout"
    assert "A lost map" in block.value["text"]


def test_formatting_goes_on_after_a_picture() -> None:
    assert [value for kind, value in blocks('<p><b>a<img src="cat.png" alt="x">b</b></p>')][
        0::2
    ] == ["<p><b>a</b></p>", "<p><b>b</b></p>"]


def test_links() -> None:
    source = (
        '<p><a href="https://a.example/?a=1&amp;b=2">web</a> <a href="lesson">on</a> '
        '<a href="javascript:alert(1)">js</a> <a href="#x">here</a></p>'
    )
    assert blocks(source) == [
        (
            "text",
            '<p><a href="https://a.example/?a=1&amp;b=2">web</a> '
            f'<a linktype="lesson" id="{LESSON}">on</a> js here</p>',
        )
    ]


def test_file_link_becomes_a_download_after_its_paragraph() -> None:
    found = blocks('<p>Read <a href="notes.pdf">the notes</a> first.</p><p>Then go.</p>')
    assert [kind for kind, __ in found] == ["text", "download", "text"]
    assert found[0][1] == "<p>Read the notes first.</p>"
    assert found[1][1] == {"title": "the notes", "file": "static/notes.pdf", "description": ""}


def test_lonely_file_link_is_only_the_download() -> None:
    assert [kind for kind, __ in blocks('<p><a href="notes.pdf">Notes</a></p>')] == ["download"]


def test_linked_picture_keeps_its_link() -> None:
    found = blocks('<a href="https://a.example/"><img src="cat.png" alt="A cat"></a>')
    assert [kind for kind, __ in found] == ["image", "text"]
    assert 'href="https://a.example/"' in str(found[1][1])


def test_code() -> None:
    found = blocks('<pre><code class="language-python">a = 1<br>if a &lt; 2:\n  b</code></pre>')
    assert found == [
        ("code", {"language": "python", "code": "a = 1\nif a < 2:\n  b", "caption": ""})
    ]


def test_quote_with_its_source() -> None:
    source = "<blockquote><p>One.</p><p>Two.</p><footer>— <cite>Ada</cite></footer></blockquote>"
    assert blocks(source) == [("quote", {"text": "One.\n\nTwo.", "attribution": "Ada"})]


def test_quote_with_a_link_stays_text() -> None:
    found = blocks('<blockquote>By <a href="https://a.example/">her</a></blockquote>')
    assert [kind for kind, __ in found] == ["text"]


def test_table_of_two_columns() -> None:
    found = made(
        "<table><tr><th>Kind</th><th>Use</th></tr>"
        "<tr><td>Bar</td><td><ul><li>compare</li></ul></td></tr></table>"
    )
    (table,) = found.blocks
    assert (table.type, table.value) == (
        "table",
        {
            "caption": "",
            "columns": [{"type": "text", "heading": "Kind"}, {"type": "text", "heading": "Use"}],
            "rows": [{"values": ["<p>Bar</p>", "<p>• compare</p>"]}],
        },
    )
    assert found.notes == ()


def test_table_of_many_columns_names_its_heads() -> None:
    source = (
        "<table><thead><tr><th>Who</th><th>Reads</th><th>Writes</th></tr></thead>"
        "<tr><td>Ann</td><td>yes</td><td>no</td></tr></table>"
    )
    value = blocks(source)[0][1]
    assert [column["heading"] for column in value["columns"]] == ["Who", "Reads", "Writes"]
    assert value["rows"] == [{"values": ["<p>Ann</p>", "<p>yes</p>", "<p>no</p>"]}]


def test_iframes() -> None:
    found = blocks('<iframe src="//www.youtube.com/embed/lVPPPpyUOR4" title="Film"></iframe>')
    embed = {"url": "https://www.youtube.com/embed/lVPPPpyUOR4", "title": "Film"}
    assert found == [("embed", embed)]
    found = blocks('<iframe src="https://evil.example/" title="Lab">no frames</iframe>')
    assert found == [("text", '<p><a href="https://evil.example/">Lab</a></p><p>no frames</p>')]


def test_scripts_styles_and_handlers_are_named() -> None:
    found = made(
        '<style>p{}</style><script>alert(1)</script><p onclick="x()">Words</p>'
        '<script src="/static/a.js"></script>'
    )
    assert [block.value for block in found.blocks] == ["<p>Words</p>"]
    assert sorted(note.what for note in found.notes) == ["script", "script", "script", "style"]


def test_a_piece_of_nothing_but_scripted_buttons_is_left_out_and_named() -> None:
    found = made('<p>Useful?</p><button onclick="vote(1)">Yes</button>')
    assert found.blocks == ()
    assert [(note.what, note.name) for note in found.notes] == [("control", "Useful? Yes")]


def test_icon_fonts_leave_no_ligatures() -> None:
    source = '<span class="material-symbols-outlined">menu_book</span> Docs '
    assert blocks(source) == [("text", "<p>Docs</p>")]
    source = '<p>A <span class="material-symbols-outlined green">check</span></p>'
    assert blocks(source) == [("text", "<p>A ✓</p>")]


def test_rich_text_field_keeps_pictures_apart() -> None:
    found = to_rich_text('<h3>Q1</h3><p>Look</p><img src="cat.png" alt="A cat">', Resolver())
    assert found.html == "<p><b>Q1</b></p><p>Look</p>"
    assert [block.type for block in found.extras] == ["image"]


def test_absurd_nesting_loses_no_word() -> None:
    source = "<div>" * 5000 + "deep" + "</div>" * 5000 + "<p>after</p>"
    assert words_of(made(source)).split() == ["deep", "after"]


@pytest.mark.parametrize(
    "source",
    [
        '<p><img src=x onerror="alert(1)">t</p>',
        '<a href="JaVaScRiPt:alert(1)">t</a>',
        '<a href="&#106;avascript:alert(1)">t</a>',
        '<a href="java\nscript:alert(1)">t</a>',
        '<a href="data:text/html,<script>alert(1)</script>">t</a>',
        "<svg><script>alert(1)</script>t</svg>",
        '<math><mtext><table><mglyph><style><img src=x onerror="alert(1)">t</math>',
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>">t</noscript>',
        '<p style="background:url(javascript:x)" hx-get="/x" data-x="y">t</p>',
        '<form action="https://evil.example"><input name=p value=v>t</form>',
        "<scr<script>ipt>alert(1)</scr</script>ipt>t",
        '<a linktype="page" id="1">t</a>',
        '<embed embedtype="media" url="https://evil.example">t',
        "<p>t<![CDATA[<script>alert(1)</script>]]></p>",
        '<base href="https://evil.example/"><a href="x">t</a>',
    ],
)
def test_nothing_active_survives(source: str) -> None:
    assert_harmless(made(source))


def assert_harmless(found: Sanitised) -> None:
    for block in found.blocks:
        for text in rich_texts(block):
            assert clean_rich_text(text) == text
            for tag in re.findall(r"<[^>]*>", text):
                assert re.fullmatch(
                    r"</?(?:p|b|i|ul|ol|li|code|sub|sup|s|hr|br)>|</a>"
                    r'|<a href="(?:https?:|mailto:|tel:)[^"<>]*">'
                    r'|<a linktype="lesson" id="[0-9a-f-]{36}">',
                    tag,
                ), tag
        for name in ("url",):
            url = block.value.get(name) if isinstance(block.value, dict) else None
            assert not url or url.startswith(("https://", "http://"))


def rich_texts(block: Block) -> list[str]:
    if block.type == "text":
        return [block.value]
    return [block.value["text"]] if block.type in {"callout", "quiz"} else []


TAGS = [
    "p", "div", "span", "b", "em", "ul", "ol", "li", "table", "tr", "td", "th", "h1", "h3", "pre",
    "code", "blockquote", "a", "dl", "dt", "dd", "figure", "figcaption", "section", "button",
    "select", "option", "details", "summary", "font", "x-custom", "center", "label", "textarea",
    "iframe", "object", "video", "audio", "noscript", "q", "cite", "footer", "svg", "math",
]  # fmt: skip
ATTRIBUTES = ["", ' href="https://a.example/"', ' href="notes.pdf"', ' onclick="x()"', ' class="c"',
              ' src="cat.png"', ' href="javascript:x"', ' style="x"', ' title="t"']  # fmt: skip
WORDS = st.from_regex(r"[a-zäöß漢字☃]{1,8}", fullmatch=True)


def markup() -> st.SearchStrategy[str]:
    """Trees of known tags, well-formed or with their end tags lost, words anywhere."""
    leaf = WORDS.map(lambda word: f" {word} ") | st.sampled_from(
        ['<img src="cat.png" alt="x">', '<img src="gone.png">', "<br>", "<hr>", "<!-- c -->"]
    )

    def wrap(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.builds(
            lambda tag, attribute, parts, closed: (
                f"<{tag}{attribute}>{''.join(parts)}" + (f"</{tag}>" if closed else "")
            ),
            st.sampled_from(TAGS),
            st.sampled_from(ATTRIBUTES),
            st.lists(inner, max_size=4),
            st.sampled_from([True, True, True, False]),
        )

    return st.recursive(leaf, wrap, max_leaves=12)


def source_words(source: str) -> set[str]:
    return set(re.sub(r"<!--.*?-->|<[^>]*>", " ", source).split())


@given(markup())
@example('<math><img src="cat.png" alt="x"> after </math>')
@example('<math><img src="gone.png"> after </math>')
@example("<math> before <span> within </span> after </math>")
@example("<math><mfrac> stray <mn> one </mn> between <mn> two </mn> after </mfrac></math>")
@example("<math><mtable> stray <mtr> one <mtd> two </mtd> three </mtr> four </mtable></math>")
def test_no_word_is_lost_and_nothing_active_kept(source: str) -> None:
    found = made(source)
    assert_harmless(found)
    left_out = " ".join(note.name for note in found.notes if note.what == "control")
    if len(left_out) < 200:
        read = set(words_of(found).split()) | set(left_out.split())
        read |= {word.strip("“”—·[]/\\()✓") for word in read}
        missing = {w for w in source_words(source) if not any(w in r for r in read)}
        assert not missing


@given(st.text(max_size=300))
def test_any_text_makes_valid_harmless_blocks(source: str) -> None:
    found = made(source)
    assert_harmless(found)
    assert_storable(found)


@given(st.text(alphabet="<>/=\"'&;!-[]aphreflinktypescript:\0 \n", max_size=200))
def test_broken_markup_makes_valid_harmless_blocks(source: str) -> None:
    found = made(source)
    assert_harmless(found)
    assert_storable(found)


def assert_storable(found: Sanitised) -> None:
    """What the database and the lesson's own checks take; pictures need their rows."""
    body = LessonBody()
    raw = json.loads(json.dumps([{"type": b.type, "value": b.value} for b in found.blocks]))
    text = json.dumps(raw, ensure_ascii=False)
    text.encode()
    assert "\0" not in text
    without_files = [item for item in raw if item["type"] not in {"image", "download", "video"}]
    body.clean(body.to_python(without_files))


def naughty_strings() -> list[str]:
    folder = os.environ.get("LECTERN_SHARED_DATA")
    if not folder:
        return []
    strings: list[str] = json.loads((Path(folder) / "hostile" / "blns.json").read_text())
    return strings


@pytest.mark.skipif(not naughty_strings(), reason="LECTERN_SHARED_DATA is not set")
def test_naughty_strings() -> None:
    for string in naughty_strings():
        for source in (
            string,
            f"<p>{html.escape(string)}</p>",
            f'<img src="cat.png" alt="{string}">',
        ):
            found = made(source)
            assert_harmless(found)
            assert_storable(found)


def test_cells_over_several_places_keep_the_columns_in_line() -> None:
    source = (
        "<table><tr><th>A</th><th>B</th><th>C</th></tr>"
        '<tr><td rowspan="2">1</td><td colspan="2">2</td></tr><tr><td>3</td><td>4</td></tr></table>'
    )
    assert [row["values"] for row in blocks(source)[0][1]["rows"]] == [
        ["<p>1</p>", "<p>2</p>", ""],
        ["", "<p>3</p>", "<p>4</p>"],
    ]


def test_a_table_that_claims_a_million_columns_stays_small() -> None:
    source = '<table><tr><td colspan="9999" rowspan="9999">1</td><td>2</td></tr></table>'
    assert sum(len(value["columns"]) for kind, value in blocks(source) if kind == "table") <= 61


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<math><mfrac><mn>1</mn><mi>x</mi></mfrac></math>", r"\frac{1}{x}"),
        ("<math><msup><mi>a</mi><mn>2</mn></msup><mo>+</mo><mi>b</mi></math>", "{a}^{2} + b"),
        ("<math><msqrt><mi>y</mi></msqrt></math>", r"\sqrt{y}"),
    ],
)
def test_mathml_becomes_tex(source: str, expected: str) -> None:
    assert blocks(f"<p>See {source}.</p>") == [("text", rf"<p>See \({expected}\).</p>")]
    displayed = source.replace("<math>", '<math display="block">')
    assert blocks(displayed) == [("math", {"formula": expected, "description": ""})]


def test_a_formula_with_a_picture_is_text_and_the_picture_stays() -> None:
    found = made('<p>If <math><mi>x</mi> <img src="cat.png" alt="A cat"> then</math></p>')
    assert [block.type for block in found.blocks] == ["text", "image", "text"]
    assert found.blocks[1].value["alt"] == "A cat"
    assert [visible(found.blocks[at].value) for at in (0, 2)] == ["If x", "then"]


def test_a_film_takes_its_captions_along_and_a_text_is_no_film() -> None:
    words = "".join(f'<track srclang="{code}" src="film.vtt">' for code in ("en_GB", "xx"))
    (found,) = blocks(f'<video src="film.mp4">{words}</video>')
    assert found[1]["video"] == "static/film.mp4"
    assert found[1]["captions"] == {"en-gb": "static/film.vtt"}
    refused = made('<video src="notes.pdf"></video>')
    assert [note.what for note in refused.notes] == ["video"]
    assert not refused.blocks


def test_an_audio_player_becomes_audio() -> None:
    (found,) = blocks('<audio src="https://a.example/x.mp3" title="Talk"></audio>')
    assert found == (
        "audio",
        {"title": "Talk", "video": None, "url": "https://a.example/x.mp3", "transcript": ""},
    )
