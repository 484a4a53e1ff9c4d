"""B27: forged progress is clamped to what was possible, and completes nothing by itself.

Seen to fail: with `most` in `watching._grown` as long as the film (forms and property), with the
strict reading of `samples._whole` loosened to `int(raw)`, with the signature not compared in
`token.read`, and with `left_to_do` not asked in `progress.complete`.
"""

import json
import re
import uuid
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core import signing
from django.db import transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from learning.models import Enrolment, LessonCompletion, LessonProgress, QuizPass, Watch
from learning.services import watching
from learning.watching import token as tokens
from learning.watching.samples import Sample
from tests.cases import measure
from tests.factories import attempts as taking
from tests.factories import courses as make
from tests.factories import watching as films
from tests.factories.watching import MINUTE, sample, send

pytestmark = pytest.mark.django_db
LEARNT = [Watch, LessonCompletion, LessonProgress, QuizPass, Enrolment]
HOUR = timedelta(hours=1)


@pytest.fixture
def proof() -> str:
    """A token that a learner got this minute, for the only film of a lesson of ten minutes."""
    course = make.course(1, 2)
    films.film(course)
    return films.token(taking.learner(course), course)


def watched() -> int:
    return Watch.objects.get().watched_ms


def test_B27_a_film_without_play_is_not_watched(proof: str) -> None:
    answer = send(proof, sample((0, 10 * MINUTE))).json()
    assert watched() == answer["watched_ms"] <= watching.SLACK_MS + 2_000
    assert not answer["completed"]
    assert not LessonCompletion.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        sample((0, 10**12)),
        sample((10**12, 2 * 10**12), position=10**12),
        sample(*[(0, 10 * MINUTE)] * 100),
        sample((0, 10 * MINUTE), age=10**15),
        sample((0, 0), position=10**18),
    ],
    ids=["endless", "behind the end", "many times", "long ago", "a position beyond"],
)
def test_B27_what_is_impossible_is_cut(proof: str, sent: dict[str, Any]) -> None:
    assert send(proof, sent).status_code == 200
    row = Watch.objects.get()
    assert row.watched_ms <= watching.SLACK_MS + 2_000
    assert row.position_ms <= 10 * MINUTE
    assert all(0 <= start < end <= 10 * MINUTE for start, end in row.ranges)
    assert not LessonCompletion.objects.exists()


BAD_TIMES = [
    "-1",
    "1.5",
    "1e3",
    "1e400",
    "NaN",
    "Infinity",
    '"5"',
    "true",
    "null",
    "[]",
    "9" * 5000,
]


@pytest.mark.parametrize("value", BAD_TIMES, ids=lambda value: value[:8])
@pytest.mark.parametrize("place", ["from", "to", "position_ms", "age_ms"])
def test_B27_what_is_no_time_is_refused(proof: str, place: str, value: str) -> None:
    template = (
        '{"token": "%s", "samples": [{"played": [[<from>, <to>]], '
        '"position_ms": <position_ms>, "age_ms": <age_ms>}]}'
    )
    body = (template % proof).replace(f"<{place}>", value)
    body = re.sub("<[a-z_]+>", "0", body)
    with measure.nothing_changes(LEARNT):
        assert _raw(body) == 400


def _raw(body: str | bytes) -> int:
    return Client(raise_request_exception=True).post(
        films.URL, body, content_type="text/plain"
    ).status_code  # fmt: skip


def test_B27_what_is_no_beat_is_refused(proof: str) -> None:
    good = sample((0, 1000))
    bodies: list[Any] = [
        b"", b"\xff\xfe", b"null", b"[]", b"{}", "[" * 60_000, '{"a":' * 12_000, "x" * 70_000,
        {"token": proof}, {"token": 5, "samples": [good]}, {"token": proof, "samples": []},
        {"token": proof, "samples": [good] * 61}, {"token": proof, "samples": {"0": good}},
        {"token": proof, "samples": [sample(*[(0, 1)] * 201)]},
        {"token": proof, "samples": [sample(*[(0, 1)] * 101)] * 2},
        {"token": proof, "samples": [sample((5, 1))]},
        {"token": proof, "samples": [good | {"played": [[0]]}]},
        {"token": proof, "samples": [good | {"played": [[0, 1, 2]]}]},
        {"token": proof, "samples": [good | {"played": "ab"}]},
        {"token": proof, "samples": [{"played": []}]}, {"token": proof, "samples": [None]},
    ]  # fmt: skip
    with measure.nothing_changes(LEARNT):
        for body in bodies:
            sent = body if isinstance(body, str | bytes) else json.dumps(body)
            assert _raw(sent) == 400, sent[:80]
        odd = Client().post(films.URL, b"{}", content_type="text/plain", CONTENT_LENGTH="²")
        assert odd.status_code == 400
        assert Client().get(films.URL).status_code == 405


