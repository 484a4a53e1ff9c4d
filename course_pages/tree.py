"""The published pages below a course, read in a constant number of queries."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.models import Page

from core.snapshots import Frozen
from course_pages import content, registries, rules, videos
from course_pages.content import LessonSource
from course_pages.models.course import Course, LessonAddress
from course_pages.models.pages import CoursePage, LessonPage, ModulePage
from course_pages.outline import CertificateRule, Lesson, Module, Outline, QuizPin, VideoPin
from course_pages.registries import DESIGN, Pinned, Problem
from course_pages.videos import PinnedVideo

ADDRESS_LENGTH = 100


@dataclass(frozen=True)
class Candidate:
    """What a release would be made of; nothing of it is stored yet."""

    outline: Outline
    frozen_outline: Frozen
    modules: list[Frozen]
    lessons: dict[str, Frozen]
    sources: dict[str, LessonSource]
    addresses: dict[str, LessonAddress]
    quizzes: dict[str, tuple[Pinned, ...]]
    videos: dict[str, tuple[PinnedVideo, ...]]
    design: Pinned | None = None

    @property
    def digest(self) -> str:
        return self.frozen_outline.digest

    @property
    def frozen(self) -> list[Frozen]:
        """All that a release of this stores."""
        quizzes = [quiz.frozen for pinned in self.quizzes.values() for quiz in pinned]
        videos = [video.frozen for pinned in self.videos.values() for video in pinned]
        designs = [self.design.frozen] if self.design else []
        return [
            *(*quizzes, *videos, *designs, *self.lessons.values(), *self.modules),
            self.frozen_outline,
        ]

    def problems(self, known: set[str]) -> list[Problem]:
        """Why the certificate's design and lessons' quizzes and videos cannot be released.

        Blocks of `known` digests were checked when they were stored.
        """
        placed = [(key, quiz) for key, pinned in self.quizzes.items() for quiz in pinned]
        new = {quiz.lineage: quiz for _key, quiz in placed if quiz.frozen.digest not in known}
        faults = registries.faults_in(list(new.values()))
        quizzes = [
            Problem(self.sources[key].title, f"{_('Quiz')} “{quiz.title}”: {problem}")
            for key, quiz in placed
            for problem in (*quiz.problems, *faults.get(quiz.lineage, ()))
        ]
        designs = [self.design] if self.design else []
        design = [
            Problem(self.outline.title, f"{_('Certificate')} “{one.title}”: {problem}")
            for one in designs
            for problem in one.problems
        ]
        return (
            design
            + quizzes
            + [
                Problem(
                    self.sources[lineage].title, f"{_('Video')} “{video.data['title']}”: {problem}"
                )
                for lineage, pinned in self.videos.items()
                for video in pinned
                for problem in video.problems
            ]
        )


def build(course: Course, *, only: Collection[int] | None = None) -> Candidate | None:
    """The course's published pages as a candidate, in 6 queries; None when its page is not live.

    Two more where lessons have quizzes, one where they have videos, one where there is a
    certificate. With `only`, as if the lessons with these primary keys were all.
    """
    page = CoursePage.objects.live().filter(translation_key=course.lineage).order_by("pk").first()
    if page is None:
        return None
    below = {"path__startswith": page.path, "live": True}
    modules = list(
        ModulePage.objects.filter(**below, depth=page.depth + 1)
        .order_by("path")
        .values("path", "translation_key", "title", "needs", "opens_on", "opens_after_days")
    )
    lessons_below = LessonPage.objects.filter(**below, depth=page.depth + 2)
    rows = list(
        (lessons_below if only is None else lessons_below.filter(pk__in=only))
        .order_by("path")
        .annotate(raw=Cast("body", TextField()))
        .values(
            "path",
            "translation_key",
            "title",
            "slug",
            "section",
            "required",
            "free_preview",
            "minutes",
            "completion",
            "watch_percent",
            "opens_on",
            "opens_after_days",
            "era",
            "raw",
        )
    )
    parents: dict[str, list[Any]] = {module["path"]: [] for module in modules}
    for row in rows:
        parent = row["path"][: -Page.steplen]
        if parent in parents:
            parents[parent].append(row)
    kept = [row for below in parents.values() for row in below]

    sources = {
        str(row["translation_key"]): LessonSource(
            lineage=str(row["translation_key"]), title=row["title"], raw=raw_body(row["raw"])
        )
        for row in kept
    }
    lineages = lineages_of_links(source.raw for source in sources.values())
    pins = content.pins_of(source.raw for source in sources.values())
    lessons = {
        lineage: content.freeze(source, lineages, pins) for lineage, source in sources.items()
    }
    quizzes = {
        lineage: tuple(
            pins.quizzes[pk] for pk in content.quizzes_in(source.raw) if pk in pins.quizzes
        )
        for lineage, source in sources.items()
    }
    films = {
        lineage: tuple(
            pins.videos[pk]
            for pk in dict.fromkeys(videos.chosen_in(source.raw))
            if pk in pins.videos
        )
        for lineage, source in sources.items()
    }
    addresses = give_addresses(course, kept)
    there = [str(module["translation_key"]) for module in modules]
    rule, design = _certificate(page)

    outline = Outline(
        course=str(course.lineage),
        title=page.title,
        watermark=page.watermark,
        certificate=rule,
        modules=tuple(
            Module(
                lineage=str(module["translation_key"]),
                title=module["title"],
                lessons=tuple(
                    _entry(row, lessons, addresses, quizzes, films, page.time_zone)
                    for row in parents[module["path"]]
                ),
                needs=rules.kept(module["needs"], str(module["translation_key"]), there),
                opens_at=rules.opens_at(module["opens_on"], page.time_zone),
                opens_after_days=module["opens_after_days"] or 0,
            )
            for module in modules
        ),
        sequence=page.sequence,
        needs=tuple(sorted(page.needs)),
    )
    frozen, frozen_modules = outline.freeze()
    return Candidate(
        *(outline, frozen, frozen_modules, lessons, sources, addresses, quizzes, films), design
    )


def rule_of(page: CoursePage) -> CertificateRule | None:
    """The certificate that a release of this page would give."""
    return _certificate(page)[0]


def _certificate(page: CoursePage) -> tuple[CertificateRule | None, Pinned | None]:
    """The certificate's rule and design; a rule without a design cannot be released."""
    chosen = page.certificate.raw_data[0]["value"] if page.certificate else None
    if chosen is None:
        return None, None
    key = chosen.get("design") or 0
    design = registries.pinned(DESIGN, [key]).get(key)
    percent = chosen.get("percent") or 0
    rule = CertificateRule(
        design=design.frozen.digest if design else "",
        when=chosen["when"],
        percent=percent if chosen["when"] == "score" else 0,
        valid_months=chosen.get("valid_months") or 0,
    )
    return rule, design


