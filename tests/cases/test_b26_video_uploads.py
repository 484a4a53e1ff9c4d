"""B26: whatever is sent as a film is refused early or taken whole, and memory stays flat."""

import io
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assets import local, preparing, uploads
from assets.kinds import kind_of
from assets.models import Video
from assets.storage import private_storage
from core.models import OutboxMessage
from tests.cases.measure import nothing_changes
from tests.conftest import ROOT
from tests.factories import videos as make

pytestmark = pytest.mark.django_db
BEGIN = "/admin/videos/uploads/"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("a@example.org", "a long password"))
    return client


def stored() -> set[str]:
    """Every private file there is."""
    folder = Path(private_storage().path(""))
    return {str(path) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def nothing_is_kept(django_capture_on_commit_callbacks: Any) -> Iterator[None]:
    before = stored()
    with nothing_changes([Video]), django_capture_on_commit_callbacks(execute=True):
        yield
    assert stored() == before
    assert not OutboxMessage.objects.filter(kind=preparing.ASKED).exists()


def begin(client: Client, size: int, name: str = "film.mp4") -> Any:
    return client.post(BEGIN, {"name": name, "size": str(size), "modified": "1"})


def patch(client: Client, url: str, data: bytes, offset: int, **headers: str) -> Any:
    return client.patch(
        url, data, content_type="application/octet-stream",
        headers={"Upload-Offset": str(offset)} | headers,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "empty"), (20 * 2**30, "too large"), (settings.VIDEO_MAX_BYTES + 1, "too large")],
)
def test_B26_size_is_refused_before_a_byte_is_sent(
    client: Client, nothing_is_kept: None, size: int, said: str
) -> None:
    """Seen red without `check_size` in `uploads.begin`."""
    answer = begin(client, size)
    assert answer.status_code == 400
    assert said in answer.json()["error"]


