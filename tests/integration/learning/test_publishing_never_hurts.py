"""Lectern's promise as a property: whatever editors and learners do, nobody is hurt."""

import uuid
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from wagtail.actions.copy_page import CopyPageAction
from wagtail.models import Page

from accounts.models import User
from core import outbox
from course_pages import outline, releases, rendering
from course_pages.models import Course, CoursePage, LessonAddress, LessonPage, ModulePage, Release
from course_pages.releases import ReleaseRefused
from learning import pages
from learning.models import Enrolment, LessonCompletion
from learning.services import access, enrolment, progress
from learning.services.access import LessonClosed
from tests.factories import courses as make

pick = st.integers(0, 1000)
days = st.sampled_from([None, date(2000, 1, 1), date(2090, 1, 1)])


def seen_in_pages(course: Course) -> list[tuple[str, str, bool]]:
    """What a release of the published pages must show, read slowly through Wagtail's own API."""
    page = CoursePage.objects.get(translation_key=course.lineage)
    found = []
    for module in page.get_children().live().specific():
        for lesson in module.get_children().live().specific():
            found.append((lesson.title, str(lesson.body.raw_data[0]["value"]), lesson.required))
    return found


def seen_by_learners(course: Course) -> list[tuple[str, str, bool]]:
    """What learners see: the live outline and the bodies rendered from its snapshots."""
    course.refresh_from_db()
    if course.live_release is None:
        return []
    live = outline.load(course.live_release.outline_id)
    return [
        (lesson.title, rendering.body_html(lesson.digest), lesson.required)
        for lesson in live.lessons
    ]


