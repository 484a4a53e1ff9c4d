"""Markdown courses, small and made up, with each trap that real ones hold; and the real ones."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from course_pages.importing import load
from course_pages.importing.description import CourseDescription, Finding, Kind, LessonDescription
from course_pages.importing.errors import ImportRefused
from course_pages.importing.report import Report
from tests.factories.archives import markdown, tar_of, zip_of
from tests.unit.importing.real import name_of, real

Read = Callable[..., CourseDescription]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """`read(files)` reads these files; `read(**files)` the small course with some of its own."""

    def check(files: dict[str, Any] | None = None, **extra: Any) -> CourseDescription:
        chosen = files if files is not None else {**markdown(), **extra}
        raw = {
            name: data.encode() if isinstance(data, str) else data
            for name, data in chosen.items()
            if data is not None
        }
        with load(zip_of(tmp_path / "course.zip", raw)) as description:
            assert Report.of(description.found, description.findings).adds_up
            return description

    return check


def one(read: Read, source: str, **files: Any) -> LessonDescription:
    """The lesson that a single text becomes."""
    course = read({"c/lesson.md": source, "c/other.md": "# Other\n\nWords", **files})
    return next(lesson for lesson in course.lessons() if lesson.title != "Other")


def titles(course: CourseDescription) -> list[tuple[str, list[str]]]:
    return [(module.title, [each.title for each in module.lessons]) for module in course.modules]


def findings(course: CourseDescription, block_type: str) -> list[Finding]:
    return [finding for finding in course.findings if finding.block_type == block_type]


def png() -> bytes:
    out = BytesIO()
    Image.new("RGB", (4, 3), "red").save(out, "PNG")
    return out.getvalue()


def test_a_folder_is_a_module_and_a_file_a_lesson(read: Read) -> None:
    course = read()
    assert titles(course) == [
        ("All about flour", ["All about flour", "Rye"]),
        ("Dough", ["Mixing"]),
    ]
    assert (course.title, course.summary, course.body) == ("Bread", "Four things and time.", ())
    assert [lesson.minutes for lesson in course.lessons()] == [1, 1, 7]


def test_links_between_files_lead_to_lessons(read: Read) -> None:
    course = read(
        **{"bread/01-flour/rye.md": "# Rye\n\n[a](../02-dough/mix) [b](/02-dough/mix.md#x) [c](#y)"}
    )
    first, rye, mixing = course.lessons()
    link = f'<a linktype="lesson" id="{mixing.lineage}">'
    assert first.blocks[0].value == f"<p>See {link}the dough</a>.</p>"
    assert rye.blocks[0].value == f"<p>{link}a</a> {link}b</a> c</p>"


def test_the_same_file_twice_has_the_same_lineages(read: Read) -> None:
    assert read().modules == read().modules


def test_a_key_in_the_front_matter_outlives_a_new_title(read: Read) -> None:
    one = read(**{"bread/README.md": "---\nkey: bread\n---\n# Bread\n\nWords"})
    two = read(**{"bread/README.md": "---\nkey: bread\n---\n# Better bread\n\nWords"})
    assert one.key == two.key == "bread"
    assert one.lineage == two.lineage
    assert read().lineage != one.lineage


def test_the_name_of_the_archive_stands_in_for_a_missing_folder(tmp_path: Path) -> None:
    files = {"a.md": b"# A\n\nWords", "b.md": b"# B\n\nWords"}
    with load(tar_of(tmp_path / "my_course.tar.gz", files)) as course:
        assert (course.title, course.key) == ("My course", "my_course/My course")
    with load(tmp_path / "my_course.tar.gz", name="Other.tar.gz") as course:
        assert course.key == "Other/Other"


def test_front_matter(read: Read) -> None:
    source = (
        "---\ntitle: 'Own: title'\nsection: Part\nminutes: 12\nrequired: false\n---\n"
        "# A heading\n\nWords"
    )
    lesson = one(read, source)
    assert (lesson.title, lesson.section, lesson.minutes, lesson.required) == (
        "Own: title", "Part", 12, False,
    )  # fmt: skip
    assert [block.type for block in lesson.blocks] == ["heading", "text"]


def test_toml_front_matter(read: Read) -> None:
    assert one(read, '+++\ntitle = "Hugo"\n+++\nWords').title == "Hugo"


def test_a_draft_stays_out_and_is_named(read: Read) -> None:
    course = read(**{"bread/01-flour/rye.md": "---\ndraft: true\n---\n# Rye\n\nSecret"})
    assert titles(course)[0] == ("All about flour", ["All about flour"])
    (finding,) = [f for f in findings(course, "lesson") if f.kind is Kind.REPORTED]
    assert (finding.name, finding.reason) == (
        "01-flour/rye.md",
        "a draft in the source: left out",
    )


def test_broken_front_matter_costs_only_itself(read: Read) -> None:
    course = read(**{"bread/01-flour/rye.md": "---\ntitle: a: b: c\n---\n# Rye\n\nIt is dark."})
    assert titles(course)[0][1] == ["All about flour", "Rye"]
    assert "cannot be read" in findings(course, "front matter")[0].reason


@pytest.mark.parametrize(
    ("front", "reason"),
    [
        ("a: &a [x]\nb: [*a, *a]", "aliases"),
        ("a: !!python/object/apply:os.system ['true']", "tag"),
        ("a: !own {}", "tag"),
        ("a: " + "[" * 5000, "nested too deep"),
        ("a: " + "x" * 70_000, "too large"),
    ],
)
def test_hostile_front_matter_is_refused(read: Read, front: str, reason: str) -> None:
    with pytest.raises(ImportRefused, match=reason):
        read(**{"bread/01-flour/rye.md": f"---\n{front}\n---\n# Rye\n"})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"x" * 10_000_000, "too large for a piece of text"),
        (b"![[" * 100_000, "too tangled"),
    ],
)
def test_texts_that_would_keep_the_parser_busy_are_refused(
    read: Read, text: bytes, reason: str
) -> None:
    with pytest.raises(ImportRefused, match=reason):
        read(**{"bread/01-flour/rye.md": text})


def test_absurd_nesting_is_named(read: Read) -> None:
    course = read(**{"bread/01-flour/rye.md": "# Rye\n\nWords\n\n" + ">" * 5000 + " deep"})
    assert "nested too deep" in findings(course, "nesting")[0].reason


def test_other_encodings_are_read_and_named(read: Read) -> None:
    course = read(
        **{
            "bread/01-flour/rye.md": "# Süß\n\nWörter".encode("latin-1"),
            "bread/02-dough/wide.md": "# Wide\n\nWords".encode("utf-16"),
            "bread/02-dough/picture.md": b"\x89PNG\0\0",
        }
    )
    assert titles(course) == [
        ("All about flour", ["All about flour", "Süß"]),
        ("Dough", ["Mixing", "Wide"]),
    ]
    assert len(findings(course, "text")) == 2
    assert "is no text" in findings(course, "page")[0].reason


def test_order_by_front_matter_links_and_numbers(read: Read) -> None:
    def made(readme: str, **weights: int) -> list[str]:
        files = {"c/README.md": f"# C\n\n{readme}"}
        for name in ("10-last", "2-second", "a", "b"):
            front = f"---\nweight: {weights[name]}\n---\n" if name in weights else ""
            files[f"c/{name}.md"] = f"{front}{name} words"
        return titles(read(files))[0][1]

    assert made("Words") == ["Second", "Last", "A", "B"]
    assert made("[x](b.md) and [y](10-last.md)") == ["B", "Last", "Second", "A"]
    assert made("[x](b.md)", a=1) == ["A", "B", "Second", "Last"]


def test_deeper_folders_are_sections(read: Read) -> None:
    course = read(
        {
            "c/start.md": "words",
            "c/a/intro.md": "words",
            "c/a/deep/README.md": "# Deep things\n\nwords",
            "c/a/deep/er/x.md": "words",
        }
    )
    assert [(each.title, each.section) for each in course.lessons()] == [
        ("Start", ""),
        ("Intro", ""),
        ("Deep things", "Deep things"),
        ("X", "Deep things › Er"),
    ]


def test_summary_decides(read: Read) -> None:
    summary = """# The book

