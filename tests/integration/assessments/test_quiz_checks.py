"""What a release finds in quizzes that were published by code, where no form looked at them."""

from typing import Any

import pytest

from assessments.models import Quiz
from course_pages import releases
from course_pages.models import Course, Release
from tests.cases import measure
from tests.factories import courses, quizzes

pytestmark = pytest.mark.django_db


def refused(*questions: Any, **fields: Any) -> list[str]:
    """Why a course whose quiz asks these is not released; nothing is."""
    course = courses.course(1, 1, release=False)
    quiz = quizzes.quiz(course, questions, title="Knots", **fields)
    quizzes.put_into(courses.lesson_page(course, "Lesson 1.1"), quiz, release=False)
    with pytest.raises(releases.ReleaseRefused) as found:
        releases.release(course=course, by=None)
    assert not Release.objects.filter(course=course).exists()
    return [str(problem) for problem in found.value.problems]


def no_right_answer() -> Any:
    broken = quizzes.single()
    broken["value"]["choices"][0]["value"]["correct"] = False
    return broken


def test_a_question_without_a_right_answer_is_named() -> None:
    assert refused(quizzes.single(), quizzes.short("loop"), no_right_answer()) == [
        "Lesson 1.1: Quiz “Knots”: Question 3 (Single choice): Mark exactly one choice as right."
    ]


@pytest.mark.parametrize(
    ("unclear", "words"),
    [
        (quizzes.single(right="The same", wrong=["Other", "The  same"]), "A wrong choice says"),
        (quizzes.order("a", "b", "a"), "which comes first"),
        (quizzes.match([("a", "1"), ("a", "2"), ("b", "3")]), "Two pairs begin with the same"),
    ],
)
def test_a_question_that_nobody_can_answer_rightly_is_named(unclear: Any, words: str) -> None:
    """Seen to fail: these were released."""
    (problem,) = refused(unclear)
    assert "Question 1" in problem
    assert words in problem


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (quizzes.multiple([], ["A", "B"]), "(Multiple choice): Mark at least one choice as right."),
        (quizzes.single(wrong=()), "(Single choice): Choices: The minimum number of items is 2"),
        (quizzes.blanks("No gap"), "(Fill in the gaps): Write each gap as [right answer]"),
        (quizzes.number("abc"), "(Number): Accepted answers 1, Answer: Write a number"),
        (quizzes.single(points="many"), "(Single choice): Points: Write a number like 1 or 2.5."),
        (quizzes.short(), "(Short text): "),
    ],
)
def test_a_block_broken_by_code_is_named_with_its_field(broken: Any, words: str) -> None:
    found = refused(broken)
    assert any(f"Quiz “Knots”: Question 1 {words}" in one for one in found), found


def test_a_banks_broken_question_is_named_by_its_bank() -> None:
    course = courses.course(1, 1, release=False)
    bank = quizzes.bank(course, [quizzes.single(), no_right_answer()], title="Pool")
    quiz = quizzes.quiz(course, [quizzes.draw(bank, 2)], title="Knots", pass_mark=50)
    quizzes.put_into(courses.lesson_page(course, "Lesson 1.1"), quiz, release=False)
    with pytest.raises(releases.ReleaseRefused) as found:
        releases.release(course=course, by=None)
    assert str(found.value) == (
        "Lesson 1.1: Quiz “Knots”: “Pool”, Question 2 (Single choice): "
        "Mark exactly one choice as right."
    )


def test_draws_that_may_take_each_others_questions_need_enough_for_both() -> None:
    course = courses.course(1, 1, release=False)
    pool = [quizzes.single(tags="easy" if number < 2 else "") for number in range(4)]
    bank = quizzes.bank(course, pool, title="Pool")
    lesson = courses.lesson_page(course, "Lesson 1.1")
    few = quizzes.quiz(course, [quizzes.draw(bank, 3), quizzes.draw(bank, 2, tag="easy")])
    quizzes.put_into(lesson, few, release=False)
    with pytest.raises(releases.ReleaseRefused) as found:
        releases.release(course=course, by=None)
    assert "Question 2 (Draw from a bank): it draws 2 questions from “Pool”" in str(found.value)
    assert "only 0 of them" in str(found.value)
    enough = quizzes.quiz(course, [quizzes.draw(bank, 2, tag="easy"), quizzes.draw(bank, 2)])
    quizzes.put_into(lesson, enough)
    assert course.live_release is not None


def test_a_pass_mark_above_what_right_answers_earn_is_refused() -> None:
    half = quizzes.single()
    half["value"]["choices"][0]["value"]["worth"] = "50"
    (problem,) = refused(half, pass_mark=60)
    assert "right answers earn at most 50 % and it takes 60 %" in problem
    course, _quiz = quizzes.course_with_quiz([half], course_title="Another", pass_mark=50)
    assert course.live_release is not None


def checking(number: int) -> int:
    """Statements of a release of this many new quizzes, each with a bank of its own."""
    course = courses.course(1, 1, title=f"Course {number}", release=False)
    made = [
        quizzes.quiz(
            course,
            [quizzes.single(), quizzes.draw(quizzes.bank(course, [quizzes.short("a")]), 1)],
            title=f"Quiz {place}",
        )
        for place in range(number)
    ]
    quizzes.put_into(courses.lesson_page(course, "Lesson 1.1"), *made, release=False)
    course = Course.objects.get(pk=course.pk)
    releases.release(course=course, by=None)  # Gives the addresses and fills what is kept.
    for quiz in made:
        quiz.title += " changed"
        quiz.save()
    return len(measure.statements(lambda: releases.release(course=course, by=None)))


def test_the_checks_take_the_same_statements_for_one_quiz_and_for_twenty() -> None:
    assert checking(1) == checking(20)


def test_what_is_stored_is_not_checked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    course, _quiz = quizzes.course_with_quiz()
    seen: list[str] = []
    block = Quiz._meta.get_field("questions").stream_block.child_blocks["single"]
    real = type(block).clean

    def counted(self: Any, value: Any) -> Any:
        seen.append("checked")
        return real(self, value)

    monkeypatch.setattr(type(block), "clean", counted)
    courses.edit(courses.lesson_page(course, "Lesson 1.1"), title="Renamed")
    course.refresh_from_db()
    assert releases.release(course=course, by=None) is not None
    assert seen == []
    quiz = Quiz.objects.get()
    quiz.title = "Another digest"
    quiz.save()
    course.refresh_from_db()
    assert releases.release(course=course, by=None) is not None
    assert seen == ["checked"]