def test_B26_a_full_disk_is_told(
    client: Client, nothing_is_kept: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen red without the look at the disk in `check_room`."""
    monkeypatch.setattr(uploads, "SPARE_DISK", 2**60)
    assert "no room" in begin(client, 1000).json()["error"]


WRONG = [
    ("text.mp4", b"This is a text and no film. " * 400),
    ("poster.svg", SVG + b" " * 5000),
    ("film.mp4", SVG),
    ("page.webm", b"<!doctype html><script>alert(1)</script>"),
    ("list.mp4", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"),
    ("program.mp4", b"MZ" + bytes(5000)),
    ("archive.mp4", b"PK\x03\x04" + bytes(5000)),
    ("nothing.mp4", bytes(5000)),
]


@pytest.mark.parametrize(("name", "data"), WRONG, ids=[name for name, _ in WRONG])
@pytest.mark.parametrize("way", ["slices", "form", "chooser"])
def test_B26_what_is_no_film_is_refused_at_its_first_slice(
    client: Client, nothing_is_kept: None, name: str, data: bytes, way: str
) -> None:
    """Seen red with `kind_of` going by the name's suffix."""
    if way == "slices":
        url = begin(client, len(data) + 10_000_000 * (len(data) > 4096), name).json()["url"]
        answer = patch(client, url, data, 0)
        assert (answer.status_code, "neither a film" in answer.json()["error"]) == (400, True)
        assert client.get(url).status_code == 404
        return
    chooser: Any = Video.snippet_viewset.chooser_viewset
    name_of_view = {
        "form": "wagtailsnippets_assets_video:add",
        "chooser": chooser.get_url_name("create"),
    }
    url = reverse(name_of_view[way])
    sent = {"file": SimpleUploadedFile(name, data, "video/mp4"), "collection": "1", "title": ""}
    answer = client.post(url, sent)
    assert answer.status_code == 200
    assert "neither a film" in answer.content.decode()


def test_B26_a_polyglot_begins_as_a_film_and_is_failed_with_a_reason(client: Client) -> None:
    """Its first bytes are right; what follows is looked at before anything is handed out."""
    data = make.FILM_HEAD + SVG * 100
    url = begin(client, len(data)).json()["url"]
    assert patch(client, url, data, 0).json()["state"] == "processing"
    claimed = preparing.claim()
    assert claimed is not None
    preparing.run(claimed.pk, claimed.attempts)
    video = Video.objects.get()
    assert video.state == Video.State.FAILED
    assert "damaged" in video.problem
    assert not Path(private_storage().path(local.hls_folder(video.sha256))).exists()


def test_B26_more_than_announced_is_refused(client: Client) -> None:
    """Seen red without the comparison with the announced size."""
    data = make.playable()
    url = begin(client, len(data)).json()["url"]
    assert patch(client, url, data + b"x", 0).status_code == 400
    assert client.get(url).json()["offset"] == 0
    assert patch(client, url, data, 0).json()["state"] == "processing"
    assert patch(client, url, b"x", len(data)).status_code == 409
    assert Video.objects.get().size == len(data)


ODD = ["", "-1", "1e3", "9" * 40, "٣", "NaN"]


@pytest.mark.parametrize("offset", ODD)
def test_B26_an_odd_offset_changes_nothing(client: Client, offset: str) -> None:
    data = make.playable()
    url = begin(client, len(data)).json()["url"]
    answer = patch(client, url, data, 0, **{"Upload-Offset": offset})
    assert answer.status_code == 409
    assert client.get(url).json()["offset"] == 0


def test_B26_two_writers_of_one_upload_do_not_mix(client: Client) -> None:
    """Seen red without the lock in `receive`."""
    data = make.playable()
    url = begin(client, len(data)).json()["url"]
    video = Video.objects.get()

    class Slow(io.BytesIO):
        """A slice during which the same one arrives again, as after a cut."""

        def read(self, size: int | None = -1, /) -> bytes:
            assert patch(client, url, data[:100], 0).status_code == 423
            return super().read(size)

    assert uploads.receive(video=video, offset=0, source=Slow(data[:100]), length=100) == 100
    assert local.part_of(video).read_bytes() == data[:100]


def test_B26_slices_do_not_need_memory() -> None:
    """200 MB through `receive` in a process of its own. Seen red with `source.read(length)`."""
    script = """
        import os, re, sys
        sys.path[:0] = ["site", "."]
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
        import django; django.setup()
        from assets import uploads
        from types import SimpleNamespace

        class Endless:
            def read(self, size): return b"x" * size

        video = SimpleNamespace(uid="flat", size=2**40)
        def peak():
            # The kernel's figure by getrusage begins with what the parent held.
            return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])

        before = peak()
        uploads.kind_of = lambda head: True
        end = 0
        for _ in range(4):
            end = uploads.receive(video=video, offset=end, source=Endless(), length=50 * 2**20)
        uploads.part_of(video).unlink()
        print((peak() - before) // 1024, end)
    """
    told = subprocess.run(  # noqa: S603
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    grown, end = told.stdout.split()
    assert int(end) == 200 * 2**20
    assert int(grown) < 15, "MB"


def test_B26_kinds_are_told_by_first_bytes() -> None:
    heads = {
        b"\0\0\0\x18ftypisom": "video/mp4",
        b"\0\0\0\x18ftypM4A ": "audio/mp4",
        b"\0\0\0\x14ftypqt  ": "video/quicktime",
        b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm": "video/webm",
        b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska": "video/x-matroska",
        b"RIFF\0\0\0\0WAVEfmt ": "audio/wav",
        b"RIFF\0\0\0\0AVI LIST": "video/x-msvideo",
        b"ID3\x04": "audio/mpeg",
        b"\xff\xfb\x90\x64": "audio/mpeg",
        b"OggS\0": "audio/ogg",
        b"fLaC\0": "audio/flac",
    }
    for head, content_type in heads.items():
        kind = kind_of(head)
        assert kind is not None
        assert kind.content_type == content_type
    for head in (b"", b"RIFF\0\0\0\0WEBP", b"\xff\xd8\xff\xe0", b"GIF89a", b"%PDF-1.4"):
        assert kind_of(head) is None
