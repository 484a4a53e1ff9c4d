"""Faults of real exports: each is imported or reported by name and place, and adds up."""

import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from course_pages.importing import olx
from course_pages.importing.description import CourseDescription, Kind
from course_pages.importing.errors import SourceRefused
from tests.unit.importing.test_olx import lesson, read, section, types, vertical

__all__ = ["read"]

Read = Callable[..., CourseDescription]
FIRST = "First module › A section › First lesson"


def reported(course: CourseDescription) -> set[tuple[str, str, str]]:
    return {(f.block_type, f.name, f.place) for f in course.findings if f.kind is Kind.REPORTED}


def ignored(course: CourseDescription) -> set[tuple[str, str, str]]:
    return {(f.block_type, f.name, f.place) for f in course.findings if f.kind is Kind.IGNORED}


@pytest.mark.parametrize(
    ("html", "what", "name"),
    [
        ('<p>Words</p><img src="/static/gone.png" alt="Gone">', "image", "gone.png"),
        ('<p><a href="/static/gone.pdf">Words</a></p>', "link", "gone.pdf"),
    ],
)
def test_missing_picture_or_document(read: Read, html: str, what: str, name: str) -> None:
    course = read(**{"course/html/h1.html": html})
    assert (name, FIRST) in {(found, place) for __, found, place in ignored(course)}
    assert "Words" in lesson(course, "First lesson").blocks[0].value


def test_missing_captions(read: Read) -> None:
    video = '<video youtube_id_1_0="dQw4w9WgXcQ" display_name="Film" sub="gone"/>'
    course = read(**{"course/vertical/v1.xml": vertical("First lesson", video)})
    (block,) = lesson(course, "First lesson").blocks
    assert (block.type, block.value["transcript"]) == ("video", "")
    assert any("gone" in name and place == FIRST for __, name, place in ignored(course))


def test_files_that_nothing_points_to(read: Read) -> None:
    course = read(
        **{
            "course/html/left.xml": "<html>Secret draft</html>",
            "course/vertical/left.xml": vertical("Left", "left"),
            "course/static/left.png": b"x",
        }
    )
    title = "A small course"
    assert {
        ("unused", "html/left.xml", title),
        ("unused", "vertical/left.xml", title),
        ("file", "static/left.png", title),
    } <= reported(course)
    assert "Secret draft" not in str(course.modules)
    assert not course.images


def test_one_unit_in_two_sections(read: Read) -> None:
    course = read(
        **{
            "course/chapter/one.xml": (
                '<chapter display_name="First module"><sequential url_name="s1"/>'
                '<sequential url_name="s2"/></chapter>'
            ),
            "course/sequential/s2.xml": section("Another", "v1"),
        }
    )
    assert [each.title for each in course.lessons()] == ["First lesson", "Second lesson"]
    (again,) = (f for f in course.findings if "second time" in f.reason)
    assert (again.block_type, again.place) == ("vertical", "First module › Another")
    assert again.name in {"v1", "First lesson"}


def test_whole_course_inline(read: Read) -> None:
    course = read(
        **{
            "course/course.xml": (
                '<course org="O" course="C" url_name="r" display_name="Inline">'
                '<chapter display_name="M"><sequential display_name="S">'
                f"{vertical('A', '<html>One</html>')}{vertical('B', '<html>Two</html>')}"
                "</sequential></chapter></course>"
            )
        }
    )
    assert [(m.title, [u.title for u in m.lessons]) for m in course.modules] == [("M", ["A", "B"])]
    assert len({each.lineage for each in course.lessons()}) == 2


def test_names_given_twice(read: Read) -> None:
    """The same title for two units is two lessons; the same url_name is one and a finding."""
    course = read(
        **{
            "course/sequential/s1.xml": section("A section", "v1", "v2", "v3", "v3"),
            "course/vertical/v3.xml": vertical("First lesson", "<html>Other words</html>"),
        }
    )
    titles = [each.title for each in course.lessons()]
    assert titles == ["First lesson", "Second lesson", "First lesson"]
    assert len({each.lineage for each in course.lessons()}) == 3
    (again,) = (f for f in course.findings if "second time" in f.reason)
    assert again.place == "First module › A section"


@pytest.mark.parametrize("name", ["الدرس الأول", "第一课", "🎓 Übung ٣", "ตัวอย่าง"])
def test_names_in_other_scripts(read: Read, name: str) -> None:
    course = read(
        **{
            "course/chapter/one.xml": (
                f'<chapter display_name="{name}"><sequential url_name="{name}"/></chapter>'
            ),
            f"course/sequential/{name}.xml": section(name, name, "v2"),
            f"course/vertical/{name}.xml": vertical(name, name),
            f"course/html/{name}.xml": f'<html filename="{name}"/>',
            f"course/html/{name}.html": f'<p>{name}</p><a href="/static/{name}.pdf">x</a>',
            f"course/static/{name}.pdf": b"%PDF-1.4",
        }
    )
    assert course.modules[0].title == name
    assert name in lesson(course, name).blocks[0].value
    assert [unicodedata.normalize("NFC", key) for key in course.files] == [f"static/{name}.pdf"]


def test_python_is_reported_where_it_stands(read: Read) -> None:
    course = read(
        **{
            "course/problem/p1.xml": (
                '<problem display_name="Sums"><script type="loncapa/python">x = 40 + 2</script>'
                '<p>How many?</p><numericalresponse answer="$x"><textline/></numericalresponse>'
                "</problem>"
            )
        }
    )
    assert ("problem", "Sums", "First module › A section › Second lesson") in reported(course)
    assert types(lesson(course, "Second lesson")) == ["callout", "quiz"]
    assert "40 + 2" not in str(course.modules)


@pytest.mark.parametrize("tag", ["split_test", "randomize", "library_content", "itembank"])
def test_draws_and_experiments_are_named(read: Read, tag: str) -> None:
    part = f'<{tag} display_name="Draw"><html>Heads</html><html>Tails</html></{tag}>'
    course = read(**{"course/vertical/v1.xml": vertical("First lesson", part)})
    words = str(lesson(course, "First lesson").blocks)
    assert "Heads" in words
    assert "Tails" in words
    (found,) = (f for f in course.findings if f.block_type == tag)
    assert (found.kind, found.name, found.place) == (Kind.CONVERTED, "Draw", FIRST)


def test_draw_with_nothing_in_it_is_reported(read: Read) -> None:
    part = '<library_content display_name="Draw" source_library_id="library-v1:x+y"/>'
    course = read(**{"course/vertical/v1.xml": vertical("First lesson", part)})
    assert ("library_content", "Draw", FIRST) in reported(course)
    assert types(lesson(course, "First lesson")) == ["callout"]


def test_parts_that_hold_each_other_end(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken out: `MOST_PARTS`; twelve levels of four are sixteen million parts."""
    monkeypatch.setattr(olx, "MOST_PARTS", 500)
    inner = '<wrapper url_name="w"/>' * 4
    files: dict[str, Any] = {
        "course/vertical/v1.xml": vertical("First lesson", '<wrapper url_name="w"/>'),
        "course/wrapper/w.xml": f"<wrapper>{inner}</wrapper>",
    }
    with pytest.raises(SourceRefused, match="more than 500 parts"):
        read(**files)
