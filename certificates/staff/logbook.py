"""What staff do with certificates, in Wagtail's log."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogFormatter, log
from wagtail.models import ModelLogEntry

from accounts.models import User
from certificates.models import Certificate
from course_pages.models import Course

KINDS = {
    "certificates.approve": _("Certificate approved"),
    "certificates.refuse": _("Certificate not approved"),
    "certificates.name": _("Certificate issued with another name"),
    "certificates.again": _("Certificate issued again"),
    "certificates.revoke": _("Certificate revoked"),
    "certificates.restore": _("Certificate valid again"),
    "certificates.give": _("Certificates given to those who had completed the course"),
}


class Formatter(LogFormatter):
    """The kind of act, and what was said of it."""

    def format_message(self, log_entry: Any) -> str:
        said = (log_entry.data or {}).get("said")
        return f"{self.label}: {said}" if said else str(self.label)


def register(actions: Any) -> None:
    for action, label in KINDS.items():
        made = type("CertificatesFormatter", (Formatter,), {"label": label})
        actions.register_action(action)(made)


def write(about: Certificate | Course, action: str, by: User, said: str = "") -> None:
    """Names of people stay out of it: what was printed stands with the print, and goes with it."""
    log(instance=about, action=f"certificates.{action}", user=by, data={"said": said})


def entries(certificate: Certificate) -> QuerySet[ModelLogEntry]:
    """What was done to it, the newest first, with who did it."""
    kind = ContentType.objects.get_for_model(Certificate)
    rows = ModelLogEntry.objects.filter(content_type=kind, object_id=str(certificate.pk))
    return rows.select_related("user").order_by("-timestamp", "-pk")
