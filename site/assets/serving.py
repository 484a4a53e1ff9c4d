"""Handing out a private file, once a door has let somebody in."""

import mimetypes
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase

from assets import ranges
from assets.models import Document
from assets.storage import private_storage

PLAYED_INLINE = {
    "video/mp4",
    "video/webm",
    "text/vtt",
    "audio/mpeg",
    "audio/mp4",
    "audio/ogg",
    "audio/x-wav",
    "audio/wav",
    "audio/vnd.wave",
}
# By suffix, whatever the machine's own table says.
MEDIA_TYPES = {
    ".flac": "audio/flac",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4a": "audio/mp4",
    ".m4s": "video/iso.segment",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".ogg": "audio/ogg",
    ".ts": "video/mp2t",
    ".vtt": "text/vtt; charset=utf-8",
    ".wav": "audio/wav",
    ".webm": "video/webm",
}


def media_type(name: str) -> str:
    """Of a stored film, its parts or captions, by the suffix that we gave it."""
    return MEDIA_TYPES.get(Path(name).suffix, "application/octet-stream")


def media_response(
    request: HttpRequest, *, folder: str, path: str, now: datetime, expires_at: datetime
) -> HttpResponseBase:
    """A private file below `folder`, or the part of it that was asked for; raises Http404.

    Where ACCEL_REDIRECT is set the web server in front sends it.
    """
    file = real_file(folder, path)
    if settings.ACCEL_REDIRECT:
        response: HttpResponseBase = HttpResponse(content_type=media_type(path))
        response["X-Accel-Redirect"] = quote(f"{settings.ACCEL_REDIRECT.rstrip('/')}/{path}")
    else:
        response = ranges.response_for(request, file, media_type(path))
    left = max(int((expires_at - now).total_seconds()), 0)
    response["Cache-Control"] = f"private, max-age={left}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def real_file(folder: str, path: str) -> Path:
    """The file on disk; raises Http404 for none, and for one that a link leads to elsewhere."""
    storage = private_storage()
    try:
        file = Path(storage.path(path)).resolve()
        there = file.is_relative_to(Path(storage.path(folder)).resolve()) and file.is_file()
    except OSError as error:
        raise Http404 from error  # a name that the disk does not take
    if not there:
        raise Http404
    return file


def file_response(document: Document) -> FileResponse:
    """What browsers play is played; everything else is a download, whatever it claims to be."""
    kind = mimetypes.guess_type(document.filename)[0] or "application/octet-stream"
    inline = kind in PLAYED_INLINE
    response = FileResponse(
        document.file.open("rb"),
        as_attachment=not inline,
        filename=document.filename,
        content_type=kind if inline else "application/octet-stream",
    )
    response["Cache-Control"] = "private, max-age=3600"
    response["X-Content-Type-Options"] = "nosniff"
    return response
