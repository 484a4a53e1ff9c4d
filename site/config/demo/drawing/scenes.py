"""Covers, portraits, the home page's picture and the drawings of the small courses."""

from .sheet import (
    ACCENT,
    CREAM,
    DEEP,
    DEEP_LINE,
    DEEP_RAISED,
    GREY,
    INK,
    LINE,
    MINT,
    MUTED,
    OCHRE,
    PAPER,
    SOFT,
    SUNK,
    Sheet,
)


def cover_charts() -> Sheet:
    sheet = Sheet(1600, 1000, DEEP)
    sheet.circle(1210, 330, 190, DEEP_RAISED)
    heights = (150, 235, 190, 310, 265, 395, 345, 560, 430)
    for number, tall in enumerate(heights):
        x = 208 + number * 134
        chosen = number == 7
        sheet.rect(x, 720 - tall, 92, tall, MINT if chosen else CREAM if number % 2 else "#bcd6ca")
        sheet.rect(x, 732, 92, tall * 0.32, DEEP_RAISED if not chosen else "#1b6a54")
    sheet.line(140, 726, 1460, 726, PAPER, 5)
    return sheet


def cover_emails() -> Sheet:
    sheet = Sheet(1600, 1000, CREAM)
    sheet.rect(420, 330, 760, 470, PAPER, 18, INK, 12)
    sheet.path("M428 790 L700 560 M1172 790 L900 560", stroke=INK, width=12)
    sheet.path("M428 345 L800 640 L1172 345", stroke=INK, width=12)
    # the reply: out of the envelope, round, and back to where it came from
    sheet.path("M800 560 V250 Q800 150 700 150 H330 Q230 150 230 250 V560", stroke=ACCENT, width=34)
    sheet.path("M150 490 L230 580 L310 490", stroke=ACCENT, width=34)
    for row, wide in enumerate((150, 220, 110)):
        sheet.line(1260, 470 + row * 80, 1260 + wide, 470 + row * 80, OCHRE, 20)
    return sheet


def cover_network() -> Sheet:
    sheet = Sheet(1600, 1000, SOFT)
    sheet.path("M360 460 L800 130 L1240 460 V880 H360 Z", PAPER, INK, 12)
    for radius in (110, 200, 290):
        sheet.arc(800, 640, radius, -52, 52, ACCENT, 30)
    sheet.circle(800, 640, 38, ACCENT)
    sheet.rect(690, 720, 220, 70, INK, 16)
    for light in (745, 800, 855):
        sheet.circle(light, 755, 10, MINT)
    sheet.line(150, 880, 1450, 880, INK, 12)
    sheet.path("M1050 318 V210 H1120 V370", PAPER, INK, 12)
    return sheet


def cover_bread() -> Sheet:
    sheet = Sheet(1600, 1000, "#e9c48a")
    sheet.circle(800, 480, 400, "#f1d7a8")
    sheet.path(
        "M330 700 C330 400 560 270 800 270 C1040 270 1270 400 1270 700 Z", "#b9722d", INK, 12
    )
    sheet.path("M520 610 C620 440 860 350 1050 380 C960 520 760 610 520 610 Z", CREAM, INK, 10)
    sheet.path("M560 596 C680 500 840 420 1010 396", stroke=ACCENT, width=16)
    for x, y in (
        (420, 600),
        (455, 530),
        (1110, 560),
        (1170, 620),
        (1060, 630),
        (480, 655),
        (1120, 480),
    ):
        sheet.circle(x, y, 9, CREAM)
    sheet.rect(230, 700, 1140, 64, INK, 14)
    sheet.rect(310, 764, 90, 40, INK, 8)
    sheet.rect(1200, 764, 90, 40, INK, 8)
    return sheet


