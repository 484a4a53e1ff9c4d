"""B08: an address of a film ends after minutes, and opens nothing but what it was signed for."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from assets import playing, signing
from assets.models import Video
from assets.storage import private_storage
from core import clock
from tests.factories import videos as make

pytestmark = pytest.mark.django_db
NOW = clock.now().replace(microsecond=0)


@pytest.fixture(autouse=True)
def held(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """`held(timedelta(...))`: so much later."""

    def later(wait: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: NOW + wait)

    later(timedelta())
    return later


@pytest.fixture
def film() -> Any:
    film = make.with_hls(make.video())
    make.captions(film)
    return film


def urls(film: Any) -> list[str]:
    found = playing.playback(film, now=NOW)
    return [*(source.url for source in found.sources), *(track.url for track in found.tracks)]


def body(answer: Any) -> bytes:
    data: bytes = answer.getvalue()
    return data


def refused(answer: Any, status: int = 403) -> None:
    assert answer.status_code == status
    assert make.FILM[:64] not in body(answer)
    assert b"EXTM3U" not in body(answer)
    assert b"WEBVTT" not in body(answer)


def test_B08_every_address_ends_with_the_setting(
    film: Any, client: Client, held: Callable[[timedelta], None]
) -> None:
    """Seen red with the comparison of the end taken out of `signing.opened`."""
    asked = urls(film)
    assert len(asked) == 3, "playlist, file and captions"
    held(timedelta(seconds=settings.MEDIA_URL_SECONDS - 1))
    for url in asked:
        answer = client.get(url)
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "private, max-age=1"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert not answer.cookies
    held(timedelta(seconds=settings.MEDIA_URL_SECONDS))
    for url in asked:
        refused(client.get(url))
        refused(client.head(url))


def test_B08_a_renewed_ticket_replaces_the_old_one_in_the_path(film: Any, client: Client) -> None:
    old = urls(film)[0]
    new = urls(film)[0]
    renewed = playing.playback(film, now=NOW + timedelta(minutes=5)).sources[0].url
    assert old == new
    assert renewed != old
    assert old.split("/")[3:] == renewed.split("/")[3:]
    assert client.get(renewed).status_code == 200


@pytest.mark.parametrize("change", ["unsigned", "cut", "flipped", "other salt", "longer life"])
def test_B08_a_forged_ticket_opens_nothing(film: Any, client: Client, change: str) -> None:
    """Seen red with `unsign_object` replaced by reading the payload without its signature."""
    from django.core.signing import Signer, b64_encode

    name = Path(film.file.name).name
    good = signing.ticket(film.file.name, expires_at=NOW + timedelta(minutes=1))
    payload, signature = good.split(".")
    longer = f'["{film.file.name}",{int(NOW.timestamp()) + 9_999_999}]'.encode()
    forged = {
        "unsigned": payload,
        "cut": good[:-3],
        "flipped": f"{payload}.{signature[::-1]}",
        "other salt": Signer(sep=".").sign_object([film.file.name, 2**33]),
        "longer life": f"{b64_encode(longer).decode()}.{signature}",
    }[change]
    assert client.get(reverse("assets:play", args=[good, name])).status_code == 200
    refused(client.get(reverse("assets:play", args=[forged, name])))


def test_B08_a_ticket_opens_only_what_it_names(film: Any, client: Client) -> None:
    """Seen red with the comparison of the name taken out of `signing.opened`."""
    other = make.video(make.FILM + b"other")
    end = NOW + timedelta(minutes=1)
    mine, others = Path(str(film.file.name)).name, Path(str(other.file.name)).name
    refused(client.get(make.play_url(film.file.name, others, end)))
    refused(client.get(make.play_url(film.captions.get().file.name, mine, end)))
    # Below the adaptive version's folder there is no film and no captions.
    folder = f"videos/hls/{film.sha256}/"
    refused(client.get(make.play_url(folder, mine, end)), 404)
    assert body(client.get(make.play_url(folder, "480/0001.m4s", end))) == b"segment"


CLIMBING = [
    *("../../secret.txt", "480/../../../../secret.txt", "/etc/passwd", "480//0001.m4s", "."),
    *("..%2f..%2fsecret.txt", "%2e%2e/%2e%2e/secret.txt", "..\\..\\secret.txt", "480/", "..."),
    *("480/0001.m4s\0", "\0", "a\nb", "C:\\secret.txt", "480/./0001.m4s", ".hidden", "é.m4s"),
    *("a" * 300, "a/" * 1000 + "a"),
]


@pytest.mark.parametrize("name", CLIMBING)
@pytest.mark.parametrize("encoded", [False, True])
def test_B08_no_name_leaves_the_folder(film: Any, client: Client, name: str, encoded: bool) -> None:
    """Seen red with `signing.NAME` matching everything and `real_file` following it anywhere."""
    Path(private_storage().path("secret.txt")).write_text("WEBVTT secret")
    ticket = signing.ticket(f"videos/hls/{film.sha256}/", expires_at=NOW + timedelta(minutes=1))
    path = quote(name, safe="") if encoded else quote(name, safe="/%\\:")
    answer = client.get(f"/play/{ticket}/{path}")
    assert answer.status_code in {403, 404}
    assert b"secret" not in body(answer)
    assert b"segment" not in body(answer)


def test_B08_a_link_out_of_the_folder_is_not_followed(film: Any, client: Client) -> None:
    """Seen red without `is_relative_to` in `real_file`."""
    folder = Path(private_storage().path(f"videos/hls/{film.sha256}"))
    Path(private_storage().path("secret.txt")).write_text("secret")
    (folder / "link.m4s").unlink(missing_ok=True)
    (folder / "link.m4s").symlink_to("../../../secret.txt")
    url = make.play_url(f"videos/hls/{film.sha256}/", "link.m4s", NOW + timedelta(minutes=1))
    refused(client.get(url), 404)


def test_B08_nothing_is_signed_for_what_is_not_ready(film: Any) -> None:
    """Seen red without the check of `is_ready`."""
    for state in set(Video.State) - {Video.State.READY}:
        film.state = state
        with pytest.raises(playing.NotReady):
            playing.playback(film, now=NOW)


def test_B08_private_files_have_no_other_address(film: Any, client: Client) -> None:
    for path in (film.file.name, film.captions.get().file.name):
        for url in (f"/media/{path}", f"/play/{path}", f"/documents/{path}"):
            assert client.get(url).status_code in {403, 404}
