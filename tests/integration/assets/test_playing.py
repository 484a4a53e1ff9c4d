"""What players ask for: parts of files, playlists and captions."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from assets import playing, ranges
from core import clock
from tests.factories import videos as make

pytestmark = pytest.mark.django_db
FILM = make.FILM
SIZE = len(FILM)


@pytest.fixture
def film() -> Any:
    return make.video()


def address(film: Any) -> str:
    return playing.playback(film, now=clock.now()).sources[-1].url


def get(client: Client, film: Any, **headers: str) -> Any:
    answer = client.get(address(film), headers=headers)
    assert answer["Accept-Ranges"] == "bytes"
    return answer


PARTS = [
    ("bytes=0-0", 0, 0),
    ("bytes=0-1", 0, 1),
    ("bytes=100-199", 100, 199),
    ("bytes=5000-", 5000, SIZE - 1),
    ("bytes=-500", SIZE - 500, SIZE - 1),
    (f"bytes=-{SIZE * 2}", 0, SIZE - 1),
    (f"bytes={SIZE - 1}-{SIZE * 9}", SIZE - 1, SIZE - 1),
    ("BYTES=1-2", 1, 2),
]


@pytest.mark.parametrize(("header", "first", "last"), PARTS)
def test_a_part_is_given(
    client: Client, film: Any, monkeypatch: pytest.MonkeyPatch, header: str, first: int, last: int
) -> None:
    monkeypatch.setattr(ranges, "PIECE", 7)
    answer = get(client, film, range=header)
    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer["Content-Length"] == str(last - first + 1)
    assert answer["Content-Type"] == "video/mp4"
    assert answer.getvalue() == FILM[first : last + 1]


@pytest.mark.parametrize("header", [f"bytes={SIZE}-", f"bytes={'9' * 18}-", "bytes=-0"])
def test_a_part_outside_the_file_is_416(client: Client, film: Any, header: str) -> None:
    answer = get(client, film, range=header)
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{SIZE}"
    assert answer.getvalue() == b""


WHOLE = ["", "bytes=0-1,5-6", "bytes=9-1", "bytes=-", "bytes=x-y", "lines=0-1", "bytes=٣-٤", "0-1"]


@pytest.mark.parametrize("header", [*WHOLE, f"bytes={'9' * 400}-"])
def test_what_is_no_single_range_gets_the_whole_file(
    client: Client, film: Any, header: str
) -> None:
    answer = get(client, film, range=header)
    assert answer.status_code == 200
    assert answer["Content-Length"] == str(SIZE)
    assert answer.getvalue() == FILM


def test_a_part_of_the_file_one_has_begun_with_or_all_of_the_new_one(
    client: Client, film: Any
) -> None:
    etag = get(client, film)["ETag"]
    assert get(client, film, **{"range": "bytes=0-9", "if-range": etag}).status_code == 206
    for other in ('"other"', "Sat, 28 Nov 2026 07:00:00 GMT", f"W/{etag}"):
        answer = get(client, film, **{"range": "bytes=0-9", "if-range": other})
        assert (answer.status_code, answer.getvalue()) == (200, FILM)
    assert get(client, film, **{"if-none-match": etag}).status_code == 304
    changed = make.video(FILM[::-1])
    assert get(client, changed)["ETag"] != etag


def test_head_tells_what_get_would_give(client: Client, film: Any) -> None:
    whole = client.head(address(film))
    assert (whole.status_code, whole["Content-Length"], whole.content) == (200, str(SIZE), b"")
    part = client.head(address(film), headers={"range": "bytes=-10"})
    assert (part.status_code, part["Content-Length"]) == (206, "10")
    assert client.post(address(film)).status_code == 405


def test_types_are_those_that_players_want(client: Client, film: Any) -> None:
    make.with_hls(film)
    make.captions(film, "ar", text="مرحبا")
    found = playing.playback(film, now=clock.now())
    assert [source.type for source in found.sources] == [
        "application/vnd.apple.mpegurl",
        "video/mp4",
    ]
    assert client.get(found.sources[0].url)["Content-Type"] == "application/vnd.apple.mpegurl"
    (track,) = found.tracks
    assert (track.language, track.label) == ("ar", "العربيّة")
    captions = client.get(track.url)
    assert captions["Content-Type"] == "text/vtt; charset=utf-8"
    assert "مرحبا" in captions.getvalue().decode()


def test_relative_addresses_of_a_playlist_stay_below_its_ticket(client: Client, film: Any) -> None:
    master = playing.playback(make.with_hls(film), now=clock.now()).sources[0].url
    segment = client.get(f"{master.rpartition('/')[0]}/480/0001.m4s")
    assert segment["Content-Type"] == "video/iso.segment"
    assert segment.getvalue() == b"segment"


def test_nginx_sends_the_file_where_it_may(client: Client, film: Any, settings: Any) -> None:
    settings.ACCEL_REDIRECT = "/private/"
    answer = client.get(address(film), headers={"range": "bytes=0-9"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["X-Accel-Redirect"] == f"/private/{film.file.name}"
    assert answer["Content-Type"] == "video/mp4"
    assert answer["Cache-Control"].startswith("private")


def test_a_file_that_is_gone_is_not_found(client: Client, film: Any) -> None:
    url = address(film)
    Path(film.file.path).unlink()
    assert client.get(url).status_code == 404


def test_playing_asks_the_database_nothing(
    client: Client, film: Any, django_assert_num_queries: Any
) -> None:
    url = address(film)
    with django_assert_num_queries(0):
        client.get(url, headers={"range": "bytes=0-9"})


def test_expiry_is_to_the_second(film: Any) -> None:
    now = clock.now()
    found = playing.playback(film, now=now, seconds=60)
    assert timedelta(seconds=59) < found.expires_at - now <= timedelta(seconds=60)
