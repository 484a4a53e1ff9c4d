"""Searches and filters: as much as a person types, nothing that trips a database."""

import re

from django.core.exceptions import BadRequest
from django.http import HttpRequest, QueryDict

LONGEST_TERM = 100
MOST_WORDS = 8
LONGEST_QUERY = 8192
"""Bytes after the question mark: what web servers let through too."""
TERMS = ("q", "search")
UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f\"\\]+")
"""Control characters, and what ends a word for SQLite's full text search."""
TOO_LARGE = re.compile(r"-?[0-9]{19,}")
"""No database counts so far; SQLite fails on it."""


def words(text: str) -> list[str]:
    """The words that are searched for: at most eight, of a hundred characters together."""
    return (
        UNSPEAKABLE.sub(" ", text[: LONGEST_TERM * 2]).strip()[:LONGEST_TERM].split()[:MOST_WORDS]
    )


def check_length(request: HttpRequest) -> None:
    """BadRequest for an address that is longer than any that the site makes."""
    if len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY:
        raise BadRequest("The address is too long.")


def bounded(asked: QueryDict) -> QueryDict:
    """The parameters with search terms cut to what may be asked; BadRequest for absurd numbers."""
    for name, values in asked.lists():
        if name not in TERMS and any(TOO_LARGE.fullmatch(value) for value in values):
            raise BadRequest("A number in the address is too large.")
    if not any(name in asked for name in TERMS):
        return asked
    changed = asked.copy()
    for name in TERMS:
        if name in changed:
            changed.setlist(name, [" ".join(words(value)) for value in changed.getlist(name)])
    return changed
