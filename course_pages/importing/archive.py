"""Unpacking of tar and zip archives that are hostile by assumption.

Names, kinds and claimed sizes are checked before a byte is written; what is really
read is counted again while it streams to disk, because claims lie. Nothing is left
behind by a refusal. Archives inside the archive are plain files here: never opened.
"""

from __future__ import annotations

import contextlib
import gzip
import re
import shutil
import stat
import struct
import tarfile
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from course_pages.importing import workspace
from course_pages.importing.errors import ArchiveRefused

CHUNK = 64 * 1024
# tarfile reads extended headers whole; an honest one is a few hundred bytes.
LARGEST_SINGLE_READ = 1024 * 1024
# Below this size a high ratio is an ordinary course of repetitive XML.
RATIO_FLOOR = 32 * 1024 * 1024

ZIP, TAR, GZIP = "zip", "tar", "tar.gz"
KIND_BY_SUFFIX = {
    ".zip": ZIP,
    ".imscc": ZIP,
    ".tar": TAR,
    ".tgz": GZIP,
    ".gz": GZIP,
}

# The anti-virus industry's harmless test file, in two halves so that no scanner
# mistakes this module for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass(frozen=True)
class ArchiveLimits:
    """Upper bounds of what is unpacked; sizes in bytes, lengths in bytes of UTF-8."""

    archive_bytes: int = 256 * 1024 * 1024
    entries: int = 10_000
    total_bytes: int = 1024 * 1024 * 1024
    file_bytes: int = 256 * 1024 * 1024
    ratio: int = 50
    name_bytes: int = 255
    path_bytes: int = 1024
    depth: int = 32

    @classmethod
    def from_settings(cls) -> ArchiveLimits:
        """The limits of `COURSE_IMPORT_LIMITS`; what is not named there keeps its default."""
        chosen: Mapping[str, int] = getattr(settings, "COURSE_IMPORT_LIMITS", {})
        return cls(**chosen)


# What the standard library raises on broken or crafted input, short of a refusal of ours.
_DAMAGE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    EOFError,
    zlib.error,
    struct.error,
    ValueError,
    OverflowError,
    RecursionError,
)


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


@contextlib.contextmanager
def unpacked(path: Path, limits: ArchiveLimits | None = None) -> Iterator[Path]:
    """A fresh folder with the archive's files, removed on the way out whatever happens."""
    with workspace.folder() as work:
        yield unpack(path, work, limits or ArchiveLimits.from_settings())


def unpack(path: Path, into: Path, limits: ArchiveLimits) -> Path:
    """Write the archive's files into a new folder below `into` and return that folder.

    Raises `ArchiveRefused`; the new folder is then gone again.
    """
    kind = _kind(path, limits)
    target = Path(tempfile.mkdtemp(prefix="unpacked-", dir=into))
    try:
        ledger = _Ledger(target, limits, path.stat().st_size)
        if kind == ZIP:
            _unpack_zip(path, ledger)
        else:
            _unpack_tar(path, ledger, compressed=kind == GZIP)
        if not ledger.files:
            raise ArchiveRefused(_("The archive is empty."))
    except ArchiveRefused:
        shutil.rmtree(target, ignore_errors=True)
        raise
    except _DAMAGE as damage:
        shutil.rmtree(target, ignore_errors=True)
        raise ArchiveRefused(
            _("The archive is damaged or cut off (%(detail)s).") % {"detail": damage}
        ) from damage
    except OSError as failure:
        # gzip reports a bad check sum as BadGzipFile, a kind of OSError; a full disk is
        # another, and both end the same way for the person who uploads.
        shutil.rmtree(target, ignore_errors=True)
        raise ArchiveRefused(
            _("The archive could not be unpacked (%(detail)s).") % {"detail": failure}
        ) from failure
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    return target


def _kind(path: Path, limits: ArchiveLimits) -> str:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as failure:
        raise ArchiveRefused(
            _("The file cannot be read (%(detail)s).") % {"detail": failure.strerror or failure}
        ) from failure
    return kind_of(head, size=size, suffix=path.suffix, limits=limits)


