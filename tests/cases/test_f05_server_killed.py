"""F5: the database server itself is killed in the middle, and started again.

A MariaDB of the test's own gets SIGKILL while a copy of this process is between two statements of
a transaction. Once the work goes on when the server is back: it is tried again, or fails and says
so. Once it goes on while nothing answers: it fails, and says so. Then somebody does it again, and
it is done; and what was said to be done is there after the server was killed once more.

Seen to fail: where the checkout answers by Stripe's page whatever the database raised; where an
event is answered by 200 whatever became of it; and on a server that acknowledges what it has not
written (`innodb-flush-log-at-trx-commit=0`): an order that was there is gone.
"""

import multiprocessing
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.utils import InterfaceError, OperationalError
from django.test import Client

from accounts.sync import sync_roles
from assessments.models import Attempt
from commerce.models import Order, StripeEvent
from commerce.services import access, fulfilment, orders
from course_pages.importing import writer
from course_pages.imports import jobs
from integrations.stripe.standin import StandIn
from learning.services import progress
from tests.cases import measure
from tests.cases import test_f14_imports_cut_short as imports
from tests.cases.test_f05_f07_database_falters import once
from tests.factories import attempts as taking
from tests.factories import commerce as shop
from tests.factories import courses, databases, deliveries, quizzes
from tests.factories.databases import OwnServer
from tests.factories.processes import exit_code, fork

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
# Of what may answer: done, tried again or not, or failed and told.
DONE, FAILED = "done", "failed"
Act = Callable[[], str]


@pytest.fixture(scope="module")
def running() -> Iterator[OwnServer]:
    if lacking := databases.missing():
        pytest.skip(f"F05 IS NOT TESTED HERE: this machine has no {' and no '.join(lacking)}.")
    # A socket's path must be short, and pytest's folders are not.
    with tempfile.TemporaryDirectory(prefix="f05-") as folder:
        server = OwnServer(Path(folder)).start()
        try:
            yield server
        finally:
            server.kill()


@pytest.fixture
def server(running: OwnServer, transactional_db: None) -> Iterator[OwnServer]:
    with running.in_use():
        yield running


def struck(server: OwnServer, place: Any, name: str, act: Act, *, back: bool) -> Iterator[str]:
    """What a copy of this process answers whose server is killed before it calls `place.name`, and
    what it answers when it is asked once more, with the server up again."""
    mine, its = multiprocessing.Pipe()

    def work() -> None:
        mine.close()
        deliveries.start_anew()

        def fault() -> None:
            its.send("now")
            its.recv()

        with once(place, name, fault):
            its.send(act())
        its.recv()
        # Between real requests Django does so.
        connections.close_all()
        its.send(act())

    def heard() -> Any:
        assert mine.poll(databases.PATIENCE_SECONDS), "no answer"
        return mine.recv()

    connections.close_all()
    child = fork(work)
    its.close()
    assert heard() == "now"
    server.kill()
    if back:
        server.start()
    mine.send("go on")
    first = heard()
    if not back:
        server.start()
    yield first
    connections.close_all()
    mine.send("once more")
    yield heard()
    connections.close_all()
    assert exit_code(child) == 0


def proven(server: OwnServer, place: Any, name: str, make: Callable[[], tuple[Act, Act]]) -> None:
    """`make` gives what is done, and how it stands."""
    for back in (True, False):
        act, stands = make()
        assert stands() == FAILED
        answers = struck(server, place, name, act, back=back)
        first = next(answers)
        assert stands() == first
        assert back or first == FAILED
        second = next(answers)
        assert next(answers, None) is None
        assert second == stands() == DONE
    server.kill()
    server.start()
    connections.close_all()
    assert stands() == DONE


def test_F05_a_quiz_is_handed_in_or_not_said_to_be(server: OwnServer) -> None:
    course, _quiz = quizzes.course_with_quiz([quizzes.single()])

    def make() -> tuple[Act, Act]:
        user = taking.learner(course)
        attempt = taking.begin(user, course)
        client = quiet(taking.signed_in(user))
        given = taking.right(attempt)

        def act() -> str:
            code = taking.post(client, attempt, "submit", given).status_code
            return {302: DONE, 500: FAILED}[code]

        def stands() -> str:
            open_still = Attempt.objects.get(pk=attempt.pk).state == Attempt.State.OPEN
            return FAILED if open_still else DONE

        return act, stands

    proven(server, progress, "pass_quiz", make)


def test_F05_an_order_is_opened_once_or_not(server: OwnServer, stand_in: StandIn) -> None:
    offer = shop.offer(places=10)

    def make() -> tuple[Act, Act]:
        user = shop.buyer()
        client = quiet(Client())
        client.force_login(user)
        client.post(f"/cart/add/{offer.pk}/")

        def act() -> str:
            answer = client.post("/checkout/")
            paying = answer.status_code == 302 and answer["Location"].startswith("http")
            return DONE if paying else FAILED

        def stands() -> str:
            found = Order.objects.filter(user=user)
            assert found.count() <= 1
            return DONE if found.exclude(session_id=None).exists() else FAILED

        return act, stands

    proven(server, orders, "_sell", make)
    offer.refresh_from_db()
    assert offer.taken == Order.objects.count() == 2


def test_F05_an_event_is_taken_only_once_it_is_kept(server: OwnServer, stand_in: StandIn) -> None:
    def make() -> tuple[Act, Act]:
        order = shop.ordered(shop.offer())
        deliveries.pay(order)
        body = deliveries.bodies(stand_in)[-1]
        before = StripeEvent.objects.count()

        def act() -> str:
            return {200: DONE, 500: FAILED}[deliveries.deliver(stand_in, body)]

        def stands() -> str:
            return DONE if StripeEvent.objects.count() == before + 1 else FAILED

        return act, stands

    proven(server, StripeEvent, "save", make)


def test_F05_what_was_paid_is_fulfilled_or_still_to_do(
    server: OwnServer, stand_in: StandIn
) -> None:
    def make() -> tuple[Act, Act]:
        order = shop.ordered(shop.offer())
        deliveries.pay(order)

        def act() -> str:
            try:
                return DONE if fulfilment.refresh(order).state == Order.State.PAID else FAILED
            except (OperationalError, InterfaceError):
                return FAILED

        def stands() -> str:
            paid = Order.objects.get(pk=order.pk).state == Order.State.PAID
            assert paid is shop.has_access(order)
            return DONE if paid else FAILED

        return act, stands

    proven(server, access, "settle", make)


def test_F05_an_import_is_whole_or_nothing(
    server: OwnServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    courses.catalogue()
    sync_roles()
    editor = measure.person(roles=["Editor"])
    titles = iter(["One", "Two"])

    def make() -> tuple[Act, Act]:
        title = next(titles)
        record = imports.ask(imports.package(title), editor)

        def act() -> str:
            record.refresh_from_db()
            if record.state == "running":
                jobs.lost(record.pk, record.attempts)
            try:
                imports.claim_and_run()
            except (OperationalError, InterfaceError):
                return FAILED
            record.refresh_from_db()
            return DONE if record.state == "done" else FAILED

        def stands() -> str:
            record.refresh_from_db()
            found = imports.counts(title)
            whole = found["pages"] == found["live"] == imports.PAGES and found["releases"] == 1
            assert whole or not found["pages"]
            assert whole is (record.state == "done")
            return DONE if whole else FAILED

        return act, stands

    proven(server, writer._Writer, "_write", make)


def quiet(client: Client) -> Client:
    client.raise_request_exception = False
    return client
