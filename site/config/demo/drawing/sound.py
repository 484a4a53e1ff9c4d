"""The recording “Hear the axis”: four numbers as notes, with the axis at zero and at 80."""

import math
import struct
import subprocess
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

RATE = 22_050
NUMBERS = (82, 83, 85, 86)
NOTE, GAP, PAUSE = 0.6, 0.15, 1.0
FADE = 0.04


def note(hertz: float) -> list[float]:
    """One tone with an octave above it, without a click at either end."""
    count = round(NOTE * RATE)
    turns = [math.tau * hertz * at / RATE for at in range(count)]
    loudness = [min(1.0, at / RATE / FADE, (count - at) / RATE / FADE) for at in range(count)]
    return [
        loud * (0.4 * math.sin(turn) + 0.1 * math.sin(2 * turn))
        for loud, turn in zip(loudness, turns, strict=True)
    ]


def silence(seconds: float) -> list[float]:
    return [0.0] * round(seconds * RATE)


def record(folder: Path) -> None:
    """Writes the recording: 5 Hz for each point, then 120 Hz for each point above 80."""
    samples = silence(0.5)
    for pitches in ([5 * one for one in NUMBERS], [120 * (one - 80) for one in NUMBERS]):
        for pitch in pitches:
            samples += note(pitch) + silence(GAP)
        samples += silence(PAUSE)
    data = struct.pack(f"<{len(samples)}h", *(round(one * 32_000) for one in samples))
    command = [
        get_ffmpeg_exe(), "-y", "-loglevel", "error",
        "-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "-",
        "-c:a", "aac", "-b:a", "48k", "-movflags", "+faststart", str(folder / "hear-the-axis.m4a"),
    ]  # fmt: skip
    subprocess.run(command, input=data, check=True)  # noqa: S603
