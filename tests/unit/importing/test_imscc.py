"""Common Cartridges, small and made up, with each trap that real ones hold; and the real ones."""

import json
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
from tests.factories.archives import cartridge, page, zip_of
from tests.unit.importing.real import name_of, real

Read = Callable[..., CourseDescription]
CANVAS = 'xmlns="http://canvas.instructure.com/xsd/cccv1p0"'


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """`read(items, resources, **files)` reads the small cartridge with some parts of its own."""

    def check(items: str = "", resources: str = "", **files: Any) -> CourseDescription:
        raw = {
            name: data for name, data in cartridge(items, resources, **files).items() if data != b""
        }
        with load(zip_of(tmp_path / "course.imscc", raw)) as description:
            assert Report.of(description.found, description.findings).adds_up
            return description

    return check


def item(ref: str, title: str = "Part") -> str:
    return f'<item identifier="item-{ref}" identifierref="{ref}"><title>{title}</title></item>'


def resource(ref: str, kind: str, *files: str, inside: str = "") -> str:
    named = "".join(f'<file href="{name}"/>' for name in files)
    href = f' href="{files[0]}"' if kind == "webcontent" else ""
    return f'<resource identifier="{ref}" type="{kind}"{href}>{inside}{named}</resource>'


def third(course: CourseDescription) -> LessonDescription:
    return list(course.lessons())[2]


def findings(course: CourseDescription, block_type: str, *kinds: Kind) -> list[Finding]:
    wanted = kinds or (Kind.IMPORTED, Kind.CONVERTED, Kind.REPORTED)
    return [f for f in course.findings if f.block_type == block_type and f.kind in wanted]


def meta(*items: str, state: str = "active") -> str:
    return (
        f'<modules {CANVAS}><module identifier="m1"><title>First module</title>'
        f"<workflow_state>{state}</workflow_state><items>{''.join(items)}</items>"
        "</module></modules>"
    )


def line(identifier: str, kind: str = "WikiPage", indent: int = 0, **more: str) -> str:
    extra = "".join(f"<{name}>{value}</{name}>" for name, value in more.items())
    return (
        f'<item identifier="{identifier}"><content_type>{kind}</content_type>'
        f"<title>{more.get('title', identifier)}</title><indent>{indent}</indent>{extra}</item>"
    )


def png() -> bytes:
    out = BytesIO()
    Image.new("RGB", (4, 3), "red").save(out, "PNG")
    return out.getvalue()


# Structure


def test_modules_and_pages(read: Read) -> None:
    course = read()
    assert (course.title, course.key) == ("Small cartridge", "i0123456789abcdef0123456789abcdef")
    assert [(m.title, [lesson.title for lesson in m.lessons]) for m in course.modules] == [
        ("First module", ["One", "Two"])
    ]
    assert next(course.lessons()).blocks[0].value == "<p>First words</p>"


def test_the_same_file_twice_has_the_same_lineages(read: Read) -> None:
    assert read().modules == read().modules


def test_a_name_that_anybody_could_have_is_no_identity(read: Read) -> None:
    def key(identifier: str, title: str) -> str:
        manifest = cartridge()["imsmanifest.xml"].decode()
        manifest = manifest.replace("i0123456789abcdef0123456789abcdef", identifier)
        return read(**{"imsmanifest.xml": manifest.replace("Small cartridge", title)}).key

    assert key("manifest1", "A") != key("manifest1", "B")
    assert key("i" + "0a" * 16, "A") == key("i" + "0a" * 16, "B")


def test_headers_and_nested_items_are_sections(read: Read) -> None:
    items = f'<item identifier="h"><title>A header</title>{item("p3", "Three")}</item>'
    course = read(
        items, resource("p3", "webcontent", "three.html"), **{"three.html": page("x", "words")}
    )
    assert [(each.title, each.section) for each in course.lessons()] == [
        ("One", ""), ("Two", ""), ("Three", "A header"),
    ]  # fmt: skip
    assert findings(course, "header")[0].kind is Kind.CONVERTED


