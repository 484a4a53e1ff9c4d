"""The diagrams of “Charts that tell the truth”. Their numbers are those of the lessons."""

from collections.abc import Sequence
from math import cos, log10, radians, sin, sqrt

from .sheet import ACCENT, GREY, INK, LINE, MUTED, OCHRE, PAPER, SOFT, SUNK, Anchor, Sheet


def _divide(sheet: Sheet, x: float = 800) -> None:
    sheet.line(x, 90, x, sheet.height - 90, LINE, 3)


def columns(
    sheet: Sheet,
    box: tuple[float, float, float, float],
    values: Sequence[float],
    labels: Sequence[str],
    *,
    low: float = 0,
    high: float,
    strong: Sequence[int] = (),
    ticks: Sequence[float] = (),
    gap: float = 0.35,
    size: float = 34,
    show: bool = True,
) -> list[tuple[float, float]]:
    """Columns in ``box`` (left, top, width, height); returns the middle of each column's top."""
    left, top, width, height = box
    bottom = top + height
    for tick in ticks:
        y = bottom - (tick - low) / (high - low) * height
        sheet.line(left, y, left + width, y, LINE, 2)
        sheet.text(left - 18, y + 11, f"{tick:g}", 32, fill=MUTED, anchor="end")
    step = width / len(values)
    tops = []
    for number, (value, label) in enumerate(zip(values, labels, strict=True)):
        tall = max(0.0, (value - low) / (high - low) * height)
        x = left + step * (number + gap / 2)
        wide = step * (1 - gap)
        colour = ACCENT if number in strong else GREY
        sheet.rect(x, bottom - tall, wide, tall, colour)
        middle = x + wide / 2
        tops.append((middle, bottom - tall))
        if show:
            weight = 700 if number in strong else 400
            sheet.text(
                middle, bottom - tall - 16, f"{value:,g}", size, weight=weight, anchor="middle"
            )
        sheet.text(middle, bottom + 46, label, 32, fill=MUTED, anchor="middle")
    sheet.line(left, bottom, left + width, bottom, INK, 3)
    return tops


def bars(
    sheet: Sheet,
    box: tuple[float, float, float, float],
    rows: Sequence[tuple[str, float, str]],
    *,
    high: float,
    strong: Sequence[str] = (),
    size: float = 36,
    names: float = 230,
) -> None:
    """Horizontal bars of (name, value, label); names stand in a margin inside the box."""
    left, top, width, height = box
    step = height / len(rows)
    for number, (name, value, label) in enumerate(rows):
        y = top + step * number
        middle = y + step / 2 + size * 0.34
        chosen = name in strong
        long = value / high * (width - names)
        sheet.text(
            left + names - 20, middle, name, size, anchor="end", weight=600 if chosen else 400
        )
        sheet.rect(left + names, y + step * 0.16, long, step * 0.68, ACCENT if chosen else GREY)
        sheet.text(left + names + long + 16, middle, label, size, weight=700 if chosen else 400)


def canteen() -> Sheet:
    sheet = Sheet(height=860)
    meals = {"Monday": 12, "Tuesday": 9, "Wednesday": 31, "Thursday": 10, "Friday": 8}
    sheet.heading(100, 130, "Read them …")
    for number, (day, count) in enumerate(meals.items()):
        y = 255 + number * 110
        sheet.text(100, y, day, 44)
        sheet.text(610, y, str(count), 44, anchor="end")
        sheet.line(100, y + 34, 610, y + 34, LINE, 3)
    _divide(sheet, 720)
    sheet.heading(830, 130, "… or see them")
    columns(
        sheet,
        (830, 230, 670, 490),
        list(meals.values()),
        [day[:3] for day in meals],
        high=33,
        strong=[2],
        size=42,
    )
    sheet.text(830, 825, "Meals thrown away in one week", 32, fill=MUTED)
    return sheet


