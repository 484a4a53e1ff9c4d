"""SVG to PNG through a headless Chromium, with the fonts of the site."""

import base64
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from .sheet import Sheet

FONTS = Path(__file__).resolve().parents[4] / "node_modules" / "@fontsource-variable"
FACES = (
    ("Demo Sans", "normal", "source-sans-3/files/source-sans-3-latin-wght-normal.woff2"),
    ("Demo Sans", "italic", "source-sans-3/files/source-sans-3-latin-wght-italic.woff2"),
    ("Demo Serif", "normal", "source-serif-4/files/source-serif-4-latin-wght-normal.woff2"),
)


def _style() -> str:
    faces = []
    for family, style, path in FACES:
        data = base64.b64encode((FONTS / path).read_bytes()).decode()
        faces.append(
            f"@font-face{{font-family:'{family}';font-style:{style};font-weight:200 900;"
            f"src:url(data:font/woff2;base64,{data})}}"
        )
    return "".join(faces) + "body{margin:0}svg{display:block}"


class Press:
    """Turns sheets into pictures; open one with ``press()``."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.set_content(f"<style>{_style()}</style><div id=sheet></div>")
        page.evaluate("Promise.all([...document.fonts].map(face => face.load()))")

    def png(self, sheet: Sheet) -> bytes:
        self.page.set_viewport_size({"width": sheet.width, "height": sheet.height})
        self.page.evaluate(
            "svg => { document.getElementById('sheet').innerHTML = svg }", sheet.svg()
        )
        return self.page.screenshot()

    def save(self, sheet: Sheet, path: Path) -> None:
        """An optimised PNG; few colours are enough for flat drawings."""
        image = Image.open(BytesIO(self.png(sheet))).convert("RGB")
        small = image.quantize(96, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        path.parent.mkdir(parents=True, exist_ok=True)
        small.save(path, optimize=True)


@contextmanager
def press() -> Iterator[Press]:
    """A running browser to print with; the system's Chromium if there is one."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome")
        )
        try:
            yield Press(browser.new_page())
        finally:
            browser.close()
