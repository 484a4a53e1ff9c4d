"""An Open edX export of 1,000 blocks, for measuring the import."""

import io
import tarfile
from pathlib import Path

BLOCKS = 1000
A_LESSON = 4
"""Blocks in a lesson."""
A_MODULE = 25
"""Lessons in a module."""
TEXT = "<p>Some <b>sentences</b> of a lesson, as long as they are in a course of words.</p>" * 20


def write(path: Path) -> Path:
    """The export as a .tar.gz."""
    with tarfile.open(path, "w:gz") as archive:
        for name, text in _files().items():
            member = tarfile.TarInfo(f"course/{name}")
            content = text.encode()
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def _files() -> dict[str, str]:
    lessons = BLOCKS // A_LESSON
    modules = range(lessons // A_MODULE)
    files = {
        "course.xml": '<course url_name="run" org="Org" course="Large"/>',
        "course/run.xml": '<course display_name="A large course" language="en">'
        + "".join(f'<chapter url_name="c{number}"/>' for number in modules)
        + "</course>",
    }
    for number in modules:
        mine = range(number * A_MODULE, (number + 1) * A_MODULE)
        files[f"chapter/c{number}.xml"] = (
            f'<chapter display_name="Module {number}"><sequential url_name="s{number}"/></chapter>'
        )
        files[f"sequential/s{number}.xml"] = (
            '<sequential display_name="A section">'
            + "".join(f'<vertical url_name="v{lesson}"/>' for lesson in mine)
            + "</sequential>"
        )
        for lesson in mine:
            files |= _lesson(lesson)
    return files


def _lesson(lesson: int) -> dict[str, str]:
    names = [f"h{lesson}-{index}" for index in range(A_LESSON)]
    files = {
        f"vertical/v{lesson}.xml": f'<vertical display_name="Lesson {lesson}">'
        + "".join(f'<html url_name="{name}"/>' for name in names)
        + "</vertical>"
    }
    for name in names:
        files[f"html/{name}.xml"] = f'<html filename="{name}" display_name="Words"/>'
        files[f"html/{name}.html"] = f"<p>{name}</p>{TEXT}"
    return files