def test_canvas_orders_indents_and_hides(read: Read) -> None:
    items = item("p3", "Three") + item("p4", "Four")
    parts = "".join(resource(f"p{n}", "webcontent", f"wiki_content/{n}.html") for n in (3, 4))
    outline = meta(
        line("x2", title="Two", position="1"),
        line("sub", "ContextModuleSubHeader", title="A header", position="2"),
        line("x1", indent=1, title="One", position="3"),
        line("item-p3", indent=0, title="Three", position="4"),
        line("item-p4", title="Four", position="5", workflow_state="unpublished"),
    )
    pages = {f"wiki_content/{n}.html": page("t", "words") for n in (3, 4)}
    course = read(items, parts, **{"course_settings/module_meta.xml": outline, **pages})
    assert [(each.title, each.section) for each in course.lessons()] == [
        ("Two", ""), ("One", "A header"), ("Three", ""),
    ]  # fmt: skip
    (hidden,) = findings(course, "page", Kind.REPORTED)
    assert (hidden.name, hidden.reason) == ("Four", "not published in the source: left out")


def test_unpublished_pages_stay_out_unless_all_are(read: Read) -> None:
    hidden = page("Two", "<p>Second words</p>", "unpublished")
    course = read(**{"wiki_content/two.html": hidden})
    assert [each.title for each in course.lessons()] == ["One"]
    both = read(
        **{"wiki_content/two.html": hidden, "wiki_content/one.html": page("1", "w", "unpublished")}
    )
    assert [each.title for each in both.lessons()] == ["One", "Two"]
    assert "nothing in the source was published" in findings(both, "course", Kind.IGNORED)[0].reason


def test_what_is_for_teachers_stays_out(read: Read) -> None:
    role = (
        "<metadata><lom><educational><intendedEndUserRole><value>Instructor</value>"
        "</intendedEndUserRole></educational></lom></metadata>"
    )
    course = read(
        item("p3"),
        resource("p3", "webcontent", "key.html", inside=role),
        **{"key.html": page("t", "Answers")},
    )
    assert len(list(course.lessons())) == 2
    assert findings(course, "page", Kind.REPORTED)[0].reason == "for teachers only: left out"


def test_parts_without_an_item_come_last(read: Read) -> None:
    course = read(
        "", resource("p3", "webcontent", "three.html"), **{"three.html": page("Three", "words")}
    )
    assert [module.title for module in course.modules] == ["First module", "More from this course"]


def test_items_without_modules_share_one(read: Read) -> None:
    manifest = cartridge()["imsmanifest.xml"].decode()
    manifest = manifest.replace('<item identifier="m1"><title>First module</title>', "")
    manifest = manifest.replace("</item></item></organization>", "</item></organization>")
    course = read(**{"imsmanifest.xml": manifest})
    assert [(m.title, len(m.lessons)) for m in course.modules] == [("Small cartridge", 2)]


def test_missing_doubled_and_empty_parts_are_named(read: Read) -> None:
    course = read(
        item("gone", "Gone") + item("p1", "Again") + item("p3", "No file") + item("p4", "Empty"),
        resource("p3", "webcontent", "nowhere.html") + resource("p4", "webcontent", "empty.html"),
        **{"empty.html": page("t", " ")},
    )
    assert len(list(course.lessons())) == 2
    reasons = {f.name: f.reason for f in course.findings if f.kind is Kind.REPORTED}
    assert reasons == {
        "Gone": "its definition is missing or cannot be read",
        "Again": "used a second time: shown only in its first place",
        "No file": "the file is not in the source",
        "Empty": "it is empty: left out",
    }


# Links and files


def body(read: Read, html: str, **files: Any) -> tuple[CourseDescription, str]:
    course = read(**{"wiki_content/one.html": page("One", html), **files})
    return course, "".join(str(block.value) for block in next(course.lessons()).blocks)


