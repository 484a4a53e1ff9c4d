"""From slices on the wire to something to play, with and without ffmpeg."""

import io
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from wagtail.models import Collection

from accounts.models import User
from assets import ffmpeg, jobs, local, playing, preparing, uploads
from assets.models import Video
from assets.storage import private_storage
from core import clock, outbox, snapshots
from core.models import OutboxMessage
from tests.cases.measure import person
from tests.factories import videos as make

pytestmark = pytest.mark.django_db
CLIPS = sorted(Path(os.environ.get("LECTERN_SHARED_DATA", "none")).glob("video/*.mp4"))
needs_ffmpeg = pytest.mark.skipif(ffmpeg._bundled() is None, reason="no ffmpeg")


@pytest.fixture
def by() -> User:
    return person()


@pytest.fixture
def root() -> Any:
    return Collection.get_first_root_node()


def begin(data: bytes, by: User, root: Any, name: str = "clip.mp4") -> Video:
    return uploads.begin(title="", name=name, size=len(data), modified="1", collection=root, by=by)


def send(video: Video, data: bytes, *, slice_bytes: int = 100_000) -> None:
    offset = uploads.offset_of(video)
    while offset < len(data):
        piece = data[offset : offset + slice_bytes]
        offset = uploads.receive(
            video=video, offset=offset, source=io.BytesIO(piece), length=len(piece)
        )


def prepare(video: Video) -> Video:
    claimed = preparing.claim()
    assert claimed == video
    preparing.run(claimed.pk, claimed.attempts)
    video.refresh_from_db()
    return video


@needs_ffmpeg
@pytest.mark.parametrize("path", CLIPS, ids=lambda path: path.name)
def test_a_real_clip_is_sent_in_slices_and_made_adaptive(path: Path, by: User, root: Any) -> None:
    data = path.read_bytes()
    video = begin(data, by, root, path.name)
    send(video, data)
    assert Video.objects.get().state == Video.State.PROCESSING
    assert OutboxMessage.objects.filter(kind=preparing.ASKED).count() == 1
    video = prepare(video)
    assert (video.state, video.problem) == (Video.State.READY, "")
    assert Path(video.file.path).read_bytes() == data
    assert not local.part_of(video).exists()
    found = playing.playback(video, now=clock.now())
    if "bunny" in path.name:
        assert (video.width, video.height, video.kind) == (854, 480, Video.Kind.VIDEO)
        assert video.duration_ms == 5000
        assert video.poster_file
        assert found.poster_url.endswith(".webp")
        folder = Path(private_storage().path(local.hls_folder(video.sha256)))
        assert sorted(one.name for one in folder.iterdir()) == ["240", "480", "master.m3u8"]
        assert ffmpeg.length_of(folder) == 5000
        assert [source.type for source in found.sources] == [local.HLS, "video/mp4"]
    else:
        assert (video.kind, video.duration_ms, video.hls) == (Video.Kind.AUDIO, 50, False)
        assert [source.type for source in found.sources] == ["audio/mp4"]


@pytest.mark.parametrize("path", CLIPS, ids=lambda path: path.name)
def test_without_ffmpeg_a_film_that_browsers_play_is_taken_as_it_is(
    path: Path, by: User, root: Any, settings: Any
) -> None:
    settings.FFMPEG = "none"
    data = path.read_bytes()
    video = begin(data, by, root, path.name)
    send(video, data)
    video = prepare(video)
    assert (video.state, video.hls) == (Video.State.READY, False)
    assert video.duration_ms
    assert abs(video.duration_ms - (5000 if "bunny" in path.name else 50)) < 30
    assert len(playing.playback(video, now=clock.now()).sources) == 1


def test_an_upload_goes_on_where_it_was_cut(by: User, root: Any) -> None:
    video = begin(make.FILM_HEAD + make.FILM, by, root)
    uploads.receive(
        video=video, offset=0, source=io.BytesIO(make.FILM_HEAD), length=len(make.FILM_HEAD) + 500
    )
    end = len(make.FILM_HEAD)
    assert uploads.offset_of(video) == end, "cut in the middle of a slice"
    same = begin(make.FILM_HEAD + make.FILM, by, root)
    assert (same.pk, uploads.offset_of(same)) == (video.pk, end)
    with pytest.raises(uploads.WrongOffset) as raised:
        uploads.receive(video=video, offset=0, source=io.BytesIO(b"x"), length=1)
    assert raised.value.offset == end
    send(video, make.FILM_HEAD + make.FILM)
    assert local.part_of(video).read_bytes() == make.FILM_HEAD + make.FILM
    other = begin(make.FILM_HEAD + make.FILM, person(), root)
    assert other.pk != video.pk, "what somebody else uploads is theirs"


