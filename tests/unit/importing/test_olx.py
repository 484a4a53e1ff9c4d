"""Open edX exports, small and made up, with each trap that real ones hold."""

import json
import os
import re
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from course_pages.importing import load, olx
from course_pages.importing.description import CourseDescription, Finding, Kind, LessonDescription
from course_pages.importing.errors import SourceRefused
from course_pages.importing.olx_types import MERELY_REPORTED
from course_pages.importing.report import Report
from tests.factories.archives import olx as export
from tests.factories.videos import FILM_HEAD

Read = Callable[..., CourseDescription]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """`read(**files)` reads the small course with some files added or replaced (None: left out)."""

    def check(**files: Any) -> CourseDescription:
        for name, content in {**export(), **files}.items():
            if content is None:
                continue
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        description = olx.read(tmp_path)
        assert Report.of(description.found, description.findings).adds_up
        return description

    return check


def lesson(description: CourseDescription, title: str) -> LessonDescription:
    return next(lesson for lesson in description.lessons() if lesson.title == title)


def types(found: LessonDescription) -> list[str]:
    return [block.type for block in found.blocks]


def findings(description: CourseDescription, block_type: str) -> list[Finding]:
    return [finding for finding in description.findings if finding.block_type == block_type]


def vertical(title: str, *parts: str, **attributes: str) -> str:
    """A unit; a part without a tag of its own is the name of an html component."""
    extra = "".join(f' {name}="{value}"' for name, value in attributes.items())
    inner = "".join(p if p.startswith("<") else f'<html url_name="{p}"/>' for p in parts)
    return f'<vertical display_name="{title}"{extra}>{inner}</vertical>'


def section(title: str, *units: str) -> str:
    inner = "".join(f'<vertical url_name="{unit}"/>' for unit in units)
    return f'<sequential display_name="{title}">' + inner + "</sequential>"


def png() -> bytes:
    out = BytesIO()
    Image.new("RGB", (4, 3), "red").save(out, "PNG")
    return out.getvalue()


def test_structure_titles_and_sections(read: Read) -> None:
    course = read()
    assert (course.key, course.title, course.language) == ("Org+C1+run", "A small course", "en")
    assert [module.title for module in course.modules] == ["First module"]
    assert [(each.title, each.section) for each in course.lessons()] == [
        ("First lesson", "A section"),
        ("Second lesson", "A section"),
    ]


def test_the_same_file_twice_has_the_same_lineages(read: Read) -> None:
    first, second = read(), read()
    assert first == second
    assert len({each.lineage for each in first.lessons()}) == 2


def test_another_course_has_other_lineages(read: Read) -> None:
    ours = {each.lineage for each in read().lessons()}
    other = read(**{"course/course.xml": '<course url_name="run" org="Org" course="C2"/>'})
    assert ours.isdisjoint(each.lineage for each in other.lessons())


def test_links_between_units_are_symbolic(read: Read) -> None:
    course = read()
    target = lesson(course, "Second lesson").lineage
    (block,) = lesson(course, "First lesson").blocks
    assert block.value == f'<p>Hello <a linktype="lesson" id="{target}">onwards</a></p>'


@pytest.mark.parametrize(
    "url", ["/jump_to_id/p1", "/jump_to_id/s1", "/jump_to_id/one",
            "/courses/course-v1:Org+C1+run/jump_to/block-v1:Org+C1+run+type@vertical+block@v1"],
)  # fmt: skip
def test_links_to_parts_and_sections_lead_to_their_lesson(read: Read, url: str) -> None:
    course = read(**{"course/html/h1.html": f'<p><a href="{url}">x</a></p>'})
    assert 'linktype="lesson"' in lesson(course, "First lesson").blocks[0].value


def test_link_to_a_part_that_is_not_there_is_text(read: Read) -> None:
    course = read(**{"course/html/h1.html": '<p><a href="/jump_to_id/gone">x</a></p>'})
    assert lesson(course, "First lesson").blocks[0].value == "<p>x</p>"
    assert [finding.name for finding in findings(course, "link")] == ["/jump_to_id/gone"]


def test_problem_keeps_its_text_and_gives_nothing_away(read: Read) -> None:
    problem = """<problem display_name="Colours"><choiceresponse>
      <label>Which are warm?</label><description>Pick two.</description>
      <checkboxgroup><choice correct="true">red<choicehint>yes!</choicehint></choice>
      <choice correct="false">blue</choice></checkboxgroup></choiceresponse>
      <solution><p>Red is warm.</p></solution>
      <demandhint><hint>fire</hint></demandhint></problem>"""
    (block,) = lesson(read(**{"course/problem/p1.xml": problem}), "Second lesson").blocks
    assert block.type == "quiz"
    assert block.value["title"] == "Colours"
    assert block.value["text"] == (
        "<p><b>Which are warm?</b></p><p><i>Pick two.</i></p><ul><li>red</li><li>blue</li></ul>"
    )