[Preface](preface.md)

- [Chapter](one/README.md)
  - [Inner `x`](one/in.md)
    - [Innermost](one/deep%20er.md)
  - [Not here](one/gone.md)
- [Draft]()

# Second part

- [Alone](alone.md)
- [Again](one/in.md)
"""
    course = read(
        {
            "c/src/SUMMARY.md": summary,
            "c/book.toml": '[book]\ntitle = "Ignored"\n',
            **{f"c/src/{n}.md": "# H\n\nw" for n in ("preface", "one/README", "one/in", "alone")},
            "c/src/one/deep er.md": "w",
            "c/src/orphan.md": "w",
        }
    )
    assert course.title == "The book"
    assert titles(course) == [
        ("Preface", ["Preface"]),
        ("Chapter", ["Chapter", "Inner x", "Innermost"]),
        ("Second part", ["Alone"]),
    ]
    assert [each.section for each in course.lessons()] == [
        "", "", "Inner x", "Inner x", "",
    ]  # fmt: skip
    reasons = {f.name: f.reason for f in course.findings if f.kind is Kind.REPORTED}
    assert reasons["Not here"] == "one/gone.md is not in the source"
    assert "second time" in reasons["Again"]
    assert reasons["src/orphan.md"] == "the navigation does not name it"


def test_mkdocs_navigation_and_its_foreign_tags(read: Read) -> None:
    navigation = """
