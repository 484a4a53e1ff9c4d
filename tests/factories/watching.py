"""Released lessons with films, and players that report."""

import json
import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.test import Client

from accounts.models import User
from core import clock, snapshots
from course_pages import outline
from course_pages.models import Course, Release
from course_pages.outline import Lesson, VideoPin
from learning.models import Watch
from learning.services import watching
from learning.services.access import Seat
from tests.factories import attempts

URL = "/learn/-/beat/"
MINUTE = 60_000


def pin(duration_ms: int = 10 * MINUTE) -> VideoPin:
    return VideoPin(str(uuid.uuid4()), "0" * 64, duration_ms)


def with_lesson(course: Course, number: int = 1, **fields: Any) -> Lesson:
    """The nth lesson of the live release gets these fields, as a release would have frozen them."""
    course.refresh_from_db()
    assert course.live_release is not None
    live = outline.load(course.live_release.outline_id)
    lesson = replace(live.lessons[number - 1], **fields)
    modules = tuple(
        replace(
            module,
            lessons=tuple(
                lesson if one.lineage == lesson.lineage else one for one in module.lessons
            ),
        )
        for module in live.modules
    )
    show(course, replace(live, modules=modules))
    return lesson


def show(course: Course, changed: outline.Outline) -> None:
    """Learners see this outline from now on."""
    frozen, modules = changed.freeze()
    known = snapshots.stored(one.digest for one in (*modules, frozen))
    snapshots.store([*modules, frozen], known)
    Release.objects.filter(pk=course.live_release_id or 0).update(outline_id=frozen.digest)
    course.refresh_from_db()


def film(course: Course, number: int = 1, *, videos: int = 1, percent: int = 90,
         completion: str = "watched", duration_ms: int = 10 * MINUTE) -> Lesson:  # fmt: skip
    """The nth lesson has films, and asks for so much of them."""
    pins = tuple(pin(duration_ms) for _ in range(videos))
    return with_lesson(course, number, videos=pins, completion=completion, watch_percent=percent)


def token(user: User, course: Course, number: int = 1, *, video: int = 1,
          at: datetime | None = None) -> str:  # fmt: skip
    """What the door gives a learner's player for the nth lesson."""
    seat: Seat = attempts.seat(user, course, number)
    return watching.token_for(seat, seat.lesson.videos[video - 1], at or clock.now())


def sample(*played: tuple[int, int], position: int | None = None, age: int = 0) -> dict[str, Any]:
    at = played[-1][1] if played and position is None else position or 0
    return {"played": [list(one) for one in played], "position_ms": at, "age_ms": age}


def send(token: str, *samples: dict[str, Any]) -> Any:
    """A beat, as the browser sends it: without cookies."""
    body = json.dumps({"token": token, "samples": list(samples)})
    return Client().post(URL, body, content_type="text/plain;charset=UTF-8")


def ranges() -> list[list[int]]:
    """Of the only film that anybody watched."""
    found: list[list[int]] = Watch.objects.get().ranges
    return found
