"""Regular work on courses."""

from datetime import timedelta

from django.core.management import call_command

from core import outbox, schedule
from course_pages import releases

schedule.every(timedelta(seconds=2), "release-changed-courses")(releases.release_due)
schedule.every(timedelta(hours=24), "look-at-all-courses")(releases.mark_all_dirty)
schedule.every(timedelta(hours=24), "purge-outbox")(outbox.purge)


@schedule.every(timedelta(minutes=1), "publish-scheduled-pages")
def publish_scheduled() -> None:
    """Wagtail's go-live and expiry times."""
    call_command("publish_scheduled")
