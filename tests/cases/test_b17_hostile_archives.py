"""B17: hostile archives are refused with a reason, quickly, in little memory, leaving nothing.

Each docstring names the protection; without it the test was seen to fail.
"""

import gzip
import io
import struct
import tarfile
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command

from course_pages.importing.archive import EICAR, ArchiveLimits, unpack
from course_pages.importing.errors import ArchiveRefused
from tests.factories import courses
from tests.factories.archives import member, olx, patched, tar_of, tar_with, zip_of

SECONDS = 5
BYTES = 64 * 1024 * 1024

pytestmark = pytest.mark.django_db


def on_disk(*folders: Path) -> set[str]:
    return {str(path) for folder in folders for path in folder.rglob("*")}


def in_database() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """`refused(archive)` imports it by the command and returns the reason, all bounds checked."""
    # Without a catalogue every import would be refused, hostile or not.
    courses.catalogue()
    outside = tmp_path / "world"
    temporary = outside / "tmp"
    temporary.mkdir(parents=True)
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    stored = [Path(settings.MEDIA_ROOT), Path(settings.PRIVATE_MEDIA_ROOT)]

    def check(archive: Path, reason: str = "") -> str:
        files, rows = on_disk(outside, *stored), in_database()
        tracemalloc.start()
        began = time.process_time()
        try:
            with pytest.raises(CommandError) as caught:
                call_command("import_course", archive, publish=True)
        finally:
            seconds = time.process_time() - began
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        said = str(caught.value)
        assert reason in said
        assert "\n" not in said
        assert seconds < SECONDS
        assert peak < BYTES
        assert on_disk(outside, *stored) == files
        assert in_database() == rows
        return said

    return check


Refused = Callable[..., str]
EVIL = b"out of the box"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../evil.txt", "leads out"),
        ("course/../../evil.txt", "leads out"),
        ("a/..", "leads out"),
        ("course/..", "leads out"),
        ("/etc/evil.txt", "absolute"),
        ("//host/evil.txt", "absolute"),
        ("course\\..\\..\\evil.txt", "backslash"),
        ("C:/evil.txt", "drive letter"),
        ("c:evil.txt", "drive letter"),
        ("course/evil\n.txt", "control characters"),
        ("course/" + "n" * 300, "A name in the archive is too long"),
        ("d/" * 600 + "f", "A name in the archive is too long"),
        ("d/" * 40 + "f", "nested too deep"),
    ],
)
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_B17_names_that_lead_elsewhere(
    refused: Refused, tmp_path: Path, kind: str, name: str, reason: str
) -> None:
    """Taken out: each check of `safe_parts` in turn; its names then were not refused."""
    files = olx(**{name: EVIL})
    if kind == "zip":
        refused(zip_of(tmp_path / "c.zip", files), reason)
    else:
        refused(tar_of(tmp_path / "c.tar.gz", files), reason)


def test_B17_nul_in_a_name(refused: Refused, tmp_path: Path) -> None:
    """Taken out: looking at `orig_filename`; zipfile cuts the name at the NUL and all was well."""
    archive = zip_of(tmp_path / "c.zip", olx(**{"course/evilXtxt": EVIL}))
    patched(archive, lambda data: data.replace(b"evilXtxt", b"evil\0txt"))
    refused(archive, "control characters")


def test_B17_name_that_is_no_text(refused: Refused, tmp_path: Path) -> None:
    """Taken out: the UTF-8 check; the bytes went on as half characters into file names."""
    path, form = tmp_path / "c.tar", tarfile.GNU_FORMAT
    with tarfile.open(path, "w", format=form, encoding="latin-1") as archive:
        archive.addfile(member("caf\xe9"), io.BytesIO())
    refused(tmp_path / "c.tar", "not UTF-8")


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (tarfile.SYMTYPE, "symbolic link"),
        (tarfile.LNKTYPE, "hard link"),
        (tarfile.CHRTYPE, "device"),
        (tarfile.BLKTYPE, "device"),
        (tarfile.FIFOTYPE, "pipe"),
        (b"V", "neither a file nor a folder"),
    ],
)
def test_B17_links_and_devices(refused: Refused, tmp_path: Path, kind: bytes, reason: str) -> None:
    """Taken out: `_check_tar_member`; tarfile followed the link or made an empty file of it."""
    bad = member("course/course.xml", type=kind, linkname="/etc/passwd")
    refused(tar_with(tmp_path / "c.tar.gz", [bad]), reason)


