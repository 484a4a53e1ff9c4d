"""What the player is given for a video, once a door above has let somebody in.

Captions and chapters are those of a snapshot, the film is the row's: it may move to another backend
and is still the same.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assets import playing, signing
from assets.local import HLS
from assets.models import Video

logger = logging.getLogger(__name__)


class Unavailable(Exception):
    """The film cannot be had at the moment; the lesson's text can."""


def playable(video: Video, data: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """The door's answer for a video as `data` of its snapshot says; raises Unavailable."""
    end = signing.ends_at(now, settings.MEDIA_URL_SECONDS)
    try:
        sources = playing.sources(video, end) if video.is_ready else []
        poster = playing.poster_url(video) or playing.provided_poster(video, end)
    except playing.NotReady:
        sources = []
    if not sources:
        logger.warning("Video %s cannot be played: %s", video.uid, video.state)
        raise Unavailable
    return {
        "kind": data["kind"],
        "title": data["title"],
        "sources": [{"src": url, "type": kind} for url, kind in sources],
        "poster": poster,
        "tracks": _tracks(data["captions"], end),
        "chapters": data["chapters"],
        "duration_ms": data["duration_ms"],
        "expires_at": end.isoformat(),
        "resume_ms": 0,
        "watched": [],
        "beat": None,
        "watermark": None,
    }


def _tracks(captions: list[dict[str, Any]], end: datetime) -> list[dict[str, Any]]:
    reader = (get_language() or "").partition("-")[0]
    languages = [one["language"] for one in captions]
    own = next((code for code in languages if code.partition("-")[0] == reader), None)
    found = []
    for one in captions:
        track = playing.track(
            one["path"], language=one["language"], label=one["label"], expires_at=end
        )
        found.append(
            {
                "src": track.url,
                "srclang": track.language,
                "label": track.label,
                "default": track.language == own,
            }
        )
    return found


def as_json(answer: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """For the player; nobody keeps it."""
    return not_kept(JsonResponse(answer, status=status))


def as_film(answer: Mapping[str, Any]) -> HttpResponse:
    """For a browser without JavaScript: to a film that it can play by itself."""
    sources = sorted(answer["sources"], key=lambda source: source["type"] == HLS)
    return not_kept(HttpResponseRedirect(sources[0]["src"]))


def sorry(*, plain: bool) -> HttpResponse:
    """503 in words."""
    text = _("This cannot be played at the moment. The text of the lesson is there all the same.")
    if plain:
        return not_kept(HttpResponse(text, status=503, content_type="text/plain; charset=utf-8"))
    return as_json({"error": text}, status=503)


def not_kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response
