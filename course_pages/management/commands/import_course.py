"""`manage.py import_course`: a course from another platform, with an honest report."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from course_pages.importing import load
from course_pages.importing.errors import ImportRefused
from course_pages.importing.report import Report
from course_pages.importing.writer import ImportResult, write
from course_pages.models import CataloguePage


class Command(BaseCommand):
    help = (
        "Import a course as pages of the catalogue: an Open edX export, a Common Cartridge "
        "(.imscc), or Markdown (.zip, .tar.gz or a plain folder)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The exported course, a file or a folder.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Only report what would be imported."
        )
        parser.add_argument(
            "--publish",
            action="store_true",
            help="Publish the pages and release the course; without it they stay drafts.",
        )
        parser.add_argument("--by", metavar="EMAIL", help="Whose name stands in the history.")
        parser.add_argument("--json", action="store_true", help="Print the report as JSON.")
        parser.add_argument("--brief", action="store_true", help="Print only the report's figures.")

    def handle(self, *args: Any, **options: Any) -> None:
        by = self._person(options["by"])
        try:
            with load(options["file"]) as description:
                report = Report.of(description.found, description.findings)
                if options["json"]:
                    self.stdout.write(report.as_json())
                else:
                    lessons = sum(1 for __ in description.lessons())
                    self.stdout.write(
                        f"{description.title} ({description.key}): "
                        f"{len(description.modules)} modules, {lessons} lessons, "
                        f"{len(description.images)} pictures, {len(description.files)} files\n"
                    )
                    self.stdout.write(report.as_table(details=not options["brief"]))
                if options["dry_run"]:
                    self.stderr.write("Dry run: nothing was written.")
                    return
                result = write(
                    description, parent=self._catalogue(), by=by, publish=options["publish"]
                )
        except ImportRefused as refused:
            raise CommandError(refused.reason) from refused
        self._tell(result, publish=options["publish"])

    def _person(self, email: str | None) -> User | None:
        if not email:
            return None
        person = User.objects.filter(email=email.lower()).first()
        if person is None:
            raise CommandError(f"Nobody here has the address {email}.")
        return person

    def _catalogue(self) -> CataloguePage:
        catalogue = CataloguePage.objects.order_by("path").first()
        if catalogue is None:
            raise CommandError("There is no catalogue page yet; run `manage.py setup_site` first.")
        return catalogue

    def _tell(self, result: ImportResult, *, publish: bool) -> None:
        write = self.stderr.write
        write(
            f"Pages: {len(result.created)} created, {len(result.updated)} updated, "
            f"{len(result.unchanged)} unchanged. "
            f"New in the course's collection: {result.images} pictures, {result.videos} films and "
            f"recordings, {result.files} files."
        )
        for said in result.told:
            write(said)
        for title in result.kept:
            write(f"Left as it is, edited here since: {title}")
        for title in result.vanished:
            did = "unpublished" if publish else "would be unpublished by --publish"
            write(f"No longer in the source, {did}: {title}")
        if result.problems:
            raise CommandError("Not released:\n" + "\n".join(result.problems))
        if result.release is not None:
            write(
                f"Released: number {result.release.number}, {result.release.lesson_count} lessons."
            )
        elif publish:
            write("Learners see this already; nothing to release.")
        else:
            write("Drafts: publish the pages in the editor, or run again with --publish.")
