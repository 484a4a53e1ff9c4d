"""F3: Redis is away when a task is queued: the page answers, the task runs once Redis is back.

Seen to fail: with an `except` in `core.outbox._nudge` that does not name what kombu raises the
request dies; with Django's own RedisCache in place of ForgivingRedisCache pages are errors. The
controls below do both in each run.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.core.cache import cache
from django.test import Client
from kombu import pools
from kombu.exceptions import KombuError

from accounts.models import User
from config.celery import app
from core import outbox
from core.celery_tasks import deliver, sweep
from core.models import OutboxMessage
from course_pages.models import Course
from learning.models import LessonCompletion
from learning.services import enrolment
from learning.services.progress import COMPLETED
from tests.cases import measure
from tests.conftest import ROOT
from tests.factories import courses as make

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
PATIENCE_SECONDS = 10


class OwnRedis:
    """A Redis of this test's own, to be stopped without harm to anybody."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("redis-server")
        assert program, "redis-server is not installed"
        self.process = subprocess.Popen(  # noqa: S603 - a program and arguments of our own
            [
                program,
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
            ],
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                self.client().ping()
            except redis.ConnectionError:
                assert time.monotonic() < deadline, "the test's own Redis did not start"
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE_SECONDS)
            self.process = None

    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port)

    def queued(self) -> int:
        return int(self.client().llen("celery"))


@pytest.fixture
def own_redis(settings: Any) -> Iterator[OwnRedis]:
    """Cache and queue of the site at a Redis that the test starts and stops."""
    server = OwnRedis()
    settings.REDIS_URL = server.url
    settings.CACHES = {
        "default": {
            "BACKEND": "core.cache.ForgivingRedisCache",
            "LOCATION": server.url,
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
    }
    former = app.conf.broker_url
    app.conf.broker_url = server.url
    forget_connections()
    server.start()
    yield server
    server.stop()
    app.conf.broker_url = former
    forget_connections()


def forget_connections() -> None:
    pools.reset()
    app.amqp._producer_pool = None
    app._pool = None


@pytest.fixture
def delivered(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What arrives of the news that somebody completed a course."""
    arrived: list[dict[str, Any]] = []
    monkeypatch.setitem(outbox._handlers, COMPLETED, [arrived.append])
    return arrived


@pytest.fixture
def course() -> Course:
    return make.course(1, 1, title="Knots")


@pytest.fixture
def learner(course: Course) -> User:
    user = measure.person()
    enrolment.enrol(user=user, course=course)
    return user


@pytest.fixture
def browser_of(learner: User) -> Client:
    client = Client()
    client.force_login(learner)
    return client


def news() -> OutboxMessage:
    return OutboxMessage.objects.get(kind=COMPLETED)


def test_F03_a_web_process_knows_the_queue_in_every_thread() -> None:
    """Seen to fail without `config.apps`: Celery's default app got every nudge."""
    code = (
        "import threading, django; django.setup()\n"
        "from core.celery_tasks import deliver\n"
        "ask = threading.Thread(target=lambda: print(deliver.app.conf.broker_url))\n"
        "ask.start(); ask.join()\n"
    )
    wanted = "redis://127.0.0.1:1/3"
    told = subprocess.run(  # noqa: S603 - this Python with code of our own
        [sys.executable, "-c", code],
        env=os.environ | {"REDIS_URL": wanted, "PYTHONPATH": ".:site"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == wanted


def test_F03_with_redis_the_task_is_queued_at_once(
    own_redis: OwnRedis, browser_of: Client, delivered: list[dict[str, Any]]
) -> None:
    """What the next tests take away: else they would prove nothing."""
    before = own_redis.queued()
    assert browser_of.post("/learn/knots/lesson-11/complete/").status_code == 302
    assert own_redis.queued() == before + 1
    deliver(news().pk)
    assert len(delivered) == 1


def test_F03_without_redis_the_page_answers_and_the_task_runs_later(
    own_redis: OwnRedis, browser_of: Client, learner: User, delivered: list[dict[str, Any]]
) -> None:
    own_redis.stop()
    started = time.monotonic()
    answer = browser_of.post("/learn/knots/lesson-11/complete/", HTTP_HX_REQUEST="true")
    assert answer.status_code == 200
    assert time.monotonic() - started < PATIENCE_SECONDS
    assert LessonCompletion.objects.filter(enrolment__user=learner).count() == 1
    assert news().done_at is None
    assert delivered == []
    own_redis.start()
    sweep()
    assert news().done_at is not None
    assert len(delivered) == 1
    sweep()
    assert len(delivered) == 1


def test_F03_control_without_the_protection_the_page_fails(
    own_redis: OwnRedis, browser_of: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "_nudge", lambda pk, after: deliver.apply_async(args=[pk]))
    own_redis.stop()
    with pytest.raises(KombuError):
        browser_of.post("/learn/knots/lesson-11/complete/")


PAGES = ("/", "/courses/", "/courses/knots/", "/learn/knots/", "/learn/knots/lesson-11/", "/my/")


def test_F03_without_the_cache_pages_are_served(own_redis: OwnRedis, browser_of: Client) -> None:
    warm = {page: browser_of.get(page).status_code for page in PAGES}
    assert set(warm.values()) == {200}
    assert own_redis.client().dbsize(), "nothing was cached: this test would prove nothing"
    own_redis.stop()
    for page in PAGES:
        assert browser_of.get(page).status_code == 200, page
        assert Client().get(page).status_code in {200, 302}, page
    assert browser_of.get("/health/ready/").status_code == 200
    assert cache.get("anything") is None


def test_F03_control_with_djangos_own_cache_pages_fail(
    own_redis: OwnRedis, browser_of: Client, settings: Any
) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": own_redis.url,
        }
    }
    own_redis.stop()
    with pytest.raises(redis.ConnectionError):
        browser_of.get("/learn/knots/lesson-11/")