site_name: The site
markdown_extensions:
  - pymdownx.emoji:
      emoji_index: !!python/name:material.extensions.emoji.twemoji
nav:
  - index.md
  - Start:
      - Install: start/install.md
      - start/run.md
"""
    course = read(
        {
            "c/mkdocs.yml": navigation,
            "c/docs/index.md": "# Hello\n\nw",
            "c/docs/start/install.md": "w",
            "c/docs/start/run.md": "# Running\n\nw",
        }
    )
    assert course.title == "The site"
    assert titles(course) == [("Hello", ["Hello"]), ("Start", ["Install", "Running"])]


def test_jupyter_book_navigation(read: Read) -> None:
    toc = "root: intro\nparts:\n- caption: Part\n  chapters:\n  - file: a\n  - file: b\n"
    course = read({"c/_toc.yml": toc, "c/intro.md": "w", "c/a.md": "w", "c/b.md": "# Bee\n\nw"})
    assert titles(course) == [("C", ["Intro"]), ("Part", ["A", "Bee"])]


def test_translations_and_housekeeping_stay_out(read: Read) -> None:
    course = read(
        **{
            "bread/CONTRIBUTING.md": "words",
            "bread/01-flour/rye.de.md": "Wörter",
            "bread/01-flour/translations/README.fr.md": "mots",
        }
    )
    assert len(list(course.lessons())) == 3
    assert {f.name for f in findings(course, "translation")} == {
        "01-flour/rye.de.md", "01-flour/translations/README.fr.md",
    }  # fmt: skip
    assert course.found["page"] == 2


def test_blocks_of_a_text(read: Read) -> None:
    source = """# Lesson

## Heading

- a
- b

```rust,ignore
let x = 1;
```

> Said by somebody

> [!WARNING]
> Hot **oven**

> [!tip] Own title
> Cool

!!! note "Admonition"
    Words

:::danger Stop
Now
:::

- [x] done
- [ ] open

