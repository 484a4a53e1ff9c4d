"""What happens in the background: mail about grades, regrades and their undoing."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from assessments.models import Attempt
from assessments.services import grading_by_hand, regrading
from core import outbox, snapshots


@outbox.handler(grading_by_hand.GRADED)
def tell_the_learner(payload: dict[str, Any]) -> None:
    """A mail that the result is there; it says no figure: the quiz's rules decide who sees it."""
    attempt = Attempt.objects.select_related("enrolment__user", "enrolment__course").get(
        pk=payload["attempt"]
    )
    # A later grade sends its own mail; the older one would only repeat it.
    if attempt.grade_number != payload["grade"] or not attempt.enrolment.user.is_active:
        return
    user = attempt.enrolment.user
    quiz = snapshots.load(attempt.snapshot_id)["title"]
    with translation.override(user.language or settings.LANGUAGE_CODE):
        address = f"{settings.BASE_URL.rstrip('/')}/learn/{attempt.enrolment.course.slug}/"
        context = {
            "user": user,
            "quiz": quiz,
            "course": attempt.enrolment.course.title,
            "address": address,
        }
        subject = " ".join((_("Graded: %(quiz)s") % {"quiz": quiz}).split())[:200]
        body = render_to_string("assessments/email/graded.txt", context)
    send_mail(subject, body, None, [user.email])


@outbox.handler(regrading.REGRADE)
def carry_out(payload: dict[str, Any]) -> None:
    regrading.run(payload["regrade"])


@outbox.handler(regrading.UNDO)
def take_back(payload: dict[str, Any]) -> None:
    regrading.undo(payload["regrade"])
