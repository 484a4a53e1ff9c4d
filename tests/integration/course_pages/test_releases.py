"""Releases: what learners see changes only by one, whole, and back again."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import Snapshot
from course_pages import outline, releases
from course_pages.models import Course, CoursePage, LessonAddress, LessonPage, Release
from tests.factories import courses as make

pytestmark = pytest.mark.django_db


def live_titles(course: Course) -> list[str]:
    course.refresh_from_db()
    assert course.live_release is not None
    return [lesson.title for lesson in outline.load(course.live_release.outline_id).lessons]


def test_release_shows_the_published_tree_in_order() -> None:
    course = make.course(2, 2)
    assert live_titles(course) == ["Lesson 1.1", "Lesson 1.2", "Lesson 2.1", "Lesson 2.2"]
    assert course.live_release is not None
    assert (course.live_release.number, course.live_release.required_count) == (1, 4)


def test_publishing_alone_changes_nothing_for_learners() -> None:
    course = make.course()
    make.edit(make.lesson_page(course, "Lesson 1.1"), title="Renamed")
    assert "Renamed" not in live_titles(course)


def test_release_after_an_edit_stores_one_lesson_one_module_one_outline() -> None:
    course = make.course(3, 5)
    before = Snapshot.objects.count()
    make.edit(make.lesson_page(course, "Lesson 2.3"), body=[("text", "<p>Better.</p>")])
    made = releases.release(course=course, by=None)
    assert made is not None
    assert made.number == 2
    assert Snapshot.objects.count() == before + 3
    lineage = str(make.lesson_page(course, "Lesson 2.3").translation_key)
    assert made.changes == {
        "added": [],
        "removed": [],
        "changed": [lineage],
        "redo": [],
        "reordered": False,
        "certificate": False,
    }


def test_release_of_nothing_new_is_not_made() -> None:
    course = make.course()
    make.edit(make.lesson_page(course, "Lesson 1.1"), publish=False, title="Only a draft")
    assert releases.release(course=course, by=None) is None
    assert Release.objects.filter(course=course).count() == 1


def test_drafts_and_unpublished_lessons_are_left_out() -> None:
    course = make.course(1, 2)
    page = make.lesson_page(course, "Lesson 1.1")
    page.unpublish()
    releases.release(course=course, by=None)
    assert live_titles(course) == ["Lesson 1.2"]


def test_a_lesson_unfit_to_be_shown_refuses_the_release_and_changes_nothing() -> None:
    course = make.course(1, 2)
    page = make.lesson_page(course, "Lesson 1.2")
    broken = [{"type": "image", "value": {"image": 999, "alt": "", "decorative": False}, "id": "1"}]
    LessonPage.objects.filter(pk=page.pk).update(body=broken, title="Broken")
    before = (Snapshot.objects.count(), Release.objects.count(), live_titles(course))
    with pytest.raises(releases.ReleaseRefused, match="Broken: Image"):
        releases.release(course=course, by=None)
    assert (Snapshot.objects.count(), Release.objects.count(), live_titles(course)) == before


def test_addresses_are_unique_in_the_course_and_stay_with_their_lesson() -> None:
    page = make.course_page()
    first, second = make.module(page, "One"), make.module(page, "Two")
    make.lesson(first, "Introduction", slug="introduction")
    make.lesson(second, "Introduction again", slug="introduction")
    course = Course.objects.get(lineage=page.translation_key)
    releases.release(course=course, by=None)
    given = {str(row.lineage): row.address for row in LessonAddress.objects.filter(course=course)}
    assert sorted(given.values()) == ["introduction", "introduction-2"]
    # The first goes; its address is never given away, though a new lesson asks for it.
    LessonPage.objects.get(title="Introduction").delete()
    make.lesson(first, "Introduction, new", slug="introduction")
    releases.release(course=course, by=None)
    now = {str(row.lineage): row.address for row in LessonAddress.objects.filter(course=course)}
    assert given.items() <= now.items()
    assert sorted(now.values()) == ["introduction", "introduction-2", "introduction-3"]


def test_roll_back_shows_the_old_outline_and_holds() -> None:
    course = make.course(1, 2)
    make.edit(make.lesson_page(course, "Lesson 1.1"), title="Changed")
    releases.release(course=course, by=None)
    made = releases.roll_back(course=course, to=1, by=None)
    assert (made.number, made.from_number) == (3, 1)
    assert live_titles(course) == ["Lesson 1.1", "Lesson 1.2"]
    # Held: an edit is not released by itself.
    make.edit(make.lesson_page(course, "Lesson 1.2"), title="Edited while held")
    assert releases.release_due() == 0
    assert live_titles(course) == ["Lesson 1.1", "Lesson 1.2"]
    # Until somebody releases by hand.
    releases.release(course=course, by=None)
    course.refresh_from_db()
    assert not course.hold
    assert live_titles(course) == ["Changed", "Edited while held"]


def test_an_automatic_release_under_way_does_not_undo_a_roll_back() -> None:
    course = make.course(1, 1)
    make.edit(make.lesson_page(course, "Lesson 1.1"), title="Changed")
    releases.release(course=course, by=None)
    releases.roll_back(course=course, to=1, by=None)
    assert releases.release(course=course, by=None, automatic=True) is None
    assert live_titles(course) == ["Lesson 1.1"]


def test_changed_courses_are_released_by_themselves_once_at_rest() -> None:
    course = make.course(1, 1)
    make.edit(make.lesson_page(course, "Lesson 1.1"), title="New title")
    assert releases.release_due() == 1
    assert live_titles(course) == ["New title"]
    assert releases.release_due() == 0


def test_by_release_mode_waits_for_a_person() -> None:
    course = make.course(1, 1)
    Course.objects.filter(pk=course.pk).update(mode="by_release")
    make.edit(make.lesson_page(course, "Lesson 1.1"), title="New title")
    assert releases.release_due() == 0
    assert live_titles(course) == ["Lesson 1.1"]
    releases.release(course=course, by=None)
    assert live_titles(course) == ["New title"]


def test_a_refused_automatic_release_is_told_once_and_tried_after_the_next_edit() -> None:
    course = make.course(1, 1)
    page = make.lesson_page(course, "Lesson 1.1")
    nothing = {"image": None, "alt": "", "decorative": True, "caption": "", "width": "text"}
    make.edit(page, body=[("image", nothing)])
    assert releases.release_due() == 0
    course.refresh_from_db()
    assert "Lesson 1.1" in course.problem
    assert course.dirty_since is None
    make.edit(make.lesson_page(course, "Lesson 1.1"), body=[("text", "<p>Fine.</p>")])
    assert releases.release_due() == 1
    course.refresh_from_db()
    assert course.problem == ""


def test_an_unpublished_course_page_leaves_learners_what_they_have() -> None:
    course = make.course(1, 2)
    CoursePage.objects.get(translation_key=course.lineage).unpublish()
    assert releases.release_due() == 0
    assert live_titles(course) == ["Lesson 1.1", "Lesson 1.2"]
    with pytest.raises(releases.NothingPublished):
        releases.release(course=course, by=None)


def test_deleting_the_course_page_leaves_the_course() -> None:
    course = make.course(1, 2)
    CoursePage.objects.get(translation_key=course.lineage).delete()
    releases.release_due()
    assert live_titles(course) == ["Lesson 1.1", "Lesson 1.2"]


def test_must_redo_raises_the_era_above_any_used_before() -> None:
    course = make.course(1, 1)
    page = make.lesson_page(course, "Lesson 1.1")
    make.edit(page, era=2, title="Second")
    releases.release(course=course, by=None)
    # An old revision is published again: the era does not fall.
    make.edit(make.lesson_page(course, "Second"), era=1, title="Third")
    releases.release(course=course, by=None)
    course.refresh_from_db()
    assert course.live_release is not None
    assert [lesson.era for lesson in outline.load(course.live_release.outline_id).lessons] == [2]


@pytest.mark.parametrize("lessons", [10, 100, 500])
def test_releasing_one_edited_lesson_takes_the_same_statements_at_any_size(
    lessons: int,
) -> None:
    course = make.course(1, 1)
    make.many_lessons(course, lessons - 1)
    releases.release(course=course, by=None)
    make.edit(make.lesson_page(course, "Lesson 1.1"), title="Edited")
    count = statements(lambda: releases.release(course=course, by=None))
    assert count <= 33
    assert live_titles(course)[0] == "Edited"


def statements(action: Callable[[], object]) -> int:
    """How many SELECT, INSERT, UPDATE and DELETE statements an action takes."""
    with CaptureQueriesContext(connection) as captured:
        action()
    verbs = ("SELECT", "INSERT", "UPDATE", "DELETE")
    return sum(
        query["sql"].lstrip("( ").upper().startswith(verbs) for query in captured.captured_queries
    )
