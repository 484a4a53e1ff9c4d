"""The folder in which a package is unpacked: known to be in use, and swept when its owner died.

An open folder is locked by its process, and the kernel lets go of the lock when that is killed.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import Storage
from django.db import models, transaction

from assets.models import Document, Image, Video
from assets.storage import digest_of
from course_pages.models import CataloguePage

PREFIX = "course-import-"
# A folder is made a moment before it is locked, and a file stored a moment before its row.
SETTLED_SECONDS = 60


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A fresh folder, removed on the way out whatever happens."""
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name, _locked(Path(name)):
        yield Path(name)


def sweep() -> int:
    """Remove what killed imports left here: folders, and stored files that no row names."""
    swept = 0
    for left in Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        try:
            if not _settled(left.stat().st_mtime):
                continue
            with _locked(left):
                _withdraw(left)
                shutil.rmtree(left, ignore_errors=True)
                swept += 1
        except OSError:
            continue  # somebody's who is alive, or just gone
    return swept


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the folder; `BlockingIOError` if somebody else does."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _settled(moment: float) -> bool:
    return time.time() - moment >= SETTLED_SECONDS


def _withdraw(left: Path) -> None:
    """Pictures and files that were stored and whose rows the end of the process undid.

    What an import stores comes from its folder and is named by its content.
    """
    digests = set()
    for path in left.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as handle:
                digests.add(digest_of(File(handle)))
    with transaction.atomic():
        # No import is writing meanwhile, so a file without a row has none to come.
        list(CataloguePage.objects.select_for_update().values_list("pk", flat=True))
        for model, name in ((Image, "images"), (Document, "documents"), (Video, "videos")):
            storage = model._meta.get_field("file").storage
            for place in sorted({digest[:2] for digest in digests}):
                _withdraw_from(f"{name}/{place}", digests, model, storage)


def _withdraw_from(
    place: str, digests: set[str], model: type[models.Model], storage: Storage
) -> None:
    if not storage.exists(place):
        return
    named = set(
        model._default_manager.filter(file__startswith=f"{place}/").values_list("file", flat=True)
    )
    for filename in storage.listdir(place)[1]:
        path = f"{place}/{filename}"
        if (
            filename[:64] in digests
            and path not in named
            and _settled(storage.get_modified_time(path).timestamp())
        ):
            storage.delete(path)