def test_B17_symbolic_link_in_a_zip(refused: Refused, tmp_path: Path) -> None:
    """Taken out: the look at the member's Unix mode."""
    entry = zipfile.ZipInfo("course/link")
    entry.create_system = 3
    entry.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    refused(tmp_path / "c.zip", "symbolic link")


def test_B17_duplicate_names(refused: Refused, tmp_path: Path) -> None:
    """Taken out: the ledger's set of files; the second one then failed only as an OSError."""
    for archive in (tmp_path / "c.zip", tmp_path / "c.tar.gz"):
        if archive.suffix == ".zip":
            zip_of(archive, {"course/a.txt": b"1", "course/./a.txt": b"2"})
        else:
            tar_with(archive, [member("course/a.txt"), member("course/./a.txt")])
        refused(archive, "twice")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("course/Read.txt", "course/read.txt"),
        ("Course/a.txt", "course/b.txt"),
        ("course/stra\N{LATIN SMALL LETTER SHARP S}e", "course/STRASSE"),
        ("course/e\u0301.txt", "course/\N{LATIN SMALL LETTER E WITH ACUTE}.txt"),
    ],
)
def test_B17_names_differing_by_case(refused: Refused, tmp_path: Path, one: str, two: str) -> None:
    """Taken out: the ledger's spelling map; both were unpacked."""
    refused(zip_of(tmp_path / "c.zip", olx(**{one: b"1", two: b"2"})), "differ only by case")


@pytest.mark.parametrize("names", [("course/a", "course/a/b"), ("course/a/b", "course/a")])
def test_B17_file_and_folder_of_one_name(
    refused: Refused, tmp_path: Path, names: tuple[str, str]
) -> None:
    """Taken out: the ledger's comparison of files with folders."""
    archive = tar_of(tmp_path / "c.tar.gz", dict.fromkeys(names, b"x"))
    assert "“course/a”" in refused(archive)


def central_entry(name: bytes) -> bytes:
    return struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, *[0] * 4, 0, 0, 0,
                       len(name), *[0] * 6) + name  # fmt: skip


def end_of_directory(count: int, length: int, start: int) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, length, start, 0)


@pytest.mark.parametrize("claimed", [3, 60_000, 0xFFFF])
def test_B17_a_million_entries(refused: Refused, tmp_path: Path, claimed: int) -> None:
    """Taken out: `_check_directory`; zipfile then made a million objects (460 MB, 7 s)."""
    directory = central_entry(b"a") * 1_000_000
    start = b"PK\3\4" + b"\0" * 26
    end = end_of_directory(claimed, len(directory), len(start))
    archive = tmp_path / "c.zip"
    archive.write_bytes(start + directory + end)
    refused(archive)


def test_B17_more_entries_than_allowed_in_a_tar(
    refused: Refused, tmp_path: Path, full_size: Callable[..., int]
) -> None:
    """Taken out: `count_entry`; all of them were unpacked."""
    count = full_size("tar-entries", small=10_500, full=1_000_000)
    with gzip.open(tmp_path / "c.tar.gz", "wb", compresslevel=1) as out:
        for number in range(count):
            out.write(member(f"f{number:07}").tobuf())
        out.write(bytes(1024))
    refused(tmp_path / "c.tar.gz", "more than 10000 entries")


def test_B17_zip_of_zips_is_not_opened(refused: Refused, tmp_path: Path) -> None:
    """42.zip in small: nothing inside is ever opened, so it is just no course.

    Taken out: the refusal of archives without a course; there was nothing else to remove,
    because no code opens an archive inside another.
    """
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.dll", bytes(8 * 1024 * 1024))
    level = {f"lib {number:x}.zip": inner.getvalue() for number in range(16)}
    outer = zip_of(tmp_path / "level1.zip", level).read_bytes()
    bomb = zip_of(tmp_path / "42.zip", {f"book {n:x}.zip": outer for n in range(16)})
    refused(bomb, "no course")


def test_B17_ten_gigabytes_claimed_by_a_tar(refused: Refused, tmp_path: Path) -> None:
    """Taken out: `claim`; the file was then read to its end before it was found short."""
    header = member("course/big.bin", size=10 * 2**30).tobuf(tarfile.GNU_FORMAT)
    with gzip.open(tmp_path / "c.tar.gz", "wb") as out:
        out.write(header + bytes(4096))
    refused(tmp_path / "c.tar.gz", "claims 10240 MB")