def test_python_in_a_problem_is_never_run_and_said_so(read: Read, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    problem = (
        f'<problem><p>How many?</p><script type="loncapa/python">'
        f'open({str(canary)!r}, "w")</script>'
        "<optionresponse><optioninput options=\"('a', __import__('os').getcwd())\"/>"
        "</optionresponse></problem>"
    )
    course = read(**{"course/problem/p1.xml": problem})
    (finding,) = findings(course, "problem")
    assert finding.kind is Kind.REPORTED
    assert "not supported" in finding.reason
    assert "never run" in finding.reason
    marked, kept = lesson(course, "Second lesson").blocks
    assert (marked.type, kept.type) == ("callout", "quiz")
    assert "How many?" in kept.value["text"]
    assert not canary.exists()
    assert os.getcwd() not in str(course)


def test_dropdown_and_fields(read: Read) -> None:
    problem = (
        "<problem><optionresponse><optioninput options=\"('x','y, z')\" correct=\"x\"/>"
        '</optionresponse><stringresponse answer="secret"><label>Say</label><textline/>'
        "</stringresponse></problem>"
    )
    value = lesson(read(**{"course/problem/p1.xml": problem}), "Second lesson").blocks[0].value
    assert value["title"] == "Question"
    assert "[ x / y, z ]" in value["text"]
    assert "______" in value["text"]
    assert "secret" not in value["text"]


DROPDOWN = "<optionresponse><optioninput options=\"('a','b')\" correct=\"a\"/></optionresponse>"
GRID = (
    f"<table><tr><th>Find</th><th>Who</th></tr><tr><td>Gravity</td><td>{DROPDOWN}</td></tr></table>"
)


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        (f"<p>Choose.</p>{GRID}", ["quiz", "table"]),
        (f"{GRID}<p>Choose.</p>", ["table", "quiz"]),
        (f"<p>Look.</p>{GRID}<p>Choose.</p>{DROPDOWN}", ["table", "quiz"]),
        (f"<p>Choose.</p>{DROPDOWN}", ["quiz"]),
    ],
)
def test_a_problem_keeps_the_order_of_its_words_and_boxes(
    read: Read, inner: str, expected: list[str]
) -> None:
    course = read(**{"course/problem/p1.xml": f"<problem>{inner}</problem>"})
    found = lesson(course, "Second lesson")
    assert types(found) == expected
    box = next(block for block in found.blocks if block.type == "quiz")
    assert "Choose." in box.value["text"]


def test_video_with_captions_and_transcript(read: Read) -> None:
    course = read(
        **{
            "course/vertical/v1.xml": vertical("First lesson", '<video url_name="f"/>'),
            "course/video/f.xml": (
                '<video display_name="Film" youtube="1.00:lVPPPpyUOR4" '
                'transcripts="{&quot;fi&quot;: &quot;a-fi.srt&quot;, '
                '&quot;en&quot;: &quot;a-en.srt&quot;}"/>'
            ),
            "course/static/a-en.srt": "1\n00:00:01,000 --> 00:00:02,000\nSpoken words\n",
            "course/static/a-fi.srt": "1\n00:00:01,000 --> 00:00:02,000\nSanat\n",
        }
    )
    (block,) = lesson(course, "First lesson").blocks
    assert block.value["url"] == "https://www.youtube.com/watch?v=lVPPPpyUOR4"
    assert block.value["transcript"] == "Spoken words"
    assert "captions" not in block.value
    assert [finding.name for finding in findings(course, "captions")] == ["fi: a-fi.srt"]


def test_a_film_of_the_archive_brings_its_captions_in_every_language(read: Read) -> None:
    course = read(
        **{
            "course/vertical/v1.xml": vertical(
                "First lesson",
                '<video url_name="f" html5_sources=\'["/static/film.mp4"]\' '
                'transcripts="{&quot;zh_HANS&quot;: &quot;a-zh.srt&quot;, '
                '&quot;en&quot;: &quot;a-en.srt&quot;, &quot;tlh&quot;: &quot;a-en.srt&quot;}"/>',
            ),
            "course/static/film.mp4": FILM_HEAD,
            "course/static/a-en.srt": "1\n00:00:01,000 --> 00:00:02,000\nSpoken words\n",
            "course/static/a-zh.srt": "1\n00:00:01,000 --> 00:00:02,000\n你好\n",
        }
    )
    (block,) = lesson(course, "First lesson").blocks
    assert block.value["captions"] == {"en": "static/a-en.srt", "zh-hans": "static/a-zh.srt"}
    assert set(course.files) == {"static/film.mp4", "static/a-en.srt", "static/a-zh.srt"}
    assert block.value["transcript"] == ""
    assert [finding.name for finding in findings(course, "captions")] == ["tlh: a-en.srt"]


