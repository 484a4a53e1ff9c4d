"""What is measured, and what is to be reached."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from benchmarks.events import events
from benchmarks.load import Request

CSRF = "a" * 32
HTMX = {"HX-Request": "true"}
POST = {"X-CSRFToken": CSRF, "Origin": "https://localhost"}


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
        return Request(path, self._headers(POST | HTMX | {"Content-Length": "0"}), "POST")

    def send(self, path: str, form: str, *, htmx: bool) -> Request:
        """A form; without HTMX the answer leads on to the next page."""
        sent = {"Content-Type": "application/x-www-form-urlencoded"} | (HTMX if htmx else {})
        headers = self._headers(POST | sent)
        return Request(path, headers, "POST", form, status=200 if htmx else 302)

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"Cookie": f"sessionid={self.session}; csrftoken={CSRF}"} | more


def learners_rows(seeded: dict[str, Any]) -> list[Row]:
    """Everything but the catalogue."""
    courses = seeded["courses"]
    reader, *others = [Visitor(session) for session in seeded["sessions"]]
    longest = courses["500"]
    lessons = longest["lessons"]
    middle = lessons[len(lessons) // 2]
    player = HTMX | {"HX-Target": "lesson"}
    completions = _completions(others, lessons)
    return [
        Row("course page, 500 lessons, kept", Request(longest["page"]), 0.2),
        Row(
            "course page, 500 lessons, made anew",
            Request(f"{longest['page']}?afresh=1"),
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
        *_beats_rows(seeded["beats"]),
    ]


HEARTBEAT = "video heartbeat, {} in one POST"


def _beats_rows(tokens: list[list[str]]) -> list[Row]:
    rows = []
    for films, samples, peer in zip(
        tokens, (1, 20), ("wagtail-lms 1.2 W, 14 queries", ""), strict=True
    ):
        beats = _beats(films, samples)
        what = HEARTBEAT.format(f"{samples} sample" + "s" * (samples > 1))
        rows.append(
            Row(what, next(beats), 5 if samples == 1 else None, "H", 2, peer, requests=beats)
        )
    return rows


def _beats(tokens: list[str], samples: int) -> Iterator[Request]:
    """Films that play: ten seconds a sample, over and over."""
    for start in cycle(range(0, 3_600_000, samples * 10_000)):
        taken = [
            {"played": [[at, at + 10_000]], "position_ms": at + 10_000, "age_ms": 0}
            for at in range(start, start + samples * 10_000, 10_000)
        ]
        for token in tokens:
            body = json.dumps({"token": token, "samples": taken}).encode()
            yield Request("/learn/-/beat/", {"Content-Type": "text/plain"}, "POST", body)


def _completions(visitors: list[Visitor], lessons: list[str]) -> Iterator[Request]:
    """Lessons that their learner has not completed; never the last, which ends the course."""
    for lesson in lessons[len(lessons) // 2 : -1]:
        for visitor in visitors:
            yield visitor.post(f"{lesson}complete/")


BARE_EVENT = "E: a bare view that keeps an event"


def webhook_rows() -> tuple[Row, Row]:
    """The reference, and ours."""
    theirs, ours = events("bare"), events("lectern")
    return (
        Row(BARE_EVENT, next(theirs), unit="E", requests=theirs),
        Row("Stripe webhook, kept", next(ours), 1.5, "E", requests=ours),
    )


def catalogue_rows(courses: int, chosen: dict[str, str]) -> list[Row]:
    peer = "mitxonline 78 W, 89 queries" if courses == 10 else ""
    filtered = f"/courses/?topic={chosen['topic']}&level={chosen['level']}"
    asked = {"": "/courses/", ", filtered": filtered, ", searched": f"{filtered}&q=course"}
    return [
        Row(
            f"catalogue of {courses}{how}",
            Request(path),
            1.5,
            statements=8,
            peer="" if how else peer,
        )
        for how, path in asked.items()
    ]


def quiz_rows(seeded: dict[str, Any]) -> list[Row]:
    """Each request by another learner: what is handed in is handed in once."""
    frappe = "Frappe LMS 2.4 W, 33 queries"
    return [
        _quiz_row(seeded, "begin", "begin a quiz of 50 questions"),
        _quiz_row(seeded, "save", "save an answer of 50", statements=6),
        _quiz_row(seeded, "submit 5", "hand in 5 questions", 1.2, statements=10, peer=frappe),
        _quiz_row(seeded, "submit 50", "hand in 50 questions", 1.2, statements=10, peer=frappe),
    ]


def _quiz_row(
    seeded: dict[str, Any], use: str, what: str, most: float | None = None, **more: Any
) -> Row:
    sent = [
        Visitor(session).send(path, form, htmx=use == "save") for session, path, form in seeded[use]
    ]
    return Row(what, sent[0], most, requests=iter(sent), **more)
