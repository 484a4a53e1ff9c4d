"""What is measured, and what is to be reached."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.load import Request

CSRF = "a" * 32
HTMX = {"HX-Request": "true"}


@dataclass(frozen=True)
class Row:
    """One line of the table. A bound that is None is not asked for."""

    what: str
    request: Request
    most: float | None = None
    """Bound of the CPU time, as a multiple of `unit`."""
    unit: str = "W"
    statements: int | None = None
    peer: str = ""
    requests: Iterator[Request] | None = None
    """Where each request must be another; `request` is then an example."""


@dataclass
class Visitor:
    """What somebody's browser sends along."""

    session: str
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **more: str) -> Request:
        return Request(path, self._headers(more))

    def post(self, path: str) -> Request:
        sent = self._headers({"X-CSRFToken": CSRF, "Origin": "https://localhost"} | HTMX)
        return Request(path, sent | {"Content-Length": "0"}, "POST")

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"Cookie": f"sessionid={self.session}; csrftoken={CSRF}"} | more


def learners_rows(seeded: dict[str, Any]) -> list[Row]:
    """Everything but the catalogue."""
    courses = seeded["courses"]
    reader, *others = [Visitor(session) for session in seeded["sessions"]]
    longest = courses["500"]
    lessons = longest["lessons"]
    middle = lessons[len(lessons) // 2]
    player = HTMX | {"HX-Target": "player"}
    completions = _completions(others, lessons)
    return [
        Row(
            "course page, 500 lessons",
            Request(longest["page"]),
            1.2,
            peer="wagtail-lms 7.0 W",
        ),
        *(
            Row(
                f"course home, enrolled, {size} lessons",
                reader.get(course["home"]),
                0.8,
                statements=6,
                peer="wagtail-lms 8.3 W, 12 queries" if size == "500" else "",
            )
            for size, course in courses.items()
        ),
        Row(
            "lesson in the player",
            reader.get(middle),
            0.6,
            statements=6,
            peer="wagtail-lms 2.7 W, 15 queries",
        ),
        Row("move by HTMX", reader.get(middle, **player), 0.4, statements=6),
        Row(
            "complete a lesson",
            next(completions),
            1.0,
            statements=8,
            peer="Frappe LMS 6.1 W, 123 queries",
            requests=completions,
        ),
        Row("account island, visitor", Request("/account/menu/", HTMX), 8, "H"),
        Row("account island, signed in", reader.get("/account/menu/", **HTMX), 8, "H"),
        Row("enrol island, visitor", Request(longest["enrol"], HTMX), 8, "H"),
        Row("enrol island, enrolled", reader.get(longest["enrol"], **HTMX)),
    ]


def _completions(visitors: list[Visitor], lessons: list[str]) -> Iterator[Request]:
    """Lessons that their learner has not completed; never the last, which ends the course."""
    for lesson in lessons[len(lessons) // 2 : -1]:
        for visitor in visitors:
            yield visitor.post(f"{lesson}complete/")


def catalogue_rows(courses: int, chosen: dict[str, str]) -> list[Row]:
    peer = "mitxonline 78 W, 89 queries" if courses == 10 else ""
    filtered = f"/courses/?topic={chosen['topic']}&level={chosen['level']}&q=course"
    return [
        Row(f"catalogue of {courses}", Request("/courses/"), 1.5, statements=8, peer=peer),
        Row(f"catalogue of {courses}, filtered", Request(filtered), 1.5, statements=8),
    ]
