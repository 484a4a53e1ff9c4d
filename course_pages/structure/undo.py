"""The way back that stands beside a message: a form that does the opposite of what was done.

Without our script it travels in the address of the screen, signed, so that nobody can be sent a
screen with a button of somebody else's making. Whether it still may be done, the action decides.
"""

from dataclasses import asdict, dataclass
from typing import Any

from django.core import signing
from django.urls import reverse

from course_pages.models import Course

SALT = "course-structure-undo"
OFFERED_SECONDS = 10 * 60


@dataclass(frozen=True)
class Undo:
    """`name`: of the address that is posted to, with these fields."""

    name: str
    page: int
    fields: dict[str, Any]
    course: int

    @property
    def url(self) -> str:
        return reverse(f"course_admin:{self.name}", args=[self.course, self.page])

    def signed(self) -> str:
        return signing.dumps(asdict(self), salt=SALT)


def read(text: str | None, course: Course) -> Undo | None:
    """The way back in an address; None for one that is old, made up or of another course."""
    if not text:
        return None
    try:
        found = Undo(**signing.loads(text, salt=SALT, max_age=OFFERED_SECONDS))
    except signing.BadSignature:
        return None
    return found if found.course == course.pk else None
