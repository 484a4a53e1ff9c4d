"""PDFs under the digest of their bytes, without a public address: whole or not at all."""

import hashlib
import os
import tempfile
from datetime import timedelta
from pathlib import Path

from assets.storage import path_for, private_storage
from core import clock

FOLDER = "certificates"
PART = ".part-"
ABANDONED = timedelta(hours=1)


def _path(digest: str) -> Path:
    return Path(private_storage().path(path_for(FOLDER, digest, "a.pdf")))


def put(content: bytes) -> str:
    """Store a file and return its sha-256; the same bytes twice are one file.

    It gets its name once it is whole and on the disk. Raises OSError where that is full.
    """
    digest = hashlib.sha256(content).hexdigest()
    path = _path(digest)
    if path.exists():
        return digest
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=PART, delete=False) as part:
        try:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
            os.replace(part.name, path)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
    return digest


def read(digest: str) -> bytes:
    """Raises FileNotFoundError where it is gone."""
    return _path(digest).read_bytes()


def remove(digest: str) -> None:
    _path(digest).unlink(missing_ok=True)


def clear_parts() -> int:
    """Remove what a worker left that was killed while writing; returns how many."""
    before = (clock.now() - ABANDONED).timestamp()
    folder = Path(private_storage().path(FOLDER))
    left = [one for one in folder.glob(f"*/{PART}*") if _written(one) < before]
    for one in left:
        one.unlink(missing_ok=True)
    return len(left)


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
