"""The film “The axis that moved”: silent, 32 seconds, drawn frame by frame.

The captions in ``files/clip`` follow the scenes below; who moves one moves the other.
"""

import subprocess
from collections.abc import Callable
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

from .charts import columns
from .render import Press
from .sheet import ACCENT, DEEP, INK, LINE, MINT, MUTED, OCHRE, PAPER, Sheet

WIDTH, HEIGHT, RATE = 1280, 720, 24
VALUES = (82, 83, 85, 86)
YEARS = ("2021", "2022", "2023", "2024")
BOX = (150, 190, 640, 430)


def ease(part: float) -> float:
    """0 to 1, slow at both ends; outside of that it stays at the end."""
    part = min(1.0, max(0.0, part))
    return part * part * (3 - 2 * part)


def _card(upper: str, lower: str) -> Sheet:
    sheet = Sheet(WIDTH, HEIGHT, DEEP)
    sheet.text(640, 350, upper, 84, fill=PAPER, weight=600, anchor="middle", serif=True)
    sheet.text(640, 430, lower, 38, fill=MINT, anchor="middle")
    return sheet


def _ticks(low: float) -> list[int]:
    step = 2 if low > 70 else 10 if low > 45 else 20
    return [tick for tick in range(0, 101, step) if low <= tick <= 86]


def _chart(sheet: Sheet, heading: str, *, low: float = 80, grown: float = 1) -> None:
    """Columns cut at ``low``, each grown to a part of its length."""
    high = 87 + (100 - 87) * (80 - low) / 80
    sheet.heading(70, 90, heading, size=58)
    sheet.text(70, 140, "Readers content with the library, %", 32, fill=MUTED)
    drawn = [low + (value - low) * ease(grown * 2.2 - 0.4 * i) for i, value in enumerate(VALUES)]
    tops = columns(sheet, BOX, drawn, YEARS, low=low, high=high, strong=[3], ticks=_ticks(low),
                   show=False)  # fmt: skip
    if grown >= 1:
        for number, (x, y) in enumerate(tops):
            weight = 700 if number == 3 else 400
            sheet.text(x, y - 14, str(VALUES[number]), 38, weight=weight, anchor="middle")


def _axis_note(sheet: Sheet, low: float) -> None:
    """The number at which the axis begins, held up beside it."""
    left, top, _, height = BOX
    sheet.circle(left - 42, top + height, 46, "none", OCHRE, 7)
    if low not in _ticks(low):  # while it moves no tick may stand there
        sheet.text(left - 18, top + height + 11, f"{low:.0f}", 32, anchor="end")
    sheet.text(880, 330, "The axis begins at", 40, fill=MUTED)
    sheet.text(880, 470, f"{low:.0f}", 140, weight=700, fill=INK)


def opening(_: float) -> Sheet:
    return _card("The axis that moved", "A film in half a minute")


def grow(part: float) -> Sheet:
    sheet = Sheet(WIDTH, HEIGHT)
    _chart(sheet, "Satisfaction soars", grown=min(1.0, part * 1.6))
    return sheet


def measure(part: float) -> Sheet:
    sheet = Sheet(WIDTH, HEIGHT)
    _chart(sheet, "Satisfaction soars")
    left, top, width, height = BOX
    bottom = top + height
    for value, x, when in ((82, 840, 0.05), (86, 930, 0.3)):
        part_drawn = ease((part - when) / 0.2)
        if part_drawn > 0:
            tall = (value - 80) / 7 * height * part_drawn
            sheet.line(x, bottom, x, bottom - tall, OCHRE, 12)
            start = left + 125 if value == 82 else left + width - 25
            sheet.line(start, bottom - tall, x, bottom - tall, OCHRE, 4, "4 12")
    if part > 0.55:
        sheet.text(980, 400, "3 times", 84, weight=700)
        sheet.text(980, 456, "as tall", 48, fill=MUTED)
    return sheet


def notice(_: float) -> Sheet:
    sheet = Sheet(WIDTH, HEIGHT)
    _chart(sheet, "Satisfaction soars")
    _axis_note(sheet, 80)
    return sheet


def slide(part: float) -> Sheet:
    sheet = Sheet(WIDTH, HEIGHT)
    low = 80 * (1 - ease(part * 1.15))
    _chart(sheet, "Satisfaction …" if part < 0.9 else "Up by four points", low=low)
    _axis_note(sheet, low)
    return sheet


def whole(_: float) -> Sheet:
    sheet = Sheet(WIDTH, HEIGHT)
    _chart(sheet, "Up by four points in three years", low=0)
    sheet.text(880, 400, "82 → 86", 84, weight=700)
    sheet.text(880, 456, "a gentle rise", 48, fill=MUTED)
    return sheet


def side_by_side(_: float) -> Sheet:
    sheet = Sheet(WIDTH, HEIGHT)
    sheet.heading(70, 100, "Same numbers", size=58)
    for left, low, high, ticks in ((70, 80, 87, (80, 82, 84, 86)), (690, 0, 100, (0, 50, 100))):
        columns(sheet, (left + 70, 210, 440, 380), VALUES, YEARS, low=low, high=high, strong=[3],
                ticks=ticks, size=36)  # fmt: skip
        sheet.text(left + 70, 690, f"axis from {low}", 36, weight=600, fill=ACCENT)
    sheet.line(640, 170, 640, 680, LINE, 3)
    return sheet


def ending(_: float) -> Sheet:
    return _card("Look where the axis begins.", "Lectern · Charts that tell the truth")


SCENES: tuple[tuple[float, Callable[[float], Sheet]], ...] = (
    (3.5, opening),
    (4.0, grow),
    (5.0, measure),
    (2.0, notice),
    (6.0, slide),
    (4.0, whole),
    (4.0, side_by_side),
    (3.5, ending),
)


def shoot(printer: Press, folder: Path) -> None:
    """Writes the film and its poster; a frame that equals the one before is printed once."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        get_ffmpeg_exe(), "-y", "-loglevel", "error",
        "-f", "image2pipe", "-framerate", str(RATE), "-c:v", "png", "-i", "-",
        "-c:v", "libx264", "-preset", "veryslow", "-crf", "22", "-pix_fmt", "yuv420p",
        "-movflags", "+faststart", "-an", str(folder / "the-axis-that-moved.mp4"),
    ]  # fmt: skip
    last = ""
    frames: list[bytes] = []
    for seconds, scene in SCENES:
        count = round(seconds * RATE)
        for number in range(count):
            sheet = scene(number / (count - 1))
            frames.append(frames[-1] if sheet.svg() == last else printer.png(sheet))
            last = sheet.svg()
    subprocess.run(command, input=b"".join(frames), check=True)  # noqa: S603
    printer.save(side_by_side(1), folder / "the-axis-that-moved.png")
