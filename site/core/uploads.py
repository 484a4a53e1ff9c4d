"""A bound on every upload, set before a byte of it is kept."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class BoundedUploads(FileUploadHandler):
    """Sets aside the files of a request that says it is larger than the site takes.

    Fields before the first file are kept, so that the form answers, and the rest is read away: a
    browser shows no answer that comes while it is still sending.
    """

    too_large = False
    body: Any = None

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        self.too_large = content_length > settings.UPLOAD_MAX_BYTES
        self.body = input_data

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.too_large:
            # Django would read the rest by lines, and gigabytes may be one line.
            while self.body.read(self.chunk_size):
                pass
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def was_too_large(request: Any) -> bool:
    """Whether this request's files were set aside."""
    return any(getattr(handler, "too_large", False) for handler in request.upload_handlers)
