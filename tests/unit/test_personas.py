"""Whose eyes a preview looks through, computed from the outline alone."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_pages.outline import Lesson, Module, Outline
from course_pages.personas import Persona
from learning.services import progress


def outline(*required: bool, era: int = 1) -> Outline:
    lessons = tuple(
        Lesson(str(uuid.uuid4()), f"a{index}", f"L{index}", "", one, False, 5, "done", era, "")
        for index, one in enumerate(required)
    )
    return Outline("course", "Course", (Module("module", "Module", lessons),))


@pytest.mark.parametrize(
    ("persona", "required", "done", "percent"),
    [
        ("visitor", [True, True], [], 0),
        ("enrolled", [True, True], [], 0),
        ("half-way", [True, True, True, True], ["L0", "L1"], 50),
        ("half-way", [True, True, True], ["L0"], 33),
        ("half-way", [False, True, False, True], ["L1"], 50),
        ("half-way", [True], [], 0),
        ("half-way", [False, False], ["L0"], 0),
        ("half-way", [], [], 0),
        ("completed", [True, False, True], ["L0", "L1", "L2"], 100),
        ("completed", [False], ["L0"], 0),
        ("completed", [], [], 0),
    ],
)
def test_what_each_persona_has_completed(
    persona: str, required: list[bool], done: list[str], percent: int
) -> None:
    course, eyes = outline(*required), Persona(persona)
    assert [one.title for one in eyes.has_completed(course)] == done
    assert progress.measure(course, eyes.eras(course), None).percent == percent


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 9), st.sampled_from(list(Persona)))
def test_personas_agree_with_the_learners_own_figures(
    required: list[bool], era: int, persona: Persona
) -> None:
    course = outline(*required, era=era)
    measured = progress.measure(course, persona.eras(course), None)
    assert measured.done == {
        Persona.HALF_WAY: sum(required) // 2,
        Persona.COMPLETED: sum(required),
    }.get(persona, 0)
    assert persona.has_finished(course) == (persona is Persona.COMPLETED and measured.finished)
    done = persona.has_completed(course)
    following = progress.next_lesson(
        course, persona.eras(course), done[-1].lineage if done else None
    )
    assert (following is None) == (not required or persona is Persona.COMPLETED)


@pytest.mark.parametrize("name", ["", "nobody", None, "VISITOR", "enrolled' --"])
def test_an_unknown_name_is_an_enrolled_learner(name: str | None) -> None:
    assert Persona.named(name) is Persona.ENROLLED
