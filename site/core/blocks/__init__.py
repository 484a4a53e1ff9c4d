"""Blocks that say nothing about courses; one file per family.

Raw values are contracts: a snapshot renders from them for ever. Add fields, never change their
meaning.
"""

from core.blocks.files import DownloadBlock, EmbedBlock, VideoBlock
from core.blocks.media import ImageBlock
from core.blocks.text import CalloutBlock, CodeBlock, HeadingBlock, QuoteBlock, TextBlock

__all__ = [
    "CalloutBlock",
    "CodeBlock",
    "DownloadBlock",
    "EmbedBlock",
    "HeadingBlock",
    "ImageBlock",
    "QuoteBlock",
    "TextBlock",
    "VideoBlock",
]