def kind_of(head: bytes, *, size: int, suffix: str, limits: ArchiveLimits) -> str:
    """Decide by the first 512 bytes; a name that claims another kind is refused."""
    if size > limits.archive_bytes:
        raise ArchiveRefused(
            _("The archive has %(size)s MB; at most %(limit)s MB are accepted.")
            % {"size": size // 2**20, "limit": limits.archive_bytes // 2**20}
        )
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        found = ZIP
    elif head[:2] == b"\x1f\x8b":
        found = GZIP
    elif head[257:262] == b"ustar" or _is_old_tar_header(head):
        found = TAR
    else:
        raise ArchiveRefused(_("This is neither a zip nor a tar archive, whatever its name says."))
    named = KIND_BY_SUFFIX.get(suffix.lower())
    if named and named != found:
        raise ArchiveRefused(
            _("The file is named like a %(named)s archive but is a %(found)s archive.")
            % {"named": named, "found": found}
        )
    return found


def _is_old_tar_header(head: bytes) -> bool:
    if len(head) < 512:
        return False
    try:
        tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


class _Ledger:
    """What has been unpacked so far, and every rule that the next entry must keep."""

    def __init__(self, root: Path, limits: ArchiveLimits, archive_bytes: int) -> None:
        self.root = root
        self.limits = limits
        self.ratio_bytes = max(RATIO_FLOOR, archive_bytes * limits.ratio)
        self.entries = 0
        self.claimed = 0
        self.total = 0
        self.files: set[str] = set()
        self.spelling: dict[str, str] = {}
        self.folders: set[str] = set()

    def count_entry(self) -> None:
        self.entries += 1
        if self.entries > self.limits.entries:
            raise ArchiveRefused(
                _("The archive has more than %(limit)s entries.") % {"limit": self.limits.entries}
            )

    def claim(self, name: str, size: int) -> None:
        """Refuse claims that could not be kept, each and all together, before any is believed."""
        if size > self.limits.file_bytes:
            raise ArchiveRefused(
                _("“%(name)s” claims %(size)s MB; at most %(limit)s MB are accepted.")
                % {
                    "name": _shown(name),
                    "size": size // 2**20,
                    "limit": self.limits.file_bytes // 2**20,
                }
            )
        self.claimed += size
        self.check_total(self.claimed)

    def check_total(self, total: int) -> None:
        if total > self.limits.total_bytes:
            raise ArchiveRefused(
                _("Unpacked, the archive would need more than %(limit)s MB.")
                % {"limit": self.limits.total_bytes // 2**20}
            )
        if total > self.ratio_bytes:
            raise ArchiveRefused(
                _("The archive unpacks to more than %(ratio)s times its size: a bomb.")
                % {"ratio": self.limits.ratio}
            )

    def place(self, name: str, *, folder: bool) -> Path:
        """The path where the entry of that name goes; refuses every name that is not plain."""
        parts = safe_parts(name, self.limits)
        if not parts:
            return self.root
        for end in range(1, len(parts) + 1):
            spelt = "/".join(parts[:end])
            known = self.spelling.setdefault(unicodedata.normalize("NFC", spelt).casefold(), spelt)
            if known != spelt:
                raise ArchiveRefused(
                    _("“%(one)s” and “%(two)s” differ only by case.")
                    % {"one": _shown(known), "two": _shown(spelt)}
                )
            is_leaf = end == len(parts)
            if is_leaf and not folder:
                if spelt in self.files or spelt in self.folders:
                    raise ArchiveRefused(
                        _("“%(name)s” is in the archive twice.") % {"name": _shown(spelt)}
                    )
                self.files.add(spelt)
            elif spelt in self.files:
                raise ArchiveRefused(
                    _("“%(name)s” is both a file and a folder.") % {"name": _shown(spelt)}
                )
            else:
                self.folders.add(spelt)
        return self.root.joinpath(*parts)

    def store(self, source: Readable, target: Path, name: str, size: int) -> None:
        """Stream one file to disk, counting what really comes and not what was claimed."""
        target.parent.mkdir(parents=True, exist_ok=True)
        written = 0
        with target.open("xb") as out:
            while chunk := source.read(CHUNK):
                if not written and chunk.startswith(EICAR):
                    raise ArchiveRefused(
                        _("“%(name)s” is known to be malware.") % {"name": _shown(name)}
                    )
                written += len(chunk)
                self.total += len(chunk)
                self.check_total(self.total)
                out.write(chunk)
        if written != size:
            raise ArchiveRefused(
                _("The archive is damaged or cut off (%(detail)s).") % {"detail": _shown(name)}
            )


def safe_parts(name: str, limits: ArchiveLimits) -> tuple[str, ...]:
    """The parts of an entry's name; empty for the archive's own root.

    Refuses instead of repairing: a name that needs repair was not made by an exporter.
    """
    shown = _shown(name)
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        raise ArchiveRefused(_("A name in the archive is not UTF-8: %s.") % shown) from None
    if len(encoded) > limits.path_bytes:
        raise ArchiveRefused(_("A name in the archive is too long: %s.") % shown)
    if any(unicodedata.category(character) == "Cc" for character in name):
        raise ArchiveRefused(_("A name in the archive holds control characters: %s.") % shown)
    if "\\" in name:
        raise ArchiveRefused(_("A name in the archive holds a backslash: %s.") % shown)
    if name.startswith("/"):
        raise ArchiveRefused(_("A name in the archive is absolute: %s.") % shown)
    if re.match(r"[A-Za-z]:", name):
        raise ArchiveRefused(_("A name in the archive has a drive letter: %s.") % shown)
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if ".." in parts:
        raise ArchiveRefused(_("A name in the archive leads out of it: %s.") % shown)
    if len(parts) > limits.depth:
        raise ArchiveRefused(_("Folders in the archive are nested too deep: %s.") % shown)
    if any(len(part.encode()) > limits.name_bytes for part in parts):
        raise ArchiveRefused(_("A name in the archive is too long: %s.") % shown)
    return parts


def _shown(name: str) -> str:
    """A hostile name made fit for one line of a message."""
    plain = name.encode("utf-8", "backslashreplace").decode()
    plain = "".join(character if character.isprintable() else "·" for character in plain)
    return plain if len(plain) <= 80 else plain[:79] + "…"


_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s4B4HL2L5H2L")


def _unpack_zip(path: Path, ledger: _Ledger) -> None:
    with path.open("rb") as file:
        _check_directory(file, ledger.limits)
        with zipfile.ZipFile(file) as archive:
            placed: list[tuple[zipfile.ZipInfo, Path]] = []
            for member in archive.infolist():
                ledger.count_entry()
                _check_zip_member(member)
                ledger.claim(member.filename, member.file_size)
                placed.append((member, ledger.place(member.orig_filename, folder=member.is_dir())))
            for member, target in placed:
                if member.is_dir():
                    target.mkdir(parents=True, exist_ok=True)
                    continue
                try:
                    source = archive.open(member)
                except (NotImplementedError, RuntimeError) as oddity:
                    raise ArchiveRefused(
                        _("“%(name)s” cannot be unpacked (%(detail)s).")
                        % {"name": _shown(member.filename), "detail": oddity}
                    ) from oddity
                with source:
                    ledger.store(source, target, member.filename, member.file_size)


def _check_zip_member(member: zipfile.ZipInfo) -> None:
    name = _shown(member.orig_filename)
    if member.flag_bits & 0x1 or member.flag_bits & 0x40:
        raise ArchiveRefused(_("The archive is encrypted (%s).") % name)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ArchiveRefused(_("“%s” is compressed in a way that is not accepted.") % name)
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise ArchiveRefused(_("“%s” is a symbolic link.") % name)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ArchiveRefused(_("“%s” is neither a file nor a folder.") % name)


def _check_directory(file: IO[bytes], limits: ArchiveLimits) -> None:
    """Count the entries before `zipfile` makes an object of each (a million take 600 MB)."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END.size - 0xFFFF))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise ArchiveRefused(_("The archive is damaged or cut off (no directory at its end)."))
    __, __, __, __, count, length, start, __ = _END.unpack_from(tail, at)
    if 0xFFFF in (count,) or 0xFFFFFFFF in (length, start):
        # Only an archive beyond 65,534 entries or 4 GB needs the zip64 directory.
        raise ArchiveRefused(_("The archive uses zip64, which only oversized archives need."))
    too_many = _("The archive has more than %(limit)s entries.") % {"limit": limits.entries}
    if count > limits.entries or length > limits.entries * 512:
        raise ArchiveRefused(too_many)
    end = size - len(tail) + at
    begin = end - length
    if begin < 0:
        raise ArchiveRefused(_("The archive is damaged or cut off (no directory at its end)."))
    file.seek(begin)
    directory = file.read(length)
    position = seen = 0
    while position + _CENTRAL.size <= len(directory):
        fields = _CENTRAL.unpack_from(directory, position)
        if fields[0] != b"PK\x01\x02":
            raise ArchiveRefused(_("The archive is damaged or cut off (its directory is torn)."))
        position += _CENTRAL.size + fields[12] + fields[13] + fields[14]
        seen += 1
        if seen > limits.entries:
            raise ArchiveRefused(too_many)
    if seen != count:
        raise ArchiveRefused(_("The archive is damaged or cut off (its directory is torn)."))
    file.seek(0)


class _BoundedStream:
    """A forward-only file for `tarfile`: bounded single reads, everything read is counted."""

    def __init__(self, source: Readable, ledger: _Ledger) -> None:
        self._source = source
        self._position = 0
        self._ledger = ledger
        self._allowance = ledger.limits.entries * 4 * tarfile.BLOCKSIZE
        self.last_block = b""

    def tell(self) -> int:
        return self._position

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > LARGEST_SINGLE_READ:
            raise ArchiveRefused(_("A header in the archive claims an absurd size."))
        data = b""
        while len(data) < size:
            chunk = self._source.read(size - len(data))
            if not chunk:
                break
            data += chunk
        self._count(len(data))
        if len(data) == tarfile.BLOCKSIZE:
            self.last_block = data
        return data

    def seek(self, position: int, whence: int = 0) -> int:
        if whence or position < self._position:
            raise ArchiveRefused(_("The archive is damaged: it points backwards."))
        while self._position < position:
            chunk = self._source.read(min(CHUNK, position - self._position))
            if not chunk:
                break
            self._count(len(chunk))
        return self._position

    def _count(self, size: int) -> None:
        self._position += size
        # Headers and padding come on top of the files' own bytes.
        self._ledger.check_total(max(0, self._position - self._allowance))

    def close(self) -> None:
        """Left to the owner of the source."""


def _unpack_tar(path: Path, ledger: _Ledger, *, compressed: bool) -> None:
    """Twice through the stream: everything is checked before the first file is written."""
    targets: list[Path] = []
    for __, member in _tar_members(path, ledger, compressed=compressed):
        ledger.count_entry()
        _check_tar_member(member)
        targets.append(ledger.place(member.name, folder=member.isdir()))
        ledger.claim(member.name, member.size)
    pairs = zip(targets, _tar_members(path, ledger, compressed=compressed), strict=True)
    for target, (archive, member) in pairs:
        content = None if member.isdir() else archive.extractfile(member)
        if content is None:
            target.mkdir(parents=True, exist_ok=True)
        else:
            ledger.store(content, target, member.name, member.size)


def _tar_members(
    path: Path, ledger: _Ledger, *, compressed: bool
) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    """Every member in order, its content readable until the next; complete or refused."""
    with contextlib.ExitStack() as stack:
        raw = stack.enter_context(path.open("rb"))
        source: Readable = stack.enter_context(gzip.GzipFile(fileobj=raw)) if compressed else raw
        stream = _BoundedStream(source, ledger)
        with tarfile.TarFile(fileobj=stream, mode="r") as archive:  # type: ignore[arg-type]
            while (member := archive.next()) is not None:
                # tarfile keeps every member; a course needs none of them again.
                archive.members.clear()  # type: ignore[attr-defined]
                yield archive, member
        if stream.last_block.strip(b"\0"):
            # tarfile takes a broken header for the end; only zeros are the end.
            raise ArchiveRefused(_("The archive is damaged or cut off (no end mark)."))
        # gzip checks its sum at the very end, which tarfile never reaches.
        while stream.read(CHUNK):
            pass


def _check_tar_member(member: tarfile.TarInfo) -> None:
    name = _shown(member.name)
    if member.issym():
        raise ArchiveRefused(_("“%s” is a symbolic link.") % name)
    if member.islnk():
        raise ArchiveRefused(_("“%s” is a hard link.") % name)
    if member.isdev():
        raise ArchiveRefused(_("“%s” is a device or a pipe.") % name)
    if member.size < 0 or member.sparse is not None or not (member.isreg() or member.isdir()):
        raise ArchiveRefused(_("“%s” is neither a file nor a folder.") % name)
