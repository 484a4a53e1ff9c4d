"""The key that signs badges, and the public keys that tell whether one is ours."""

import json
import re
import warnings
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import OKPKey

# RFC 9864 calls the same signature `Ed25519` and `EdDSA` a name of old. Verifiers in use know that
# one only (openbadgeslib 4.6.3 refuses the other); key and address of the key say the curve.
ALGORITHM = "EdDSA"
ACCEPTED = ("EdDSA", "Ed25519")
MEDIA_TYPE = "vc+jwt"
BLOCK = re.compile(r"-----BEGIN PRIVATE KEY-----.+?-----END PRIVATE KEY-----", re.DOTALL)

warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)


def known() -> tuple[OKPKey, ...]:
    """Those of BADGE_SIGNING_KEY; the first one signs, earlier ones still verify. Empty: no badges.

    Raises ImproperlyConfigured.
    """
    return _keys(settings.BADGE_SIGNING_KEY)


@lru_cache(maxsize=4)
def _keys(text: str) -> tuple[OKPKey, ...]:
    if not text:
        return ()
    try:
        found = [OKPKey.import_key(one) for one in _each(text.replace("\\n", "\n"))]
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _wrong() from error
    if not found or not all(one.is_private and one.curve_name == "Ed25519" for one in found):
        raise _wrong()
    return tuple(found)


def _each(text: str) -> list[Any]:
    if not text.lstrip().startswith("{"):
        return BLOCK.findall(text)
    read = json.loads(text)
    return list(read["keys"]) if "keys" in read else [read]


def _wrong() -> ImproperlyConfigured:
    return ImproperlyConfigured(
        "BADGE_SIGNING_KEY is no private key of Ed25519. "
        "Make one: openssl genpkey -algorithm ed25519; join its lines by \\n, or use a JWK."
    )


def absolute(path: str) -> str:
    return settings.BASE_URL.rstrip("/") + path


def address(key: OKPKey) -> str:
    """Where the public part of a key is read: its `kid`."""
    return absolute(reverse("certificates:badge-key", args=[key.thumbprint()]))


def public(key: OKPKey) -> dict[str, Any]:
    """The public part of a key as a JWK."""
    return key.as_dict(private=False) | {"kid": address(key), "use": "sig", "alg": ALGORITHM}


def sign(claims: dict[str, Any]) -> str:
    """A compact JWS by the first key: the same claims, the same text."""
    key = known()[0]
    header = {"alg": ALGORITHM, "typ": MEDIA_TYPE, "kid": address(key)}
    return jwt.encode(header, claims, key, algorithms=[ALGORITHM])
