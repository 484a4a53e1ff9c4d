"""`manage.py release_course`: release by hand, roll back, or show what was released."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from course_pages import certificate_news, outline, releases
from course_pages.models import Course, Release
from course_pages.outline import CertificateRule


class Command(BaseCommand):
    help = "Release a course's published pages to its learners, roll back, or list its releases."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("course", help="The course's address, e.g. charts-that-tell-the-truth.")
        parser.add_argument("--notes", default="", help="What changed, for the record.")
        parser.add_argument(
            "--roll-back-to", type=int, metavar="N", help="Show release N again and hold there."
        )
        parser.add_argument("--list", action="store_true", help="Show the releases so far.")

    def handle(self, *args: Any, **options: Any) -> None:
        course = Course.objects.filter(slug=options["course"]).first()
        if course is None:
            known = ", ".join(Course.objects.values_list("slug", flat=True)[:20]) or "none yet"
            raise CommandError(f"There is no course “{options['course']}”. Known: {known}.")
        if options["list"]:
            self._list(course)
        elif options["roll_back_to"] is not None:
            self._roll_back(course, options["roll_back_to"], options["notes"])
        else:
            self._release(course, options["notes"])

    def _list(self, course: Course) -> None:
        for release in Release.objects.filter(course=course):
            live = "live" if release.pk == course.live_release_id else ""
            self.stdout.write(
                f"{release.number:>4}  {release.at:%Y-%m-%d %H:%M}  {release.lesson_count} lessons"
                f"  {release.get_cause_display()}  {release.notes} {live}".rstrip()
            )
        if course.hold:
            self.stdout.write("On hold: nothing is released by itself.")

    def _roll_back(self, course: Course, number: int, notes: str) -> None:
        try:
            made = releases.roll_back(course=course, to=number, by=None, notes=notes)
        except Release.DoesNotExist:
            raise CommandError(f"{course.title} has no release {number}; see --list.") from None
        self.stdout.write(
            f"Learners see release {number} again, as release {made.number}. The course is on hold."
        )

    def _release(self, course: Course, notes: str) -> None:
        before = _rule(course.live_release)
        try:
            made = releases.release(course=course, by=None, notes=notes)
        except releases.ReleaseRefused as refused:
            raise CommandError(f"Not released; learners keep what they have.\n{refused}") from None
        if made is None:
            self.stdout.write("Learners see this already; nothing to release.")
        else:
            self.stdout.write(
                f"Released {course.title}, release {made.number}: {made.lesson_count} lessons."
            )
            if made.number > 1 and (news := certificate_news.between(before, _rule(made))):
                self.stdout.write(news)


def _rule(release: Release | None) -> CertificateRule | None:
    return outline.load(release.outline_id).certificate if release else None
