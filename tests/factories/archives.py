"""Archives for tests: honest ones and every kind of hostile one, made from bytes as needed."""

import io
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

Files = Mapping[str, bytes]


def zip_of(path: Path, files: Files, *, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tar_of(path: Path, files: Files, *, mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def tar_with(path: Path, members: Iterable[tarfile.TarInfo]) -> Path:
    """A tar of members without content: links, devices, folders."""
    with tarfile.open(path, "w:gz") as archive:
        for member in members:
            archive.addfile(member)
    return path


def member(name: str, **fields: object) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(made, field, value)
    return made


def patched(path: Path, change: Callable[[bytes], bytes]) -> Path:
    """The same file with its bytes changed."""
    path.write_bytes(change(path.read_bytes()))
    return path


def olx(**extra: bytes | str) -> dict[str, bytes]:
    """Files of a small export; `extra` adds or replaces some (`__` stands for `/`, `_x` suffix)."""
    files: dict[str, bytes | str] = {
        "course/course.xml": '<course url_name="run" org="Org" course="C1"/>',
        "course/course/run.xml": (
            '<course display_name="A small course" language="en"><chapter url_name="one"/></course>'
        ),
        "course/chapter/one.xml": (
            '<chapter display_name="First module"><sequential url_name="s1"/></chapter>'
        ),
        "course/sequential/s1.xml": (
            '<sequential display_name="A section"><vertical url_name="v1"/>'
            '<vertical url_name="v2"/></sequential>'
        ),
        "course/vertical/v1.xml": (
            '<vertical display_name="First lesson"><html url_name="h1"/></vertical>'
        ),
        "course/vertical/v2.xml": (
            '<vertical display_name="Second lesson"><problem url_name="p1"/></vertical>'
        ),
        "course/html/h1.xml": '<html filename="h1" display_name="Words"/>',
        "course/html/h1.html": '<p>Hello <a href="/jump_to_id/v2">onwards</a></p>',
        "course/problem/p1.xml": (
            '<problem display_name="Sums"><numericalresponse answer="4"><label>2 + 2?</label>'
            "<formulaequationinput/></numericalresponse></problem>"
        ),
    }
    files.update(extra)
    return {
        name: content.encode() if isinstance(content, str) else content
        for name, content in files.items()
    }


def markdown(**extra: bytes | str) -> dict[str, bytes]:
    """Files of a small Markdown course; `extra` adds or replaces some."""
    files: dict[str, bytes | str] = {
        "bread/README.md": "# Bread\n\nFour things and time.\n",
        "bread/01-flour/README.md": "# All about flour\n\nSee [the dough](../02-dough/mix.md).\n",
        "bread/01-flour/rye.md": "# Rye\n\nIt is dark.\n",
        "bread/02-dough/mix.md": "---\ntitle: Mixing\nminutes: 7\n---\n\nStir.\n",
    }
    files.update(extra)
    return _bytes(files)


def cartridge(items: str = "", resources: str = "", **extra: bytes | str) -> dict[str, bytes]:
    """Files of a small cartridge with one module of two pages; `items` and `resources` add."""
    files: dict[str, bytes | str] = {
        "imsmanifest.xml": (
            '<manifest identifier="i0123456789abcdef0123456789abcdef" '
            'xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1">'
            "<metadata><lom><general><title><string>Small cartridge</string></title></general>"
            "</lom></metadata>"
            '<organizations><organization><item identifier="root">'
            '<item identifier="m1"><title>First module</title>'
            '<item identifier="x1" identifierref="p1"><title>One</title></item>'
            '<item identifier="x2" identifierref="p2"><title>Two</title></item>'
            f"{items}</item></item></organization></organizations>"
            "<resources>"
            '<resource identifier="p1" type="webcontent" href="wiki_content/one.html">'
            '<file href="wiki_content/one.html"/></resource>'
            '<resource identifier="p2" type="webcontent" href="wiki_content/two.html">'
            '<file href="wiki_content/two.html"/></resource>'
            f"{resources}</resources></manifest>"
        ),
        "wiki_content/one.html": page("One", "<p>First words</p>"),
        "wiki_content/two.html": page("Two", "<p>Second words</p>"),
    }
    files.update(extra)
    return _bytes(files)


def page(title: str, body: str, state: str = "active") -> str:
    """A page as Canvas exports it."""
    return (
        f'<html><head><title>{title}</title><meta name="workflow_state" content="{state}"/></head>'
        f"<body>{body}</body></html>"
    )


def _bytes(files: Mapping[str, bytes | str]) -> dict[str, bytes]:
    return {
        name: content.encode() if isinstance(content, str) else content
        for name, content in files.items()
    }
