"""B22: no parameter, however odd, makes any address of ours answer with a server error.

Every address is asked of the resolver, so a new one is tried by itself. A request that was refused
has written nothing.

Seen to fail: with keys that are no numbers taken by the choosers of quizzes, with 2^63 taken by the
walk's addresses on SQLite, with "0" as the page to go to after signing in, and with an answer that
only its result cannot show.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from assessments.models import Attempt
from learning.services import enrolment
from tests.cases import measure
from tests.cases.test_b01_who_may_what import (
    ADMIN,
    OWN_ADDRESSES,
    RECORDS,
    World,
    url_of,
    world,
)
from tests.factories import quizzes as make

__all__ = ["world"]

pytestmark = pytest.mark.django_db
OURS = {
    *("accounts", "assessments", "assets", "certificates", "commerce", "config", "core"),
    *("course_pages", "home", "learning", "messaging"),
}
ALL_RECORDS = (*RECORDS, Attempt)
UUID = "00000000-0000-4000-8000-000000000001"
ODD: tuple[bytes, ...] = (
    b"' OR 1=1 --",
    b"1; DROP TABLE learning_enrolment",
    b'") UNION SELECT password FROM accounts_user --',
    b"-1",
    b"0",
    str(2**31).encode(),
    str(2**63).encode(),
    str(2**64).encode(),
    b"9" * 400,
    b"1" * 5000,
    b"NaN",
    b"Infinity",
    b"-1e400",
    b"1e400",
    b"1,5",
    b"true",
    b"null",
    b"[]",
    b'{"a": [1]}',
    b"[" * 2000,
    b"a\x00b",
    b"\x00",
    "\u202etxt.exe\u202c".encode(),
    "\U0001f600 e\u0301".encode(),
    "٣".encode(),
    "²".encode(),
    b"\xed\xa0\x80",
    b"\xff\xfe",
    b"%00",
    b"../../etc/passwd",
    b"{{ 7*7 }}",
    b"x" * 100_000,
    b" ",
    b"",
)
ANY_NAMES = ("q", "page", "p", "next", "review", "topic", "level", "sort", "revision", "order")


@dataclass(frozen=True)
class Pattern:
    """An address as the resolver knows it: text with `{name}` for each parameter."""

    name: str
    text: str
    kinds: dict[str, str]


def patterns() -> Iterator[Pattern]:
    """Every address that leads to a view of ours."""

    def walk(resolver: URLResolver, before: str, kinds: dict[str, str]) -> Iterator[Pattern]:
        for entry in resolver.url_patterns:
            found = dict(kinds)
            text = before + str(entry.pattern)
            for name, converter in getattr(entry.pattern, "converters", {}).items():
                found[name] = type(converter).__name__.removesuffix("Converter").lower()
                text = text.replace(f"<{found[name]}:{name}>", f"{{{name}}}")
                text = text.replace(f"<{name}>", f"{{{name}}}")
            if isinstance(entry, URLResolver):
                yield from walk(entry, text, found)
            elif isinstance(entry, URLPattern):
                module = getattr(entry.callback, "__module__", "").split(".")[0]
                if module in OURS and "(?P" not in text:
                    yield Pattern(entry.name or text, "/" + text.replace("^", ""), found)

    yield from walk(get_resolver(), "", {})


USUAL = {"int": "1", "uuid": UUID, "str": "knots", "slug": "knots", "path": "knots"}


def fill(pattern: Pattern, odd: dict[str, str]) -> str:
    """The address with `odd` in place of the usual values of its parameters."""
    text = pattern.text
    for name, kind in pattern.kinds.items():
        text = text.replace(f"{{{name}}}", odd.get(name, USUAL.get(kind, "knots")))
    return text


def try_it(
    client: Client,
    verb: str,
    url: str,
    body: bytes | None,
    then: Callable[[], str] | None = None,
    **headers: Any,
) -> str:
    """What is wrong with the answer, or nothing; what it wrote is undone.

    `then` looks at what an accepted request has led to, before that is undone.
    """
    before = measure.checksum(ALL_RECORDS)
    client.raise_request_exception = False
    with transaction.atomic():
        if verb == "GET":
            response: Any = client.get(url, **headers)
        else:
            kind = "application/x-www-form-urlencoded"
            response = client.generic("POST", url, body or b"", content_type=kind, **headers)
        if response.streaming:
            list(response.streaming_content)
        status = response.status_code
        wrote = status >= 400 and measure.checksum(ALL_RECORDS) != before
        follows = then() if then is not None and status < 400 else ""
        transaction.set_rollback(True)
    told = f"{verb} {url[:200]} {(body or b'')[:120]!r}"
    if status >= 500 and status != 503:
        return f"{status}: {told}"
    if follows:
        return f"{follows} after {told}"
    return f"{status} and yet rows were written: {told}" if wrote else ""


def encoded(fields: dict[str, bytes], odd_name: bytes = b"") -> bytes:
    pairs = [quote(name).encode() + b"=" + quote(value).encode() for name, value in fields.items()]
    return b"&".join([*pairs, odd_name] if odd_name else pairs)


def odd_bodies(fields: dict[str, str], values: list[bytes]) -> Iterator[bytes]:
    """The form with one field odd, repeated, or as an array."""
    plain = {name: value.encode() for name, value in fields.items()}
    for name in fields:
        for value in values:
            yield encoded(plain | {name: value})
        yield encoded(plain, quote(name).encode() + b"=again")
        yield encoded(
            {key: value for key, value in plain.items() if key != name},
            quote(f"{name}[]").encode() + b"=1",
        )
    yield b"\xff=\xfe&a[]=1&a[0][b]=2&=&%00=%00&%ed%a0%80=1"


@pytest.fixture
def some(full_size: Callable[..., Any]) -> Callable[[], list[bytes]]:
    """Odd values: all of them at full size, else some that differ by the call."""
    number = full_size("odd values", small=2, full=len(ODD))
    chosen = random.Random(22)
    return lambda: chosen.sample(ODD, number)


def test_B22_no_odd_value_in_an_address_is_an_error_of_ours(
    world: World, some: Callable[[], list[bytes]]
) -> None:
    faults = []
    found = list(patterns())
    assert len(found) > 30
    assert any("attempts" in one.text for one in found)
    for pattern in found:
        for role in ("learner", "admin"):
            client = world.clients[role]
            for name in pattern.kinds:
                for value in (b"9223372036854775808", b"a\x00b", *some()):
                    url = fill(pattern, {name: quote(value[:2000], safe="")})
                    faults += [try_it(client, verb, url, None) for verb in ("GET", "POST")]
            for value in some():
                query = "&".join(f"{key}={quote(value[:3000])}" for key in ANY_NAMES)
                url = fill(pattern, {})
                faults.append(try_it(client, "GET", f"{url}?{query}&q=1&a[]=1&page=%ff", None))
    wrong = sorted({one for one in faults if one})
    assert not wrong, "\n".join(wrong)


def test_B22_no_odd_value_in_a_form_is_an_error_of_ours(
    world: World, some: Callable[[], list[bytes]]
) -> None:
    faults = []
    for address in {**OWN_ADDRESSES, **{"add topic": ADMIN["add topic"]}}.values():
        data = {name: str(world.things.get(value, value)) for name, value in address.data.items()}
        for body in odd_bodies(data, some()):
            url = url_of(address, world.things)
            faults.append(try_it(world.clients["admin"], "POST", url, body))
    wrong = sorted({one for one in faults if one})
    assert not wrong, "\n".join(wrong)


def test_B22_no_odd_answer_to_a_quiz_is_an_error_of_ours(
    some: Callable[[], list[bytes]],
) -> None:
    questions = [
        make.single(),
        make.multiple(["A"], ["B"]),
        make.truefalse(),
        make.short("moon"),
        make.number("1.5"),
        make.order("A", "B"),
        make.match([("A", "B"), ("C", "D")]),
        make.blanks("A [gap]."),
        make.long(),
    ]
    course, quiz = make.course_with_quiz(questions, show_answers="submitted")
    user = measure.person()
    enrolment.enrol(user=user, course=course)
    client = Client()
    client.force_login(user)
    start = f"/learn/{course.slug}/lesson-11/quiz/{quiz.lineage}/start/"
    assert client.post(start).status_code == 302
    attempt = Attempt.objects.get()
    fields = {"token": attempt.token, "go": "1"}
    names = {line["id"]: line for line in attempt.paper}
    base = f"/learn/{course.slug}/-/attempts/{attempt.pk}/"
    faults = []
    answered: Counter[tuple[str, str]] = Counter()

    def opened() -> str:
        """The attempt's page with the odd answer: the questions, or the result once handed in."""
        found = Attempt.objects.get(pk=attempt.pk)
        answered.update((found.state, one) for one in found.answers)
        status = client.get(base).status_code
        return "" if status == 200 else f"{status} of the attempt's page"

    for key, line in names.items():
        controls = [f"a.{key}", f"flag.{key}", f"a.{key}.0"]
        controls += [f"a.{key}.{one}" for one in line.get("order", [])]
        form = fields | {"asked": key} | dict.fromkeys(controls, "")
        for body in odd_bodies(form, some()):
            faults += [
                try_it(client, "POST", f"{base}{end}/", body, opened) for end in ("save", "submit")
            ]
    wrong = sorted({one for one in faults if one})
    assert not wrong, "\n".join(wrong)
    # Every try began with an open attempt and the token that it has, so odd answers were kept,
    # graded and shown.
    graded = {one for state, one in answered if state != Attempt.State.OPEN}
    assert {one for state, one in answered if state == Attempt.State.OPEN} == graded
    kinds = {one["type"] for one in questions if one["id"] in graded}
    assert kinds >= {"short", "number", "blanks", "long"}, kinds
    attempt.refresh_from_db()
    assert (attempt.state, attempt.token) == (Attempt.State.OPEN, fields["token"])
    for value in ODD:
        assert client.get(f"{base}?q={quote(value[:3000])}").status_code == 200
