"""What the demo says and shows holds together: files, blocks, numbers, captions, sizes."""

import csv
import re
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from wagtail import blocks as wagtail_blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

from commerce.models import Offer
from config.demo import content
from config.demo.content import FILES, DemoCourse, DemoLesson, DemoPage
from config.demo.markup import Block
from core.blocks.choosers import VideoChooserBlock
from course_pages.blocks import CourseBody, LessonBody, SourceBlock
from home.blocks import LandingBody

LESSONS = [
    pytest.param(course, lesson, id=f"{course.slug}/{lesson.slug}")
    for course in content.COURSES
    for lesson in course.lessons
]
COURSES = [pytest.param(course, id=course.slug) for course in content.COURSES]
PAGES = [content.HOME, *content.LANDING_PAGES, *content.STANDARD_PAGES]
BODIES = [
    *(pytest.param(page.body, LandingBody(), id=f"page {page.slug}") for page in PAGES),
    *(pytest.param(course.body, CourseBody(), id=course.slug) for course in content.COURSES),
    *(
        pytest.param(lesson.body, LessonBody(), id=f"{course.slug}/{lesson.slug}")
        for course in content.COURSES
        for lesson in course.lessons
    ),
]
REFERENCES = {"image", "file", "video", "poster", "captions"}
OF_THE_FILM = {"poster", "captions", "chapters"}
"""What a source says beside a block, and the loader gives to its film."""
SYMBOLIC = re.compile(r"(course|page|catalogue|offer):")
CLIP = FILES / "clip" / "the-axis-that-moved.mp4"


