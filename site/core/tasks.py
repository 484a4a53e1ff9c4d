"""django-tasks (Wagtail's own background work) on our outbox: one queue for everything."""

from datetime import timedelta
from typing import Any

from django.utils.crypto import get_random_string
from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskResult, TaskResultStatus
from django_tasks.utils import normalize_json

from core import clock, outbox

KIND = "django_task"


class OutboxBackend(BaseTaskBackend):
    """Writes a task as an outbox row in the caller's transaction."""

    supports_defer = True

    def enqueue(self, task: Task[Any, Any], args: Any, kwargs: Any) -> TaskResult[Any]:
        self.validate_task(task)
        wait = max(task.run_after - clock.now(), timedelta()) if task.run_after else timedelta()
        arguments, keywords = normalize_json(list(args)), normalize_json(dict(kwargs))
        outbox.publish(
            KIND, {"path": task.module_path, "args": arguments, "kwargs": keywords}, after=wait
        )
        return TaskResult(
            task=task,
            id=get_random_string(32),
            status=TaskResultStatus.READY,
            enqueued_at=clock.now(),
            started_at=None,
            last_attempted_at=None,
            finished_at=None,
            args=args,
            kwargs=kwargs,
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )


@outbox.handler(KIND)
def run_django_task(payload: dict[str, Any]) -> None:
    """Run one of Wagtail's tasks."""
    import_string(payload["path"]).call(*payload["args"], **payload["kwargs"])