@pytest.mark.parametrize(
    "url",
    ["$WIKI_REFERENCE$/pages/two", "%24WIKI_REFERENCE%24/pages/p2", "two.html",
     "$CANVAS_OBJECT_REFERENCE$/pages/p2", "$CANVAS_COURSE_REFERENCE$/modules/items/x2",
     "%24CANVAS_OBJECT_REFERENCE%24/assignments/p2?module_item_id=3#top",
     "$IMS-CC-FILEBASE$/../wiki_content/two.html", "/wiki_content/two.html"],
)  # fmt: skip
def test_links_between_parts_lead_to_lessons(read: Read, url: str) -> None:
    course, words = body(read, f'<p><a href="{url}">go</a></p>')
    target = list(course.lessons())[1].lineage
    assert words == f'<p><a linktype="lesson" id="{target}">go</a></p>'


@pytest.mark.parametrize("url", ["$WIKI_REFERENCE$/pages/gone", "$CANVAS_OBJECT_REFERENCE$/a/b"])
def test_links_to_what_is_not_there_are_text(read: Read, url: str) -> None:
    course, words = body(read, f'<p><a href="{url}">go</a></p>')
    assert words == "<p>go</p>"
    assert len(findings(course, "link", Kind.IGNORED)) == 1


@pytest.mark.parametrize(
    "url",
    ["$IMS-CC-FILEBASE$/my%20notes.pdf?canvas_download=1", "%24IMS-CC-FILEBASE%24/my%20notes.pdf",
     "$CANVAS_COURSE_REFERENCE$/file_ref/f1?wrap=1", "../web_resources/my%20notes.pdf",
     "$1EdTech-CC-FILEBASE$/web_resources/my notes.pdf"],
)  # fmt: skip
def test_links_to_files(read: Read, url: str) -> None:
    files = {
        "wiki_content/one.html": page("One", f'<a href="{url}">Our notes</a>'),
        "web_resources/my notes.pdf": b"%PDF",
        "web_resources/unused.pdf": b"%PDF",
    }
    parts = resource("f1", "webcontent", "web_resources/my%20notes.pdf")
    course = read("", parts, **files)
    (block,) = next(course.lessons()).blocks
    assert block.value["file"] == "web_resources/my notes.pdf"
    assert [(f.name, f.kind) for f in findings(course, "file")] == [
        ("web_resources/my notes.pdf", Kind.IMPORTED),
        ("web_resources/unused.pdf", Kind.REPORTED),
    ]


def test_pictures_and_formulas(read: Read) -> None:
    html = (
        '<p><img src="$IMS-CC-FILEBASE$/a.png" alt="A"></p>'
        '<p>So <img class="equation_image" title="x%20%3C%201" src="/equation_images/x"> and '
        "$$y=1$$</p>"
    )
    course, __ = body(read, html, **{"web_resources/a.png": png()})
    image, text = next(course.lessons()).blocks
    assert (image.value["image"], image.value["alt"]) == ("web_resources/a.png", "A")
    assert text.value == r"<p>So \(x &lt; 1\) and \[y=1\]</p>"


@pytest.mark.parametrize("url", ["../../../etc/passwd", "$IMS-CC-FILEBASE$/../../etc/passwd"])
def test_paths_leading_outside_find_nothing(read: Read, url: str) -> None:
    course, words = body(read, f'<p><a href="{url}">x</a></p>')
    assert words == "<p>x</p>"
    assert not course.files


def test_a_file_as_an_item(read: Read) -> None:
    course = read(
        item("f1", "photo.png") + item("f2", "Handout") + item("f3", "Tool"),
        resource("f1", "webcontent", "web_resources/photo.png")
        + resource("f2", "webcontent", "web_resources/h.pdf")
        + resource("f3", "webcontent", "web_resources/x.exe"),
        **{
            "web_resources/photo.png": png(),
            "web_resources/h.pdf": b"%PDF",
            "web_resources/x.exe": b"MZ",
        },
    )
    lessons = list(course.lessons())[2:]
    assert [(each.title, each.blocks[0].type) for each in lessons] == [
        ("Photo", "image"),
        ("Handout", "download"),
    ]
    (refused,) = findings(course, "file", Kind.REPORTED)
    assert (refused.name, refused.reason) == (
        "web_resources/x.exe",
        "a file of a kind that is not accepted",
    )


