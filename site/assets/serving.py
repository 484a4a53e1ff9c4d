"""Handing out a private file, once a door has let somebody in."""

import mimetypes

from django.http import FileResponse

from assets.models import Document

PLAYED_INLINE = {"video/mp4", "video/webm", "text/vtt", "audio/mpeg"}


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