def test_a_worker_that_dies_leaves_nothing_half_and_the_next_one_goes_on(
    by: User, root: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FFMPEG = "none"
    data = make.playable()
    video = begin(data, by, root)
    send(video, data)

    class Died(BaseException):
        pass

    def die(*args: object, **kwargs: object) -> None:
        raise Died

    first = preparing.claim()
    assert first is not None
    with monkeypatch.context() as patch:
        patch.setattr(preparing.os, "replace", die)
        with pytest.raises(Died):
            preparing.run(first.pk, first.attempts)
    assert preparing.claim() is None, "leased"
    preparing.lost(first.pk, first.attempts)
    second = preparing.claim()
    assert second is not None
    with monkeypatch.context() as patch:
        patch.setattr(preparing.atoms, "read", die)
        with pytest.raises(Died):
            preparing.run(second.pk, second.attempts)
    preparing.lost(second.pk, second.attempts)
    assert prepare(video).state == Video.State.READY
    assert Path(video.file.path).read_bytes() == data
    # One that comes back late changes nothing.
    before = Video.objects.values().get()
    preparing.run(first.pk, first.attempts)
    assert Video.objects.values().get() == before


@pytest.mark.parametrize("told", [2**64 - 1, 10**15])
def test_a_length_that_cannot_be_is_no_length(
    by: User, root: Any, settings: Any, told: int
) -> None:
    settings.FFMPEG = "none"
    data = make.playable(long=told)
    video = begin(data, by, root)
    send(video, data)
    film = prepare(video)
    assert (film.state, film.duration_ms) == (Video.State.READY, None)


def test_what_workers_lose_again_and_again_is_given_up_with_a_reason(by: User, root: Any) -> None:
    data = make.playable()
    video = begin(data, by, root)
    send(video, data)
    for _time in range(preparing.MOST_ATTEMPTS):
        claimed = preparing.claim()
        assert claimed is not None
        preparing.lost(claimed.pk, claimed.attempts)
    assert preparing.claim() is None
    assert preparing.give_up() == 1
    video.refresh_from_db()
    assert (video.state, bool(video.problem)) == (Video.State.FAILED, True)
    assert preparing.again(video=video)
    assert preparing.claim() == video


def test_the_same_file_twice_is_stored_once_and_stays_for_the_other(
    by: User, root: Any, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.FFMPEG = "none"
    data = make.playable()
    twice = []
    for name in ("a.mp4", "b.mp4"):
        video = begin(data, by, root, name)
        send(video, data)
        twice.append(prepare(video))
    path = Path(twice[0].file.path)
    assert path == Path(twice[1].file.path)
    for video, stays in zip(twice, (True, False), strict=True):
        with django_capture_on_commit_callbacks(execute=True):
            video.delete()
        assert path.exists() is stays


def test_a_pinned_video_stays(by: User) -> None:
    from django.db.models import ProtectedError

    film = make.video()
    snapshots.store([snapshots.freeze("t", 1, {}, [snapshots.Reference("video", str(film.pk))])])
    with pytest.raises(ProtectedError, match="released content"):
        film.delete()
    assert Path(film.file.path).exists()


def test_abandoned_uploads_are_swept(
    by: User, root: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    data = make.playable()
    video = begin(data, by, root)
    uploads.receive(video=video, offset=0, source=io.BytesIO(data[:50]), length=50)
    assert uploads.sweep() == 0
    later = clock.now() + uploads.ABANDONED_AFTER + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with django_capture_on_commit_callbacks(execute=True):
        assert uploads.sweep() == 1
    assert not Video.objects.exists()
    assert not local.part_of(video).exists()


def test_the_queue_prepares_one_film_at_a_time(
    by: User, root: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FFMPEG = "none"
    started: list[list[str]] = []
    monkeypatch.setattr(jobs.children, "start", lambda command, **options: started.append(command))
    data = make.playable()
    films = [begin(data + bytes(number), by, root) for number in (1, 2)]
    for number, film in enumerate(films, start=1):
        send(film, data + bytes(number))
    outbox.drain()
    assert started == [["prepare_video", str(films[0].pk), "1"]]
    jobs._ended(films[0].pk, 1, -9)
    assert started[1:] == [["prepare_video", str(films[0].pk), "2"]], "its process was killed"
    preparing.run(films[0].pk, 2)
    jobs._ended(films[0].pk, 2, 0)
    assert started[2:] == [["prepare_video", str(films[1].pk), "1"]]