def eye_order() -> Sheet:
    sheet = Sheet(height=760)
    values = (21, 17, 23, 19, 20)
    names = ("Position", "Length", "Angle", "Area", "Shade")
    for number, name in enumerate(names):
        sheet.text(170 + number * 315, 110, name, 46, weight=600, serif=True, anchor="middle")
        if number:
            sheet.line(12 + number * 315, 70, 12 + number * 315, 560, LINE, 2)
    for row, value in enumerate(values):  # dots on a scale from 15 to 25, then bars from zero
        y = 190 + row * 82
        sheet.line(55, y, 285, y, LINE, 3)
        sheet.circle(55 + (value - 15) * 23, y, 15, ACCENT)
        sheet.rect(365, y - 24, value * 10, 48, ACCENT)
    for tick in (15, 20, 25):
        sheet.text(55 + (tick - 15) * 23, 590, str(tick), 30, fill=MUTED, anchor="middle")
        sheet.line(55 + (tick - 15) * 23, 545, 55 + (tick - 15) * 23, 557, MUTED, 2)
    start = 0.0
    for value, tone in zip(
        values, ("#00664f", "#4d9484", "#00513f", "#80b3a7", "#2a7d69"), strict=True
    ):
        end = start + value * 3.6
        sheet.slice(800, 355, 135, start, end, tone)
        start = end
    for value, (x, y) in zip(
        values, ((1055, 215), (1170, 235), (1115, 355), (1055, 485), (1175, 480)), strict=True
    ):
        sheet.circle(x, y, sqrt(value) * 11.5, ACCENT)
    for row, value in enumerate(values):
        share = (value - 15) / 12  # light to dark
        tone = "#" + "".join(
            f"{round(a + (b - a) * share):02x}"
            for a, b in zip((0xCF, 0xE6, 0xDC), (0x00, 0x3C, 0x2E), strict=True)
        )
        sheet.rect(1372, 152 + row * 82, 116, 76, tone, 6)
    sheet.line(120, 668, 1480, 668, INK, 4)
    sheet.path("M1450 646 L1482 668 L1450 690", stroke=INK, width=4)
    sheet.text(120, 720, "easy to compare", 36, weight=600)
    sheet.text(1480, 720, "hard to compare", 36, weight=600, anchor="end")
    return sheet


def pie_bars() -> Sheet:
    sheet = Sheet(height=820)
    rows = [("Bus", 23), ("Car", 21), ("Tram", 20), ("Bicycle", 19), ("On foot", 17)]
    tones = {"Bus": "#14201b", "Car": "#55645d", "Tram": "#8b9790", "Bicycle": ACCENT,
             "On foot": "#c3cbc6"}  # fmt: skip
    sheet.heading(100, 120, "Five slices")
    start = 0.0
    shares = dict(rows)
    for name in ("Car", "On foot", "Bus", "Bicycle", "Tram"):
        end = start + shares[name] * 3.6
        sheet.slice(390, 460, 225, start, end, tones[name])
        angle = radians((start + end) / 2 - 90)
        across, down = cos(angle), sin(angle)
        anchor: Anchor = "start" if across > 0.25 else "end" if across < -0.25 else "middle"
        lower = 30 if down > 0.8 else 12
        sheet.text(390 + 252 * across, 460 + 262 * down + lower, name, 36, anchor=anchor)
        start = end
    _divide(sheet, 780)
    sheet.heading(860, 120, "Five bars")
    bars(
        sheet, (860, 190, 640, 520), [(n, v, f"{v} %") for n, v in rows], high=27,
        strong=["Bicycle"], size=40, names=170,
    )  # fmt: skip
    sheet.text(860, 765, "How people come to work", 32, fill=MUTED)
    return sheet


def five_questions() -> Sheet:
    sheet = Sheet(height=980)
    sheet.heading(130, 100, "Punctuality: our best year yet")
    sheet.text(130, 184, "Late trains, %", 36, fill=MUTED)
    years = [str(year) for year in range(2018, 2025)]
    columns(sheet, (200, 240, 1240, 500), (16, 17, 11, 12, 8, 8, 7), years, high=20,
            strong=[6], ticks=(0, 5, 10, 15, 20), size=38)  # fmt: skip
    sheet.text(130, 890, "From 2022 a train counts as late after ten minutes (before: after five).",
               32, fill=MUTED)  # fmt: skip
    sheet.text(130, 936, "Source: the Norwell Line, annual report", 32, fill=MUTED)
    marks = ((400, 174), (78, 740), (1352, 640), (820, 345), (1150, 880))
    for number, (x, y) in enumerate(marks, 1):
        sheet.circle(x, y, 36, OCHRE, PAPER, 5)
        sheet.text(x, y + 14, str(number), 42, weight=700, anchor="middle")
    return sheet