# Kinds of parts


def test_web_links(read: Read) -> None:
    def link(url: str) -> bytes:
        return f'<webLink><title>T</title><url href="{url}"/></webLink>'.encode()

    course = read(
        "".join(item(f"l{n}", f"Link {n}") for n in (1, 2, 3)),
        "".join(resource(f"l{n}", "imswl_xmlv1p1", f"l{n}.xml") for n in (1, 2, 3)),
        **{
            "l1.xml": link("https://example.org/a?b=1&amp;c=2"),
            "l2.xml": link("https://www.youtube.com/watch?v=JNIXfGiDWM8"),
            "l3.xml": link("javascript:alert(1)"),
        },
    )
    __, __, one, two = course.lessons()
    assert one.blocks[0].value == ('<p><a href="https://example.org/a?b=1&amp;c=2">Link 1</a></p>')
    assert two.blocks[0].type == "video"
    assert findings(course, "link", Kind.REPORTED)[0].name == "Link 3"


def test_discussions_keep_their_text(read: Read) -> None:
    topic = (
        '<topic><title>Talk</title><text texttype="text/html">&lt;p&gt;What do you '
        "&lt;b&gt;think&lt;/b&gt;?&lt;/p&gt;</text></topic>"
    )
    course = read(
        item("d1", "Talk"), resource("d1", "imsdt_xmlv1p1", "d1.xml"), **{"d1.xml": topic}
    )
    lesson = third(course)
    assert [block.type for block in lesson.blocks] == ["callout", "text"]
    assert lesson.blocks[1].value == "<p>What do you <b>think</b>?</p>"
    assert "its text is kept" in findings(course, "discussion", Kind.REPORTED)[0].reason


def test_assignments_keep_their_text(read: Read) -> None:
    task = (
        '<assignment><title>Task</title><text texttype="text/html">&lt;p&gt;Do it.&lt;/p&gt;'
        "</text><extensions><assignment><workflow_state>published</workflow_state></assignment>"
        "</extensions></assignment>"
    )
    parts = resource("a1", "assignment_xmlv1p0", "a1/assignment.xml") + resource(
        "a1_fallback", "webcontent", "a1/task.html", inside='<variant identifierref="a1"/>'
    )
    files = {"a1/assignment.xml": task, "a1/task.html": "<p>Do it.</p>"}
    course = read(item("a1", "Task"), parts, **files)
    assert [block.type for block in third(course).blocks] == ["callout", "text"]
    assert findings(course, "assignment")[0].kind is Kind.CONVERTED
    assert len(list(course.lessons())) == 3
    hidden = {"a1/assignment.xml": task.replace(">published", ">unpublished")}
    assert len(list(read(item("a1", "Task"), parts, **(files | hidden)).lessons())) == 2


def test_external_tools_are_marked(read: Read) -> None:
    course = read(item("t1", "Lab"), resource("t1", "imsbasiclti_xmlv1p0", "t1.xml"))
    (block,) = third(course).blocks
    assert (block.type, block.value["title"]) == ("callout", "External tool")
    assert findings(course, "tool", Kind.REPORTED)


def question(profile: str, presentation: str, processing: str = "", title: str = "Q") -> str:
    return (
        f'<item ident="q" title="{title}"><itemmetadata><qtimetadata><qtimetadatafield>'
        f"<fieldlabel>question_type</fieldlabel><fieldentry>{profile}</fieldentry>"
        "</qtimetadatafield></qtimetadata></itemmetadata><presentation><material>"
        f'<mattext texttype="text/html">&lt;p&gt;{title}?&lt;/p&gt;</mattext></material>'
        f"{presentation}</presentation><resprocessing>{processing}</resprocessing>"
        '<itemfeedback ident="general_fb"><material><mattext>Because.</mattext></material>'
        "</itemfeedback></item>"
    )