[![A film](shot.png)](https://www.youtube.com/watch?v=JNIXfGiDWM8)
"""
    lesson = one(read, source)
    assert [block.type for block in lesson.blocks] == [
        "heading", "text", "code", "quote", "callout", "callout", "callout", "callout", "text",
        "video",
    ]  # fmt: skip
    by_type = [block.value for block in lesson.blocks]
    assert by_type[1] == "<ul><li>a</li><li>b</li></ul>"
    assert (by_type[2]["language"], by_type[2]["code"]) == ("rust", "let x = 1;")
    assert by_type[4] == {"kind": "warning", "title": "", "text": "<p>Hot <b>oven</b></p>"}
    assert by_type[5] == {"kind": "tip", "title": "Own title", "text": "<p>Cool</p>"}
    assert by_type[6] == {"kind": "note", "title": "Admonition", "text": "<p>Words</p>"}
    assert by_type[7] == {"kind": "warning", "title": "Stop", "text": "<p>Now</p>"}
    assert by_type[8] == "<ul><li>☑ done</li><li>☐ open</li></ul>"
    assert by_type[9]["title"] == "A film"


def test_steps_with_code_between_their_words(read: Read) -> None:
    source = (
        "3. **Do** it\n\n   ```js\n   y\n   ```\n\n   more\n4. B\n   - n\n5. ```\n   z\n   ```\n"
    )
    lesson = one(read, source)
    assert [block.type for block in lesson.blocks] == ["text", "code", "text", "code"]
    assert lesson.blocks[0].value == "<p><b>3.</b> <b>Do</b> it</p>"
    assert lesson.blocks[2].value == (
        "<p>more</p><p><b>4.</b> B</p><ul><li>n</li></ul><p><b>5.</b></p>"
    )


@pytest.mark.parametrize(
    ("quote", "kind", "text"),
    [
        ("> Note: a *b*", "note", "<p>a <i>b</i></p>"),
        ("> **Tip:** so", "tip", "<p>so</p>"),
        ("> _Warning_: so\n>\n> and", "warning", "<p>so</p><p>and</p>"),
    ],
)
def test_asides_are_no_quotations(read: Read, quote: str, kind: str, text: str) -> None:
    (block,) = one(read, quote).blocks
    assert block.value == {"kind": kind, "title": "", "text": text}


def test_footnotes_and_formulas(read: Read) -> None:
    lesson = one(read, "It costs $5 and $6.[^a] So $x^2<1$.\n\n$$\ny\n$$\n\n[^a]: Really.")
    (text,) = lesson.blocks
    assert text.value == (
        r"<p>It costs $5 and $6.<sup>1</sup> So \(x^2&lt;1\).</p><p>\[y\]</p>"
        "<hr><ol><li>Really.</li></ol>"
    )


def test_html_inside_is_sanitised(read: Read) -> None:
    lesson = one(
        read,
        'A <b onclick="x()">bold</b> <script>alert(1)</script> [bad](javascript:alert(1))\n\n'
        '<div>boxed <a href="javascript:x">link</a></div>\n',
    )
    words = "".join(block.value for block in lesson.blocks)
    assert "script" not in words.replace("[bad](javascript:alert(1))", "")
    assert "onclick" not in words
    assert "boxed link" in words


def test_pictures_and_files(read: Read) -> None:
    course = read(
        **{
            "bread/01-flour/rye.md": (
                "# Rye\n\n![A field](../img/my%20field.png)\n\n![gone](../img/gone.png)\n\n"
                "[Our notes](notes.pdf) and [out](../../../../etc/passwd)"
            ),
            "bread/img/my field.png": png(),
            "bread/img/unused.png": png(),
            "bread/01-flour/notes.pdf": b"%PDF",
        }
    )
    rye = [lesson for lesson in course.lessons() if lesson.title == "Rye"][0]
    assert rye.blocks[0].value["image"] == "img/my field.png"
    assert rye.blocks[0].value["alt"] == "A field"
    assert rye.blocks[-1].value == {
        "title": "Our notes", "file": "01-flour/notes.pdf", "description": "",
    }  # fmt: skip
    assert set(course.images) == {"img/my field.png"}
    files = {f.name: f.kind for f in findings(course, "file") if f.kind is not Kind.IGNORED}
    assert files == {
        "01-flour/notes.pdf": Kind.IMPORTED,
        "img/my field.png": Kind.IMPORTED,
        "img/unused.png": Kind.REPORTED,
    }
    missing = {f.name for f in findings(course, "file") if f.kind is Kind.IGNORED}
    assert missing == {"../../../../etc/passwd"}


def test_commands_of_mdbook_are_marked_not_obeyed(read: Read) -> None:
    course = read(
        **{
            "bread/01-flour/rye.md": (
                "# Rye\n\n```rust\n{{#rustdoc_include ../../../etc/passwd:here}}\n```\n\n"
                "{{#quiz ../q.toml}}\n"
            )
        }
    )
    rye = [lesson for lesson in course.lessons() if lesson.title == "Rye"][0]
    assert [block.type for block in rye.blocks] == ["callout", "callout"]
    assert [f.name for f in findings(course, "include")] == ["../../../etc/passwd:here"]
    assert course.found["quiz"] == 1


def test_the_readme_describes_the_course(read: Read) -> None:
    readme = (
        "---\ndescription: In short.\nlang: de\n---\n# Bread\n\nLong words.\n\n```python\nx\n```\n"
    )
    course = read(**{"bread/README.md": readme})
    assert (course.summary, course.language) == ("In short.", "de")
    assert [block.type for block in course.body] == ["text"]
    assert "cannot hold it" in findings(course, "code")[0].reason


def test_a_single_readme_is_a_lesson(read: Read) -> None:
    course = read({"c/README.md": "# Alone\n\nWords"})
    assert titles(course) == [("Alone", ["Alone"])]
    assert course.body == ()


def test_a_plain_folder(tmp_path: Path) -> None:
    for name, content in {**markdown(), "bread/.git/config": b"x"}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    before = sorted(tmp_path.rglob("*"))
    with load(tmp_path / "bread") as course:
        assert (course.title, course.key) == ("Bread", "bread/Bread")
        assert "file" not in course.found
    assert sorted(tmp_path.rglob("*")) == before
    (tmp_path / "bread/secret.md").symlink_to("/etc/passwd")
    with pytest.raises(ImportRefused, match="symbolic link"), load(tmp_path / "bread"):
        pass


def test_a_folder_without_texts_is_refused(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "a.zip", {"a.txt": b"x"})
    with pytest.raises(ImportRefused, match="no course"), load(archive):
        pass


@pytest.mark.parametrize("content", ["", "---\ndraft: true\n---\nWords", "<!-- nothing -->"])
def test_a_course_of_nothing_is_refused(read: Read, content: str) -> None:
    with pytest.raises(ImportRefused, match="no lesson"):
        read({"c/a.md": content})


COURSES = [
    row
    for row in real("markdown", ".tar.gz")
    if name_of(row) in {"ms-webdev-js-basics.tar.gz", "rust-book-ch01-04.tar.gz"}
]
needs_courses = pytest.mark.skipif(not COURSES, reason="LECTERN_SHARED_DATA is not set")


@needs_courses
@pytest.mark.parametrize("course", COURSES, ids=name_of)
def test_real_course_is_accounted_for(course: dict[str, Any]) -> None:
    with load(course["file"]) as one, load(course["file"]) as two:
        assert Report.of(one.found, one.findings).adds_up
        # Every file of the archive, and what the navigation names without having it.
        named = sum(one.found[kind] for kind in ("lesson", "page", "translation", "navigation")
                    if kind in one.found)  # fmt: skip
        missing = sum(finding.reason.endswith("not in the source") for finding in one.findings
                      if finding.block_type == "lesson")  # fmt: skip
        assert named - missing == course["counted"]["files"]
        assert all(lesson.blocks and lesson.title for lesson in one.lessons())
        assert one.modules == two.modules


@needs_courses
def test_real_courses_have_their_shape() -> None:
    rust, js = sorted(COURSES, key=name_of, reverse=True)
    with load(rust["file"]) as course:
        assert [(m.title, len(m.lessons)) for m in course.modules] == [
            ("Getting Started", 4),
            ("Programming a Guessing Game", 1),
            ("Common Programming Concepts", 6),
            ("Understanding Ownership", 6),
        ]
    with load(js["file"]) as course:
        assert course.title == "Introduction to JavaScript"
        assert [len(module.lessons) for module in course.modules] == [2, 2, 2, 2]
        assert course.found["translation"] == 116