def sentence_chart() -> Sheet:
    sheet = Sheet(height=960)
    cells = (
        (90, 70, ["A is larger than B."]),
        (840, 70, ["It rose after May."]),
        (90, 510, ["Most wait ten minutes,", "a few wait an hour."]),
        (840, 510, ["The older the house,", "the higher the bill."]),
    )
    for x, y, sentence in cells:
        sheet.rect(x, y, 670, 400, SUNK, 12)
        sheet.lines(x + 36, y + 66, sentence, 42, weight=600, serif=True, leading=1.2)
    bars(sheet, (126, 175, 560, 250), [("A", 92, ""), ("B", 63, ""), ("C", 55, ""), ("D", 30, "")],
         high=100, strong=["A"], names=60, size=38)  # fmt: skip
    points = [(0, 40), (1, 46), (2, 38), (3, 44), (4, 48), (5, 96), (6, 128), (7, 150), (8, 188)]
    sheet.polyline([(890 + px * 66, 420 - py) for px, py in points[:5]], GREY, 9)
    sheet.polyline([(890 + px * 66, 420 - py) for px, py in points[4:]], ACCENT, 9)
    sheet.line(890, 435, 1440, 435, INK, 3)
    sheet.text(1154, 420, "May", 34, fill=MUTED, anchor="middle")
    sheet.circle(1154, 372, 11, ACCENT)
    for column, count in enumerate((4, 7, 4, 2, 1, 0, 1)):
        for row in range(count):
            tone = ACCENT if column >= 4 else GREY
            sheet.circle(165 + column * 84, 868 - row * 28, 12, tone)
    sheet.line(126, 886, 710, 886, INK, 3)
    bills = (30, 62, 40, 88, 60, 110, 92, 140, 112, 168, 138, 186, 172)
    for number, py in enumerate(bills):
        px = number * 42
        sheet.circle(910 + px, 868 - py, 13, ACCENT)
    sheet.path("M876 660 V886 H1470", stroke=INK, width=3)
    return sheet


def cut_axis() -> Sheet:
    sheet = Sheet(height=860)
    years = ("2021", "2022", "2023", "2024")
    values = (82, 83, 85, 86)
    sheet.heading(100, 120, "From 80 up")
    columns(sheet, (175, 200, 530, 520), values, years, low=80, high=87, strong=[3],
            ticks=(80, 82, 84, 86), size=40)  # fmt: skip
    _divide(sheet)
    sheet.heading(890, 120, "From zero up")
    columns(sheet, (975, 200, 530, 520), values, years, high=100, strong=[3],
            ticks=(0, 25, 50, 75, 100), size=40)  # fmt: skip
    sheet.text(100, 825, "Readers content with the library, %", 32, fill=MUTED)
    return sheet


def fever_lines() -> Sheet:
    sheet = Sheet(height=820)
    degrees = (37.0, 37.3, 38.1, 38.9, 39.4, 39.2, 38.6)
    hours = ("6", "9", "12", "15", "18", "21", "24")
    panels = (
        (100, "From 0 °C", 0.0, 42.0, (0, 10, 20, 30, 40)),
        (880, "From 36 °C", 36.0, 40.0, (36, 37, 38, 39, 40)),
    )
    for left, title, low, high, ticks in panels:
        sheet.heading(left, 120, title)
        x0, top, width, height = left + 75, 190, 540, 480

        def y(value: float, low: float = low, high: float = high) -> float:
            return 190 + 480 * (1 - (value - low) / (high - low))

        for tick in ticks:
            sheet.line(x0, y(tick), x0 + width, y(tick), LINE, 2)
            sheet.text(x0 - 18, y(tick) + 11, str(tick), 32, fill=MUTED, anchor="end")
        points = [(x0 + 20 + i * 83, y(value)) for i, value in enumerate(degrees)]
        sheet.polyline(points, ACCENT, 9)
        sheet.circle(*points[4], 14, ACCENT)
        sheet.text(points[4][0], points[4][1] - 28 if low else points[4][1] + 58, "39.4", 38,
                   weight=700, anchor="middle")  # fmt: skip
        for i, hour in enumerate(hours):
            sheet.text(x0 + 20 + i * 83, top + height + 46, hour, 32, fill=MUTED, anchor="middle")
    sheet.text(175, 775, "Hour of the day", 32, fill=MUTED)
    _divide(sheet)
    return sheet


