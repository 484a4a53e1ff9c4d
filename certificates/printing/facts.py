"""What a certificate states."""

from dataclasses import dataclass
from datetime import date

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from django.utils.translation import to_locale


@dataclass(frozen=True)
class Facts:
    """`score` is text such as "87 %", or empty. `language` is a code of Django's, e.g. "pt-br"."""

    name: str
    course: str
    completed_on: date
    score: str
    serial: str
    verify_url: str
    issuer: str
    language: str
    expires_on: date | None

    def values(self) -> dict[str, str]:
        """What stands for each of `design.PLACEHOLDERS`."""
        return {
            "name": self.name,
            "course": self.course,
            "date": _day(self.completed_on, self.language),
            "score": self.score,
            "serial": self.serial,
            "expires": _day(self.expires_on, self.language) if self.expires_on else "",
            "issuer": self.issuer,
        }


def _day(day: date, language: str) -> str:
    try:
        locale = Locale.parse(to_locale(language))
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return format_date(day, format="long", locale=locale)
