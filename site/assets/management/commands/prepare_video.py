"""`manage.py prepare_video`: one claimed film in this process; started by the queue."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from assets import preparing

NICENESS = 10


class Command(BaseCommand):
    help = "Prepare a film that the queue has claimed. Not for people."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pk", type=int)
        parser.add_argument("attempt", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        os.nice(NICENESS)
        preparing.run(options["pk"], options["attempt"])