def values(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every (key, plain value) inside a block's value."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from values(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from values(item, key)
    else:
        yield key, value


def prose(body: list[Block]) -> str:
    """Words to be read: everything but code, file names and the descriptions of pictures."""
    words = []
    for kind, value in body:
        if isinstance(value, str):
            words.append(value)
        elif kind != "code":
            words += [
                text
                for key, text in values(value)
                if key in {"text", "title", "attribution", "caption", "description"}
            ]
    return re.sub(r"<[^>]+>", " ", " ".join(words))


def used_files() -> set[str]:
    bodies = [page.body for page in PAGES]
    for course in content.COURSES:
        bodies += [course.body, *(lesson.body for lesson in course.lessons)]
    named = {
        value
        for body in bodies
        for _, block in body
        for key, value in values(block)
        if key in REFERENCES and value
    }
    covers = {course.image for course in content.COURSES}
    return named | covers | {person.photo for person in content.INSTRUCTORS}


def complaint(definition: wagtail_blocks.Block, value: Any) -> str:
    """What Wagtail's own definition of a block would refuse, links and references aside."""
    if isinstance(definition, wagtail_blocks.StructBlock):
        asked = {
            name: child
            for name, child in definition.child_blocks.items()
            if not isinstance(child, SourceBlock)  # no editor sees it
        }
        if "video" in value:
            value = {key: item for key, item in value.items() if key not in OF_THE_FILM}
        if value.keys() != asked.keys():
            return f"keys {sorted(value)} instead of {sorted(asked)}"
        for name, child in asked.items():
            if found := complaint(child, value[name]):
                return f"{name}: {found}"
        return ""
    if isinstance(definition, wagtail_blocks.ListBlock):
        return next(filter(None, (complaint(definition.child_block, item) for item in value)), "")
    if isinstance(value, str) and SYMBOLIC.match(value):
        return ""
    if isinstance(
        definition,
        ImageChooserBlock
        | DocumentChooserBlock
        | VideoChooserBlock
        | wagtail_blocks.PageChooserBlock,
    ):
        return "" if value or not definition.required else "required"
    if isinstance(definition, wagtail_blocks.RichTextBlock):
        return "" if not value or value.startswith("<") else "not rich text"
    try:
        definition.clean(value)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the complaint
        return f"{value!r}: {error}"
    return ""


@pytest.mark.parametrize(("body", "definition"), BODIES)
def test_blocks_are_as_the_editor_would_accept_them(
    body: list[Block], definition: wagtail_blocks.StreamBlock
) -> None:
    assert body
    for kind, value in body:
        assert kind in definition.child_blocks
        assert complaint(definition.child_blocks[kind], value) == "", kind


def test_every_file_that_is_named_exists_and_every_file_is_used() -> None:
    read = {"clip/the-axis-that-moved.chapters.txt"}
    there = {str(path.relative_to(FILES)) for path in FILES.rglob("*") if path.is_file()}
    assert used_files() | read == there


def test_every_picture_is_described() -> None:
    for course in content.COURSES:
        assert len(course.image_alt) > 20
        for lesson in course.lessons:
            for kind, value in lesson.body:
                if kind == "image":
                    assert isinstance(value, dict)
                    assert value["decorative"] or len(value["alt"]) > 40
    assert all(len(person.photo_alt) > 20 for person in content.INSTRUCTORS)
    for page in PAGES:
        for _, value in page.body:
            if isinstance(value, dict) and value.get("image"):
                assert value["image_alt"]


def test_symbolic_links_lead_somewhere() -> None:
    known = {f"course:{course.slug}" for course in content.COURSES} | {"catalogue:"}
    known |= {f"page:{page.slug}" for page in content.LANDING_PAGES + content.STANDARD_PAGES}
    slugs = {course.slug for course in content.COURSES}
    for page in PAGES:
        for _, block in page.body:
            for key, value in values(block):
                if key.endswith("link") and value:
                    assert value in known
                if key == "courses":
                    assert value in slugs
                if key == "offer":
                    assert value in {f"offer:{offer.slug}" for offer in content.OFFERS}


def test_offers_are_what_can_be_sold() -> None:
    slugs = {course.slug for course in content.COURSES}
    for offer in content.OFFERS:
        assert offer.courses
        assert set(offer.courses) <= slugs
        paid = offer.kind != Offer.Kind.FREE
        assert set(offer.prices) == ({"EUR", "USD"} if paid else set())
        assert bool(offer.interval) == (offer.kind == Offer.Kind.SUBSCRIPTION)
        assert all(before > offer.prices[one] for one, before in offer.compare_at.items())
    sold = {slug for offer in content.OFFERS for slug in offer.courses}
    assert slugs - sold == {"bread-from-four-ingredients"}
    assert 100 in {coupon.percent for coupon in content.COUPONS}


@pytest.mark.parametrize("course", COURSES)
def test_courses_name_what_exists(course: DemoCourse) -> None:
    assert course.level in {level.title for level in content.LEVELS}
    assert course.topics
    assert set(course.topics) <= {topic.title for topic in content.TOPICS}
    assert course.instructors
    assert set(course.instructors) <= {person.name for person in content.INSTRUCTORS}
    assert 60 <= len(course.summary) <= 300
    assert len(course.outcomes) >= 3
    assert any(lesson.required for lesson in course.lessons)
    assert any(lesson.free_preview for lesson in course.lessons)


@pytest.mark.parametrize("course", COURSES)
def test_every_lesson_file_belongs_to_its_course_once(course: DemoCourse) -> None:
    folder = content.HERE / "courses" / course.slug
    written = sorted(path.stem for path in folder.glob("[0-9]*.md"))
    assert [name.partition("-")[2] for name in written] == [x.slug for x in course.lessons]


def test_slugs_are_unique_and_plain() -> None:
    def check(slugs: list[str]) -> None:
        assert len(slugs) == len(set(slugs))
        assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) for slug in slugs)

    check([course.slug for course in content.COURSES])
    check([page.slug for page in PAGES] + ["courses"])
    check([topic.slug for topic in content.TOPICS])
    check([level.slug for level in content.LEVELS])
    check([person.slug for person in content.INSTRUCTORS])
    check([offer.slug for offer in content.OFFERS])
    for course in content.COURSES:
        check([lesson.slug for lesson in course.lessons])
        check([module.slug for module in course.modules])


@pytest.mark.parametrize(("course", "lesson"), LESSONS)
def test_lessons_are_long_enough_and_say_how_long_they_take(
    course: DemoCourse, lesson: DemoLesson
) -> None:
    words = len(prose(lesson.body).split())
    low, high = (500, 950) if course is content.COURSES[0] else (250, 500)
    assert low <= words <= high, words
    exercise = 10 if any(kind == "download" for kind, _ in lesson.body) else 4
    assert words / 250 <= lesson.minutes <= words / 130 + exercise


def test_the_long_course_shows_every_kind_of_block_that_it_needs() -> None:
    course = content.COURSES[0]
    kinds = {kind for lesson in course.lessons for kind, _ in lesson.body}
    assert len(course.modules) == 3
    assert len(course.lessons) >= 8
    assert kinds >= {
        "text",
        "heading",
        "image",
        "video",
        "audio",
        "code",
        "callout",
        "quote",
        "download",
    }
    assert all(any(kind == "quiz" for kind, _ in lesson.body) for lesson in course.lessons)
    assert any(not lesson.required for lesson in course.lessons)