def choices(many: bool = False) -> str:
    labels = "".join(
        f'<response_label ident="{name}"><material><mattext texttype="text/plain">{name} &lt;'
        "</mattext></material></response_label>"
        for name in "abc"
    )
    cardinality = "Multiple" if many else "Single"
    return (
        f'<response_lid ident="r" rcardinality="{cardinality}"><render_choice>{labels}'
        "</render_choice></response_lid>"
    )


def right(condition: str) -> str:
    return (
        f"<respcondition><conditionvar>{condition}</conditionvar>"
        '<setvar action="Set" varname="SCORE">100</setvar></respcondition>'
    )


def equal(value: str) -> str:
    return f'<varequal respident="r">{value}</varequal>'


def quiz(read: Read, *questions: str) -> CourseDescription:
    inner = "".join(questions)
    return read(
        item("z", "Test"),
        resource("z", "imsqti_xmlv1p2/imscc_xmlv1p1/assessment", "z/assessment_qti.xml"),
        **{
            "z/assessment_qti.xml": f"<questestinterop><assessment><section>{inner}</section>"
            "</assessment></questestinterop>",
            "z/assessment_meta.xml": f"<quiz {CANVAS}><title>Test</title>"
            "<description>&lt;p&gt;Before you start&lt;/p&gt;</description></quiz>",
        },
    )


def source(course: CourseDescription) -> list[dict[str, Any]]:
    block = third(course).blocks[-1]
    data = json.loads(block.value["source"])
    assert (data["v"], data["format"]) == (1, "qti")
    return list(data["questions"])


def test_questions_are_shown_and_their_answers_kept_apart(read: Read) -> None:
    several = "<and>" + equal("a") + "<not>" + equal("b") + "</not>" + equal("c") + "</and>"
    course = quiz(
        read,
        question("multiple_choice_question", choices(), right(equal("b")), "One"),
        question("multiple_answers_question", choices(many=True), right(several), "Many"),
        question("short_answer_question", "<response_str/>", right(equal("yes")), "Word"),
        question(
            "numerical_question",
            "<response_str/>",
            right(f"<or>{equal('3.14')}<and><vargte>3.04</vargte><varlte>3.24</varlte></and></or>"),
            "Number",
        ),
    )
    lesson = third(course)
    assert [block.type for block in lesson.blocks] == ["text", "quiz"]
    one, many, word, number = source(course)
    assert [q["type"] for q in (one, many, word, number)] == [
        "choice",
        "multiple",
        "text",
        "number",
    ]
    assert one["stem"] == "One?"
    assert one["choices"][1] == {"text": "b &lt;", "correct": True, "feedback": ""}
    assert [choice["correct"] for choice in many["choices"]] == [True, False, True]
    assert word["answers"] == [{"text": "yes", "correct": True}]
    assert number["answers"] == [{"value": "3.14", "tolerance": "0.1", "correct": True}]
    assert one["explanation"] == "Because."
    shown = lesson.blocks[1].value["text"]
    assert "<li>b &lt;</li>" in shown
    for secret in ("yes", "3.14", "Because", "correct"):
        assert secret not in shown
    assert [f.kind for f in findings(course, "question")] == [Kind.CONVERTED] * 4


def test_questions_that_we_cannot_ask_are_named(read: Read) -> None:
    course = quiz(read, question("essay_question", "<response_str/>", title="Essay"))
    (essay,) = source(course)
    assert (essay["type"], essay["reason"]) == ("unsupported", "an essay")
    assert "an essay" in findings(course, "question", Kind.REPORTED)[0].reason
    assert third(course).blocks[-1].value["text"] == "<p>Essay?</p>"


def test_a_quiz_without_questions_is_marked(read: Read) -> None:
    course = quiz(read)
    assert [block.type for block in third(course).blocks] == ["text", "callout"]
    assert findings(course, "quiz", Kind.REPORTED)


def test_scripts_in_questions_do_not_survive(read: Read) -> None:
    title = "X&lt;script&gt;y&lt;/script&gt;"
    course = quiz(read, question("multiple_choice_question", choices(), right(equal("a")), title))
    assert "script" not in str(third(course).blocks[-1].value)