def test_B27_a_token_is_for_one_film_of_one_learner(proof: str) -> None:
    mine = tokens.read(proof, clock.now())
    _payload, signature = proof.rsplit(":", 1)
    other = signing.Signer(salt="learning.watching", key="another key").sign_object
    values = [getattr(mine, name) for name in mine.__slots__]
    changed = tokens.SIGNER.sign_object([*values[:2], str(uuid.uuid4()), *values[3:]])
    forged = [
        "", "a:b", proof[:-1], proof.swapcase(), f"{changed.rsplit(':', 1)[0]}:{signature}",
        other(values), signing.dumps(values), tokens.SIGNER.sign_object(values[:-1]),
    ]  # fmt: skip
    with measure.nothing_changes(LEARNT):
        for one in forged:
            assert send(one, sample((0, 1000))).status_code == 403, one
        with patch.object(clock, "now", return_value=clock.now() + tokens.LIFE):
            assert send(proof, sample((0, 1000))).status_code == 403


def test_B27_a_replayed_beacon_changes_nothing(proof: str) -> None:
    sent = sample((0, 4_000), position=4_000)
    send(proof, sent)
    before = watched(), films.ranges()
    for _ in range(5):
        send(proof, sent)
    assert (watched(), films.ranges()) == before


def test_B27_an_old_sample_never_moves_a_newer_position(proof: str) -> None:
    send(proof, sample((0, 3_000), position=3_000))
    send(proof, sample((3_000, 4_000), position=1_000, age=60_000))
    row = Watch.objects.get()
    assert (row.position_ms, row.watched_ms) == (3_000, 4_000)


def test_B27_a_clock_set_forward_buys_no_time(proof: str) -> None:
    """The client's clock only says how old a sample is; the server's own counts."""
    send(proof, sample((0, 10 * MINUTE), age=0), sample((0, 10 * MINUTE), age=10**11))
    assert watched() <= watching.SLACK_MS + 2_000


def test_B27_marking_done_does_not_replace_watching() -> None:
    course = make.course(1, 1)
    lesson = films.film(course)
    client = taking.signed_in(taking.learner(course))
    with measure.nothing_changes([LessonCompletion, Watch]):
        for what in ("complete", "opened"):
            url = f"{course.get_absolute_url()}{lesson.address}/{what}/"
            assert client.post(url).status_code < 400
            assert client.post(url, HTTP_HX_REQUEST="true").status_code < 400


def test_B27_with_the_time_it_takes_the_film_is_watched_and_completes(proof: str) -> None:
    """The control: what is refused above is possible for whoever really watches."""
    start = clock.now()
    for minute in range(10):
        with patch.object(clock, "now", return_value=start + timedelta(minutes=minute + 1)):
            answer = send(proof, sample((minute * MINUTE, (minute + 1) * MINUTE))).json()
        assert answer["completed"] == (minute >= 8)
    assert watched() == 10 * MINUTE
    assert LessonCompletion.objects.count() == 1


moments = st.integers(0, 12 * MINUTE)
samples = st.builds(
    Sample,
    st.lists(st.tuples(moments, moments).map(lambda pair: (min(pair), max(pair))), max_size=4)
    .map(tuple),
    moments,
    st.integers(0, 10**8),
)  # fmt: skip
waits = st.integers(-30_000, 4 * MINUTE)


def test_B27_watched_is_at_most_wall_time_times_speed_and_slack() -> None:
    """Whatever a client sends, and when; the server's clock may even be set back in between."""
    course = make.course(1, 1)
    films.film(course)
    user, begun = taking.learner(course), clock.now() + HOUR
    proof = tokens.read(films.token(user, course, at=begun), begun)

    @given(st.lists(st.tuples(waits, st.lists(samples, min_size=1, max_size=3)), max_size=6))
    def holds(beats: list[tuple[int, list[Sample]]]) -> None:
        with transaction.atomic():
            _beats(proof, begun, beats)
            transaction.set_rollback(True)

    holds()


def _beats(proof: tokens.Token, at: datetime, beats: list[tuple[int, list[Sample]]]) -> None:
    begun, latest, before = at, at, 0
    for wait, sent in beats:
        at += timedelta(milliseconds=wait)
        latest = max(latest, at)
        with patch.object(clock, "now", return_value=at):
            watching.beat(token=proof, samples=sent)
        row = Watch.objects.get()
        wall = (latest - begun) / timedelta(milliseconds=1)
        most = wall * watching.MAX_SPEED + watching.SLACK_MS + watching.MAX_SPEED
        assert before <= row.watched_ms <= min(most, 10 * MINUTE)
        assert all(0 <= start < end <= 10 * MINUTE for start, end in row.ranges)
        assert row.position_ms <= 10 * MINUTE
        assert LessonCompletion.objects.exists() == (row.watched_ms + 500 >= 9 * MINUTE)
        before = row.watched_ms
