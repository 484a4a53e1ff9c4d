"""What is uploaded: pictures, documents, films and recordings."""

from assets.models.files import Document, Image, Rendition, document_path, is_new
from assets.models.videos import (
    Caption,
    Chapter,
    ProviderEvent,
    Video,
    caption_path,
    poster_path,
    video_path,
)

__all__ = [
    "Caption",
    "Chapter",
    "Document",
    "Image",
    "ProviderEvent",
    "Rendition",
    "Video",
    "caption_path",
    "document_path",
    "is_new",
    "poster_path",
    "video_path",
]
