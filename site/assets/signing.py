"""Addresses of private files that live for minutes.

A ticket names a file or a folder and the second at which it ends. Whoever signs one has asked the
door above; `assets` knows nothing of learners.
"""

import re
from datetime import datetime, timedelta

from django.core import signing
from django.urls import reverse

SALT = "assets.play"
# Names that we give; so a path never climbs, is never absolute and holds nothing odd.
NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


class Refused(Exception):
    """The ticket is forged, over, or for something else."""


def _signer() -> signing.Signer:
    # A colon would be taken for a scheme where an address is resolved carelessly.
    return signing.Signer(salt=SALT, sep=".")


def ends_at(now: datetime, seconds: int) -> datetime:
    """The second at which an address signed now ends."""
    return now.replace(microsecond=0) + timedelta(seconds=seconds)


def ticket(path: str, *, expires_at: datetime) -> str:
    """For one file, or with a `/` at its end for all that lies below a folder."""
    return _signer().sign_object([path, int(expires_at.timestamp())])


def address(path: str, *, expires_at: datetime) -> str:
    """Where one private file is to be had until then."""
    name = path.rpartition("/")[2]
    return reverse("assets:play", args=[ticket(path, expires_at=expires_at), name])


def address_below(folder: str, name: str, *, expires_at: datetime) -> str:
    """Where a file of a folder is to be had; what it names beside it has the same ticket."""
    return reverse("assets:play", args=[ticket(f"{folder}/", expires_at=expires_at), name])


def opened(ticket: str, name: str, *, now: datetime) -> tuple[str, str, datetime]:
    """The folder that the ticket opens, the path asked for, and its end; raises Refused."""
    try:
        signed, end = _signer().unsign_object(ticket)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Refused from error
    if end <= now.timestamp() or not NAME.fullmatch(name):
        raise Refused
    folder, _, only = signed.rpartition("/")
    if only and name != only:
        raise Refused
    return folder, f"{folder}/{name}", datetime.fromtimestamp(end, tz=now.tzinfo)