def test_B17_gigabytes_claimed_by_a_zip(refused: Refused, tmp_path: Path) -> None:
    """Taken out: `claim` for zip members; the claim was believed."""
    archive = zip_of(tmp_path / "c.zip", {"course/big.bin": b"small"})

    def claim(data: bytes) -> bytes:
        at = data.index(b"PK\1\2") + 24
        return data[:at] + struct.pack("<L", 0xFFFFFFF0) + data[at + 4 :]

    refused(patched(archive, claim), "claims 4095 MB")


def test_B17_file_larger_than_it_claims(refused: Refused, tmp_path: Path) -> None:
    """Taken out: BadZipFile from `_DAMAGE`; zipfile's check sum ended in a traceback."""
    archive = zip_of(tmp_path / "c.zip", {"course/big.bin": bytes(5_000_000)})

    def claim(data: bytes) -> bytes:
        at = data.index(b"PK\1\2") + 24
        return data[:at] + struct.pack("<L", 10) + data[at + 4 :]

    refused(patched(archive, claim), "damaged")


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_B17_bomb_by_ratio(refused: Refused, tmp_path: Path, kind: str) -> None:
    """Taken out: the ratio in `check_total`; 120 MB of zeros were written from 120 kB."""
    files = olx(**{f"course/static/{n}.bin": bytes(60_000_000) for n in range(2)})
    path = tmp_path / f"c.{kind}"
    archive = zip_of(path, files) if kind == "zip" else tar_of(path, files)
    refused(archive, "times its size")


def test_B17_bomb_in_a_tar_header(refused: Refused, tmp_path: Path) -> None:
    """Taken out: the bound of single reads; tarfile read the 200 MB of the long name at once."""
    name = member("././@LongLink", type=tarfile.GNUTYPE_LONGNAME, size=200_000_000)
    with gzip.open(tmp_path / "c.tar.gz", "wb", compresslevel=1) as out:
        out.write(name.tobuf(tarfile.GNU_FORMAT))
        for _ in range(200):
            out.write(b"a" * 1_000_000)
    refused(tmp_path / "c.tar.gz", "absurd size")


def test_B17_bomb_after_the_end(refused: Refused, tmp_path: Path) -> None:
    """Taken out: counting what the stream skips; gigabytes after the end were read in silence."""
    tar_of(tmp_path / "c.tar", olx(), mode="w")
    with gzip.open(tmp_path / "c.tar.gz", "wb", compresslevel=1) as out:
        out.write((tmp_path / "c.tar").read_bytes())
        for _ in range(100):
            out.write(bytes(1_000_000))
    refused(tmp_path / "c.tar.gz", "times its size")


def test_B17_overlapping_members(refused: Refused, tmp_path: Path) -> None:
    """Taken out: adding up in `claim` before unpacking; each member alone was small enough."""
    archive = zip_of(tmp_path / "c.zip", {"a": bytes(4_000_000)})
    data = archive.read_bytes()
    start = data.index(b"PK\1\2")
    entry = data[start : data.index(b"PK\5\6")]
    entries = b"".join(entry[:-1] + bytes([letter]) for letter in b"abcdefghijklmnopqrstuvwxyz")
    end = end_of_directory(26, len(entries), start)
    archive.write_bytes(data[:start] + entries + end)
    refused(archive, "times its size")


def test_B17_encrypted(refused: Refused, tmp_path: Path) -> None:
    """Taken out: the flag check; the reason was a RuntimeError about a password."""
    archive = zip_of(tmp_path / "c.zip", olx())

    def encrypt(data: bytes) -> bytes:
        changed = bytearray(data)
        at = 0
        while (at := data.find(b"PK\1\2", at)) >= 0:
            changed[at + 8] |= 1
            at += 4
        return bytes(changed)

    refused(patched(archive, encrypt), "The archive is encrypted")


def test_B17_odd_compression(refused: Refused, tmp_path: Path) -> None:
    """Taken out: the list of methods; LZMA asks for as much memory as its header says."""
    refused(zip_of(tmp_path / "c.zip", olx(), method=zipfile.ZIP_LZMA), "not accepted")


