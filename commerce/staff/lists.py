"""Lists of people to let in, as files come: read, looked up, and told line by line."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import clock
from course_pages.models import Course
from learning.models import AccessGrant

MOST_LINES = 5000
MOST_BYTES = 1024 * 1024
LONGEST_ADDRESS = 254
HEADS = frozenset({"email", "e-mail", "mail", "e-mail address", "email address"})
AT_ONCE = 500


class BadList(Exception):
    """The file is no list; the message says why."""


class Standing(StrEnum):
    FOUND = "found"
    ALREADY = "already"
    UNKNOWN = "unknown"
    INACTIVE = "inactive"
    TWICE = "twice"
    INVALID = "invalid"


WORDS: dict[Standing, Any] = {
    Standing.FOUND: _("will be let in"),
    Standing.ALREADY: _("may study it already"),
    Standing.UNKNOWN: _("has no account with this address"),
    Standing.INACTIVE: _("the account is switched off"),
    Standing.TWICE: _("stands in the list before"),
    Standing.INVALID: _("is no e-mail address"),
}


@dataclass(frozen=True)
class Line:
    """A line of the list, by its number in the file."""

    number: int
    text: str
    standing: Standing
    user: User | None = None

    @property
    def words(self) -> str:
        return str(WORDS[self.standing])


def read(data: bytes) -> list[tuple[int, str]]:
    """The addresses of a file with their line numbers; raises BadList."""
    if len(data) > MOST_BYTES:
        raise BadList(_t("The file is larger than 1 MB."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadList(_t("The file is not in UTF-8. Save it as “CSV UTF-8”.")) from None
    if "\x00" in text:
        raise BadList(_t("This is no CSV file."))
    try:
        rows = _rows(text)
    except csv.Error:
        raise BadList(_t("This is no CSV file.")) from None
    if not rows:
        raise BadList(_t("There is nothing in the file."))
    head = [cell.strip().lower() for cell in rows[0][1]]
    column = next((place for place, cell in enumerate(head) if cell in HEADS), None)
    if column is not None:
        rows = rows[1:]
    if not rows:
        raise BadList(_t("Below its first line the file is empty."))
    if len(rows) > MOST_LINES:
        raise BadList(_t("No more than %(most)s people at once.") % {"most": MOST_LINES})
    return [(number, _address(cells, column)) for number, cells in rows]


def write(addresses: Iterable[str]) -> str:
    """A file of these addresses that `read` reads as just these."""
    file = io.StringIO()
    csv.writer(file).writerows([["email"], *([one] for one in addresses)])
    return file.getvalue()


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Lines with something in them, and their numbers."""
    first = text.lstrip().partition("\n")[0]
    separator = Counter({one: first.count(one) for one in ",;\t"}).most_common(1)[0][0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    found = []
    for cells in reader:
        if any(cell.strip() for cell in cells):
            found.append((reader.line_num, cells))
        if len(found) > MOST_LINES + 1:
            raise BadList(_t("No more than %(most)s people at once.") % {"most": MOST_LINES})
    return found


def _address(cells: Sequence[str], column: int | None) -> str:
    """The address in a line: of the named column, else of the first cell that has an @."""
    if column is not None:
        return cells[column].strip() if column < len(cells) else ""
    return next((cell.strip() for cell in cells if "@" in cell), cells[0].strip())


def look_up(addresses: Sequence[tuple[int, str]], course: Course) -> list[Line]:
    """What would become of each line; writes nothing. A few statements for each 500 lines."""
    normal = {text: User.objects.normalize_email(text) for _n, text in addresses if _is_valid(text)}
    users = _users(sorted(set(normal.values())))
    inside = set(
        AccessGrant.objects.active(clock.now())
        .filter(
            enrolment__course=course,
            enrolment__left_at=None,
            enrolment__user__in=[user.pk for user in users.values()],
        )
        .values_list("enrolment__user", flat=True)
    )
    seen: set[object] = set()
    lines = []
    for number, text in addresses:
        address = normal.get(text)
        user = users.get(address) if address else None
        # One person may have two addresses.
        who: object = user.pk if user else address
        standing = _standing(address, user, inside, who in seen)
        if address:
            seen.add(who)
        lines.append(Line(number, text[:LONGEST_ADDRESS], standing, user))
    return lines


def _standing(address: str | None, user: User | None, inside: set[int], twice: bool) -> Standing:
    if address is None:
        return Standing.INVALID
    if twice:
        return Standing.TWICE
    if user is None:
        return Standing.UNKNOWN
    if not user.is_active:
        return Standing.INACTIVE
    return Standing.ALREADY if user.pk in inside else Standing.FOUND


def _is_valid(text: str) -> bool:
    if len(text) > LONGEST_ADDRESS or re.search(r"[\s\x00-\x1f\x7f]", text):
        return False
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _users(addresses: Sequence[str]) -> dict[str, User]:
    """Who signs in with an address, or has confirmed it beside another."""
    found: dict[str, User] = {}
    for start in range(0, len(addresses), AT_ONCE):
        some = addresses[start : start + AT_ONCE]
        for row in EmailAddress.objects.filter(email__in=some, verified=True).select_related(
            "user"
        ):
            found[User.objects.normalize_email(row.email)] = row.user
        found |= {user.email: user for user in User.objects.filter(email__in=some)}
    return found
