"""What an issue says, by itself: kept as JSON beside it, read by page, PDF and credential."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from certificates.models import CertificateEvidence


@dataclass(frozen=True)
class Evidence:
    """evidence v1. Days are ISO 8601, moments too (UTC); "" where there is none.

    Days are those of where the holder is. `expires_on` came later: without it, paper has UTC's.

    `course` is the title as it was taken, `outline` and `design` are digests of snapshots, `score`
    is a percentage as text; `images` maps keys of the design's pictures to their sha-256.
    """

    name: str
    course: str
    course_lineage: str
    release: int
    outline: str
    completed_on: str
    score: str
    serial: str
    design: str
    signatories: list[dict[str, str]]
    images: dict[str, str]
    issuer: str
    issuer_url: str
    language: str
    issued_at: str
    expires_at: str
    expires_on: str = ""
    v: int = 1

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def completed(self) -> date:
        return date.fromisoformat(self.completed_on)

    @property
    def issued(self) -> datetime:
        return datetime.fromisoformat(self.issued_at)

    @property
    def expires(self) -> datetime | None:
        return datetime.fromisoformat(self.expires_at) if self.expires_at else None

    @property
    def last_day(self) -> date | None:
        """The day of its end, as printed; None for ever."""
        if self.expires_on:
            return date.fromisoformat(self.expires_on)
        return self.expires.date() if self.expires else None


def of(row: CertificateEvidence) -> Evidence:
    """Raises TypeError for a version that is not known here."""
    return Evidence(**row.data)
