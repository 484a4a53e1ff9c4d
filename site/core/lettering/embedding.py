"""Faces inside a PDF.

Of a face there are the glyphs of one document, numbered as they come, each with its text.
ReportLab embeds by letter; shaped text is made of glyphs, many of which stand for no letter or for
several. So fonts are written here as "Type0", with a map from our numbers to the glyphs of a subset
that HarfBuzz takes, and with the text of every number for those who search, copy or read aloud.
"""

import hashlib
from collections.abc import Iterator
from struct import pack

import uharfbuzz as hb
from reportlab.pdfbase.pdfdoc import (
    PDFArray,
    PDFDictionary,
    PDFDocument,
    PDFName,
    PDFStream,
    PDFString,
    PDFZCompress,
)

from .faces import Face
from .shaping import Glyph

# Tables that matter to those who shape text, not to those who show glyphs.
_DROPPED = [
    int.from_bytes(tag.encode())
    for tag in (
        "BASE", "DSIG", "GDEF", "GPOS", "GSUB", "OS/2", "STAT", "VORG",
        "cmap", "gasp", "meta", "name", "post", "vhea", "vmtx",
    )
]  # fmt: skip
_CMAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange
{}
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""


class EmbeddedFace:
    """What a document uses of a face; ReportLab asks it for its objects when it saves."""

    def __init__(self, face: Face, name: str) -> None:
        self.face = face
        self.name = name
        self._numbers: dict[tuple[int, str], int] = {}

    def number(self, glyph: Glyph) -> int:
        """The document's number for a glyph; another one where it stands for another text."""
        return self._numbers.setdefault((glyph.number, glyph.text), len(self._numbers) + 1)

    def width(self, glyph: Glyph) -> int:
        return int(self.face.font.get_glyph_h_advance(glyph.number))

    def addObjects(self, document: PDFDocument) -> None:
        glyphs = [number for number, _ in self._numbers]
        wanted = hb.SubsetInput()
        wanted.glyph_set.update(glyphs)
        wanted.drop_table_tag_set.update(_DROPPED)
        wanted.flags = hb.SubsetFlags.NO_HINTING
        plan = hb.SubsetPlan(self.face.source, wanted)
        program = bytes(plan.execute().blob.data)
        places = plan.old_to_new_glyph_mapping
        tag = "".join(chr(65 + byte % 26) for byte in hashlib.sha256(program).digest()[:6])
        name = PDFName(f"{tag}+{self.face.name}")
        descriptor = PDFDictionary(
            {
                "Type": PDFName("FontDescriptor"),
                "FontName": name,
                "Flags": 4,
                "FontBBox": PDFArray([-1000, self.face.descent, 2000, self.face.ascent]),
                "ItalicAngle": -12 if self.face.name.endswith("-italic") else 0,
                "Ascent": self.face.ascent,
                "Descent": self.face.descent,
                "CapHeight": self.face.ascent,
                "StemV": 80,
                "FontFile2": document.Reference(_stream(program, Length1=len(program))),
            }
        )
        font = self.face.font
        descendant = PDFDictionary(
            {
                "Type": PDFName("Font"),
                "Subtype": PDFName("CIDFontType2"),
                "BaseFont": name,
                "CIDSystemInfo": PDFDictionary(
                    {
                        "Registry": PDFString("Adobe"),
                        "Ordering": PDFString("Identity"),
                        "Supplement": 0,
                    }
                ),
                "FontDescriptor": document.Reference(descriptor),
                "DW": 0,
                "W": PDFArray(
                    [1, PDFArray([int(font.get_glyph_h_advance(number)) for number in glyphs])]
                ),
                "CIDToGIDMap": document.Reference(
                    _stream(b"\0\0" + b"".join(pack(">H", places[number]) for number in glyphs))
                ),
            }
        )
        whole = PDFDictionary(
            {
                "Type": PDFName("Font"),
                "Subtype": PDFName("Type0"),
                "BaseFont": name,
                "Encoding": PDFName("Identity-H"),
                "DescendantFonts": PDFArray([document.Reference(descendant)]),
                "ToUnicode": document.Reference(
                    _stream(_CMAP.format("\n".join(self._texts())).encode("ascii"))
                ),
            }
        )
        document.idToObject["BasicFonts"].dict[self.name] = document.Reference(whole)

    def _texts(self) -> Iterator[str]:
        rows = [
            f"<{number:04x}> <{hexadecimal(text)}>" for (_, text), number in self._numbers.items()
        ]
        for at in range(0, len(rows), 100):
            part = rows[at : at + 100]
            yield "\n".join([f"{len(part)} beginbfchar", *part, "endbfchar"])


def hexadecimal(text: str) -> str:
    """Text in UTF-16, as PDF writes it between angle brackets."""
    return text.encode("utf-16-be").hex()


def _stream(content: bytes, **entries: int) -> PDFStream:
    return PDFStream(PDFDictionary(entries), content, [PDFZCompress])
