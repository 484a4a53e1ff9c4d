"""A learner at a film: what the player needs, from where they stopped, with the proof for beats."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from assets.models import Video
from core import clock, snapshots
from course_pages import playing
from course_pages.outline import Lesson, VideoPin
from learning.middleware import public_url
from learning.services import watching
from learning.services.access import LessonClosed, Reason, Seat, Visitor

BEAT_SECONDS = 10


def pin_of(lesson: Lesson, uid: UUID) -> VideoPin:
    """The video as the released lesson pins it; Http404 for any other."""
    for pin in lesson.videos:
        if pin.uid == str(uid):
            return pin
    raise Http404


def for_seat(seat: Seat, pin: VideoPin, user: Visitor) -> dict[str, Any]:
    """The door's answer; raises `playing.Unavailable`.

    A visitor of a free preview studies nothing: no place to go on from, no beat, no name on it.
    """
    now = clock.now()
    video = Video.objects.select_related("poster").filter(uid=pin.uid).first()
    if video is None:
        raise playing.Unavailable
    answer = playing.playable(video, snapshots.load(pin.digest), now=now)
    answer["title"] = _title(seat.lesson, pin) or answer["title"]
    if not seat.may_study:
        return answer
    going_on = watching.resume(seat, pin)
    beat = {
        "url": reverse("learning:beat"),
        "token": watching.token_for(seat, pin, now),
        "every_s": BEAT_SECONDS,
    }
    return answer | {
        "resume_ms": going_on.position_ms,
        "watched": going_on.ranges,
        # Nothing can be told about a film whose length nobody knows.
        "beat": beat if pin.duration_ms else None,
        "watermark": user.email if seat.outline.watermark else None,  # type: ignore[union-attr]
    }


def _title(lesson: Lesson, pin: VideoPin) -> str:
    """What the lesson calls the film, if it does."""
    for block in snapshots.load(lesson.digest)["body"]:
        value = block["value"]
        if isinstance(value, dict) and (value.get("pinned") or {}).get("uid") == pin.uid:
            return str(value.get("title") or "")
    return ""


def refusal(closed: LessonClosed) -> HttpResponse:
    """A shut door in the player's language; as for pages, nobody learns what is there."""
    hidden = closed.reason in (Reason.MISSING, Reason.RETIRED) or (
        closed.reason is Reason.ENROL and not (closed.course and public_url(closed.course))
    )
    if hidden:
        return playing.as_json({"error": _("This is not here any more.")}, status=404)
    words = {
        Reason.SIGN_IN: _("Please sign in again."),
        Reason.ENDED: _("Your access has ended."),
    }
    text = words.get(closed.reason, _("You cannot watch this at the moment."))
    return playing.as_json({"error": text}, status=403)
