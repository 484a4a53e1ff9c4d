"""`manage.py run_import`: one claimed import in this process; started by the queue."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from course_pages.imports import jobs, worker


class Command(BaseCommand):
    help = "Do an import that the queue has claimed. Not for people: use import_course."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pk", type=int)
        parser.add_argument("attempt", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        os.nice(worker.NICENESS)
        jobs.run(options["pk"], options["attempt"])
