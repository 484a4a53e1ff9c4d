"""A worker and beat find what the site sends them."""

from django.conf import settings

from config.celery import app


def test_worker_knows_what_the_outbox_and_the_schedule_send() -> None:
    app.loader.import_default_modules()

    wanted = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert wanted | {"core.deliver", "core.sweep"} <= set(app.tasks)
