"""Where uploads live and what they are called."""

import hashlib
from pathlib import PurePosixPath

from django.core.files.base import File
from django.core.files.storage import Storage, storages

CHUNK = 1 << 20


def private_storage() -> Storage:
    """Files that have no public address; the site hands them out itself."""
    return storages["private"]


def digest_of(file: File[bytes]) -> str:
    """sha-256 of the content in hexadecimal; the position is left at the start."""
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def path_for(folder: str, digest: str, filename: str) -> str:
    """`folder/ab/abcdef….ext`: says nothing about the original name and cannot be guessed."""
    suffix = PurePosixPath(filename.replace("\\", "/")).suffix.lower()[:10]
    return f"{folder}/{digest[:2]}/{digest}{suffix}"
