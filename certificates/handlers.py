"""What certificates do when something happened, and what they do regularly."""

from datetime import timedelta
from typing import Any

from django.db.models.signals import post_save, pre_delete
from django.dispatch import receiver

from accounts.models import User
from assessments.services import attempts
from certificates import files, freezing
from certificates.models import Certificate, CertificateDesign
from certificates.services import issuing, prints
from certificates.staff import giving
from core import outbox, schedule, snapshots
from course_pages import marks, registries
from learning.models import Enrolment
from learning.services import progress

registries.pins[registries.DESIGN] = freezing.pin
registries.checks.append(freezing.letters_in_title)
schedule.every(timedelta(hours=1), "give-owed-certificates")(issuing.sweep)
schedule.every(timedelta(hours=24), "order-missing-files-of-certificates")(issuing.order_missing)
schedule.every(timedelta(hours=24), "clear-parts-of-certificates")(files.clear_parts)


@outbox.handler(progress.COMPLETED)
@outbox.handler(attempts.SCORE_CHANGED)
def consider(payload: dict[str, Any]) -> None:
    rows = Enrolment.objects.select_related("completed_release", "user")
    issuing.consider(rows.get(pk=payload["enrolment"]))


@outbox.handler(issuing.OWED)
def give_owed(payload: dict[str, Any]) -> None:
    rows = Enrolment.objects.select_related("completed_release", "user")
    found = issuing.consider(rows.get(pk=payload["enrolment"]))
    if found is not None:
        issuing.print_held(found.pk)


@outbox.handler(issuing.ISSUED)
def make_print(payload: dict[str, Any]) -> None:
    prints.make(payload["issue"])


@outbox.handler(prints.PRINTED)
def tell_holder(payload: dict[str, Any]) -> None:
    prints.tell(payload["issue"])


@outbox.handler(giving.GIVE)
def give_to_many(payload: dict[str, Any]) -> None:
    giving.give(payload)


@outbox.handler(issuing.NAMED)
def print_held(payload: dict[str, Any]) -> None:
    held = Certificate.objects.filter(enrolment__user=payload["user"], state=Certificate.State.HELD)
    for pk in list(held.values_list("pk", flat=True)):
        issuing.print_held(pk)


@receiver(post_save, sender=User)
def named(
    sender: type, instance: User, created: bool, update_fields: Any = None, **kwargs: Any
) -> None:
    """What was held for a name is printed once there is one, and not an hour later."""
    if created or (update_fields is not None and "name" not in update_fields):
        return
    issuing.name_given(instance)


@receiver(post_save, sender=CertificateDesign)
def changed(sender: type, instance: CertificateDesign, raw: bool = False, **kwargs: Any) -> None:
    """The next release of every course that gives it differs; a draft's save changes nothing."""
    if not raw:
        marks.mark_lineages(page.translation_key for page in freezing.courses_with(instance))


@receiver(pre_delete, sender=CertificateDesign)
def keep_while_pinned(sender: type, instance: CertificateDesign, **kwargs: Any) -> None:
    snapshots.refuse_deletion_while_pinned("certificate_design", instance)
