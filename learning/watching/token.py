"""The signed page token: who watches what, as the one door said. It is the proof of a beat."""

from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime, timedelta

from django.core import signing

LIFE = timedelta(hours=12)
SIGNER = signing.Signer(salt="learning.watching")


class BadToken(Exception):
    """Forged, broken or expired."""


@dataclass(frozen=True, slots=True)
class Token:
    """A learner's film in a lesson as released.

    `percent` is what the lesson's rule asks to be watched of it, 0 where it asks nothing.
    `issued_ms` is the server's time: nobody can have played the film before.
    """

    user: int
    enrolment: int
    lineage: str
    era: int
    release: int
    video: str
    duration_ms: int
    percent: int
    issued_ms: int

    @property
    def issued(self) -> datetime:
        return datetime.fromtimestamp(self.issued_ms / 1000, UTC)

    def sign(self) -> str:
        return SIGNER.sign_object(list(astuple(self)))

    def renewed(self, now: datetime) -> str | None:
        """The same from now on, once half of its life is over."""
        if now - self.issued < LIFE / 2:
            return None
        return replace(self, issued_ms=milliseconds(now)).sign()


def read(text: str, now: datetime) -> Token:
    """The token that we signed; raises BadToken for any other, and after its life."""
    try:
        token = Token(*SIGNER.unsign_object(text))
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise BadToken from error
    if now - token.issued >= LIFE:
        raise BadToken
    return token


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
