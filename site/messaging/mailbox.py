"""A mail backend for demos and development: keeps mails in the database, shown at /mailbox/."""

from collections.abc import Sequence

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from messaging import sent
from messaging.models import KeptEmail

KEEP = 500


class EmailBackend(BaseEmailBackend):
    """Keeps the newest mails; they reach no one."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            keep(message)
            sent.note(message)
        prune()
        return len(email_messages)


def keep(message: EmailMessage) -> KeptEmail:
    """Store what a reader would have got."""
    html = str(message.body) if message.content_subtype == "html" else ""
    if isinstance(message, EmailMultiAlternatives):
        html = next((str(body) for body, kind in message.alternatives if kind == "text/html"), html)
    return KeptEmail.objects.create(
        to=", ".join(message.recipients()),
        sender=str(message.from_email)[:320],
        subject=str(message.subject),
        text="" if message.content_subtype == "html" else str(message.body),
        html=html,
    )


def prune() -> None:
    """Forget all but the newest mails."""
    oldest = KeptEmail.objects.order_by("-pk").values_list("pk", flat=True)[KEEP : KEEP + 1].first()
    if oldest is not None:
        KeptEmail.objects.filter(pk__lte=oldest).delete()
