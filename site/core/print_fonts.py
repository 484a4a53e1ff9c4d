"""The fonts that PDF files embed. `npm run build` puts them into static/dist/print.

What is printed with them is set by `core.lettering`.
"""

from django.contrib.staticfiles import finders


class NotBuilt(Exception):
    """The fonts are not there: `npm run build` puts them into static/dist."""


def found(name: str) -> str | None:
    """Where the font of this name is, e.g. "noto-sans-400"; nothing if it was not built."""
    return finders.find(f"print/{name}.ttf")


def path(name: str) -> str:
    """Where the font of this name is; raises NotBuilt."""
    if not (place := found(name)):
        raise NotBuilt(name)
    return place
