"""`manage.py work`: the queue and the schedule in one process, from the database alone."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from core import outbox, schedule


class Command(BaseCommand):
    help = "Run the queue and the schedule until stopped. With Redis, Celery does this instead."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Do what is due now, then stop.")
        parser.add_argument(
            "--pause", type=float, default=1.0, help="Seconds between two rounds (1)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.stdout.write("Working: queue and schedule. Stop with Ctrl-C.")
        while not stop.is_set():
            close_old_connections()
            busy = schedule.run_due() + outbox.deliver_due()
            if options["once"]:
                if not busy:
                    return
                continue
            stop.wait(0.05 if busy else options["pause"])
        self.stdout.write("Stopped.")