def denominators() -> Sheet:
    sheet = Sheet(height=760)
    panels: tuple[tuple[str, list[tuple[str, float, str]]], ...] = (
        ("Thefts", [("Great Marsh", 1236, "1,236"), ("Elmford", 463, "463"),
                    ("Dunmore", 395, "395"), ("Quay", 143, "143")]),
        ("per 100,000 people", [("Quay", 600.8, "601"), ("Elmford", 479.8, "480"),
                                ("Great Marsh", 300, "300"), ("Dunmore", 250, "250")]),
        ("per 1,000 bicycles", [("Great Marsh", 12.0, "12.0"), ("Elmford", 9.1, "9.1"),
                                ("Dunmore", 8.4, "8.4"), ("Quay", 7.5, "7.5")]),
    )  # fmt: skip
    for number, (title, rows) in enumerate(panels):
        left = 70 + number * 520
        sheet.heading(left, 120, title, size=44)
        high = rows[0][1]
        for row, (name, value, label) in enumerate(rows):
            y = 180 + row * 138
            chosen = name == "Quay"
            weight = 700 if chosen else 400
            sheet.text(left, y + 36, name, 36, weight=weight)
            sheet.rect(left, y + 54, value / high * 330, 48, ACCENT if chosen else GREY)
            sheet.text(left + value / high * 330 + 14, y + 91, label, 36, weight=weight)
        if number:
            sheet.line(left - 38, 80, left - 38, 700, LINE, 3)
    return sheet


def log_scale() -> Sheet:
    sheet = Sheet(height=860)
    doubling = [100 * 2**month for month in range(8)]
    steady = [5000 + 500 * month for month in range(8)]
    for left, title in ((100, "Ordinary scale"), (890, "Each line is ten times the last")):
        logarithmic = left > 500
        sheet.heading(left, 120, title, size=46)
        x0, bottom = left + 125, 720

        def y(value: float, logarithmic: bool = logarithmic) -> float:
            part = (log10(value) - 2) / 2.3 if logarithmic else value / 13500
            return 720 - part * 510

        for tick in (100, 1000, 10000) if logarithmic else (0, 4000, 8000, 12000):
            sheet.line(x0, y(tick), x0 + 490, y(tick), LINE, 2)
            sheet.text(x0 - 16, y(tick) + 11, f"{tick:,}", 32, fill=MUTED, anchor="end")
        spots = [x0 + 15.0 + month * 64 for month in range(8)]
        sheet.polyline([(x, y(v)) for x, v in zip(spots, steady, strict=True)], GREY, 9)
        sheet.polyline([(x, y(v)) for x, v in zip(spots, doubling, strict=True)], ACCENT, 9)
        for month in range(8):
            sheet.text(spots[month], bottom + 46, str(month), 32, fill=MUTED, anchor="middle")
        above = y(10000) - 22 if logarithmic else y(8800)
        sheet.text(x0 + 20, above, "500 more each month", 34, fill=MUTED)
        place = (x0 + 235, y(290)) if logarithmic else (x0 + 100, y(2000))
        sheet.text(*place, "doubles", 34, fill=ACCENT, weight=700)
    sheet.text(225, 825, "Readers, by month", 32, fill=MUTED)
    _divide(sheet, 810)
    return sheet


