"""What Celery runs: the same two functions as `manage.py work`."""

from celery import shared_task

from core import outbox, schedule


@shared_task(name="core.deliver", acks_late=True)
def deliver(pk: int) -> None:
    """Deliver one outbox message now."""
    outbox.deliver(pk)


@shared_task(name="core.sweep")
def sweep() -> None:
    """Run due jobs and deliver what a lost nudge left behind."""
    schedule.run_due()
    outbox.deliver_due()
