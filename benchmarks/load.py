"""Load: `wrk` where it is installed, else, and wherever each request differs, a few threads."""

import http.client
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice, repeat
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


def send(port: int, request: Request) -> int:
    """Send once; returns the length of the body, raises WrongAnswer unless it is a 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(request.method, request.path, headers=PROXY | request.headers)
        response = connection.getresponse()
        length = len(response.read())
    finally:
        connection.close()
    if response.status != 200:
        raise WrongAnswer(f"{request.method} {request.path}: {response.status}")
    return length


def same(port: int, request: Request, seconds: float) -> int:
    """Send the same request for some seconds; returns how often it was answered."""
    send(port, request)
    if shutil.which("wrk"):
        return _wrk(port, request, seconds)
    deadline = time.monotonic() + seconds
    return _threads(port, (request for request in repeat(request) if time.monotonic() < deadline))


def each(port: int, requests: Iterator[Request], number: int) -> int:
    """Send the next `number` requests; returns how many were answered."""
    return _threads(port, islice(requests, number))


def _wrk(port: int, request: Request, seconds: float) -> int:
    headers = (f"-H{name}: {value}" for name, value in (PROXY | request.headers).items())
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", *headers]
    url = f"http://127.0.0.1:{port}{request.path}"
    told = subprocess.run([*command, url], check=True, capture_output=True, text=True).stdout
    answered = re.search(r"(\d+) requests in", told)
    if "Non-2xx" in told or not answered:
        raise WrongAnswer(f"{request.path}: {told}")
    return int(answered[1])


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