@pytest.mark.parametrize(
    ("attributes", "url", "file"),
    [
        ("html5_sources='[\"https://a.example/f.mp4\"]'", "https://a.example/f.mp4", None),
        ('youtube_id_1_0="no id"', "", None),
        ("html5_sources='[\"/static/film.mp4\"]'", "", "static/film.mp4"),
        ("html5_sources='[\"/static/words.mp4\"]'", "", None),
        ("html5_sources='[\"javascript:alert(1)\"]'", "", None),
        ("html5_sources='not json'", "", None),
    ],
)
def test_video_sources(read: Read, attributes: str, url: str, file: str | None) -> None:
    course = read(
        **{
            "course/vertical/v1.xml": vertical(
                "First lesson", f'<video url_name="f" display_name="F" {attributes}/>'
            ),
            "course/static/film.mp4": FILM_HEAD,
            "course/static/words.mp4": b"not really a film",
        }
    )
    (block,) = lesson(course, "First lesson").blocks
    if url or file:
        assert (block.type, block.value["url"], block.value["video"]) == ("video", url, file)
    else:
        assert block.type == "callout"
        assert [finding.kind for finding in findings(course, "video")][0] is Kind.REPORTED


def test_images_are_found_however_open_edx_spells_them(read: Read) -> None:
    course = read(
        **{
            "course/static/My map (1).png": png(),
            "course/html/h1.html": (
                '<img src="/static/My_map__1_.png" alt="a">'
                '<img src="/static/My%20map%20(1).png" alt="b">'
                '<img src="/asset-v1:Org+C1+run+type@asset+block@My_map__1_.png" alt="c">'
            ),
        }
    )
    blocks = lesson(course, "First lesson").blocks
    assert [block.value["image"] for block in blocks] == ["static/My map (1).png"] * 3


def test_pictures_that_cannot_be_shown(read: Read) -> None:
    course = read(
        **{
            "course/static/draw.svg": "<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
            "course/static/torn.png": png()[:40],
            "course/static/page.png": "<html>",
            "course/html/h1.html": "".join(
                f'<img src="/static/{name}" alt="{name}">'
                for name in ("draw.svg", "torn.png", "page.png", "gone.png", "../course.xml")
            ),
        }
    )
    assert course.images == {}
    assert types(lesson(course, "First lesson")) == ["callout"] * 5
    assert len(findings(course, "image")) == 5


def test_picture_inside_the_text_becomes_a_file(read: Read) -> None:
    import base64

    data = base64.b64encode(png()).decode()
    source = (
        f'<img src="data:image/png;base64,{data}" alt="dot"><img src="data:image/png;base64,AAAA">'
    )
    course = read(**{"course/html/h1.html": source})
    assert types(lesson(course, "First lesson")) == ["image"]
    assert len(course.images) == 1


def test_files_are_offered_and_orphans_are_reported(read: Read) -> None:
    course = read(
        **{
            "course/static/notes.pdf": b"%PDF",
            "course/static/orphan.pdf": b"%PDF",
            "course/static/run.exe": b"MZ",
            "course/html/h1.html": (
                '<p>Read <a href="/static/notes.pdf">the notes</a>, '
                '<a href="/static/run.exe">x</a>, '
                '<a href="/static/gone.pdf">y</a></p>'
            ),
            "course/html/orphan.xml": '<html filename="orphan"/>',
        }
    )
    assert list(course.files) == ["static/notes.pdf"]
    reported = {f.name for f in course.findings if f.kind is Kind.REPORTED}
    assert {"static/orphan.pdf", "html/orphan.xml"} <= reported
    assert "gone.pdf" in {f.name for f in course.findings if f.kind is Kind.IGNORED}


def test_inline_chapters(read: Read) -> None:
    course = read(
        **{
            "course/course/run.xml": """<course display_name="Inline"><chapter display_name="M">
              <sequential display_name="S"><vertical display_name="L"><html>Some
              <p>words</p></html></vertical></sequential></chapter></course>"""
        }
    )
    assert [each.title for each in course.lessons()] == ["L"]
    assert "words" in lesson(course, "L").blocks[0].value