@pytest.mark.parametrize(("course", "lesson"), LESSONS)
def test_programs_print_what_the_lesson_says(course: DemoCourse, lesson: DemoLesson) -> None:
    for (kind, program), (_, printed) in zip(lesson.body, lesson.body[1:], strict=False):
        if kind == "code" and isinstance(program, dict) and program["language"] == "python":
            assert isinstance(printed, dict)
            run = subprocess.run(  # noqa: S603 - our own lesson
                [sys.executable, "-I", "-c", program["code"]],
                capture_output=True,
                text=True,
                check=True,
                timeout=30,
            )
            assert run.stdout == printed["code"] + "\n"


def test_the_answers_to_the_practice_sheet_are_right() -> None:
    with (FILES / "practice" / "bicycle-thefts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lesson = content.COURSES[0].lessons[-1]
    text = prose(lesson.body)
    before = sum(int(row["thefts_2023"]) for row in rows)
    after = sum(int(row["thefts_2024"]) for row in rows)
    assert f"{before:,} thefts in 2023 and {after:,} in 2024" in text
    whole = [row for row in rows if not row["note"]]
    before = sum(int(row["thefts_2023"]) for row in whole)
    after = sum(int(row["thefts_2024"]) for row in whole)
    assert f"there were {before:,}, then {after:,}" in text
    assert round((after / before - 1) * 100, 1) == 2.5

    def per(row: dict[str, str], base: str, size: int) -> float:
        return int(row["thefts_2024"]) / int(row[base]) * size

    def growth(row: dict[str, str]) -> float:
        return int(row["thefts_2024"]) / int(row["thefts_2023"]) - 1

    def best(rows: list[dict[str, str]], key: Any) -> list[str]:
        return [row["town"] for row in sorted(rows, key=key, reverse=True)]

    by_people = best(rows, lambda row: per(row, "inhabitants", 100_000))
    by_bicycles = best(rows, lambda row: per(row, "bicycles", 1_000))
    assert by_people[:3] == ["Little Combe", "Quay", "Elmford"]
    assert by_bicycles[:3] == ["Great Marsh", "Little Combe", "Elmford"]
    assert by_bicycles.index("Quay") == 6
    assert best(rows, growth)[:2] == ["Little Combe", "Market Rill"]
    solid = [row for row in rows if min(int(row["thefts_2023"]), int(row["thefts_2024"])) >= 20]
    assert best(solid, growth)[0] == "Harrow"


def clip_seconds(clip: Path) -> float:
    """Length of a film or recording by its movie header (version 0)."""
    data = clip.read_bytes()
    at = data.index(b"mvhd") + 4
    assert data[at] == 0
    scale, length = struct.unpack(">II", data[at + 12 : at + 20])
    return float(length) / float(scale)


def seconds(stamp: str) -> float:
    hours, minutes, rest = stamp.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


@pytest.mark.parametrize(("name", "least"), [(CLIP.name, 5), ("hear-the-axis.m4a", 2)])
def test_captions_follow_one_another_inside_the_film(name: str, least: int) -> None:
    clip = CLIP.with_name(name)
    source = clip.with_suffix(".vtt").read_text(encoding="utf-8")
    head, *parts = source.strip().split("\n\n")
    assert head == "WEBVTT"
    cues = [part.splitlines() for part in parts if "-->" in part]
    assert len(cues) >= least
    end = 0.0
    for _, times, *words in cues:
        start, _, stop = times.partition(" --> ")
        assert end <= seconds(start) < seconds(stop)
        assert 1 <= len(words) <= 2
        assert all(len(line) <= 50 for line in words)
        end = seconds(stop)
    assert end <= clip_seconds(clip) <= 40


def test_the_film_can_start_before_it_has_arrived() -> None:
    data = CLIP.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_pictures_are_sharp_and_everything_stays_small() -> None:
    for path in FILES.rglob("*.png"):
        width = 800 if path.parent.name == "portraits" else 1280
        with Image.open(path) as image:
            assert image.width >= width, path.name
        assert path.stat().st_size < 150_000, path.name
    assert CLIP.stat().st_size <= 600_000
    assert sum(path.stat().st_size for path in FILES.rglob("*") if path.is_file()) < 4_000_000


@pytest.mark.parametrize("page", [pytest.param(page, id=page.slug) for page in PAGES])
def test_pages_have_a_title_and_a_summary(page: DemoPage) -> None:
    assert page.title
    assert 20 <= len(page.summary) <= 300


def test_no_absolute_paths_or_leftovers() -> None:
    for path in Path(content.HERE).rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert "TODO" not in text
        assert "lorem" not in text.lower()