def raw_body(stored: str | None) -> list[dict[str, Any]]:
    """The raw blocks of a stored body."""
    value = json.loads(stored or "[]")
    # MariaDB's JSON columns may hold the text once more encoded.
    return json.loads(value) if isinstance(value, str) else value


def lineages_of_links(bodies: Iterable[Any]) -> dict[int, str]:
    """Primary key → lineage of every page that the bodies link to."""
    wanted: set[int] = set()
    for body in bodies:
        wanted |= content.linked_page_ids(body)
    return lineages_of(wanted)


def lineages_of(wanted: set[int]) -> dict[int, str]:
    """Primary key → lineage of pages; no query for none."""
    if not wanted:
        return {}
    return {
        pk: str(key)
        for pk, key in Page.objects.filter(pk__in=wanted).values_list("pk", "translation_key")
    }


def _entry(
    row: dict[str, Any],
    lessons: dict[str, Frozen],
    addresses: dict[str, LessonAddress],
    quizzes: dict[str, tuple[Pinned, ...]],
    films: dict[str, tuple[PinnedVideo, ...]],
    time_zone: str,
) -> Lesson:
    lineage = str(row["translation_key"])
    return Lesson(
        lineage=lineage,
        address=addresses[lineage].address,
        title=row["title"],
        section=row["section"],
        required=row["required"],
        free_preview=row["free_preview"],
        minutes=row["minutes"],
        completion=row["completion"],
        watch_percent=rules.percent(row["completion"], row["watch_percent"]),
        opens_at=rules.opens_at(row["opens_on"], time_zone),
        opens_after_days=row["opens_after_days"] or 0,
        era=max(row["era"], addresses[lineage].era),
        digest=lessons[lineage].digest,
        quizzes=tuple(
            QuizPin(quiz.lineage, quiz.frozen.digest, quiz.required) for quiz in quizzes[lineage]
        ),
        videos=tuple(
            VideoPin(film.uid, film.frozen.digest, film.data["duration_ms"] or 0)
            for film in films[lineage]
        ),
    )


def give_addresses(course: Course, rows: list[dict[str, Any]]) -> dict[str, LessonAddress]:
    """Each lesson's address: the one it has, else one from its slug that nobody ever had.

    New ones are not stored yet (`pk` is None).
    """
    given = {str(row.lineage): row for row in LessonAddress.objects.filter(course=course)}
    taken = {row.address for row in given.values()}
    for row in rows:
        lineage = str(row["translation_key"])
        if lineage not in given:
            address = _free(row["slug"], taken)
            taken.add(address)
            given[lineage] = LessonAddress(course=course, lineage=lineage, address=address)
    return given


def _free(slug: str, taken: set[str]) -> str:
    base = slugify(slug, allow_unicode=True)[:ADDRESS_LENGTH].strip("-") or "lesson"
    address, number = base, 2
    while address in taken:
        address = f"{base}-{number}"
        number += 1
    return address
