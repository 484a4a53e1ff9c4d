"""Immutable, content-addressed JSON: the ground on which releases stand.

Canonical form: UTF-8, keys sorted, no spaces, no floats, text in Unicode NFC as given.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from core.models import Snapshot, SnapshotReference


class NotCanonical(ValueError):
    """The data cannot be hashed reproducibly (a float, a key that is no text, an odd type)."""


@dataclass(frozen=True)
class Reference:
    """Something a snapshot needs, e.g. `Reference("image", "17")`."""

    kind: str
    key: str


@dataclass(frozen=True)
class Frozen:
    """A snapshot not stored yet. `digest` covers kind, version and data."""

    kind: str
    v: int
    body: str
    digest: str
    references: frozenset[Reference] = field(default=frozenset())


def _check(value: Any, place: str) -> None:
    if value is None or isinstance(value, bool | int | str):
        return
    if isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _check(item, f"{place}[{index}]")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise NotCanonical(f"{place}: key {key!r} is no text")
            _check(item, f"{place}.{key}")
    else:
        raise NotCanonical(f"{place}: {type(value).__name__} has no canonical form")


def canonical(data: Any) -> str:
    """`data` as canonical JSON; raises NotCanonical, naming the place."""
    _check(data, "$")
    return json.dumps(
        data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def freeze(kind: str, v: int, data: Any, references: Iterable[Reference] = ()) -> Frozen:
    """The snapshot that `data` would be; writes nothing."""
    body = canonical(data)
    try:
        encoded = f"{kind}\n{v}\n{body}".encode()
    except UnicodeEncodeError as error:
        raise NotCanonical(f"text that is not Unicode: {error.reason}") from error
    return Frozen(kind, v, body, hashlib.sha256(encoded).hexdigest(), frozenset(references))


def stored(digests: Iterable[str]) -> set[str]:
    """Those of the digests that are stored; what is stored stays."""
    return set(Snapshot.objects.filter(pk__in=set(digests)).values_list("pk", flat=True))


def store(frozen: Iterable[Frozen], known: set[str] | None = None) -> set[str]:
    """Store what is not there yet (≤ 3 statements for any number); returns the new digests.

    `known` are digests found stored before, so that they are not asked for again. Safe to race: the
    digest is the key, and equal keys hold equal bytes.
    """
    wanted = {item.digest: item for item in frozen}
    if known is None:
        known = stored(wanted)
    new = [item for digest, item in wanted.items() if digest not in known]
    if new:
        Snapshot.objects.bulk_create(
            [
                Snapshot(digest=item.digest, kind=item.kind, v=item.v, body=item.body)
                for item in new
            ],
            ignore_conflicts=True,
        )
        SnapshotReference.objects.bulk_create(
            [
                SnapshotReference(snapshot_id=item.digest, kind=reference.kind, key=reference.key)
                for item in new
                for reference in sorted(item.references, key=lambda one: (one.kind, one.key))
            ],
            ignore_conflicts=True,
        )
    return {item.digest for item in new}


@lru_cache(maxsize=4096)
def _load(digest: str) -> Any:
    return json.loads(Snapshot.objects.values_list("body", flat=True).get(pk=digest))


def load(digest: str) -> Any:
    """The data of a snapshot, kept in memory: callers must not change what they are given."""
    return _load(digest)


def load_many(digests: Iterable[str]) -> dict[str, Any]:
    """Several snapshots in at most one query."""
    rows = Snapshot.objects.filter(pk__in=set(digests)).values_list("digest", "body")
    return {digest: json.loads(body) for digest, body in rows}


def forget() -> None:
    """Empty the process's memory of snapshots (tests roll rows back; production never needs it)."""
    _load.cache_clear()


def is_pinned(kind: str, key: str | int) -> bool:
    """Whether a stored snapshot needs this thing."""
    return SnapshotReference.objects.filter(kind=kind, key=str(key)).exists()


def refuse_deletion_while_pinned(kind: str, thing: models.Model) -> None:
    """Raise ProtectedError for a thing that a snapshot needs; called from `pre_delete`."""
    holders = SnapshotReference.objects.filter(kind=kind, key=str(thing.pk)).select_related(
        "snapshot"
    )[:5]
    if holders:
        raise models.ProtectedError(
            _("“%(thing)s” belongs to released content and cannot be deleted.") % {"thing": thing},
            {reference.snapshot for reference in holders},
        )
