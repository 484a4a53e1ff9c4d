"""The faces that certificates are set in, and which of them has which letters.

A `Family` is a chain: what the first face has no letter for, a later one may have. Faces are read
once for the process; HarfBuzz maps their files, so the workers of a machine share them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import uharfbuzz as hb

from core import print_fonts

# Serif and sans, each in the weights that styles use. Noto Sans ends every chain, being the widest.
_SERIF = "noto-naskh-arabic-{} noto-serif-hebrew-{} noto-serif-devanagari-{}"
_SANS = "noto-sans-arabic-{} noto-sans-hebrew-{} noto-sans-devanagari-{}"
FAMILIES = {
    "serif": f"eb-garamond-400 {_SERIF.format(*[400] * 3)} noto-sans-thai-400 noto-sans-400",
    "serif-strong": f"eb-garamond-600 {_SERIF.format(*[600] * 3)} noto-sans-thai-700 noto-sans-700",
    "serif-italic": (
        f"eb-garamond-400-italic eb-garamond-400 {_SERIF.format(*[400] * 3)} "
        "noto-sans-thai-400 noto-sans-400"
    ),
    "sans": f"noto-sans-400 {_SANS.format(*[400] * 3)} noto-sans-thai-400",
    "sans-strong": f"noto-sans-700 {_SANS.format(*[700] * 3)} noto-sans-thai-700",
}
# Used where `npm run build` found them installed; the page's language says whose forms come first.
EAST_ASIAN = {"ja": "jp", "ko": "kr", "zh-hant": "tc", "zh-hk": "tc", "zh-tw": "tc", "zh": "sc"}
# All numbers of the printing code are thousandths of the size of the type.
UNITS = 1000


class Face:
    """One font file. `source` is made ready for taking subsets."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._face = hb.Face(hb.Blob.from_file_path(print_fonts.path(name)))
        self.font = hb.Font(self._face)
        self.font.scale = (UNITS, UNITS)
        self.letters: frozenset[int] = frozenset(self._face.unicodes)
        extents = self.font.get_font_extents("ltr")
        self.ascent, self.descent = extents.ascender, extents.descender

    @cached_property
    def source(self) -> hb.Face:
        return hb.subset_preprocess(self._face)

    def has(self, text: str) -> bool:
        return self.letters.issuperset(map(ord, text))


@dataclass(frozen=True)
class Family:
    """Faces in the order in which they are asked."""

    faces: tuple[Face, ...]

    def face_of(self, text: str) -> Face | None:
        """The first face that has all of a text."""
        return next((face for face in self.faces if face.has(text)), None)


@lru_cache(maxsize=64)
def face(name: str) -> Face:
    return Face(name)


@lru_cache(maxsize=64)
def family(name: str, language: str) -> Family:
    """A family of FAMILIES for a page in this language."""
    weight = "700" if name.endswith("-strong") else "400"
    return Family(tuple(map(face, (*FAMILIES[name].split(), *_east_asian(language, weight)))))


def _east_asian(language: str, weight: str) -> Iterable[str]:
    wanted = language.lower()
    first = next((EAST_ASIAN[code] for code in EAST_ASIAN if wanted.startswith(code)), "sc")
    for form in dict.fromkeys([first, "jp", "sc", "tc", "kr"]):
        if print_fonts.found(name := f"noto-sans-{form}-{weight}"):
            yield name


@lru_cache(maxsize=1)
def all_letters() -> frozenset[int]:
    """Every letter that can be printed in each family."""
    return frozenset.intersection(
        *(
            frozenset().union(*(face.letters for face in family(name, "en").faces))
            for name in FAMILIES
        )
    )
