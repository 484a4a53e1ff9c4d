"""`manage.py import_questions`: questions from a file, with an honest report."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from assessments.importing import load
from assessments.importing.writing import import_questions
from course_pages.importing.errors import ImportRefused
from course_pages.importing.report import Report
from course_pages.models import Course


class Command(BaseCommand):
    help = "Import questions (GIFT, Aiken, QTI 1.2 or 2) as a question bank of a course."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The file of questions, or a QTI package.")
        parser.add_argument("--course", required=True, metavar="SLUG", help="Whose bank it is.")
        parser.add_argument("--title", default="", help="Its title; else what the file says.")
        parser.add_argument(
            "--as-quiz", action="store_true", help="Make a quiz of them, not a question bank."
        )
        parser.add_argument("--publish", action="store_true", help="Without it, it stays a draft.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Only report what would be imported."
        )
        parser.add_argument("--by", metavar="EMAIL", help="Whose name stands in the history.")
        parser.add_argument("--brief", action="store_true", help="Print only the report's figures.")

    def handle(self, *args: Any, **options: Any) -> None:
        course = Course.objects.filter(slug=options["course"]).first()
        if course is None:
            raise CommandError(f"There is no course “{options['course']}”.")
        by = None
        if options["by"]:
            by = User.objects.filter(email=options["by"].lower()).first()
            if by is None:
                raise CommandError(f"Nobody here has the address {options['by']}.")
        try:
            with load(options["file"]) as questions:
                report = Report.of(questions.account.found, questions.account.findings)
                self.stdout.write(f"{questions.title}: {len(questions.blocks)} questions\n")
                self.stdout.write(report.as_table(details=not options["brief"]))
                if options["dry_run"]:
                    self.stderr.write("Dry run: nothing was written.")
                    return
                made = import_questions(
                    course=course,
                    questions=questions,
                    title=options["title"],
                    by=by,
                    as_quiz=options["as_quiz"],
                    publish=options["publish"],
                )
        except ImportRefused as refused:
            raise CommandError(refused.reason) from refused
        except OSError as error:
            raise CommandError(f"The file cannot be read ({error.strerror}).") from error
        if made is None:
            raise CommandError("Nothing in it can be asked here; nothing was written.")
        state = "published" if made.live else "a draft"
        self.stderr.write(f"{made._meta.verbose_name} “{made.title}” of {course.title}: {state}.")
