"""Whether a text is a badge of Open Badges 3.0, and signed by one of the keys that are known.

Small on purpose: JSON and JWT in both versions of the data model. Proofs inside of JSON (Data
Integrity) are not reckoned; such a badge counts as unsigned.
"""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, OKPKey

from certificates.badges.keys import ACCEPTED

Document = dict[str, Any]
MODELS = {
    "https://www.w3.org/ns/credentials/v2": ("validFrom", "validUntil"),
    "https://www.w3.org/2018/credentials/v1": ("issuanceDate", "expirationDate"),
}
BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context"
KINDS = {"OpenBadgeCredential", "AchievementCredential"}


class NotABadge(Exception):
    """The text is no badge, or not one to rely on; the message says why."""


@dataclass(frozen=True)
class Badge:
    """A credential in order; `signed_by` is a key's `kid`, "" where no signature was checked."""

    credential: Document
    signed_by: str


def verify(text: str, keys: Sequence[Key] = (), *, now: datetime) -> Badge:
    """A badge that holds at this moment by itself; whether it was revoked is asked elsewhere.

    With `keys` it has to be a JWT signed by one of them. Raises NotABadge.
    """
    text = text.strip()
    if text.startswith("{"):
        if keys:
            raise NotABadge("The badge is not signed as a JWT.")
        credential, signed_by = _json(text), ""
    else:
        credential, signed_by = _jwt(text, keys)
    if problem := next(problems(credential, now), ""):
        raise NotABadge(problem)
    return Badge(credential, signed_by)


def _json(text: str) -> Document:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotABadge("The text is neither JSON nor a JWT.") from error
    if not isinstance(read, dict):
        raise NotABadge("The text is no JSON object.")
    return read


def _jwt(text: str, keys: Sequence[Key]) -> tuple[Document, str]:
    payload, signed_by = _unsigned(text), ""
    if keys:
        signed_by = next((kid for key in keys if (kid := _signature(text, key))), "")
        if not signed_by:
            raise NotABadge("The signature is not by a key that is known.")
    # Version 1 has the credential in a claim of its own, version 2 is the credential.
    credential = payload.get("vc", payload)
    if not isinstance(credential, dict):
        raise NotABadge("The JWT holds no credential.")
    if problem := next(_claims(payload, credential), ""):
        raise NotABadge(problem)
    return credential, signed_by


def _unsigned(text: str) -> Document:
    """The payload of a compact JWS, whoever signed it."""
    try:
        _header, payload, _signature = text.split(".")
        return _json(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode())
    except ValueError as error:
        raise NotABadge("The text is neither JSON nor a JWT.") from error


def _signature(text: str, key: Key) -> str:
    """The key's `kid` where the signature is by it. The key decides how, never the header.

    Raises NotABadge where the header names another key than this one.
    """
    allowed = list(ACCEPTED) if isinstance(key, OKPKey) else ["RS256", "ES256"]
    try:
        header = jwt.decode(text, key, algorithms=allowed).header
    except (JoseError, ValueError):
        return ""
    named = header.get("kid")
    if named and key.kid and named != key.kid:
        raise NotABadge("The badge’s kid is not that of the key that signed it.")
    return str(key.kid or named or key.thumbprint())


def _claims(payload: Document, credential: Document) -> Iterator[str]:
    """The registered claims say what the credential says; `sub` and `exp` are left out by many."""
    if payload.get("iss") != _id(credential.get("issuer")):
        yield "The claim iss is not the issuer."
    if payload.get("jti") != credential.get("id"):
        yield "The claim jti is not the credential’s id."
    if not isinstance(payload.get("nbf"), int):
        yield "The claim nbf is missing."
    if "sub" in payload and payload["sub"] != _id(credential.get("credentialSubject")):
        yield "The claim sub is not the subject."
    if "exp" in payload and payload["exp"] != _ends(credential):
        yield "The claim exp is not validUntil."


def _ends(credential: Document) -> int | None:
    """When it ends by itself, in whole seconds as in a JWT."""
    ends = _moment(credential.get("validUntil", credential.get("expirationDate")))
    return int(ends.timestamp()) if ends else None


def _id(value: Any) -> Any:
    return value.get("id") if isinstance(value, dict) else value


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def problems(credential: Document, now: datetime) -> Iterator[str]:
    """What is wrong with a credential, the gravest first."""
    contexts = _listed(credential.get("@context"))
    first = next(iter(contexts), None)
    dates = MODELS.get(first) if isinstance(first, str) else None
    if dates is None:
        yield "The first @context is not that of verifiable credentials."
        return
    if not any(isinstance(one, str) and one.startswith(BADGES) for one in contexts[1:]):
        yield "No @context is that of Open Badges 3.0."
    kinds = {one for one in _listed(credential.get("type")) if isinstance(one, str)}
    if "VerifiableCredential" not in kinds or not kinds & KINDS:
        yield "The type is not that of an Open Badge."
    if not isinstance(credential.get("id"), str):
        yield "The credential has no id."
    issuer = credential.get("issuer")
    if not isinstance(_id(issuer), str):
        yield "The issuer has no id."
    yield from _subject(credential.get("credentialSubject"))
    yield from _dates(credential, *dates, now)


def _subject(subject: Any) -> Iterator[str]:
    if not isinstance(subject, dict):
        yield "There is no subject."
        return
    if "AchievementSubject" not in _listed(subject.get("type")):
        yield "The subject is not one of an achievement."
    if not subject.get("id") and not subject.get("identifier"):
        yield "The subject does not say whose badge it is."
    achievement = subject.get("achievement")
    if not isinstance(achievement, dict):
        yield "The subject has no achievement."
        return
    if "Achievement" not in _listed(achievement.get("type")):
        yield "The achievement is of no known type."
    for name in ("id", "name", "description", "criteria"):
        if not achievement.get(name):
            yield f"The achievement has no {name}."


def _dates(credential: Document, first: str, last: str, now: datetime) -> Iterator[str]:
    begins, ends = (_moment(credential.get(name)) for name in (first, last))
    if begins is None:
        yield f"There is no {first}, or it is no moment."
    elif begins > now:
        yield "The badge is not valid yet."
    if last in credential and ends is None:
        yield f"{last} is no moment."
    elif ends is not None and ends <= now:
        yield "The badge has expired."


def _moment(value: Any) -> datetime | None:
    try:
        read = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return read if read.tzinfo else None
