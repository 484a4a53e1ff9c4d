"""F10: whatever happens to pages and authors, what learners hold stays, and their addresses work.

Seen to fail: with `LessonCompletion.lineage` turned into rows deleted along with the page (a
`pre_delete` receiver, as a cascading key would) the checksums differ; with the addresses of lessons
that left the outline forgotten the old address is 404; without `before_delete_page` and
`before_bulk_action` the first POST deletes.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.actions.create_alias import CreatePageAliasAction
from wagtail.models import Page

from accounts.models import User
from core import outbox
from course_pages import courses, deleting, releases
from course_pages.models import Course, CoursePage, LessonAddress, ModulePage
from learning.models import AccessGrant, Enrolment, LessonCompletion, LessonProgress
from tests.cases import measure
from tests.factories import courses as make

pytestmark = pytest.mark.django_db
HELD = (Enrolment, AccessGrant, LessonProgress, LessonCompletion)
LEARNERS = 1000


def page_of(course: Course) -> Page:
    return CoursePage.objects.get(translation_key=course.lineage)


def module_of(course: Course, title: str = "Module 1") -> Page:
    return ModulePage.objects.child_of(page_of(course)).get(title=title)


def fresh(page: Page) -> Any:
    return Page.objects.get(pk=page.pk).specific


def move_lesson(course: Course) -> None:
    fresh(make.lesson_page(course, "Lesson 1.1")).move(
        Page.objects.get(pk=module_of(course, "Module 2").pk), pos="last-child"
    )


def reorder_lessons(course: Course) -> None:
    fresh(make.lesson_page(course, "Lesson 1.3")).move(
        Page.objects.get(pk=make.lesson_page(course, "Lesson 1.1").pk), pos="left"
    )


def rename_lesson(course: Course) -> None:
    make.edit(make.lesson_page(course, "Lesson 1.1"), title="Anew", slug="anew")


def rename_course(course: Course) -> None:
    make.edit(page_of(course), title="Anew", slug="anew")


def unpublish(find: Callable[[Course], Page]) -> Callable[[Course], None]:
    return lambda course: find(course).unpublish()


def delete(find: Callable[[Course], Page]) -> Callable[[Course], None]:
    return lambda course: find(course).delete()


def copy(find: Callable[[Course], Page]) -> Callable[[Course], None]:
    def act(course: Course) -> None:
        find(course).copy(recursive=True, update_attrs={"slug": "a-copy", "title": "A copy"})

    return act


def alias(find: Callable[[Course], Page]) -> Callable[[Course], None]:
    def act(course: Course) -> None:
        CreatePageAliasAction(
            find(course), recursive=True, parent=None, update_slug="an-alias", user=None
        ).execute(skip_permission_checks=True)

    return act


def first_lesson(course: Course) -> Page:
    return make.lesson_page(course, "Lesson 1.1")


# Operation → what Lesson 1.1's old address says to its learners after the release that follows.
OPERATIONS: dict[str, tuple[Callable[[Course], None], str]] = {
    "move lesson": (move_lesson, "there"),
    "reorder lessons": (reorder_lessons, "there"),
    "rename lesson": (rename_lesson, "there"),
    "rename course": (rename_course, "there"),
    "unpublish lesson": (unpublish(first_lesson), "gone"),
    "unpublish module": (unpublish(module_of), "gone"),
    "unpublish course": (unpublish(page_of), "there"),
    "copy lesson": (copy(first_lesson), "there"),
    "copy module": (copy(module_of), "there"),
    "copy course": (copy(page_of), "there"),
    "alias lesson": (alias(first_lesson), "there"),
    "alias module": (alias(module_of), "there"),
    "alias course": (alias(page_of), "there"),
    "delete lesson": (delete(first_lesson), "gone"),
    "delete module": (delete(module_of), "gone"),
    "delete course": (delete(page_of), "there"),
}


def test_F10_no_operation_on_pages_touches_what_learners_hold() -> None:
    for name, (operate, said) in OPERATIONS.items():
        course = make.course(2, 3, title=name)
        someone = measure.learners(course, LEARNERS if name == "delete course" else 20)[-1]
        client = Client()
        client.force_login(someone)
        address = f"{course.get_absolute_url()}lesson-11/"
        before = measure.checksum(HELD)
        operate(course)
        assert measure.checksum(HELD) == before, name
        # Until the release learners see what they saw.
        assert client.get(address).status_code == 200, name
        given = set(LessonAddress.objects.values_list("pk", "lineage", "address"))
        releases.release_due()
        assert measure.checksum((AccessGrant, LessonProgress, LessonCompletion)) == {
            label: before[label] for label in before if label != "learning.Enrolment"
        }, name
        assert given <= set(LessonAddress.objects.values_list("pk", "lineage", "address")), name
        answer = client.get(address)
        assert answer.status_code == (404 if said == "gone" else 200), name
        if said == "gone":
            assert "no longer part of the course" in answer.content.decode()
        assert client.get(course.get_absolute_url()).status_code == 200, name


def test_F10_counting_again_after_a_release_keeps_enrolments() -> None:
    """The one thing that a release changes on enrolments: how many required lessons are done."""
    course = make.course(2, 3)
    measure.learners(course, 50)
    kept = set(Enrolment.objects.values_list("pk", "user", "course", "enrolled_at"))
    first_lesson(course).delete()
    releases.release_due()
    outbox.drain()
    assert set(Enrolment.objects.values_list("pk", "user", "course", "enrolled_at")) == kept


def test_F10_deleting_an_author_keeps_course_and_learners() -> None:
    course = make.course(1, 2)
    measure.learners(course, LEARNERS)
    author = measure.person(roles=["Instructor"])
    courses.add_teacher(course=course, user=author, by=author)
    Page.objects.filter(pk=page_of(course).pk).update(owner=author)
    make.edit(first_lesson(course), title="Last words")
    releases.release(course=course, by=author)
    before = measure.checksum(HELD)
    author.delete()
    assert measure.checksum(HELD) == before
    course.refresh_from_db()
    assert course.live_release is not None
    assert course.live_release.by is None
    assert page_of(course).owner is None


def test_F10_a_learner_cannot_be_deleted_with_their_records() -> None:
    course = make.course(1, 1)
    someone = measure.learners(course, 2)[-1]
    administrator = measure.person(is_superuser=True)
    client = Client()
    client.force_login(administrator)
    with measure.nothing_changes(HELD):
        client.post(reverse("wagtailusers_users:delete", args=[someone.pk]))
    assert User.objects.filter(pk=someone.pk).exists()


@pytest.fixture
def editor() -> Client:
    client = Client()
    make.home()
    client.force_login(measure.person(roles=["Editor"]))
    return client


@pytest.mark.parametrize("target", ["lesson", "module", "course"])
def test_F10_deleting_what_learners_hold_takes_a_second_step(editor: Client, target: str) -> None:
    course = make.course(1, 2)
    measure.learners(course, 30)
    find = {"lesson": first_lesson, "module": module_of, "course": page_of}[target]
    page = find(course)
    url = reverse("wagtailadmin_pages:delete", args=[page.pk])
    assert editor.get(url).status_code == 200
    with measure.nothing_changes():
        asked = editor.post(url, {"next": "/admin/"})
    text = asked.content.decode()
    assert asked.status_code == 200
    assert "20 learners have completed lessons here" in text
    assert ("30 learners are enrolled" in text) == (target == "course")
    assert '<input type="hidden" name="next" value="/admin/">' in text
    assert Page.objects.filter(pk=page.pk).exists()
    before = measure.checksum(HELD)
    done = editor.post(url, {"next": "/admin/", deleting.CONFIRMED: "1"})
    assert (done.status_code, done["Location"]) == (302, "/admin/")
    assert not Page.objects.filter(pk=page.pk).exists()
    assert measure.checksum(HELD) == before


def test_F10_deleting_in_bulk_takes_a_second_step_too(editor: Client) -> None:
    course = make.course(1, 3)
    measure.learners(course, 30)
    pages = [make.lesson_page(course, title) for title in ("Lesson 1.1", "Lesson 1.2")]
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    url += "?" + "&".join(f"id={page.pk}" for page in pages)
    asked = editor.post(url)
    assert asked.status_code == 200
    assert "learners have completed lessons here" in asked.content.decode()
    assert Page.objects.filter(pk__in=[page.pk for page in pages]).count() == 2
    before = measure.checksum(HELD)
    assert editor.post(url, {deleting.CONFIRMED: "1"}).status_code == 302
    assert not Page.objects.filter(pk__in=[page.pk for page in pages]).exists()
    assert measure.checksum(HELD) == before


def test_F10_what_nobody_holds_is_deleted_as_ever(editor: Client) -> None:
    course = make.course(1, 2)
    page = first_lesson(course)
    editor.post(reverse("wagtailadmin_pages:delete", args=[page.pk]))
    assert not Page.objects.filter(pk=page.pk).exists()
