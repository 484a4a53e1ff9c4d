"""`manage.py make_quizzes`: quizzes for courses that were imported before there were any."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.importing.from_source import make_quizzes
from course_pages.importing.report import Report
from course_pages.models import Course


class Command(BaseCommand):
    help = (
        "Make quizzes of the questions that imports left in lessons. Can be run again: it makes "
        "what is missing and changes nothing that was edited here."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--course", metavar="SLUG", help="Only this course.")
        parser.add_argument("--brief", action="store_true", help="Print only the report's figures.")

    def handle(self, *args: Any, **options: Any) -> None:
        courses = Course.objects.order_by("pk")
        if options["course"]:
            courses = courses.filter(slug=options["course"])
            if not courses:
                raise CommandError(f"There is no course “{options['course']}”.")
        for course in courses:
            made = make_quizzes(course, by=None)
            if not made.account.found:
                continue
            self.stdout.write(f"{course.title} ({course.slug})\n")
            report = Report.of(made.account.found, made.account.findings)
            self.stdout.write(report.as_table(details=not options["brief"]))
            self.stderr.write(made.said())
            for title in made.kept:
                self.stderr.write(f"Left as it is, edited here since: {title}")