def hero() -> Sheet:
    sheet = Sheet(1600, 1200, DEEP)
    sheet.circle(720, 640, 480, DEEP_RAISED)
    sheet.line(80, 980, 1520, 980, DEEP_LINE, 8)
    # lamp
    sheet.path("M1420 980 V560 L1268 278", stroke=CREAM, width=16)
    sheet.circle(1420, 560, 18, CREAM)
    sheet.circle(1165, 365, 46, CREAM)
    sheet.path("M1235 245 L1285 295 L1220 430 L1100 310 Z", OCHRE, OCHRE, 14)
    sheet.rect(1340, 958, 160, 24, CREAM, 12)
    # book: two pages that meet in the fold
    sheet.path("M300 930 C430 880 590 880 720 930 V420 C590 370 430 370 300 420 Z", PAPER, PAPER, 8)
    sheet.path(
        "M720 930 C850 880 1010 880 1140 930 V420 C1010 370 850 370 720 420 Z", CREAM, CREAM, 8
    )
    sheet.path(
        "M280 950 C430 905 600 905 720 955 C840 905 1010 905 1160 950", stroke=MINT, width=14
    )
    sheet.line(720, 430, 720, 925, DEEP_LINE, 6)
    for row in range(8):
        end = 655 if row not in (3, 7) else 530
        y = 480 + row * 48
        sheet.path(f"M365 {y} Q{(365 + end) / 2} {y - 20} {end} {y + 4}", stroke=GREY, width=9)
    for number, tall in enumerate((90, 150, 120, 215, 290)):
        x = 782 + number * 62
        sheet.rect(x, 845 - tall, 42, tall, ACCENT if number == 4 else "#c9a466")
    sheet.line(765, 848, 1092, 848, INK, 6)
    # cup
    sheet.path("M110 850 H240 V930 Q240 972 200 972 H150 Q110 972 110 930 Z", MINT, MINT, 6)
    sheet.path("M244 872 Q292 872 292 908 Q292 940 240 940", stroke=MINT, width=14)
    steam = "M150 815 Q130 785 150 755 Q170 725 150 695 M200 815 Q180 785 200 755"
    sheet.path(steam, stroke=DEEP_LINE, width=8)
    return sheet


def teams() -> Sheet:
    sheet = Sheet(1600, 1200, DEEP)
    sheet.circle(800, 560, 470, DEEP_RAISED)
    people = (
        (260, "#c98f5f", OCHRE, INK),
        (620, "#8a5a3a", PAPER, "#2a1a12"),
        (980, "#edc6a2", MINT, "#7a4a21"),
        (1340, "#e2b48c", "#bcd6ca", INK),
    )
    for x, skin, coat, hair in people:
        sheet.path(f"M{x - 165} 900 C{x - 165} 720 {x - 95} 640 {x} 640"
                   f" C{x + 95} 640 {x + 165} 720 {x + 165} 900 Z", coat, coat, 2)  # fmt: skip
        sheet.rect(x - 38, 560, 76, 110, skin, 34)
        sheet.circle(x, 490, 108, skin)
        sheet.path(f"M{x - 108} 490 A108 108 0 0 1 {x + 108} 490"
                   f" C{x + 60} 430 {x - 50} 410 {x - 108} 490 Z", hair, hair, 6)  # fmt: skip
    sheet.circle(560, 388, 46, "#2a1a12")
    sheet.rect(60, 860, 1480, 90, CREAM, 18)
    sheet.rect(150, 950, 60, 190, CREAM)
    sheet.rect(1390, 950, 60, 190, CREAM)
    sheet.rect(640, 660, 320, 210, PAPER, 10, INK, 8)
    for number, tall in enumerate((50, 85, 70, 135)):
        sheet.rect(690 + number * 60, 832 - tall, 40, tall, ACCENT if number == 3 else GREY)
    sheet.line(675, 834, 925, 834, INK, 5)
    return sheet


