"""The first page of a file as a picture."""

from io import BytesIO
from threading import Lock

# PDFium is not made for threads.
_lock = Lock()


def as_png(pdf: bytes, width: int) -> bytes:
    """The first page, `width` pixels wide."""
    # For the editor's preview only; workers that print need not load it.
    import pypdfium2

    with _lock:
        document = pypdfium2.PdfDocument(pdf)
        try:
            page = document[0]
            picture = page.render(scale=width / page.get_width()).to_pil()
        finally:
            document.close()
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
