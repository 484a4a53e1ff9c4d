"""`manage.py films_from_documents`: once, after the update that brought videos."""

from typing import Any

from django.core.management.base import BaseCommand

from course_pages import films


class Command(BaseCommand):
    help = (
        "Turn the documents that lessons show as films and recordings into videos. Run it again at "
        "any time: it changes what is left to change."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = films.from_documents()
        self.stdout.write(f"{done.lessons} lessons changed, {len(done.videos)} videos made.")
        for title in done.lost:
            self.stdout.write(f"“{title}”: the file of a film is gone.")