def inbox() -> Sheet:
    sheet = Sheet(height=860, ground=SUNK)
    sheet.rect(70, 60, 1460, 740, "#ffffff", 18, LINE, 4)
    rows = (
        ("Paul", "Question", "09:12"),
        ("Ines", "Meeting", "09:05"),
        ("Choir", "Re: Re: Fwd: update", "08:51"),
        ("Jonas", "Keys for Saturday: can you fetch them by Thursday 5 pm?", "08:40"),
        ("Priya", "Quick one", "08:22"),
        ("Anna", "Hello", "07:58"),
    )
    for number, (sender, subject, time) in enumerate(rows):
        y = 60 + number * 123.3
        chosen = number == 3
        if chosen:
            sheet.rect(72, y + 2, 1456, 120, SOFT)
            sheet.rect(72, y + 2, 12, 120, ACCENT)
        if number:
            sheet.line(72, y, 1528, y, LINE, 3)
        weight = 700 if chosen else 400
        sheet.text(125, y + 76, sender, 40, weight=weight)
        sheet.text(305, y + 76, subject, 40, weight=weight, fill=ACCENT if chosen else INK)
        sheet.text(1490, y + 76, time, 34, fill=MUTED, anchor="end")
    return sheet


def router_plan() -> Sheet:
    sheet = Sheet(height=930)
    top = 110
    for left, title, (right, down) in (
        (90, "In the corner", (50, 50)),
        (850, "In the middle", (370, 300)),
    ):
        x, y = left + right, top + down
        sheet.rect(left, top, 660, 600, SUNK)
        for radius in (410, 300, 190, 85):
            sheet.parts.append(
                f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{ACCENT}" fill-opacity="0.12"'
                f' stroke="{ACCENT}" stroke-width="4"/>'
            )
        sheet.path(f"M{left} {top} h660 v600 h-660 Z", stroke=INK, width=14)
        walls = (
            f"M{left + 290} {top} v160 m0 100 v340"
            f" M{left + 290} {top + 300} h130 m110 0 h130"
            f" M{left} {top + 370} h110 m100 0 h80"
        )
        sheet.path(walls, stroke=INK, width=9)
        sheet.rect(x - 38, y - 22, 76, 44, INK, 9)
        sheet.circle(x - 16, y, 7, MINT)
        sheet.circle(x + 16, y, 7, MINT)
        for name, px, py in (("bath", 125, 540), ("desk", 125, 265), ("sofa", 520, 490),
                             ("bed", 520, 110)):  # fmt: skip
            sheet.text(left + px, top + py, name, 38, anchor="middle", weight=600)
        sheet.heading(left, 872, title)
    return sheet


def bread_timeline() -> Sheet:
    sheet = Sheet(height=620)
    sheet.heading(90, 110, "Six hours, half an hour of work")

    def x(minutes: float) -> float:
        return 90 + minutes * 4.06

    phases = (
        (10, 180, "rising", CREAM),
        (190, 240, "second rise", CREAM),
        (245, 292, "baking", OCHRE),
        (295, 350, "cooling", LINE),
    )
    for start, end, name, tone in phases:
        sheet.rect(x(start), 250, x(end) - x(start), 130, tone)
        if name == "rising":
            sheet.text(x(155), 327, name, 36, anchor="middle")
        else:
            sheet.text((x(start) + x(end)) / 2, 327, name, 36, anchor="middle")
    work = ((0, 10, "mix"), (30, 32, "fold"), (60, 62, "fold"), (90, 92, "fold"),
            (180, 190, "shape"), (240, 245, "bake"), (292, 295, "out"))  # fmt: skip
    for start, end, name in work:
        sheet.rect(x(start), 230, max(x(end) - x(start), 9), 170, ACCENT)
        sheet.text((x(start) + x(end)) / 2, 208, name, 36, fill=ACCENT, weight=700, anchor="middle")
    sheet.line(90, 430, x(352), 430, INK, 4)
    for hour in range(6):
        sheet.line(x(hour * 60), 430, x(hour * 60), 448, INK, 4)
        sheet.text(x(hour * 60), 496, f"{hour}:00", 34, fill=MUTED, anchor="middle")
    sheet.rect(90, 545, 34, 34, ACCENT)
    sheet.text(142, 574, "your hands", 34)
    sheet.rect(370, 545, 34, 34, CREAM)
    sheet.text(422, 574, "the dough’s time", 34)
    return sheet


