"""The blocks of a lesson: what they need, where they lead, and what their author is told."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db.models import ProtectedError
from django.test import Client
from wagtail.images.tests.utils import get_test_image_file

from accounts.models import User
from assets.models import Image
from core.blocks.links import is_safe_link
from core.models import SnapshotReference
from course_pages import content, releases, rendering
from course_pages.blocks import CourseBody, LessonBody
from course_pages.content import LessonSource
from course_pages.models import Course, LessonPage
from home.blocks import LandingBody
from learning.services import enrolment
from tests.cases.measure import statements
from tests.factories import courses as make
from tests.factories import videos as films
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def course_with(*blocks: tuple[str, dict[str, Any]], title: str = "Knots") -> Course:
    """A released course: lesson "Blocks" holds the blocks, "Target" is there to lead to."""
    page = make.course_page(title)
    module = make.module(page)
    target = make.lesson(module, "Target")
    body = [
        {"type": kind, "value": filled(value, target), "id": str(number)}
        for number, (kind, value) in enumerate(blocks)
    ]
    make.lesson(module, "Blocks", body=body)
    course = Course.objects.get(lineage=page.translation_key)
    releases.release(course=course, by=None)
    course.refresh_from_db()
    return course


def filled(value: dict[str, Any], target: LessonPage) -> dict[str, Any]:
    return {key: target.pk if item == "TARGET" else item for key, item in value.items()}


def seen(course: Course) -> str:
    """The lesson as an enrolled learner gets it."""
    learner = UserFactory()
    enrolment.enrol(user=learner, course=course)
    client = Client()
    client.force_login(learner, backend="accounts.backends.SignIn")
    return client.get(f"/learn/{course.slug}/blocks/").text


def test_a_button_leads_to_the_lesson_whatever_it_is_called_later() -> None:
    course = course_with(("button", {"label": "Go on", "page": "TARGET", "url": ""}))
    target = make.lesson_page(course, "Target")
    link = re.compile(r'<a href="/learn/knots/target/" class="btn">\s*<span>Go on</span>')

    assert link.search(seen(course))
    named = SnapshotReference.objects.filter(kind="page", key=str(target.translation_key))
    assert named.exists()
    make.edit(target, title="Renamed", slug="renamed")
    releases.release(course=course, by=None)
    assert link.search(seen(course))


def test_a_button_to_a_removed_lesson_becomes_its_words() -> None:
    course = course_with(("button", {"label": "Go on", "page": "TARGET", "url": ""}))
    make.lesson_page(course, "Target").unpublish()
    releases.release(course=course, by=None)

    html = seen(course)
    assert "<span>Go on</span>" in html
    assert "lineage:" not in html
    assert 'class="btn">\n    \n    <span>Go on' not in html
    make.lesson_page(course, "Target").delete()
    releases.release(course=course, by=None)
    assert "<span>Go on</span>" in seen(course)


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("/courses/", True),
        ("#part", True),
        ("https://example.org/a?b=c#d", True),
        ("mailto:a@example.org", True),
        ("tel:+3612345", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("javascript://example.org/%0aalert(1)", False),
        ("data:text/html,x", False),
        ("vbscript:x", False),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("/\t/evil.example", False),
        ("https:evil", False),
        ("http://[", False),
        ("lineage:11111111-1111-4111-8111-111111111111", False),
        ("asset:1", False),
        ("courses", False),
        ("", False),
    ],
)
def test_only_safe_addresses_stand_on_a_button(url: str, safe: bool) -> None:
    assert is_safe_link(url) is safe
    source = LessonSource("1" * 32, "L", [button(url)])
    assert bool(content.problems([source])) is not safe
    rendered = LessonBody().to_python([button(url)]).render_as_block()
    assert ("href=" in rendered) is safe
    assert "Press" in rendered


def button(url: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "value": {"label": "Press", "page": None, "url": url} | more}


def test_a_button_has_one_destination() -> None:
    page = make.lesson(make.module(make.course_page()), "Target")
    for value in (button(""), button("/x/", page=page.pk)):
        (problem,) = content.problems([LessonSource("1" * 32, "L", [value])])
        assert "an address" in str(problem)


def test_a_recording_is_handed_out_by_the_lessons_door_only() -> None:
    talk = films.video(b"ID3 sound", "talk.mp3", kind="audio", title="A talk")
    chosen = {"title": "", "video": talk.pk, "url": "", "transcript": "<p>Hm.</p>"}
    course = course_with(("audio", chosen))
    address = f"/learn/knots/blocks/media/{talk.uid}/"
    html = seen(course)
    assert f'data-media="{address}"' in html
    assert "<p>Hm.</p>" in html

    learner = User.objects.get(enrolments__course=course)
    client = Client()
    client.force_login(learner, backend="accounts.backends.SignIn")
    (source,) = client.get(address).json()["sources"]
    assert source["type"] == "audio/mpeg"
    assert client.get(source["src"]).getvalue() == b"ID3 sound"
    assert Client().get(address).status_code == 403
    assert Client().get(f"{address}?play").status_code == 302
    stranger = Client()
    stranger.force_login(UserFactory(), backend="accounts.backends.SignIn")
    assert stranger.get(address).status_code == 403
    with pytest.raises(ProtectedError):
        talk.delete()


def test_the_pictures_of_a_gallery_stay_while_a_release_shows_them() -> None:
    image = Image.objects.create(title="Bars", file=get_test_image_file(size=(640, 480)))
    item = {
        "type": "item",
        "id": "1",
        "value": {"image": image.pk, "alt": "Bars", "caption": "One"},
    }
    course = course_with(("gallery", {"images": [item], "caption": "All"}))

    html = seen(course)
    assert 'alt="Bars"' in html
    assert "data-enlarge" in html
    with pytest.raises(ProtectedError):
        image.delete()


def test_a_large_gallery_costs_as_many_queries_as_a_small_one() -> None:
    def cost(number: int) -> int:
        pictures = [
            Image.objects.create(title=str(n), file=get_test_image_file(size=(90 + n, 60)))
            for n in range(number)
        ]
        items = [
            {"type": "item", "id": str(n), "value": {"image": one.pk, "alt": "x", "caption": ""}}
            for n, one in enumerate(pictures)
        ]
        raw = [{"type": "gallery", "id": "1", "value": {"images": items, "caption": ""}}]
        rendering.render_raw(raw)
        cache.clear()
        return len(statements(lambda: rendering.render_raw(raw)))

    assert cost(2) == cost(7) <= 3


def table(cell: str, kind: str = "text") -> dict[str, Any]:
    return {
        "caption": "Rates",
        "columns": [{"type": kind, "heading": "Place"}],
        "rows": [{"values": [cell]}],
    }


def test_links_and_formulas_in_cells_steps_and_transcripts_work_as_in_text() -> None:
    page = make.course_page("Knots")
    module = make.module(page)
    target = make.lesson(module, "Target")
    words = f'<p><a linktype="page" id="{target.pk}">There</a>, \\(x^2\\)</p>'
    step = {"type": "item", "id": "1", "value": {"title": "Do", "text": words}}
    audio = {"title": "A", "video": None, "url": "https://example.org/a.mp3", "transcript": words}
    body = [
        {"type": "table", "value": table(words)},
        {"type": "steps", "value": {"title": "", "steps": [step]}},
        {"type": "audio", "value": audio},
    ]
    make.lesson(module, "Blocks", body=body)
    course = Course.objects.get(lineage=page.translation_key)
    releases.release(course=course, by=None)
    course.refresh_from_db()

    html = seen(course)
    assert html.count('<a href="/learn/knots/target/">There</a>') == 3
    assert html.count("<msup><mi>x</mi><mn>2</mn></msup>") == 3


def test_a_table_has_headings_and_a_named_box_to_scroll_in() -> None:
    html = seen(course_with(("table", table("12,5", "number"))))
    assert '<th scope="col" class="number">Place</th>' in html
    assert '<div class="table-box" role="group" tabindex="0" aria-label="Rates">' in html
    assert "<caption><span>Rates</span></caption>" in html


def test_the_corner_of_a_table_is_no_empty_heading() -> None:
    columns = [{"type": "text", "heading": heading} for heading in ("", "Noise")]
    value = {"caption": "", "columns": columns, "rows": [{"values": ["<p>x</p>", "<p>y</p>"]}]}
    html = seen(course_with(("table", value)))
    assert '<td></td><th scope="col">Noise</th>' in html


def test_a_lesson_that_begins_with_a_sub_heading_skips_no_level() -> None:
    html = seen(course_with(("heading", {"text": "Try it", "level": "h3"})))
    assert '<h2 class="block-heading">Try it</h2>' in html


def test_a_table_that_is_too_large_is_refused_by_name() -> None:
    value = table("x") | {"rows": [{"values": ["x"]}] * 2001}
    source = LessonSource("1" * 32, "Big", [{"type": "table", "value": value}])
    (problem,) = content.problems([source])
    assert "2000 cells" in str(problem)


def test_what_a_block_needs_is_asked_for_by_the_release() -> None:
    item = {"type": "item", "id": "1", "value": {"image": None, "alt": "", "caption": ""}}
    unfinished = [
        {"type": "gallery", "value": {"images": [item], "caption": ""}},
        {"type": "audio", "value": {"title": "A", "video": None, "url": "", "transcript": ""}},
        {"type": "math", "value": {"formula": "", "description": ""}},
        {"type": "steps", "value": {"title": "", "steps": []}},
    ]
    found = content.problems([LessonSource("1" * 32, "L", unfinished)])
    assert len(found) == len(unfinished)


def test_a_formula_that_cannot_be_read_is_published_and_its_author_told() -> None:
    course = course_with(("math", {"formula": "x^2", "description": ""}))
    page = make.lesson_page(course, "Blocks")
    client = Client()
    client.force_login(
        User.objects.create_superuser("admin@example.org", "a long password"),
        backend="accounts.backends.SignIn",
    )
    sent = {
        "title": page.title,
        "slug": page.slug,
        "minutes": "5",
        "completion": "done",
        "required": "on",
        "section": "",
        "summary": "",
        "seo_title": "",
        "search_description": "",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "body-count": "1",
        "body-0-type": "math",
        "body-0-order": "0",
        "body-0-deleted": "",
        "body-0-id": "",
        "body-0-value-formula": r"\frac{1",
        "body-0-value-description": "",
        "action-publish": "1",
    }
    answer = client.post(f"/admin/pages/{page.pk}/edit/", sent, follow=True)

    assert "A formula cannot be read, so its source is shown: \\frac{1" in answer.text
    page.refresh_from_db()
    assert page.body[0].value["formula"] == r"\frac{1"
    releases.release(course=course, by=None)
    assert r'<code class="formula-source" dir="ltr">\frac{1</code>' in seen(course)


@pytest.mark.parametrize("body", [LessonBody(), CourseBody(), LandingBody()], ids=type)
def test_every_block_introduces_itself_in_the_picker(body: Any) -> None:
    for name, block in body.child_blocks.items():
        assert block.meta.icon != "placeholder", name
        assert block.meta.group, name
        assert block.get_description(), name
        if name != "courses":
            assert block.is_previewable, name


def test_every_preview_of_a_lessons_block_opens() -> None:
    client = Client()
    client.force_login(
        User.objects.create_superuser("admin@example.org", "a long password"),
        backend="accounts.backends.SignIn",
    )
    for name, block in LessonPage._meta.get_field("body").stream_block.child_blocks.items():
        answer = client.get("/admin/block-preview/", {"id": block.definition_prefix})
        assert answer.status_code == 200, name
        assert "block-preview" in answer.text, name
        assert "None" not in re.sub(r"<[^>]*>", "", answer.text), name
