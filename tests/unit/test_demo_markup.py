"""The dialect in which the demo's lessons are written."""

import pytest

from config.demo.content import split_front_matter
from config.demo.markup import Block, MarkupError, inline, parse


def blocks(source: str) -> list[Block]:
    return parse(source, read=lambda path: f"text of {path}")


def test_inline_marks_become_rich_text() -> None:
    assert inline("a **b** *c* `d<e` [f](https://g.example/?h=1&i)") == (
        'a <b>b</b> <i>c</i> <code>d&lt;e</code> <a href="https://g.example/?h=1&amp;i">f</a>'
    )


def test_html_is_text_and_a_backslash_keeps_a_mark() -> None:
    assert inline(r"<script> & 2 \* 3 \* 4") == "&lt;script&gt; &amp; 2 * 3 * 4"


def test_link_to_a_script_is_refused() -> None:
    with pytest.raises(MarkupError, match="javascript"):
        inline("[x](javascript:alert)")


def test_paragraphs_lists_and_rules_are_one_text_block() -> None:
    source = "One\ntwo.\n\n- a\n- b\n  goes on\n\n1. c\n2. d\n\n---\n\nEnd"
    assert blocks(source) == [
        (
            "text",
            "<p>One two.</p><ul><li>a</li><li>b goes on</li></ul>"
            "<ol><li>c</li><li>d</li></ol><hr/><p>End</p>",
        )
    ]


def test_a_list_of_the_other_kind_begins_a_new_list() -> None:
    assert blocks("- a\n1. b") == [("text", "<ul><li>a</li></ul><ol><li>b</li></ol>")]


def test_headings_code_and_quotes() -> None:
    source = "## A\n### B\n```python How\nx = 1\n\n## no heading\n```\n> Said\n> twice\n> — Ida"
    assert blocks(source) == [
        ("heading", {"text": "A", "level": "h2"}),
        ("heading", {"text": "B", "level": "h3"}),
        ("code", {"language": "python", "code": "x = 1\n\n## no heading", "caption": "How"}),
        ("quote", {"text": "Said twice", "attribution": "Ida"}),
    ]


def test_images_say_what_they_show_or_are_decoration() -> None:
    image = {"image": "images/a.png", "caption": "", "width": "text"}
    assert blocks('![Bars](images/a.png "Up"){wide}\n![](images/a.png)') == [
        ("image", image | {"alt": "Bars", "decorative": False, "caption": "Up", "width": "wide"}),
        ("image", image | {"alt": "", "decorative": True}),
    ]


def test_callouts_and_questions_hold_rich_text() -> None:
    assert blocks(":::tip Try\n*it*\n:::\n:::quiz Ask\nWhy?\n:::") == [
        ("callout", {"kind": "tip", "title": "Try", "text": "<p><i>it</i></p>"}),
        ("quiz", {"quiz": None, "title": "Ask", "text": "<p>Why?</p>"}),
    ]


def test_directives_fill_in_what_is_left_out() -> None:
    assert blocks('::video video="a.mp4" title="A film" transcript="a.txt"') == [
        (
            "video",
            {
                "title": "A film",
                "video": "a.mp4",
                "url": "",
                "poster": None,
                "captions": None,
                "chapters": "",
                "transcript": "text of a.txt",
            },
        )
    ]
    assert blocks('::download file="a.csv" title="A sheet"') == [
        ("download", {"title": "A sheet", "file": "a.csv", "description": ""})
    ]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("ok\n```\nnever closed", "line 2: nothing closes this with ```"),
        (":::tip\nnever closed", "line 1: nothing closes this with :::"),
        (":::joke\n:::", "line 1: unknown callout 'joke'"),
        ("::spin a=b", "line 1: unknown directive 'spin'"),
        ("::video poster=a.png", "line 1: video lacks title"),
        ("::download file=a title=b colour=c", "line 1: download has no colour"),
        ('::embed url="https://a.example', "line 1: No closing quotation"),
        ("# A title is no block", "line 1: not understood"),
        ("![half an image](", "line 1: not understood"),
    ],
)
def test_a_mistake_names_its_line(source: str, message: str) -> None:
    with pytest.raises(MarkupError, match=message):
        blocks(source)


def test_front_matter_is_toml_between_plus_signs() -> None:
    assert split_front_matter('+++\ntitle = "A"\n+++\nBody\n') == ({"title": "A"}, "Body\n")


@pytest.mark.parametrize("source", ["Body", "+++\nnever = 'closed'\nBody", "a\n+++\n\n+++\n"])
def test_a_file_without_front_matter_is_refused(source: str) -> None:
    with pytest.raises(MarkupError, match=r"\+\+\+"):
        split_front_matter(source)