def test_sequential_of_two_chapters_comes_once_and_is_reported(read: Read) -> None:
    course = read(
        **{
            "course/course/run.xml": (
                '<course display_name="C"><chapter url_name="one"/>'
                '<chapter url_name="two"/></course>'
            ),
            "course/chapter/two.xml": (
                '<chapter display_name="Second module"><sequential url_name="s1"/>'
                '<vertical url_name="v3"/></chapter>'
            ),
            "course/vertical/v3.xml": vertical("Third", "<html>Words</html>"),
        }
    )
    assert [each.title for each in course.lessons()] == ["First lesson", "Second lesson", "Third"]
    again = [f for f in findings(course, "sequential") if f.kind is Kind.REPORTED]
    assert [(f.name, f.place) for f in again] == [("A section", "Second module")] or [
        (f.name, f.place) for f in again
    ] == [("s1", "Second module")]


def test_missing_definitions_are_reported_by_place(read: Read) -> None:
    course = read(
        **{
            "course/vertical/v1.xml": vertical("First lesson", "gone", "h1"),
            "course/sequential/s1.xml": section("A section", "v1", "nowhere"),
        }
    )
    reported = {(f.block_type, f.name, f.place) for f in course.findings if f.kind is Kind.REPORTED}
    assert ("html", "gone", "First module › A section › First lesson") in reported
    assert ("vertical", "nowhere", "First module › A section") in reported


def test_activity_without_a_type_keeps_its_words(read: Read) -> None:
    course = read(
        **{
            "course/vertical/v2.xml": """<vertical display_name="Second lesson">
              <poll display_name="Vote" question="Tea or coffee?"
              answers='[["T", {"label": "Tea"}], ["C", {"label": "Coffee"}]]'/></vertical>"""
        }
    )
    found = lesson(course, "Second lesson")
    assert types(found) == ["callout", "text", "text"]
    assert "poll" in found.blocks[0].value["text"]
    assert "Tea or coffee?" in found.blocks[1].value
    assert "Coffee" in found.blocks[2].value
    (finding,) = findings(course, "poll")
    assert (finding.kind, finding.name) == (Kind.REPORTED, "Vote")


def test_experiments_and_draws_show_everything(read: Read) -> None:
    course = read(
        **{
            "course/vertical/v1.xml": """<vertical display_name="First lesson">
              <split_test display_name="AB">
              <vertical display_name="Group A"><html>Alpha</html></vertical>
              <vertical display_name="Group B"><html>Beta</html></vertical></split_test>
              <library_content max_count="1"><problem><p>One?</p></problem>
              <problem><p>Two?</p></problem>
              </library_content></vertical>"""
        }
    )
    assert types(lesson(course, "First lesson")) == [
        "heading", "text", "heading", "text", "quiz", "quiz",
    ]  # fmt: skip
    assert findings(course, "library_content")[0].kind is Kind.CONVERTED


def test_generic_titles_borrow_the_sections(read: Read) -> None:
    course = read(
        **{
            "course/vertical/v1.xml": vertical("Unit", "h1"),
            "course/sequential/s1.xml": section("Multiple choice", "v1"),
        }
    )
    assert [(each.title, each.section) for each in course.lessons()] == [("Multiple choice", "")]


def test_for_staff_only_and_empty_units_stay_out(read: Read) -> None:
    course = read(
        **{
            "course/vertical/v1.xml": vertical("First lesson", "h1", visible_to_staff_only="true"),
            "course/sequential/s1.xml": section("A section", "v1", "v2", "v3"),
            "course/vertical/v3.xml": vertical("Nothing"),
        }
    )
    assert [each.title for each in course.lessons()] == ["Second lesson"]
    reported = [f.name for f in findings(course, "vertical") if f.kind is Kind.REPORTED]
    assert sorted(reported) == ["First lesson", "v3"] or sorted(reported) == [
        "First lesson",
        "Nothing",
    ]


def test_names_outside_the_export_are_never_read(read: Read, tmp_path: Path) -> None:
    (tmp_path.parent / "secret.html").write_text("secret words")
    course = read(
        **{
            "course/html/h1.xml": '<html filename="../../../secret"/>',
            "course/vertical/v2.xml": vertical(
                "Second lesson", '<html url_name="../../x"/>', "<html>ok</html>"
            ),
        }
    )
    assert "secret words" not in str(course)


def test_non_latin_names(read: Read) -> None:
    course = read(
        **{
            "course/vertical/v1.xml": vertical("最初のレッスン", "読む"),
            "course/html/読む.xml": '<html filename="読む" display_name="読む"/>',
            "course/html/読む.html": '<p>こんにちは</p><img src="/static/地図.png" alt="地図">',
            "course/static/地図.png": png(),
        }
    )
    assert types(lesson(course, "最初のレッスン")) == ["text", "image"]


