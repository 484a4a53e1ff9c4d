"""What is said in Open Badges' terms: issuer, achievement, credential and its revocation.

Nothing here holds a name or an address in the clear: a badge cannot be called back.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from certificates.badges.keys import absolute
from certificates.evidence import Evidence
from certificates.models import CertificateIssue
from certificates.services import prints
from certificates.standing import Standing, Status
from course_pages import outline as outlines
from course_pages.outline import CertificateRule, Outline

Document = dict[str, Any]
CONTEXT = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
]
SCHEMA = {
    "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json",
    "type": "1EdTechJsonSchemaValidator2019",
}


def issuer(name: str = "", url: str = "") -> Document:
    """The site's profile, as it is today or was once; its address is its name for ever."""
    return {
        "id": absolute(reverse("certificates:badge-issuer")),
        "type": ["Profile"],
        "name": name or settings.WAGTAIL_SITE_NAME,
        "url": url or settings.BASE_URL,
    }


def achievement(lineage: str, release: int, outline: Outline) -> Document:
    """What everybody has achieved who completed a course in this release."""
    with override(settings.LANGUAGE_CODE):
        return {
            "id": absolute(reverse("certificates:badge-achievement", args=[lineage, release])),
            "type": ["Achievement"],
            "achievementType": "Course",
            "name": outline.title,
            "description": _description(outline),
            "criteria": {"narrative": _criteria(outline.certificate)},
            "creator": issuer(),
            "version": str(release),
        }


def _description(outline: Outline) -> str:
    lessons = len(outline.lessons)
    modules = "\n".join(f"- {module.title}" for module in outline.modules)
    said = ngettext(
        "The course “%(course)s”, %(lessons)s lesson:",
        "The course “%(course)s”, %(lessons)s lessons:",
        lessons,
    )
    return said % {"course": outline.title, "lessons": lessons} + f"\n{modules}"


def _criteria(rule: CertificateRule | None) -> str:
    if rule is not None and rule.when == "score":
        words = _("Every required lesson completed, with at least %(percent)s % of the points.")
        return words.replace("%(percent)s", str(rule.percent))
    if rule is not None and rule.when == "approved":
        return _("Every required lesson completed, and approved by a teacher.")
    return _("Every required lesson completed.")


def credential(standing: Standing, email: str) -> Document:
    """The credential of a print whose evidence stands. The same print, the same document.

    The issuer is named as when it was issued; `email` is the holder's of today.

    The dates stand twice: `validFrom` and `validUntil` are those of version 2 of the data model,
    `issuanceDate` and `expirationDate` those of version 1, for which 1EdTech's first schema asks.
    """
    said, issue = standing.evidence, standing.issue
    assert said is not None, "a badge needs the evidence of its print"
    begins = said.issued.astimezone(UTC)
    made: Document = {
        "@context": CONTEXT,
        "id": prints.address(standing.certificate, issue),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": said.course,
        "issuer": issuer(said.issuer, said.issuer_url),
        "validFrom": moment(begins),
        "issuanceDate": moment(begins),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [identity(email, issue)],
            "activityEndDate": f"{said.completed_on}T00:00:00Z",
            "licenseNumber": said.serial,
            "achievement": _achieved(said),
        },
        "credentialSchema": [SCHEMA],
        "credentialStatus": {"id": revocations_of(issue), "type": "1EdTechRevocationList"},
    }
    if said.expires:
        ends = moment(said.expires.astimezone(UTC))
        made |= {"validUntil": ends, "expirationDate": ends}
    return made


def _achieved(said: Evidence) -> Document:
    made = achievement(said.course_lineage, said.release, outlines.load(said.outline))
    return made | {"creator": issuer(said.issuer, said.issuer_url)}


def claims(document: Document) -> Document:
    """A credential as the payload of a JWT: itself, and the registered claims beside it."""
    made = document | {
        "iss": document["issuer"]["id"],
        "jti": document["id"],
        "nbf": _seconds(document["validFrom"]),
    }
    if "validUntil" in document:
        made["exp"] = _seconds(document["validUntil"])
    return made


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def moment(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def identity(email: str, issue: CertificateIssue) -> Document:
    """Whose it is: a digest that tells the address only to those who know it.

    The salt is of this print, so that two badges do not show that they are of one person.
    """
    secret = f"{issue.certificate.public_id}/{issue.number}"
    salt = hashlib.sha256(f"badge-salt:{secret}".encode()).hexdigest()[:32]
    digest = hashlib.sha256((email.lower() + salt).encode()).hexdigest()
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"sha256${digest}",
        "identityType": "emailAddress",
        "salt": salt,
    }


def revocations_of(issue: CertificateIssue) -> str:
    args = [issue.certificate.public_id, issue.number]
    return absolute(reverse("certificates:badge-revocations", args=args))


# Nobody's own words: what a person wrote as the reason is for the page.
REASONS = {
    Status.REVOKED: "Revoked by the issuer.",
    Status.SUPERSEDED: "Replaced by a newer credential.",
}


def revocations(standing: Standing) -> Document:
    """The list of one print: with it in it once it was revoked or replaced, else empty.

    A list for each, as its address is a secret that a common list would give away.
    """
    own = prints.address(standing.certificate, standing.issue)
    reason = REASONS.get(standing.status)
    listed = [{"id": own, "revoked": True, "revocationReason": reason}] if reason else []
    return {
        "id": revocations_of(standing.issue),
        "issuer": issuer()["id"],
        "revokedCredentials": listed,
    }
