"""ffmpeg: what is in a file, a picture of it, and an adaptive version. Its input is hostile."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile

from django.conf import settings

LADDER = (240, 480, 720)
BITS = {240: "400k", 480: "1200k", 720: "2800k"}
SEGMENT_SECONDS = 6
# No other file and no address: a playlist that is called .mp4 would name some.
SAFE = [
    *("-protocol_whitelist", "file"),
    *("-format_whitelist", "mov,matroska,avi,mpegts,mpeg,asf,mp3,ogg,wav,flac"),
]
QUIET = ["-hide_banner", "-nostdin", "-v", "error"]
PROBE_SECONDS = 60
DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d)\.(\d+)")
PICTURE = re.compile(r"Stream #\S+.*: Video: (?!.*\(attached pic\)).*?, (\d{2,5})x(\d{2,5})[ ,]")
EXTINF = re.compile(r"#EXTINF:([\d.]+)")
SOUND = re.compile(r"Stream #\S+.*: Audio: ")


class Unreadable(Exception):
    """ffmpeg finds nothing in the file that it could play; the text is for logs."""


@dataclass(frozen=True)
class Probe:
    """What a file holds. The size is that of the stored picture, before any turning."""

    duration_ms: int | None
    width: int | None
    height: int | None
    has_sound: bool

    @property
    def has_picture(self) -> bool:
        return self.height is not None


@cache
def _bundled() -> str | None:
    try:
        import imageio_ffmpeg
    except ImportError:
        return None
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        return None


def executable() -> str | None:
    """FFMPEG, else what the PATH has, else the one in the virtual environment; None for none."""
    if settings.FFMPEG == "none":
        return None
    return settings.FFMPEG or shutil.which("ffmpeg") or _bundled()


def _command(*arguments: str) -> list[str]:
    found = executable()
    if found is None:
        raise Unreadable("there is no ffmpeg")
    return [found, *arguments]


def probe(path: Path) -> Probe:
    """Duration, size and sound; raises Unreadable for a file without picture and sound."""
    command = _command("-hide_banner", "-nostdin", *SAFE, "-i", str(path))
    try:
        done = subprocess.run(  # noqa: S603 - arguments of our own
            command, capture_output=True, timeout=PROBE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable("it takes too long to look at") from error
    told = done.stderr.decode(errors="replace")
    picture, sound, length = PICTURE.search(told), SOUND.search(told), DURATION.search(told)
    if not picture and not sound:
        raise Unreadable(told[-500:])
    duration = None
    if length:
        hours, minutes, seconds, fraction = length.groups()
        whole = (int(hours) * 60 + int(minutes)) * 60 + int(seconds)
        duration = whole * 1000 + int(fraction.ljust(3, "0")[:3])
    width, height = (int(picture[1]), int(picture[2])) if picture else (None, None)
    return Probe(duration, width, height, bool(sound))


def poster(path: Path, to: Path, *, at_ms: int) -> None:
    """One picture of the film as WebP, as people see it: turned, and with square dots."""
    command = _command(
        *(*QUIET, "-y", *SAFE, "-ss", f"{at_ms / 1000:.3f}", "-i", str(path), "-frames:v", "1"),
        # Of some seconds the picture that says most, not a dark one between two scenes.
        *("-vf", "scale=iw*sar:ih,setsar=1,scale='min(1280,iw)':-2,thumbnail=n=48"),
        *("-c:v", "libwebp", "-quality", "80", "-f", "webp", str(to)),
    )
    try:
        subprocess.run(command, capture_output=True, timeout=PROBE_SECONDS, check=True)  # noqa: S603
    except subprocess.SubprocessError as error:
        raise Unreadable(_said(error)) from error
    if not to.is_file() or not to.stat().st_size:
        raise Unreadable("no picture at that place")


def heights_for(short_side: int) -> list[int]:
    """The steps of the ladder that are not larger than the film; at least one."""
    return [step for step in LADDER if step <= short_side] or [short_side // 2 * 2]


def hls(
    path: Path, folder: Path, *, found: Probe, turned: bool, progress: Callable[[int], None]
) -> None:
    """An adaptive film: `master.m3u8`, and a folder a step. `turned` is one taller than wide.

    `progress` is told the milliseconds done, every half a second. Raises Unreadable.
    """
    command = _command(*QUIET, "-y", *SAFE, "-i", str(path), "-progress", "pipe:1", "-nostats")
    assert found.width
    assert found.height
    command += _steps(heights_for(min(found.width, found.height)), found, turned)
    command += [
        *("-map_metadata", "-1", "-f", "hls", "-hls_time", str(SEGMENT_SECONDS)),
        *("-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"),
        *("-hls_flags", "independent_segments", "-master_pl_name", "master.m3u8"),
        *("-hls_segment_filename", f"{folder}/%v/%04d.m4s", f"{folder}/%v/index.m3u8"),
    ]
    with (
        TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603 - arguments of our own
            command, stdout=subprocess.PIPE, stderr=said, cwd=folder
        ) as child,
    ):
        assert child.stdout is not None
        try:
            for done in _milliseconds(child.stdout):
                progress(done)
            child.wait()
        except BaseException:
            child.kill()
            raise
        if child.returncode or not (folder / "master.m3u8").is_file():
            said.seek(0)
            raise Unreadable(said.read().decode(errors="replace")[-500:])


def length_of(folder: Path) -> int:
    """Milliseconds of an adaptive film, for files that do not tell."""
    playlist = next(folder.glob("*/index.m3u8")).read_text()
    return round(sum(map(float, EXTINF.findall(playlist))) * 1000)


def _steps(heights: list[int], found: Probe, turned: bool) -> list[str]:
    """One encoding a step, each with its own sound: players change between them at any segment."""
    split = "".join(f"[s{number}]" for number in range(len(heights)))
    scale = [
        f"[s{number}]scale={f'{height}:-2' if turned else f'-2:{height}'},format=yuv420p[v{number}]"
        for number, height in enumerate(heights)
    ]
    steps = ["-filter_complex", ";".join([f"[0:v:0]setsar=1,split={len(heights)}{split}", *scale])]
    names = []
    for number, height in enumerate(heights):
        steps += ["-map", f"[v{number}]"]
        bits = BITS.get(height, BITS[240])
        steps += [f"-maxrate:v:{number}", bits, f"-bufsize:v:{number}", bits]
        names.append(f"v:{number},name:{height}")
    if found.has_sound:
        for _height in heights:
            steps += ["-map", "0:a:0"]
        steps += ["-c:a", "aac", "-b:a", "128k", "-ac", "2"]
        names = [name.replace(",", f",a:{number},") for number, name in enumerate(names)]
    steps += ["-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-profile:v", "main"]
    steps += ["-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT_SECONDS})"]
    return [*steps, "-var_stream_map", " ".join(names)]


def _milliseconds(lines: Iterable[bytes]) -> Iterator[int]:
    for line in lines:
        key, _, value = line.strip().partition(b"=")
        if key == b"out_time_us" and value.isdigit():
            yield int(value) // 1000


def _said(error: subprocess.SubprocessError) -> str:
    told: bytes = getattr(error, "stderr", None) or b""
    return told.decode(errors="replace")[-500:] or str(error)