@pytest.mark.parametrize(
    "attack",
    [
        '<!DOCTYPE course [<!ENTITY x SYSTEM "file:///etc/passwd">]><course>&x;</course>',
        '<!DOCTYPE course SYSTEM "http://127.0.0.1:9/evil.dtd"><course/>',
        '<!DOCTYPE c [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><course>&b;</course>',
        '<!-- <a> --><!DOCTYPE c [<!ENTITY a "1">]><course display_name="&a;"/>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_and_document_types_are_refused(read: Read, attack: str, encoding: str) -> None:
    for name in ("course/course.xml", "course/course/run.xml", "course/vertical/v1.xml"):
        with pytest.raises(SourceRefused, match="document type|no XML"):
            read(**{name: attack.encode(encoding)})


def test_huge_attribute_is_refused(read: Read) -> None:
    attack = b'<course display_name="' + b"a" * 20_000_000 + b'"/>'
    with pytest.raises(SourceRefused, match="too large"):
        read(**{"course/course/run.xml": attack})


@pytest.mark.parametrize("content", ["", "no xml", "<course", "<html/>", "\0"])
def test_broken_course_xml_is_a_reason(read: Read, content: str) -> None:
    with pytest.raises(SourceRefused):
        read(**{"course/course.xml": content})


@pytest.mark.parametrize("content", ["", "no xml", "<vertical", "<chapter/>", "\0", None])
def test_broken_vertical_is_a_finding(read: Read, content: str | None) -> None:
    files = {"course/vertical/v1.xml": content or "<"}
    course = read(**files)
    assert [each.title for each in course.lessons()] == ["Second lesson"]


def test_the_written_list_is_the_one_in_the_code() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs" / "import.md").read_text()
    rows = dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", text, re.MULTILINE))
    assert rows == MERELY_REPORTED


def test_one_section_in_two_chapters_is_shown_once_and_named(read: Read) -> None:
    course = read(
        **{
            "course/course/run.xml": (
                '<course display_name="C"><chapter url_name="one"/><chapter url_name="two"/>'
                "</course>"
            ),
            "course/chapter/two.xml": (
                '<chapter display_name="Kaksi 第二"><sequential url_name="s1"/>'
                '<sequential display_name="Inline"><vertical display_name="Lesson 三">'
                "<html>Words</html></vertical></sequential></chapter>"
            ),
        }
    )
    assert [module.title for module in course.modules] == ["First module", "Kaksi 第二"]
    assert lesson(course, "Lesson 三").blocks
    again = [f for f in findings(course, "sequential") if f.kind is Kind.REPORTED]
    assert [(f.place, "second time" in f.reason) for f in again] == [("Kaksi 第二", True)]


def real_courses() -> list[dict[str, Any]]:
    folder = os.environ.get("LECTERN_SHARED_DATA")
    if not folder:
        return []
    index = json.loads(Path(folder, "INDEX.json").read_text())
    rows = index if isinstance(index, list) else index["files"]
    return [
        row | {"file": Path(folder, row["path"])} for row in rows if row["path"].startswith("olx/")
    ]


needs_courses = pytest.mark.skipif(not real_courses(), reason="LECTERN_SHARED_DATA is not set")


@needs_courses
@pytest.mark.parametrize("course", real_courses(), ids=lambda row: Path(row["path"]).name)
def test_real_course_is_accounted_for_block_by_block(course: dict[str, Any]) -> None:
    with load(course["file"]) as description:
        report = Report.of(description.found, description.findings)
        assert report.adds_up
        expected = Counter(course["expected"]["blocks"])
        found = {kind: description.found.get(kind, 0) for kind in expected}
        assert found == dict(expected)
        assert description.found.get("file", 0) == course["expected"]["static_files"]
        for each in description.lessons():
            assert each.blocks, each.title
            assert each.title.strip()
        html = next((row for row in report.rows if row.block_type == "html"), None)
        assert html is None or html.reported == 0
        for finding in description.findings:
            if finding.kind is Kind.REPORTED:
                assert finding.block_type in MERELY_REPORTED
                assert finding.reason
            if finding.block_type == "problem" and finding.kind is Kind.REPORTED:
                assert finding.reason.startswith("not supported: ")


@needs_courses
@pytest.mark.parametrize("course", real_courses(), ids=lambda row: Path(row["path"]).name)
def test_real_course_twice_is_the_same(course: dict[str, Any]) -> None:
    with load(course["file"]) as one, load(course["file"]) as two:
        assert one.modules == two.modules
