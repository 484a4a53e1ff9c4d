"""Blocks that say nothing about courses; one file per family.

Raw values are contracts: a snapshot renders from them for ever. Add fields, never change their
meaning.
"""

from core.blocks.data import StepListBlock, TableBlock
from core.blocks.filed import FiledAudioBlock, FiledVideoBlock
from core.blocks.files import DownloadBlock, EmbedBlock
from core.blocks.formulas import MathBlock
from core.blocks.links import ButtonBlock, LinkBlock
from core.blocks.media import GalleryBlock, ImageBlock
from core.blocks.text import CalloutBlock, CodeBlock, HeadingBlock, QuoteBlock, TextBlock
from core.blocks.videos import AudioBlock, VideoBlock

__all__ = [
    "AudioBlock",
    "ButtonBlock",
    "CalloutBlock",
    "CodeBlock",
    "DownloadBlock",
    "EmbedBlock",
    "FiledAudioBlock",
    "FiledVideoBlock",
    "GalleryBlock",
    "HeadingBlock",
    "ImageBlock",
    "LinkBlock",
    "MathBlock",
    "QuoteBlock",
    "StepListBlock",
    "TableBlock",
    "TextBlock",
    "VideoBlock",
]
