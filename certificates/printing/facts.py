"""What is told on a certificate."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Facts:
    """All of it; `score` is text like "87 %", "" for none. `language` is of dates and metadata."""

    name: str
    course: str
    completed_on: date
    score: str
    serial: str
    verify_url: str
    issuer: str
    language: str
    expires_on: date | None
