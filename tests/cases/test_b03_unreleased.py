"""B3: what is not released shows in no channel to anybody without the right to edit it.

Four lessons carry canaries in title and body: a draft, one scheduled for tomorrow, one unpublished
again, and the unpublished changes of one that learners study. Every channel is asked by every role.

Seen to fail: with the permission taken from `walk.enter`, with the hook taken away that closes
courses of others in the explorer, with the hook taken away that keeps
drafts out of Wagtail's page chooser, and with the public syllabus made from the drafted tree.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupPagePermission, Page
from wagtail.search import index

from core import clock
from course_pages import courses, releases
from course_pages.models import Course, LessonPage
from course_pages.personas import Persona
from learning.models import Enrolment
from tests.cases import measure
from tests.cases.test_b01_who_may_what import LESSON as FORM
from tests.cases.test_b01_who_may_what import RECORDS, ROLES, World, world
from tests.factories import courses as make

__all__ = ["world"]

pytestmark = pytest.mark.django_db
MAY = {"teacher", "editor", "admin"}
CANARY = "canary"


@dataclass(frozen=True)
class Nest:
    """The lessons with canaries, and where one could look for them."""

    course: Page
    module: Page
    lessons: list[LessonPage]

    def own_channels(self) -> Iterator[str]:
        for lesson in self.lessons:
            number, slug = lesson.pk, quote(lesson.slug)
            first, last = lesson.revisions.order_by("pk").first(), lesson.latest_revision
            yield f"{self.course.url}{self.module.slug}/{slug}/"
            for name in (slug, str(number), str(lesson.translation_key)):
                yield f"/learn/knots/{name}/"
                yield f"/learn/knots/{name}/files/1/"
            yield f"/admin/pages/{number}/"
            yield f"/admin/pages/{number}/edit/"
            yield f"/admin/pages/{number}/history/"
            yield f"/admin/pages/{number}/usage/"
            yield f"/admin/pages/{number}/copy/"
            yield f"/admin/pages/{number}/revisions/{first.pk}/view/"
            yield f"/admin/pages/{number}/revisions/{first.pk}/revert/"
            yield f"/admin/pages/{number}/revisions/compare/{first.pk}...{last.pk}/"
            yield f"/admin/pages/{number}/revisions/compare/live...latest/"
            yield f"/admin/pages/{number}/release/"
            for mode in ("", *Persona):
                yield f"/admin/pages/{number}/view_draft/?mode={mode}"
                yield f"/admin/pages/{number}/edit/preview/?mode={mode}&in_preview_panel=true"
                yield f"/admin/pages/{self.course.pk}/walk/{lesson.translation_key}/?as={mode}"

    def common_channels(self) -> Iterator[str]:
        yield from ("/", "/sitemap.xml", "/robots.txt", "/courses/", self.course.url, "/my/")
        yield self.course.url + self.module.slug + "/"
        yield from (f"/courses/?q={CANARY}", f"/courses/?q=knots&{CANARY}")
        yield from ("/learn/knots/", "/learn/knots/-/modules/1/", "/learn/knots/-/enrol/")
        yield from ("/learn/knots/lesson-11/", "/learn/knots/free/")
        yield from ("/admin/", "/admin/reports/site-history/", "/admin/reports/locked/")
        yield f"/admin/pages/search/?q={CANARY}"
        yield f"/admin/choose-page/search/?q={CANARY}"
        yield "/admin/choose-page/search/?q=unpublished&page_type=course_pages.lessonpage"
        yield from (f"/admin/choose-page/{page.pk}/" for page in (self.course, self.module))
        yield from (f"/admin/pages/{page.pk}/" for page in (self.course, self.module))
        for page in (self.course, self.module):
            for mode in Persona:
                yield f"/admin/pages/{page.pk}/view_draft/?mode={mode}"
                yield f"/admin/pages/{page.pk}/edit/preview/?mode={mode}"
        yield from (
            reverse("course_admin:walk", args=[self.course.pk]) + f"?as={mode}" for mode in Persona
        )


@pytest.fixture
def nest(world: World) -> Nest:
    module = Page.objects.get(pk=world.things["module"])

    def lesson(what: str, **fields: Any) -> LessonPage:
        title = f"{CANARY} {what}"
        made = make.lesson(module, title, body=[make.text_block(title)], **fields)
        made.save_revision()
        return made

    lesson("draft", live=False)
    scheduled = lesson("scheduled", live=False)
    scheduled.go_live_at = clock.now() + timedelta(days=1)
    scheduled.save_revision().publish()
    taken_back = lesson("unpublished")
    course = Course.objects.get(slug="knots")
    releases.release(course=course, by=None)
    taken_back.unpublish()
    assert releases.release(course=course, by=None) is not None
    studied = LessonPage.objects.get(title="Lesson 1.1", path__startswith=module.path)
    studied.save_revision().publish()
    make.edit(
        studied, publish=False, title=f"{CANARY} edit", body=[("text", f"<p>{CANARY} edit</p>")]
    )
    lessons = list(LessonPage.objects.child_of(module).filter(title__startswith=CANARY)) + [
        LessonPage.objects.get(pk=studied.pk)
    ]
    assert len(lessons) == 4
    assert not any(one.live for one in lessons[:3])
    for one in lessons:
        # What the worker does after the commit.
        index.insert_or_update_object(one)
    return Nest(module.get_parent(), module, lessons)


@pytest.mark.parametrize("role", [role for role in ROLES if role not in MAY])
def test_B03_no_channel_shows_what_is_not_released(world: World, nest: Nest, role: str) -> None:
    client, before = world.clients[role], measure.checksum(RECORDS)
    for url in (*nest.own_channels(), *nest.common_channels()):
        response: Any = client.get(url)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        # What was asked for may stand in the search box.
        text = body.decode().replace(f'value="{CANARY}"', "").replace(f"“{CANARY}”", "")
        assert f"{CANARY} " not in text, (role, url)
        assert f"{CANARY}-" not in text, (role, url)
    assert measure.checksum(RECORDS) == before
    assert Enrolment.objects.count()


@pytest.mark.parametrize("who", ["marketing", "teacher of two others"])
def test_B03_the_explorer_opens_no_course_of_others(world: World, nest: Nest, who: str) -> None:
    """Both may explore pages on either side of the course: Wagtail opens all between them."""
    person = measure.person(roles=["Marketing" if who == "marketing" else "Instructor"])
    if who != "marketing":
        for title in ("One", "Two"):
            course = make.course(1, 1, title=title)
            courses.add_teacher(course=course, user=person, by=None)
    client = Client()
    client.force_login(person)
    for url in nest.own_channels():
        assert f"{CANARY} " not in client.get(url).content.decode(), url
    for page in (nest.course, nest.module, *nest.lessons):
        answer = client.get(f"/admin/pages/{page.pk}/")
        assert (answer.status_code, answer["Location"]) == (302, "/admin/"), page.title


def test_B03_the_preview_of_ones_only_lesson_names_no_other_draft(world: World, nest: Nest) -> None:
    """Somebody with rights on a single lesson sees it among what is released, and walks nowhere.

    Seen to fail: with `drafts.released` taken out of `previews.of_page`.
    """
    writer, own = measure.person(roles=["Instructor"]), nest.lessons[0]
    group = Group.objects.create(name="Of one lesson")
    for codename in ("change_page", "publish_page"):
        right = Permission.objects.get(codename=codename, content_type__app_label="wagtailcore")
        GroupPagePermission.objects.create(group=group, page_id=own.pk, permission=right)
    writer.groups.add(group)
    client = Client()
    client.force_login(writer)
    others = [one.get_latest_revision_as_object().title for one in nest.lessons[1:]]
    for mode in Persona:
        for name in ("view_draft", "edit/preview"):
            url = f"/admin/pages/{own.pk}/{name}/?mode={mode}"
            if name == "edit/preview":
                assert client.post(url, FORM | {"title": own.title, "slug": own.slug}).json()[
                    "is_valid"
                ]
            body = client.get(url).content.decode()
            assert own.title in body, url
            assert "preview" in body
            for title in others:
                assert title not in body, url
        walk = reverse("course_admin:walk", args=[nest.course.pk])
        for url in (walk, *(f"{walk}{one.translation_key}/" for one in nest.lessons)):
            assert client.get(f"{url}?as={mode}").status_code == 302, url


@pytest.mark.parametrize("role", sorted(MAY))
def test_B03_control_whoever_edits_the_course_finds_all_of_it(
    world: World, nest: Nest, role: str
) -> None:
    client = world.clients[role]
    walk = reverse("course_admin:walk", args=[nest.course.pk])
    home = client.get(walk).content.decode()
    for what in ("draft", "scheduled", "unpublished", "edit"):
        assert f"{CANARY} {what}" in home
    channels = [f"/admin/choose-page/{nest.module.pk}/"]
    if connection.vendor == "sqlite":
        # Elsewhere full text is found once it is committed.
        channels += [f"/admin/choose-page/search/?q={CANARY}", f"/admin/pages/search/?q={CANARY}"]
    for url in channels:
        assert f"{CANARY} draft" in client.get(url).content.decode(), url
    for lesson in nest.lessons:
        page = client.get(f"{walk}{lesson.translation_key}/").content.decode()
        draft = lesson.get_latest_revision_as_object()
        assert f"<p>{draft.title}</p>" in page
        assert draft.title in client.get(f"/admin/pages/{lesson.pk}/edit/").content.decode()
