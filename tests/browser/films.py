"""Films that a browser really plays, drawn by ffmpeg in a moment."""

import subprocess
import tempfile
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile

from assets import ffmpeg, preparing
from assets.models import Caption, Video
from tests.factories import courses as make
from tests.factories.videos import block

SENTENCES = 12


def drawn(
    seconds: int, *, picture: bool = True, size: str = "160x90", heavy: bool = False
) -> bytes:
    """A test card with a tone; 160 × 90 dots are enough to play.

    `heavy`: noise instead, half a megabyte a second, so that no browser fetches all of it at once.
    """
    tool = ffmpeg.executable()
    assert tool is not None
    card = f"testsrc2=size={size}:rate=8:duration={seconds}"
    if heavy:
        card += ",noise=alls=100:allf=t"
    shown = ["-f", "lavfi", "-i", card]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "8"]
    coded += ["-b:v", "4M", "-minrate", "4M"] if heavy else []
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "film.mp4" if picture else "talk.m4a")
        subprocess.run(  # noqa: S603 - arguments of our own
            [
                *(tool, "-loglevel", "error", *(shown if picture else [])),
                *("-f", "lavfi", "-i", f"sine=frequency=330:duration={seconds}"),
                *(*(coded if picture else []), "-c:a", "aac", "-b:a", "32k"),
                *("-movflags", "+faststart", str(made)),
            ],
            check=True,
            timeout=60,
        )
        return made.read_bytes()


def prepared(data: bytes, title: str, **fields: Any) -> Video:
    """A film as an upload leaves it once the worker is done: with its adaptive version."""
    video = Video.objects.create(title=title, state=Video.State.PROCESSING, **fields)
    part = preparing.part_of(video)
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(data)
    claimed = preparing.claim()
    assert claimed is not None
    assert claimed == video
    preparing.run(claimed.pk, claimed.attempts)
    video.refresh_from_db()
    assert video.is_ready, video.problem
    return video


def spoken(video: Video, language: str, sentence: str, seconds: int) -> Caption:
    """Captions with a sentence every few seconds; `{}` is its number."""
    step = seconds / SENTENCES
    lines = ["WEBVTT", ""]
    for number in range(SENTENCES):
        lines.append(f"00:{number * step:06.3f} --> 00:{(number + 1) * step:06.3f}")
        lines += [sentence.format(number + 1), ""]
    data = "\n".join(lines).encode()
    return Caption.objects.create(
        video=video, language=language, file=ContentFile(data, name=f"{language}.vtt")
    )


def text_of(title: str) -> list[dict[str, Any]]:
    return [make.text_block(f"What {title} says in words.")]


def lesson_of(video: Video, title: str) -> list[dict[str, Any]]:
    """A lesson that begins with the film."""
    return [block(video), *text_of(title)]
