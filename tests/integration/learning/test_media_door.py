"""The door of a lesson's films: who gets what, in how many statements, and what when it fails."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assets.models import Video
from core import clock
from course_pages import releases
from course_pages.models import Course, CoursePage
from learning.models import AccessGrant
from tests.cases import measure
from tests.factories import attempts as taking
from tests.factories import courses as make
from tests.factories import videos as films

pytestmark = pytest.mark.django_db
SAMPLE = {"played": [[0, 3000]], "position_ms": 3000, "age_ms": 0}


def course_with(film: Video, **course: Any) -> Course:
    page = make.course_page("Films", **course)
    module = make.module(page)
    make.lesson(module, "Shown", body=[films.block(film)])
    make.lesson(module, "Free", free_preview=True, body=[films.block(film, title="A taste")])
    made = Course.objects.get(lineage=page.translation_key)
    releases.release(course=made, by=None)
    made.refresh_from_db()
    return made


def door(course: Course, film: Video, lesson: str = "shown") -> str:
    return reverse("learning:media", args=[course.slug, lesson, film.uid])


def test_a_learner_gets_film_captions_chapters_and_nothing_that_lasts() -> None:
    film = films.video(title="The axis", chapters="0:00 Begin")
    words = films.captions(film, "en")
    films.captions(film, "ar", "مرحبا")
    course = course_with(film)
    # As released, whatever the editor does since; the film itself is where it is now.
    words.delete()
    Video.objects.update(chapters="0:00 Other", title="Other")
    client = taking.signed_in(taking.learner(course))

    answer = client.get(door(course, film))
    assert answer.headers["Cache-Control"] == "private, no-store"
    told = answer.json()
    assert (told["kind"], told["title"], told["duration_ms"]) == ("video", "The axis", 5000)
    assert told["chapters"] == [{"at_ms": 0, "title": "Begin"}]
    assert [(one["srclang"], one["default"]) for one in told["tracks"]] == [
        ("ar", False),
        ("en", True),
    ]
    assert [one["type"] for one in told["sources"]] == ["video/mp4"]
    assert told["watermark"] is None
    assert (told["resume_ms"], told["watched"]) == (0, [])
    assert told["beat"]["url"] == "/learn/-/beat/"
    assert client.post(
        told["beat"]["url"],
        {"token": told["beat"]["token"], "samples": [SAMPLE]},
        content_type="application/json",
    ).json() == {"watched_ms": 3000, "percent": 60, "completed": False}
    again = client.get(door(course, film)).json()
    assert (again["resume_ms"], again["watched"]) == (3000, [[0, 3000]])
    for one in (*told["sources"], *told["tracks"]):
        played = client.get(one["src"])
        assert played.status_code == 200
        played.close()


def test_without_javascript_the_link_leads_to_the_film() -> None:
    film = films.with_hls(films.video())
    course = course_with(film)
    client = taking.signed_in(taking.learner(course))
    answer = client.get(f"{door(course, film)}?play")
    assert answer.status_code == 302
    assert answer.headers["Cache-Control"] == "private, no-store"
    # An adaptive version plays only with the player.
    assert answer.headers["Location"].endswith(".mp4")
    page = client.get(f"{course.get_absolute_url()}shown/").text
    assert f'href="{door(course, film)}?play"' in page


def test_a_visitor_gets_the_film_of_a_free_preview_and_no_beat() -> None:
    film = films.video()
    course = course_with(film, watermark=True)
    told = Client().get(door(course, film, "free")).json()
    assert told["title"] == "A taste"
    assert told["sources"]
    assert (told["beat"], told["watermark"], told["resume_ms"]) == (None, None, 0)


def test_a_watermark_is_released_with_the_course() -> None:
    film = films.video()
    course = course_with(film)
    user = taking.learner(course)
    client = taking.signed_in(user)
    page = CoursePage.objects.get(translation_key=course.lineage)
    make.edit(page, watermark=True)
    assert client.get(door(course, film)).json()["watermark"] is None
    releases.release(course=course, by=None)
    assert client.get(door(course, film)).json()["watermark"] == user.email


@pytest.mark.parametrize("by_link", [False, True])
def test_a_film_that_fails_leaves_the_lesson_readable(by_link: bool) -> None:
    film = films.video()
    course = course_with(film)
    client = taking.signed_in(taking.learner(course))
    Video.objects.update(state=Video.State.FAILED)
    answer = client.get(door(course, film) + ("?play" if by_link else ""))
    assert answer.status_code == 503
    assert "cannot be played at the moment" in answer.text
    assert client.get(f"{course.get_absolute_url()}shown/").status_code == 200


def test_the_door_takes_the_same_few_statements_for_any_number_of_captions() -> None:
    film = films.video()
    course = course_with(film)
    client = taking.signed_in(taking.learner(course))
    sent = []
    for languages in ((), ("en", "de", "fr", "ar", "he")):
        for language in languages:
            films.captions(film, language)
        releases.release(course=course, by=None)
        client.get(door(course, film))
        sent.append(len(measure.statements(lambda: client.get(door(course, film)))))
    assert sent[0] == sent[1] <= 5, sent


def test_the_walk_has_a_door_for_editors_of_the_course() -> None:
    film = films.video(title="Drafted")
    course = course_with(film)
    page = CoursePage.objects.get(translation_key=course.lineage)
    lesson = make.edit(
        make.lesson_page(course, "Shown"), publish=False, body=[films.stream_item(film)]
    )
    url = reverse("course_admin:walk_media", args=[page.pk, film.uid])
    editor = taking.signed_in(measure.person(roles=["Editor"]))
    walked = reverse("course_admin:walk_lesson", args=[page.pk, lesson.translation_key])
    assert f'data-media="{url}"' in editor.get(f"{walked}?as=enrolled").text
    told = editor.get(url)
    assert "no-store" in told.headers["Cache-Control"]
    assert told.json()["title"] == "Drafted"
    assert told.json()["beat"] is None
    assert editor.get(f"{url}?play").status_code == 302
    learner = taking.signed_in(taking.learner(course))
    assert learner.get(url).status_code != 200


def test_access_that_ended_ends_the_addresses_too() -> None:
    film = films.video()
    course = course_with(film)
    user = taking.learner(course)
    client = taking.signed_in(user)
    now = clock.now()
    told = client.get(door(course, film)).json()
    assert now < datetime.fromisoformat(told["expires_at"]) <= now + timedelta(seconds=601)
    AccessGrant.objects.filter(enrolment__user=user).update(revoked_at=now)
    refused = client.get(door(course, film))
    assert refused.status_code == 403
    assert json.loads(refused.content)["error"]