class Course_(RuleBasedStateMachine):
    """One course, three learners, everybody busy."""

    def __init__(self) -> None:
        super().__init__()
        self.rollback = transaction.atomic()
        self.rollback.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.rollback.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.course = make.course(2, 2, title=f"Course {uuid.uuid4().hex[:6]}", release=False)
        for parent in self.modules():
            make.lesson(parent, f"Same address as elsewhere, {parent.title}", slug="lesson-0")
        releases.release(course=self.course, by=None)
        self.learners = [
            User.objects.create_user(
                f"{uuid.uuid4().hex}@example.org", "x", name=f"Learner {number}"
            )
            for number in range(3)
        ]
        self.visible = seen_in_pages(self.course)
        self.history: dict[int, list[tuple[str, str, bool]]] = {1: self.visible}
        self.addresses: dict[str, str] = {}
        self.eras: dict[str, int] = {}
        self.asked: dict[str, int] = {}
        self.completions: set[int] = set()
        self.completed: dict[int, Any] = {}
        self.held = False
        # The first has finished the course, the second is in it, the third still to come.
        self.enrol(0)
        self.enrol(1)
        self.study_everything(0)
        outbox.drain()
        self.ask_to_redo(0)
        self.release()

    # --- helpers

    @property
    def page(self) -> CoursePage:
        return CoursePage.objects.get(translation_key=self.course.lineage)

    def lessons(self) -> list[LessonPage]:
        return list(LessonPage.objects.descendant_of(self.page).order_by("path"))

    def modules(self) -> list[ModulePage]:
        return list(ModulePage.objects.child_of(self.page).order_by("path"))

    def lesson(self, number: int) -> LessonPage | None:
        found = self.lessons()
        return found[number % len(found)] if found else None

    def module(self, number: int) -> ModulePage | None:
        found = self.modules()
        return found[number % len(found)] if found else None

    def note_release(self, made: Release | None) -> None:
        if made is not None:
            self.visible = self.history[made.number] = seen_in_pages(self.course)
            for lesson in outline.load(made.outline_id).lessons:
                # Only a roll back may ask less of learners than was asked before.
                asked = self.asked.pop(lesson.lineage, 1)
                assert lesson.era >= max(asked, self.eras.get(lesson.lineage, 1))
                self.eras[lesson.lineage] = lesson.era
        outbox.drain()

    # --- editors

    @rule(number=pick, publish=st.booleans(), required=st.booleans())
    def edit(self, number: int, publish: bool, required: bool) -> None:
        page = self.lesson(number)
        if page:
            text = uuid.uuid4().hex
            body = [{"type": "text", "value": f"<p>{text}</p>", "id": str(uuid.uuid4())}]
            stream = LessonPage._meta.get_field("body").stream_block.to_python(body)
            make.edit(page, publish=publish, title=f"T {text[:5]}", body=stream, required=required)

    @rule(number=pick)
    def ask_to_redo(self, number: int) -> None:
        page = self.lesson(number)
        if page:
            era = page.era + 1
            make.edit(page, era=era)
            self.asked[str(page.translation_key)] = era

    @rule(number=pick)
    def unpublish(self, number: int) -> None:
        page = self.lesson(number)
        if page:
            page.unpublish()

    @rule(number=pick)
    def unpublish_module(self, number: int) -> None:
        page = self.module(number)
        if page:
            page.unpublish()

    @rule(number=pick)
    def publish_module(self, number: int) -> None:
        page = self.module(number)
        if page:
            page.save_revision().publish()

    @rule(number=pick)
    def add_lesson(self, number: int) -> None:
        parent = self.module(number)
        # Few slugs: modules repeat each other's, and new lessons ask for addresses of old ones.
        slug = f"lesson-{number % 3}"
        if parent and not LessonPage.objects.child_of(parent).filter(slug=slug).exists():
            make.lesson(parent, f"Added {uuid.uuid4().hex[:5]}", slug=slug)

    @rule()
    def add_module(self) -> None:
        make.module(self.page, f"Module {uuid.uuid4().hex[:5]}")

    @rule(number=pick)
    def delete_lesson(self, number: int) -> None:
        page = self.lesson(number)
        if page:
            page.delete()

    @rule(number=pick)
    def delete_module(self, number: int) -> None:
        page = self.module(number)
        if page and len(self.modules()) > 1:
            page.delete()

    @rule(number=pick, to=pick)
    def move_lesson(self, number: int, to: int) -> None:
        page, target = self.lesson(number), self.module(to)
        taken = (
            target
            and LessonPage.objects.child_of(target).filter(slug=page.slug if page else "").exists()
        )
        if page and target and not taken:
            Page.objects.get(pk=page.pk).move(Page.objects.get(pk=target.pk), pos="last-child")

    @rule(number=pick, to=pick, position=st.sampled_from(["left", "right"]))
    def reorder(self, number: int, to: int, position: str) -> None:
        page, target = self.lesson(number), self.lesson(to)
        if (
            page
            and target
            and page.pk != target.pk
            and page.get_parent().pk == target.get_parent().pk
        ):
            Page.objects.get(pk=page.pk).move(Page.objects.get(pk=target.pk), pos=position)

    @rule(number=pick)
    def copy_lesson(self, number: int) -> None:
        page = self.lesson(number)
        if page:
            CopyPageAction(page, update_attrs={"slug": f"copy-{uuid.uuid4().hex[:6]}"}).execute(
                skip_permission_checks=True
            )

    @rule(in_order=st.booleans())
    def choose_order(self, in_order: bool) -> None:
        make.edit(self.page, sequence="in_order" if in_order else "")

    @rule(number=pick, to=pick, publish=st.booleans())
    def need_a_module(self, number: int, to: int, publish: bool) -> None:
        """Also itself, which means none, and those that wait for this one, which is refused."""
        page, needed = self.module(number), self.module(to)
        if page and needed:
            make.edit(page, publish=publish, needs=[str(needed.translation_key)])

    @rule(number=pick, of_module=st.booleans(), days=st.sampled_from([None, 5]), on=days)
    def open_later(self, number: int, of_module: bool, days: int | None, on: date | None) -> None:
        page = self.module(number) if of_module else self.lesson(number)
        if page and page.live:
            make.edit(page, opens_after_days=days, opens_on=on)

    # --- releases

    @rule()
    def release(self) -> None:
        try:
            made = releases.release(course=self.course, by=None)
        except ReleaseRefused:
            # Nobody could have fulfilled its rules: learners keep what they have.
            return
        self.note_release(made)
        self.held = False

    @rule()
    def release_by_itself(self) -> None:
        self.course.refresh_from_db()
        before = self.course.live_release
        releases.release_due()
        self.course.refresh_from_db()
        if self.course.live_release != before:
            assert not self.held
            assert self.course.mode == "on_publish"
            self.note_release(self.course.live_release)

    @rule(number=pick)
    def roll_back(self, number: int) -> None:
        target = number % len(self.history) + 1
        made = releases.roll_back(course=self.course, to=target, by=None)
        self.visible = self.history[made.number] = self.history[target]
        self.held = True
        outbox.drain()

    @rule(mode=st.sampled_from(["on_publish", "by_release"]))
    def choose_mode(self, mode: str) -> None:
        Course.objects.filter(pk=self.course.pk).update(mode=mode)

    # --- learners

    @rule(who=pick)
    def enrol(self, who: int) -> None:
        self.course.refresh_from_db()
        enrolment.enrol(user=self.learners[who % 3], course=self.course)

    @rule(who=pick)
    def leave(self, who: int) -> None:
        row = Enrolment.objects.filter(user=self.learners[who % 3], course=self.course).first()
        if row:
            enrolment.leave(enrolment=row)

    @rule(who=pick, number=pick)
    def study(self, who: int, number: int) -> None:
        user = self.learners[who % 3]
        self.course.refresh_from_db()
        assert self.course.live_release is not None
        found = outline.load(self.course.live_release.outline_id).lessons
        if not found:
            return
        try:
            seat = access.enter_lesson(
                user, self.course.slug, found[number % len(found)].address, to_study=True
            )
        except LessonClosed:
            return
        progress.open_lesson(seat=seat)
        progress.complete(seat=seat)

    @rule(who=pick)
    def study_everything(self, who: int) -> None:
        self.enrol(who)
        for number in range(len(self.visible)):
            self.study(who, number)

    # --- what always holds

    @invariant()
    def learners_see_exactly_the_live_release(self) -> None:
        if hasattr(self, "visible"):
            seen = seen_by_learners(self.course)
            assert [(title, required) for title, _, required in seen] == [
                (title, required) for title, _, required in self.visible
            ]
            for (_, html, _), (_, text, _) in zip(seen, self.visible, strict=True):
                assert text in html

    @invariant()
    def no_learner_row_is_lost(self) -> None:
        if hasattr(self, "visible"):
            now = set(
                LessonCompletion.objects.filter(enrolment__course=self.course).values_list(
                    "pk", flat=True
                )
            )
            assert self.completions <= now
            self.completions = now

    @invariant()
    def what_one_completed_stays_open(self) -> None:
        """Whatever rules came later; and nobody is sent on to what is closed."""
        if not hasattr(self, "visible"):
            return
        self.course.refresh_from_db()
        for user in self.learners:
            try:
                place = access.enter_course(user, self.course.slug)
            except LessonClosed:
                continue
            onward = pages.course_home(place)["continue_lesson"]
            for lesson in place.outline.lessons:
                leads = onward is not None and onward.url.endswith(f"/{lesson.address}/")
                if leads or lesson.lineage in place.eras:
                    access.enter_lesson(user, self.course.slug, lesson.address)

    @invariant()
    def completion_stays(self) -> None:
        if hasattr(self, "visible"):
            now = dict(
                Enrolment.objects.filter(
                    course=self.course, completed_at__isnull=False
                ).values_list("pk", "completed_at")
            )
            assert self.completed.items() <= now.items()
            self.completed = now

    @invariant()
    def addresses_stay(self) -> None:
        if hasattr(self, "visible"):
            now = {
                str(lineage): address
                for lineage, address in LessonAddress.objects.filter(
                    course=self.course
                ).values_list("lineage", "address")
            }
            assert self.addresses.items() <= now.items()
            assert len(set(now.values())) == len(now)
            self.addresses = now

    @invariant()
    def percentages_are_percentages(self) -> None:
        if not hasattr(self, "visible"):
            return
        assert self.course.live_release is not None
        live = outline.load(self.course.live_release.outline_id)
        for row in Enrolment.objects.filter(course=self.course):
            eras = progress.completed_eras(row)
            measured = progress.measure(live, eras, row.completed_at)
            assert 0 <= measured.percent <= 100
            assert row.done_count == measured.done
            if measured.finished:
                assert row.completed_at is not None


@pytest.mark.core_story
@pytest.mark.django_db
def test_any_sequence_of_edits_releases_and_studying_hurts_nobody(full_size: Any) -> None:
    """Taken out to see it fail, one by one: the hold after a roll back, the sticky `completed_at`,
    addresses kept from new lessons, eras that never fall, the filter for published pages, the
    recount after a release, the completed lessons in `opening.locks`.
    """
    run_state_machine_as_test(
        Course_,
        settings=settings(
            max_examples=full_size("never_hurts", small=8, full=300),
            stateful_step_count=full_size("never_hurts", small=25, full=60),
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
