"""What Wagtail gives to quizzes: approval, dates, versions, usage, copies; and what is refused."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from wagtail.models import Task, Workflow, WorkflowContentType, WorkflowTask

from assessments.models import QuestionBank, Quiz
from core import clock, outbox, snapshots
from course_pages import jobs, releases
from course_pages.models import Course
from tests.cases import measure
from tests.factories import courses as make
from tests.factories import quizzes
from tests.integration.assessments.test_authoring import SNIPPET, WRITTEN, school
from tests.integration.assessments.test_quiz_editor import asking, single

pytestmark = pytest.mark.django_db


def asked_of_learners(course: Course) -> str:
    """The title of the quiz that the course's learners get."""
    course = Course.objects.get(pk=course.pk)
    assert course.live_release is not None
    held = snapshots.load(course.live_release.outline_id)
    module = snapshots.load(held["modules"][0]["digest"])
    digest = module["lessons"][0]["quizzes"][0]["digest"]
    return str(snapshots.load(digest)["title"])


def in_a_lesson() -> tuple[Client, Course, Quiz]:
    """A teacher, their course and its quiz, which a released lesson holds."""
    mine, _other, course, _theirs, quiz = school()
    quizzes.put_into(make.lesson_page(course, "Lesson 1.1"), quiz)
    return mine, course, quiz


def signed_in(**fields: Any) -> Client:
    client = Client()
    client.force_login(measure.person(**fields))
    return client


def approval() -> None:
    """Approval for quizzes, as an administrator sets it up."""
    made = Workflow.objects.create(name="Approval")
    task = Task.objects.get(name="Moderators approval").specific
    WorkflowTask.objects.create(workflow=made, task=task, sort_order=1)
    kind = ContentType.objects.get_for_model(Quiz)
    WorkflowContentType.objects.create(workflow=made, content_type=kind)


def writer() -> Client:
    """Somebody who may write quizzes and not publish them."""
    group = Group.objects.create(name="Writers")
    names = ["access_admin", "add_quiz", "change_quiz", "view_quiz"]
    group.permissions.set(Permission.objects.filter(codename__in=names))
    client = Client()
    person = measure.person()
    person.groups.add(group)
    client.force_login(person)
    return client


def test_a_quiz_is_submitted_approved_and_only_then_released() -> None:
    _mine, course, quiz = in_a_lesson()
    approval()
    writes, approves = writer(), signed_in(roles=["Editor"])
    edit = reverse(f"{SNIPPET}:edit", args=[quiz.pk])
    shown = writes.get(edit).text
    assert 'name="action-submit"' in shown
    assert 'name="action-publish"' not in shown

    sent = asking(quiz, single(True, False), title="Rewritten")
    writes.post(edit, sent | {"action-publish": "1"})
    quiz.refresh_from_db()
    assert (quiz.title, quiz.live_revision) == ("Canary quiz", quiz.revisions.earliest("pk"))

    assert writes.post(edit, sent | {"action-submit": "1"}).status_code == 302
    quiz = Quiz.objects.get(pk=quiz.pk)
    state = quiz.current_workflow_task_state
    assert state is not None
    assert quiz.title == "Canary quiz"
    approve = reverse(f"{SNIPPET}:workflow_action", args=[quiz.pk, "approve", state.pk])
    with measure.nothing_changes(WRITTEN):
        assert writes.post(approve, {}).status_code in {302, 403}
    assert approves.post(approve, {}).status_code == 302
    quiz.refresh_from_db()
    assert (quiz.title, quiz.has_unpublished_changes) == ("Rewritten", False)
    releases.release(course=course, by=None)
    assert asked_of_learners(course) == "Rewritten"


def test_a_quiz_goes_live_at_its_time_and_reaches_the_release() -> None:
    mine, course, quiz = in_a_lesson()
    edit = reverse(f"{SNIPPET}:edit", args=[quiz.pk])
    later = (clock.now() + timedelta(hours=2)).strftime("%Y-%m-%d %H:%M")
    sent = asking(quiz, single(True, False), title="From noon on", go_live_at=later)
    assert mine.post(edit, sent | {"action-publish": "1"}).status_code == 302
    jobs.publish_scheduled()
    assert releases.release(course=course, by=None) is None
    assert asked_of_learners(course) == "Canary quiz"

    revision = Quiz.objects.get(pk=quiz.pk).scheduled_revision
    assert revision is not None
    passed = clock.now() - timedelta(minutes=1)
    revision.approved_go_live_at = passed
    revision.content["go_live_at"] = passed.isoformat()
    revision.save(update_fields=["approved_go_live_at", "content"])
    jobs.publish_scheduled()
    assert Course.objects.get(pk=course.pk).dirty_since is not None
    releases.release(course=course, by=None)
    assert asked_of_learners(course) == "From noon on"


