"""Range requests (RFC 9110, section 14) on private files, streamed in small pieces."""

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response

PIECE = 1 << 18
ONE_RANGE = re.compile(r"bytes=\s*([0-9]{0,18})-([0-9]{0,18})\s*", re.IGNORECASE)


class Unsatisfiable(Exception):
    """The range lies outside the file."""


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte asked for; None for the whole file, raises Unsatisfiable.

    What is malformed, and several ranges at once, get the whole file, as the RFC allows.
    """
    match = ONE_RANGE.fullmatch(header.strip())
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        length = int(match[2])
        if not length or not size:
            raise Unsatisfiable
        return max(size - length, 0), size - 1
    first, last = int(match[1]), int(match[2] or size - 1)
    if match[2] and last < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return first, min(last, size - 1)


def etag_of(path: Path, known: os.stat_result) -> str:
    """A strong validator: the path holds the content's hash, size and time guard the rest."""
    told = f"{path}|{known.st_size}|{known.st_mtime_ns}"
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'


def response_for(request: HttpRequest, path: Path, content_type: str) -> HttpResponseBase:
    """The file or the part of it that was asked for: 200, 206, 304 or 416."""
    known = path.stat()
    size, etag = known.st_size, etag_of(path, known)
    answer = get_conditional_response(request, etag=etag) or _part(request, path, size, etag)
    answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = etag
    if answer.status_code in {200, 206}:
        answer["Content-Type"] = content_type
    return answer


def _part(request: HttpRequest, path: Path, size: int, etag: str) -> HttpResponseBase:
    asked = request.headers.get("Range", "")
    if request.headers.get("If-Range", etag) != etag:
        asked = ""
    try:
        part = byte_range(asked, size)
    except Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    first, last = part or (0, size - 1)
    length = last - first + 1
    answer: HttpResponseBase = (
        HttpResponse()
        if request.method == "HEAD"
        else StreamingHttpResponse(pieces(path, first, length))
    )
    answer["Content-Length"] = str(length)
    if part:
        answer.status_code = 206
        answer["Content-Range"] = f"bytes {first}-{last}/{size}"
    return answer


def pieces(path: Path, first: int, length: int) -> Iterator[bytes]:
    """`length` bytes from `first` on; closes the file when the reader goes away."""
    with path.open("rb") as file:
        file.seek(first)
        while length and (piece := file.read(min(PIECE, length))):
            length -= len(piece)
            yield piece