# Broken and hostile


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        ("<manifest", "is no XML"),
        ("", "neither course.xml"),
        ("<other/>", "does not describe a cartridge"),
        ("<manifest/>", "no lesson"),
        ('<!DOCTYPE m [<!ENTITY e "x">]><manifest>&e;</manifest>', "document type or entities"),
        ('<!DOCTYPE m SYSTEM "http://127.0.0.1/x.dtd"><manifest/>', "document type or entities"),
        (
            "<manifest><organizations><organization>"
            + "<item><title>x</title>" * 50
            + "</item>" * 50
            + "</organization></organizations></manifest>",
            "nested too deep",
        ),
        ("<a>" * 100_000, "is no XML"),
    ],
)
def test_broken_manifests_get_a_reason(read: Read, manifest: str, reason: str) -> None:
    with pytest.raises(ImportRefused, match=reason):
        read(**{"imsmanifest.xml": manifest})


def test_entities_in_a_part_are_refused(read: Read) -> None:
    bomb = '<!DOCTYPE t [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><topic>&b;</topic>'
    with pytest.raises(ImportRefused, match="entities"):
        read(item("d1"), resource("d1", "imsdt_xmlv1p1", "d1.xml"), **{"d1.xml": bomb})


def test_a_broken_part_costs_only_itself(read: Read) -> None:
    course = read(item("d1"), resource("d1", "imsdt_xmlv1p1", "d1.xml"), **{"d1.xml": "<topic"})
    assert len(list(course.lessons())) == 2
    assert "is no XML" in findings(course, "discussion", Kind.REPORTED)[0].reason


def test_a_text_of_ten_megabytes_is_refused(read: Read) -> None:
    with pytest.raises(ImportRefused, match="too large"):
        read(**{"wiki_content/one.html": "x" * 10_000_000})


def test_other_encodings_and_binaries(read: Read) -> None:
    course = read(**{"wiki_content/one.html": "<p>Größe</p>".encode("latin-1"),
                     "wiki_content/two.html": b"GIF89a\0\0"})  # fmt: skip
    assert next(course.lessons()).blocks[0].value == "<p>Größe</p>"
    assert "is no text" in findings(course, "page", Kind.REPORTED)[0].reason


CARTRIDGES = real("imscc", ".imscc")
needs_cartridges = pytest.mark.skipif(not CARTRIDGES, reason="LECTERN_SHARED_DATA is not set")
LESSONS = {
    "assignment-rubrics.imscc": ["Rubricated Assignment"],
    "canvas_cc_gem_course.imscc": [
        "Course with Known Submission Type",
        "Course with Unknown Submission Type",
        "Course with Missing Submission Type",
    ],
    "course-1.imscc": [
        "First Module Assignment 1", "First Module Quiz 1", "Photo", "First Module Wiki Page 1",
        "First Module Discussion 1", "First Module External URL 1",
        "First Module AnalyTics Beta External Tool",
        "The First Measured Century: 1930-1960 (60:00)", "Sample Document",
        "Assignment with internal links",
    ],
    "latex.imscc": ["Page 1", "Page 2"],
    "multiple-pages.imscc": ["Second Page"],
    "single-assignment.imscc": ["Assignment"],
}  # fmt: skip


@needs_cartridges
@pytest.mark.parametrize("row", CARTRIDGES, ids=name_of)
def test_real_cartridge_is_accounted_for(row: dict[str, Any]) -> None:
    with load(row["file"]) as one, load(row["file"]) as two:
        report = Report.of(one.found, one.findings)
        assert report.adds_up
        assert [lesson.title for lesson in one.lessons()] == LESSONS[name_of(row)]
        assert all(lesson.blocks for lesson in one.lessons())
        assert one.modules == two.modules
        lost = {"page", "assignment", "question", "quiz", "link"}
        reasons = {f.reason for f in one.findings
                   if f.kind is Kind.REPORTED and f.block_type in lost}  # fmt: skip
        assert reasons <= {"it is empty: left out"}
