"""The account: its keys, everything it holds, its clock, and the server in front of it."""

import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Event, RLock, Thread, local
from typing import Any

from integrations.stripe.shapes import Keys
from integrations.stripe.standin import billing, checkout, happenings, invoices, objects, payments
from integrations.stripe.standin.faults import Faults
from integrations.stripe.standin.objects import Thing
from integrations.stripe.standin.refusal import missing
from integrations.stripe.standin.webhooks import Webhooks

TICK_S = 0.5


@dataclass(frozen=True)
class Call:
    """A request that arrived, whatever became of it."""

    method: str
    path: str
    key: str
    params: dict[str, Any]


class StandIn:
    """`tax_percent` is what automatic tax comes to. With a `file` everything outlives a restart."""

    def __init__(
        self,
        *,
        port: int = 0,
        webhook_url: str = "",
        webhook_secret: str = "whsec_standin",  # noqa: S107 - it stands in for one
        secret_key: str = "sk_test_standin",  # noqa: S107
        tax_percent: int = 0,
        retry_after: tuple[float, ...] = (0.5, 2, 10, 60, 300),
        file: Path | None = None,
    ) -> None:
        from integrations.stripe.standin.server import handler_for

        self.lock = RLock()
        self.held: dict[str, dict[str, Thing]] = {}
        self.answers: dict[str, Any] = {}
        self.busy: set[str] = set()
        self.calls: list[Call] = []
        self.faults = Faults()
        self.tax_percent = tax_percent
        self.offset = 0
        self.moment: int | None = None
        self.request = local()
        self.file = file
        self.server = Server(("127.0.0.1", port), handler_for(self))
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        self._read()
        self.keys = Keys(secret_key, secret_key.replace("sk_", "pk_"), (webhook_secret,), self.base)
        self.webhooks = Webhooks(self, webhook_url, webhook_secret, retry_after)
        self._stopped = Event()

    @contextmanager
    def running(self) -> "Iterator[StandIn]":
        """Serves, delivers and keeps time until the block is left."""
        works = (lambda: self.server.serve_forever(0.05), self.webhooks.work, self._keep_time)
        threads = [Thread(target=work, daemon=True) for work in works]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stopped.set()
            self.webhooks.stop()
            self.server.shutdown()
            self.server.server_close()
            for thread in threads:
                thread.join(5)

    # --- What it holds

    def add(self, kind: str, **fields: Any) -> Thing:
        made = objects.make(kind, now=self.now(), **fields)
        self.held.setdefault(kind, {})[made["id"]] = made
        return made

    def all(self, kind: str) -> list[Thing]:
        return list(self.held.get(kind, {}).values())

    def get(self, kind: str, stripe_id: Any) -> Thing:
        found = self.held.get(kind, {}).get(stripe_id)
        if found is None:
            raise missing(kind, stripe_id)
        return found

    def find(self, stripe_id: str) -> Thing:
        """Whatever it is."""
        for rows in self.held.values():
            if stripe_id in rows:
                return rows[stripe_id]
        raise missing("object", stripe_id)

    def included(self, thing: Thing, name: str) -> Thing | None:
        """A list that belongs to an object but is only sent when it is asked for."""
        makers: dict[tuple[str, str], Callable[[StandIn, Thing], Thing]] = {
            ("checkout.session", "line_items"): checkout.line_items,
            ("charge", "refunds"): payments.refunds_of,
            ("invoice", "payments"): invoices.payments_of,
        }
        maker = makers.get((thing.get("object", ""), name))
        return maker(self, thing) if maker else None

    def emit(self, kind: str, thing: Thing, previous: Thing | None = None) -> None:
        """Something happened."""
        self.webhooks.send(happenings.record(self, kind, thing, previous))

    # --- Time

    def now(self) -> int:
        return int(time.time()) + self.offset if self.moment is None else self.moment

    def advance(self, seconds: int) -> None:
        """Move the clock on; what falls due on the way happens in its order and at its time."""
        with self.lock:
            self.run_due(self.now() + seconds)
            self.offset += seconds
            self.save()

    def run_due(self, until: int) -> bool:
        """Whether there was anything."""
        happened = False
        while due := [(at, work) for at, work in self._due() if at <= until]:
            self.moment, work = min(due, key=lambda one: one[0])
            happened = True
            try:
                work()
            finally:
                self.moment = None
        return happened

    def _due(self) -> Iterator[tuple[int, Callable[[], object]]]:
        yield from checkout.due(self)
        yield from payments.due(self)
        yield from billing.due(self)

    def _keep_time(self) -> None:
        while not self._stopped.wait(TICK_S):
            with self.lock:
                if self.run_due(self.now()):
                    self.save()

    # --- Keeping

    def save(self) -> None:
        if self.file is None:
            return
        state = {
            "base": self.base,
            "held": self.held,
            "answers": self.answers,
            "offset": self.offset,
        }
        fresh = self.file.with_suffix(f".{secrets.token_hex(4)}")
        fresh.write_text(json.dumps(state))
        os.replace(fresh, self.file)

    def _read(self) -> None:
        if self.file is None or not self.file.exists():
            return
        text = self.file.read_text()
        # Its pages are where it serves now.
        state = json.loads(text.replace(json.loads(text)["base"], self.base))
        self.held, self.answers, self.offset = state["held"], state["answers"], state["offset"]


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked may have given up waiting: that is no error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)