def test_B17_zip64(refused: Refused, tmp_path: Path) -> None:
    """Taken out: the refusal of the zip64 directory; its 64-bit claims were followed."""
    archive = zip_of(tmp_path / "c.zip", olx())
    patched(archive, lambda data: data[: data.index(b"PK\5\6")])
    with archive.open("ab") as out:
        out.write(struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 2**40, 2**40, 2**50, 0))
        out.write(struct.pack("<4sLQL", b"PK\6\7", 0, 2**45, 1))
        out.write(end_of_directory(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF))
    refused(archive, "zip64")


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_B17_truncated_anywhere(refused: Refused, tmp_path: Path, kind: str) -> None:
    """Taken out: the search for the end mark (tar), reading to the end (gzip): cuts passed."""
    whole = tmp_path / f"whole.{kind}"
    if kind == "zip":
        zip_of(whole, olx())
    else:
        tar_of(whole, olx(), mode="w" if kind == "tar" else "w:gz")
    data = whole.read_bytes()
    # A tar ends with padding that nobody misses.
    length = len(data.rstrip(b"\0")) if kind == "tar" else len(data)
    cuts = {1, 100, 511, 512, 513, 1024, length // 3, length // 2, length - 9, length - 1}
    if kind == "tar":
        # Between two members: whole as far as it goes, only the end mark is missing.
        length = -(-length // 512) * 512 + 1
        cuts.add(length - 1)
    for cut in cuts & set(range(length)):
        archive = tmp_path / f"cut.{kind}"
        archive.write_bytes(data[:cut])
        refused(archive)


@pytest.mark.parametrize("name", ["c.zip", "c.tar.gz", "c.tar", "c.imscc"])
@pytest.mark.parametrize("content", [b"", b"just words\n" * 200, b"PK", bytes(2048)])
def test_B17_text_named_like_an_archive(
    refused: Refused, tmp_path: Path, name: str, content: bytes
) -> None:
    """Taken out: the decision by content; zipfile and tarfile said what they say to programmers."""
    archive = tmp_path / name
    archive.write_bytes(content)
    refused(archive, "neither a zip nor a tar archive")


def test_B17_tar_named_zip_and_zip_named_tar(refused: Refused, tmp_path: Path) -> None:
    """Taken out: the comparison of name and content; both were imported."""
    tar_of(tmp_path / "c.zip", olx(), mode="w")
    refused(tmp_path / "c.zip", "named like a zip archive but is a tar archive")
    zip_of(tmp_path / "c.tar.gz", olx())
    refused(tmp_path / "c.tar.gz", "named like a tar.gz archive but is a zip archive")


@pytest.mark.parametrize("name", ["course.zip", "course.docx"])
def test_B17_a_document_or_picture_is_no_course(
    refused: Refused, tmp_path: Path, name: str
) -> None:
    """Taken out: the refusal of what no reader knows; the reason spoke of Open edX alone."""
    document = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"}
    refused(zip_of(tmp_path / name, document), "no course in it that we can read")
    (tmp_path / "picture.zip").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    refused(tmp_path / "picture.zip", "neither a zip nor a tar archive")


def test_B17_known_malware(refused: Refused, tmp_path: Path) -> None:
    """Taken out: the comparison with the anti-virus test file; it was unpacked."""
    files = olx(**{"course/static/invoice.pdf": EICAR})
    refused(zip_of(tmp_path / "c.zip", files), "malware")
    refused(tar_of(tmp_path / "c.tar.gz", files), "malware")


def test_B17_larger_than_accepted(refused: Refused, tmp_path: Path, settings: Any) -> None:
    """Taken out: the size check of the archive itself."""
    settings.COURSE_IMPORT_LIMITS = {"archive_bytes": 1000}
    refused(tar_of(tmp_path / "c.tar", olx(), mode="w"), "at most 0 MB")


def test_B17_control_the_honest_archive_is_taken(tmp_path: Path) -> None:
    """The control: the same files without any hostility are unpacked as they are."""
    archives = (zip_of(tmp_path / "c.zip", olx()), tar_of(tmp_path / "c.tar.gz", olx()))
    for archive in archives:
        folder = unpack(archive, tmp_path, ArchiveLimits())
        found = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        assert found == olx()


def test_B17_nothing_stays_of_a_half_unpacked_archive(tmp_path: Path) -> None:
    """Taken out: removing the folder on refusal; the files before the hostile one stayed."""
    into = tmp_path / "into"
    into.mkdir()
    archive = tar_of(tmp_path / "c.tar.gz", {"good.txt": b"good", "../evil.txt": EVIL})
    with pytest.raises(ArchiveRefused):
        unpack(archive, into, ArchiveLimits())
    assert list(into.iterdir()) == []