def test_versions_are_compared_and_brought_back() -> None:
    mine, _course, quiz = in_a_lesson()
    edit = reverse(f"{SNIPPET}:edit", args=[quiz.pk])
    first = quiz.latest_revision
    assert first is not None
    mine.post(edit, asking(quiz, single(True, False, words="Newer?"), title="Newer"))
    newest = Quiz.objects.get(pk=quiz.pk).latest_revision
    assert newest is not None
    compare = reverse(f"{SNIPPET}:revisions_compare", args=[quiz.pk, first.pk, newest.pk])
    shown = mine.get(compare).text
    assert "Newer" in shown
    assert "Canary" in shown

    revert = reverse(f"{SNIPPET}:revisions_revert", args=[quiz.pk, first.pk])
    assert "Canary question?" in mine.get(revert).text
    back = asking(quiz, single(True, False, words="Canary question?"), title="Canary quiz")
    assert mine.post(edit, back | {"revision": str(first.pk)}).status_code == 302
    latest = Quiz.objects.get(pk=quiz.pk).get_latest_revision_as_object()
    assert latest.title == "Canary quiz"


def test_usage_names_the_lessons_that_hold_a_quiz() -> None:
    mine, _course, quiz = in_a_lesson()
    outbox.drain()
    shown = mine.get(reverse(f"{SNIPPET}:usage", args=[quiz.pk])).text
    assert "Lesson 1.1" in shown
    unused = quizzes.quiz(quiz.course, [quizzes.single()], title="Unused")
    assert "Lesson 1.1" not in mine.get(reverse(f"{SNIPPET}:usage", args=[unused.pk])).text


def test_a_copy_has_questions_and_a_lineage_of_its_own() -> None:
    mine, _course, quiz = in_a_lesson()
    shown = mine.get(reverse(f"{SNIPPET}:copy", args=[quiz.pk])).text
    original = quiz.questions.raw_data[0]["id"]
    assert "Canary question?" in shown
    assert 'value="Copy of Canary quiz"' in shown
    assert original not in shown
    sent = asking(quiz, single(True, False), title="A copy")
    assert mine.post(reverse(f"{SNIPPET}:add"), sent).status_code == 302
    copy = Quiz.objects.get(title="A copy")
    assert copy.translation_key != quiz.translation_key
    assert copy.questions.raw_data[0]["id"] != original
    quiz.refresh_from_db()
    assert quiz.questions.raw_data[0]["id"] == original


def test_what_is_sent_to_the_address_of_the_copy_is_not_saved_over_the_original() -> None:
    """Seen to fail: with the copy's key left to it, the original got the copy's title."""
    mine, _course, quiz = in_a_lesson()
    sent = asking(quiz, single(True, False), title="A copy")
    mine.post(reverse(f"{SNIPPET}:copy", args=[quiz.pk]), sent)
    assert set(Quiz.objects.values_list("title", flat=True)) == {"Canary quiz", "A copy"}
    quiz.refresh_from_db()
    assert quiz.translation_key != Quiz.objects.get(title="A copy").translation_key


def test_a_bank_that_a_released_quiz_draws_from_is_not_deleted() -> None:
    mine, _other, course, _theirs, _quiz = school()
    bank = quizzes.bank(course, [quizzes.single()])
    quiz = quizzes.quiz(course, [quizzes.draw(bank, 1)])
    quizzes.put_into(make.lesson_page(course, "Lesson 1.1"), quiz)
    delete = "wagtailsnippets_assessments_questionbank:delete"
    with measure.nothing_changes([Quiz, QuestionBank]):
        answer = mine.post(reverse(delete, args=[bank.pk]), follow=True)
    assert "cannot be deleted" in answer.text
    loose = quizzes.bank(course, [quizzes.single()], title="Loose")
    assert mine.post(reverse(delete, args=[loose.pk])).status_code == 302
    assert not QuestionBank.objects.filter(pk=loose.pk).exists()


