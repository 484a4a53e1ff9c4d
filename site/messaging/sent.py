"""The site's mail server, and a note of each mail that it took: for Support, for three months."""

import logging
from datetime import timedelta

from django.core.mail import EmailMessage
from django.core.mail.backends import smtp
from django.db import DatabaseError

from core import clock
from messaging.models import SentEmail

KEEP = timedelta(days=90)
logger = logging.getLogger(__name__)


class EmailBackend(smtp.EmailBackend):
    """Django's, with the note."""

    def _send(self, email_message: EmailMessage) -> bool:
        taken: bool = super()._send(email_message)  # type: ignore[misc]
        if taken:
            note(email_message)
        return taken


def note(message: EmailMessage) -> None:
    """Remember that a mail went out, by each of its recipients.

    The mail is on its way whatever happens here, so a failure is logged and not raised: whoever
    sends would send again.
    """
    rows = [
        SentEmail(to=address[:320], subject=" ".join(str(message.subject).split())[:255])
        for address in message.recipients()
    ]
    try:
        SentEmail.objects.bulk_create(rows)
    except DatabaseError:
        logger.exception("A mail was sent, but not noted")


def forget() -> int:
    """Delete notes older than `KEEP`."""
    return SentEmail.objects.filter(at__lt=clock.now() - KEEP).delete()[0]