def declutter() -> Sheet:
    sheet = Sheet(height=900)
    rows = [("Novels", 4120), ("Children’s books", 3860), ("Crime", 2950), ("Comics", 1410),
            ("Travel", 620)]  # fmt: skip
    garish = ("#e6194b", "#f5a300", "#3cb44b", "#4363d8", "#911eb4")
    sheet.rect(60, 60, 690, 780, "#ffffff", 0, "#7a7a7a", 5)
    sheet.text(405, 125, "Loans by category", 40, weight=700, anchor="middle")
    for tick in range(0, 5000, 500):
        y = 640 - tick / 4500 * 480
        sheet.line(170, y, 560, y, "#8c8c8c", 3)
        sheet.text(158, y + 9, f"{tick}.00", 24, anchor="end")
    shuffled = [rows[i] for i in (3, 1, 2, 0, 4)]
    for number, ((name, value), colour) in enumerate(zip(shuffled, garish, strict=True)):
        x = 186 + number * 75
        tall = value / 4500 * 480
        sheet.rect(x + 8, 640 - tall + 8, 54, tall - 8, "#9a9a9a")
        sheet.rect(x, 640 - tall, 54, tall, colour, 0, "#000000", 3)
        sheet.text(x + 44, 672, name, 26, anchor="end", turn=-45)
        sheet.rect(576, 300 + number * 46, 24, 24, colour, 0, "#000000", 2)
        sheet.text(608, 321 + number * 46, name.split("’")[0], 24)
    sheet.rect(170, 160, 390, 480, "none", 0, "#000000", 4)
    sheet.lines(850, 120, ["Three loans in five are", "novels or children’s books"], 48,
                weight=600, serif=True, leading=1.2)  # fmt: skip
    sheet.text(850, 234, "Loans in 2024, by category", 34, fill=MUTED)
    bars(sheet, (840, 290, 690, 520), [(n, v, f"{v:,}") for n, v in rows], high=4900,
         strong=["Novels", "Children’s books"], names=270, size=36)  # fmt: skip
    return sheet


def time_window() -> Sheet:
    sheet = Sheet(height=800)
    visitors = (41, 43, 42, 45, 47, 46, 49, 52, 51, 54, 22, 28, 39, 47, 52)
    sheet.heading(90, 120, "“More than doubled”", size=46)
    columns(sheet, (90, 190, 440, 480), visitors[10:], ("’20", "’21", "’22", "’23", "’24"),
            high=60, strong=[4], size=38)  # fmt: skip
    sheet.line(600, 80, 600, 720, LINE, 3)
    sheet.heading(660, 120, "Almost back", size=46)
    sheet.rect(660 + 10 * 57.3 - 6, 180, 57.3 * 5 + 10, 490, "#e6e9e3")
    labels = [f"’{year}" if year % 2 == 0 else "" for year in range(10, 25)]
    columns(sheet, (660, 190, 860, 480), visitors, labels, high=60, strong=[14], size=32)
    sheet.text(90, 768, "Visitors in thousands", 32, fill=MUTED)
    return sheet


def margin() -> Sheet:
    sheet = Sheet(height=740)
    sheet.heading(90, 110, "52 per cent say yes. How sure is that?")

    def x(percent: float) -> float:
        return 470 + (percent - 46) * 88

    sheet.rect(x(50), 170, x(58) - x(50), 400, SOFT)
    for tick in (46, 48, 50, 52, 54, 56, 58):
        sheet.line(x(tick), 170, x(tick), 570, INK if tick == 50 else LINE, 4 if tick == 50 else 2)
        sheet.text(x(tick), 622, f"{tick} %", 34, fill=MUTED, anchor="middle")
    for row, people in enumerate((400, 1600, 10000)):
        y = 235 + row * 135
        reach = 196 * sqrt(0.52 * 0.48 / people)
        sheet.text(90, y + 13, f"{people:,} people", 40)
        sheet.line(x(52 - reach), y, x(52 + reach), y, INK, 8)
        for end in (52 - reach, 52 + reach):
            sheet.line(x(end), y - 20, x(end), y + 20, INK, 8)
        sheet.circle(x(52), y, 19, ACCENT, PAPER, 5)
    sheet.text(90, 700, "Lines: margin of error, 95 % of the time", 32, fill=MUTED)
    sheet.text(x(58) - 14, 556, "a majority", 34, fill=ACCENT, weight=600, anchor="end")
    return sheet