def test_a_pinned_quiz_is_not_deleted() -> None:
    mine, course, quiz = in_a_lesson()
    with measure.nothing_changes(WRITTEN):
        answer = mine.post(reverse(f"{SNIPPET}:delete", args=[quiz.pk]), follow=True)
    assert answer.redirect_chain == [(reverse(f"{SNIPPET}:edit", args=[quiz.pk]), 302)]
    assert "cannot be deleted" in answer.text
    bulk = reverse("wagtail_bulk_action", args=["assessments", "quiz", "delete"])
    with measure.nothing_changes(WRITTEN):
        for send in (mine.get, mine.post):
            answer = send(f"{bulk}?id={quiz.pk}&next=/admin/", follow=True)
            assert answer.redirect_chain == [(reverse(f"{SNIPPET}:list"), 302)]
            assert "“Canary quiz” belongs to released content" in answer.text
    loose = quizzes.quiz(course, [quizzes.single()], title="Loose")
    mine.post(reverse(f"{SNIPPET}:delete", args=[loose.pk]))
    assert not Quiz.objects.filter(pk=loose.pk).exists()


@pytest.mark.parametrize("kind", ["quiz", "questionbank"])
def test_what_is_released_is_not_offered_for_deletion(kind: str) -> None:
    """Seen to fail with Wagtail's own view: it asked "Are you sure?" and then refused."""
    mine, _other, course, _theirs, _quiz = school()
    bank = quizzes.bank(course, [quizzes.single()], title="Held")
    quiz = quizzes.quiz(course, [quizzes.draw(bank, 1)], title="Held")
    thing: Quiz | QuestionBank = quiz if kind == "quiz" else bank
    delete = reverse(f"wagtailsnippets_assessments_{kind}:delete", args=[thing.pk])
    assert "Are you sure" in mine.get(delete).text
    quizzes.put_into(make.lesson_page(course, "Lesson 1.1"), quiz)
    shown = mine.get(delete).text
    assert "“Held” belongs to released content and cannot be deleted." in shown
    assert "Are you sure" not in shown
    assert "Yes, delete" not in shown
    edit = reverse(f"wagtailsnippets_assessments_{kind}:edit", args=[thing.pk])
    assert f'<a class="button" href="{edit}">Back to it</a>' in shown


def test_before_unpublishing_the_lessons_that_need_the_quiz_are_named() -> None:
    mine, course, quiz = in_a_lesson()
    outbox.drain()
    shown = mine.get(reverse(f"{SNIPPET}:unpublish", args=[quiz.pk])).text
    assert "their course cannot be released without it" in shown
    assert "<li><bdi>Lesson 1.1</bdi></li>" in shown
    loose = quizzes.quiz(course, [quizzes.single()], title="Loose")
    shown = mine.get(reverse(f"{SNIPPET}:unpublish", args=[loose.pk])).text
    assert "without it" not in shown


def test_a_refused_release_is_told_where_its_author_looks() -> None:
    """Seen to fail: the structure's screen said "Released" and the quiz nothing."""
    mine, course, quiz = in_a_lesson()
    places = [
        reverse("course_admin:structure", args=[course.pk]),
        reverse(
            "wagtailadmin_pages:edit",
            args=[make.lesson_page(course, "Lesson 1.1").get_parent().get_parent().pk],
        ),
        reverse(f"{SNIPPET}:edit", args=[quiz.pk]),
    ]
    for place in places:
        assert "refused" not in mine.get(place).text, place
    mine.post(reverse(f"{SNIPPET}:unpublish", args=[quiz.pk]))
    Course.objects.update(dirty_at=clock.now() - timedelta(hours=1))
    assert releases.release_due() == 0
    assert Course.objects.get(pk=course.pk).problem
    for place in places:
        shown = mine.get(place).text
        assert "was refused" in shown, place
        assert "Quiz “Canary quiz”: it is not published." in shown, place
        assert "Put this right and publish it:" in shown, place


def test_an_unpublished_quiz_stays_with_learners_and_holds_the_next_release_back() -> None:
    mine, course, quiz = in_a_lesson()
    assert mine.post(reverse(f"{SNIPPET}:unpublish", args=[quiz.pk])).status_code == 302
    assert not Quiz.objects.get(pk=quiz.pk).live
    with pytest.raises(releases.ReleaseRefused) as found:
        releases.release(course=course, by=None)
    assert "Quiz “Canary quiz”: it is not published." in str(found.value)
    assert asked_of_learners(course) == "Canary quiz"
