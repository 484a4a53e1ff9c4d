"""Messages to the site: signed, delivered by several at once, tried again until it says 2xx."""

import hashlib
import heapq
import hmac
import json
import random
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from threading import Condition
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from integrations.stripe.standin.objects import Thing, wire

if TYPE_CHECKING:
    from integrations.stripe.standin.account import StandIn

TIMEOUT = 20
AT_ONCE = 8
REMEMBERED = 200
THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class Delivery:
    """`status` is 0 where nobody answered."""

    event_id: str
    type: str
    attempt: int
    status: int


class Webhooks:
    """`secrets`: with two of them messages carry two signatures, as while a secret is changed."""

    def __init__(
        self, account: "StandIn", url: str, secret: str, retry_after: tuple[float, ...]
    ) -> None:
        if url and urlsplit(url).hostname not in THIS_MACHINE:
            raise ValueError("a stand-in talks to this machine only")
        self.account = account
        self.url = url
        self.secrets = [secret]
        self.retry_after = retry_after
        self.log: deque[Delivery] = deque(maxlen=REMEMBERED)
        self._waiting: list[tuple[float, int, Thing, int]] = []
        self._numbers = count()
        self._changed = Condition()
        self._stopping = False
        self._under_way = 0

    def message(
        self, event: Thing, *, at: float = 0, secret: str = "", scheme: str = "v1"
    ) -> tuple[bytes, str]:
        """Body and header. The time is the machine's, wherever the account's clock stands."""
        body = json.dumps(wire(event), indent=2).encode()
        stamp = int(at or time.time())
        signed = [
            hmac.new(one.encode(), b"%d." % stamp + body, hashlib.sha256).hexdigest()
            for one in ([secret] if secret else self.secrets)
        ]
        return body, ",".join([f"t={stamp}", *(f"{scheme}={one}" for one in signed)])

    def send(self, event: Thing) -> None:
        """Put it into the queue, by the switches."""
        faults = self.account.faults
        if not self.url or faults.drop:
            return
        for _ in range(faults.copies):
            self._put(event, 1, random.uniform(0, faults.shuffle_s))  # noqa: S311

    def _put(self, event: Thing, attempt: int, wait_s: float) -> None:
        due = time.monotonic() + wait_s
        with self._changed:
            heapq.heappush(self._waiting, (due, next(self._numbers), wire(event), attempt))
            self._changed.notify_all()

    def work(self) -> None:
        """Deliver until `stop`. In the order of their making, but several are on their way."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while (found := self._next()) is not None:
                pool.submit(self._deliver, *found)

    def _next(self) -> tuple[Thing, int] | None:
        with self._changed:
            while not self._stopping:
                wait = self._waiting[0][0] - time.monotonic() if self._waiting else None
                if wait is not None and wait <= 0 and self._under_way < AT_ONCE:
                    _, _, event, attempt = heapq.heappop(self._waiting)
                    self._under_way += 1
                    return event, attempt
                self._changed.wait(None if wait is None or wait <= 0 else wait)
        return None

    def _deliver(self, event: Thing, attempt: int) -> None:
        status = self._post(event)
        self.log.append(Delivery(event["id"], event["type"], attempt, status))
        if 200 <= status < 300:
            with self.account.lock:
                self.account.get("event", event["id"])["pending_webhooks"] = 0
        elif attempt <= len(self.retry_after):
            self._put(event, attempt + 1, self.retry_after[attempt - 1])
        with self._changed:
            self._under_way -= 1
            self._changed.notify_all()

    def _post(self, event: Thing) -> int:
        body, signature = self.message(event)
        headers = {"Content-Type": "application/json", "Stripe-Signature": signature}
        try:
            with httpx.Client(trust_env=False, timeout=TIMEOUT) as client:
                return client.post(self.url, content=body, headers=headers).status_code
        except httpx.HTTPError:
            return 0

    def wait(self, timeout: float = 30) -> bool:
        """Whether everything has been delivered or given up by then."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not self._waiting and not self._under_way, timeout
            )

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    @property
    def state(self) -> list[dict[str, Any]]:
        """The last deliveries, the newest first."""
        return [vars(one) for one in reversed(self.log)]
