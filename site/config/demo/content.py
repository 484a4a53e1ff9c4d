"""What the demo site is made of, read from the files beside this module.

References stay symbolic, because nothing here has an id yet:

- ``image``, ``file``, ``video``, ``poster`` and ``captions`` of a block, and the pictures of
  courses and people, are paths relative to ``FILES``;
- ``offer`` of an offer block is ``offer:<slug>``;
- links of marketing blocks are ``course:<slug>``, ``page:<slug>`` or ``catalogue:``, or else
  ordinary addresses; ``courses`` of a courses block is a list of course slugs.
"""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.demo.markup import Block, MarkupError, parse

HERE = Path(__file__).parent
FILES = HERE / "files"


@dataclass(frozen=True)
class DemoTopic:
    """A subject to browse by."""

    slug: str
    title: str


@dataclass(frozen=True)
class DemoLevel:
    """How much a course asks of its learners; listed from the easiest up."""

    slug: str
    title: str


@dataclass(frozen=True)
class DemoInstructor:
    """A fictional author; ``bio`` is rich text, and there need not be an account of ``email``."""

    slug: str
    name: str
    role: str
    email: str
    website: str
    photo: str
    photo_alt: str
    bio: str


@dataclass(frozen=True)
class DemoLesson:
    """A lesson; ``slug`` is unique in its course."""

    title: str
    slug: str
    section: str
    minutes: int
    required: bool
    free_preview: bool
    body: list[Block]
    quiz: Path | None = None


@dataclass(frozen=True)
class DemoModule:
    """A chapter of a course; ``slug`` is unique in its course."""

    title: str
    slug: str
    lessons: list[DemoLesson]


@dataclass(frozen=True)
class DemoCourse:
    """A course. ``level`` and ``topics`` are titles, ``instructors`` are names.

    ``certificate`` holds the title of a design and what it is given for; empty for none.
    """

    slug: str
    title: str
    summary: str
    level: str
    topics: list[str]
    instructors: list[str]
    outcomes: list[str]
    image: str
    image_alt: str
    body: list[Block]
    modules: list[DemoModule]
    certificate: dict[str, Any] = field(default_factory=dict)

    @property
    def lessons(self) -> list[DemoLesson]:
        """All lessons in the order of study."""
        return [lesson for module in self.modules for lesson in module.lessons]


@dataclass(frozen=True)
class DemoOffer:
    """Courses at a price: currency → smallest units; ``compare_at`` is the crossed-out one."""

    slug: str
    name: str
    description: str
    courses: list[str]
    kind: str = "one_off"
    interval: str = ""
    access_days: int | None = None
    places: int | None = None
    prices: dict[str, int] = field(default_factory=dict)
    compare_at: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class DemoCoupon:
    """A code that makes every offer cheaper; ``limit`` is how often in all."""

    code: str
    percent: int
    limit: int | None = None


@dataclass(frozen=True)
class DemoPage:
    """The home page, a landing page or a page of plain text (about, imprint …)."""

    slug: str
    title: str
    summary: str
    body: list[Block]


def split_front_matter(source: str) -> tuple[dict[str, Any], str]:
    """The TOML between the two ``+++`` lines that open a file, and what follows them."""
    opening, _, rest = source.partition("+++\n")
    head, closing, body = rest.partition("\n+++\n")
    if opening or not closing:
        raise MarkupError("the file does not begin with +++, TOML and +++")
    return tomllib.loads(head), body


def _read_file(path: str) -> str:
    return (FILES / path).read_text(encoding="utf-8").strip()


def _read_markup(path: Path) -> tuple[dict[str, Any], list[Block]]:
    """Front matter and blocks of a Markdown file; an error names the file."""
    try:
        head, body = split_front_matter(path.read_text(encoding="utf-8"))
        return head, parse(body, read=_read_file)
    except (MarkupError, tomllib.TOMLDecodeError) as error:
        raise MarkupError(f"{path.name}: {error}") from error


def read_lesson(path: Path) -> DemoLesson:
    """The lesson in ``NN-slug.md``; the number only sorts the folder.

    Questions beside it, in ``NN-slug.gift``, are its quiz.
    """
    head, body = _read_markup(path)
    return DemoLesson(
        title=head["title"],
        slug=path.stem.partition("-")[2],
        section=head.get("section", ""),
        minutes=head["minutes"],
        required=head.get("required", True),
        free_preview=head.get("free_preview", False),
        body=body,
        quiz=path.with_suffix(".gift") if path.with_suffix(".gift").exists() else None,
    )


def read_course(folder: Path) -> DemoCourse:
    """The course in a folder of ``course.md`` (front matter, description) and lesson files."""
    head, body = _read_markup(folder / "course.md")
    modules = [
        DemoModule(
            title=module["title"],
            slug=module["slug"],
            lessons=[read_lesson(folder / f"{name}.md") for name in module["lessons"]],
        )
        for module in head["modules"]
    ]
    fields = {key: value for key, value in head.items() if key != "modules"}
    return DemoCourse(slug=folder.name, body=body, modules=modules, **fields)


def read_page(path: Path) -> DemoPage:
    """A page of running text (``.md``) or one made of marketing blocks (``.toml``)."""
    if path.suffix == ".md":
        head, body = _read_markup(path)
        return DemoPage(slug=path.stem, title=head["title"], summary=head["summary"], body=body)
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    blocks: list[Block] = [(block.pop("type"), block) for block in data["blocks"]]
    return DemoPage(slug=path.stem, title=data["title"], summary=data["summary"], body=blocks)


_SITE = tomllib.loads((HERE / "site.toml").read_text(encoding="utf-8"))

SITE_NAME: str = _SITE["name"]
SITE_TAGLINE: str = _SITE["tagline"]
CATALOGUE_TITLE: str = _SITE["catalogue"]["title"]
CATALOGUE_SUMMARY: str = _SITE["catalogue"]["summary"]
TOPICS = [DemoTopic(**topic) for topic in _SITE["topics"]]
LEVELS = [DemoLevel(**level) for level in _SITE["levels"]]
INSTRUCTORS = [DemoInstructor(**person) for person in _SITE["instructors"]]
COURSES = [read_course(HERE / "courses" / slug) for slug in _SITE["courses"]]
OFFERS = [DemoOffer(**offer) for offer in _SITE["offers"]]
COUPONS = [DemoCoupon(**coupon) for coupon in _SITE["coupons"]]
HOME = read_page(HERE / "pages" / "home.toml")
LANDING_PAGES = [read_page(HERE / "pages" / f"{slug}.toml") for slug in _SITE["landing_pages"]]
STANDARD_PAGES = [read_page(HERE / "pages" / f"{slug}.md") for slug in _SITE["standard_pages"]]
