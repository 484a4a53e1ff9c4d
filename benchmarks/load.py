"""Load: two connections that wait for the answer to what they sent.

Not `wrk`: it stops in the middle of requests, which cost CPU time and statements but are not in its
count. Of a slow page that is a tenth.
"""

import http.client
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice, repeat, takewhile
from threading import Lock

CONNECTIONS = 2
PROXY = {"Host": "localhost", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}


class WrongAnswer(Exception):
    """A server answered otherwise than it should, so that its figure means nothing."""


@dataclass(frozen=True)
class Request:
    """What is asked, as the proxy in front of the site passes it on."""

    path: str
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: str | bytes | None = None
    status: int = 200


def send(port: int, request: Request) -> int:
    """Send once; returns the body's length, raises WrongAnswer for an answer that is not due."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        headers = PROXY | request.headers
        connection.request(request.method, request.path, request.body, headers)
        response = connection.getresponse()
        length = len(response.read())
    finally:
        connection.close()
    if response.status != request.status:
        raise WrongAnswer(f"{request.method} {request.path}: {response.status}")
    return length


def same(port: int, request: Request, seconds: float) -> int:
    """Send the same request for some seconds; returns how often it was answered."""
    deadline = time.monotonic() + seconds
    return _threads(port, takewhile(lambda _: time.monotonic() < deadline, repeat(request)))


def each(port: int, requests: Iterator[Request], number: int) -> int:
    """Send the next `number` requests; returns how many were answered."""
    return _threads(port, islice(requests, number))


def _threads(port: int, requests: Iterator[Request]) -> int:
    lock = Lock()

    def work() -> int:
        answered = 0
        while True:
            with lock:
                request = next(requests, None)
            if request is None:
                return answered
            send(port, request)
            answered += 1

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return sum(one.result() for one in [pool.submit(work) for _ in range(CONNECTIONS)])