def _bust(sheet: Sheet, coat: str) -> None:
    """Shoulders: the lower third of a portrait."""
    sheet.path("M90 800 C90 600 230 540 400 540 C570 540 710 600 710 800 Z", coat, coat, 2)


def ida() -> Sheet:
    sheet = Sheet(800, 800, CREAM)
    for number, tall in enumerate((170, 260, 380, 540)):
        sheet.rect(
            440 + number * 90, 800 - tall - 60, 62, tall + 60, ACCENT if number == 3 else "#e3cd9f"
        )
    _bust(sheet, DEEP)
    sheet.rect(350, 440, 100, 140, "#c98f5f", 40)
    sheet.circle(400, 340, 150, "#c98f5f")
    sheet.path("M250 350 A150 150 0 0 1 550 350 C500 250 380 235 250 350 Z", INK, INK, 8)
    sheet.circle(290, 205, 66, INK)
    sheet.circle(350, 365, 34, "none", INK, 9)
    sheet.circle(456, 365, 34, "none", INK, 9)
    sheet.line(384, 365, 422, 365, INK, 9)
    return sheet


def tomas() -> Sheet:
    sheet = Sheet(800, 800, SOFT)
    for row in range(7):
        sheet.line(
            60,
            90 + row * 70,
            (250, 190, 230, 150, 200, 170, 120)[row],
            90 + row * 70,
            "#8fbfae",
            12,
        )
        sheet.line(
            740,
            90 + row * 70,
            (590, 640, 600, 660, 610, 650, 690)[row],
            90 + row * 70,
            "#8fbfae",
            12,
        )
    _bust(sheet, INK)
    sheet.path("M400 800 L330 560 L400 610 L470 560 Z", PAPER, PAPER, 4)
    sheet.rect(350, 440, 100, 140, "#e2b48c", 40)
    sheet.circle(400, 340, 150, "#e2b48c")
    sheet.path(
        "M252 330 C260 150 540 150 548 330 C500 270 420 250 252 330 Z", "#7a4a21", "#7a4a21", 6
    )
    sheet.path(
        "M262 385 C270 540 530 540 538 385 C500 450 300 450 262 385 Z", "#7a4a21", "#7a4a21", 6
    )
    sheet.circle(350, 355, 11, INK)
    sheet.circle(450, 355, 11, INK)
    return sheet


def noor() -> Sheet:
    sheet = Sheet(800, 800, DEEP)
    for radius in (230, 305, 380):
        sheet.arc(400, 350, radius, -62, 62, MINT if radius == 230 else "#2f8a70", 20)
    _bust(sheet, OCHRE)
    sheet.path(
        "M170 660 C240 560 205 170 400 170 C595 170 560 560 630 660 C520 730 280 730 170 660 Z",
        PAPER,
        PAPER,
        6,
    )
    sheet.add("ellipse", cx=400, cy=355, rx=112, ry=138, fill="#8a5a3a")
    sheet.circle(360, 350, 11, INK)
    sheet.circle(440, 350, 11, INK)
    sheet.path("M365 420 Q400 446 435 420", stroke=INK, width=8)
    return sheet


def marta() -> Sheet:
    sheet = Sheet(800, 800, "#e9c48a")
    sheet.circle(400, 390, 320, "#f1d7a8")
    _bust(sheet, PAPER)
    sheet.path("M320 800 V620 H480 V800", ACCENT, ACCENT, 4)
    sheet.rect(350, 440, 100, 140, "#edc6a2", 40)
    sheet.circle(400, 350, 150, "#edc6a2")
    hat = (
        "M248 300 H552 V235 C620 210 590 100 500 125"
        " C470 60 330 60 300 125 C210 100 180 210 248 235 Z"
    )
    sheet.path(hat, PAPER, INK, 9)
    sheet.path("M345 372 q18 -16 36 0 M420 372 q18 -16 36 0", stroke=INK, width=8)
    sheet.path("M350 425 Q400 465 450 425", stroke=INK, width=8)
    sheet.circle(305, 415, 24, "#e39a78")
    sheet.circle(495, 415, 24, "#e39a78")
    return sheet
