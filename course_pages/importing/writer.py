"""A course description becomes pages: prepared first, then written in one short transaction.

Pages are found again by lineage. A page that somebody edited here since the last import is
left alone; what the source no longer holds is unpublished; nothing is ever deleted. What an
import wrote is remembered in Wagtail's page log, beside the editors' own actions.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.models import Collection, Page, PageLogEntry

from accounts.models import User
from assets.adding import add_captions, add_video
from assets.models import Document, Image, Video
from assets.storage import digest_of
from core import clock
from course_pages import courses, registries, releases
from course_pages.importing.description import (
    Block,
    CourseDescription,
    LessonDescription,
    SourceFile,
    block_id,
)
from course_pages.models import CataloguePage, Course, CoursePage, LessonPage, ModulePage, Release

IMPORT_ACTION = "course_pages.import"
SLUG_LENGTH = 80
LESSON_LINK = re.compile(
    r'<a (?:linktype="lesson" id="([0-9a-f-]{36})"|id="([0-9a-f-]{36})" linktype="lesson")>'
    r"(.*?)</a>",
    re.DOTALL,
)
# Which fields of a block's value name a file of the description.
FIELDS = {"image": "image", "video": "video", "audio": "video", "download": "file"}
# What an import writes into a page, and so what makes it "edited since".
CONTENT: dict[type[CoursePage] | type[ModulePage] | type[LessonPage], tuple[str, ...]] = {
    CoursePage: ("title", "summary", "image", "body"),
    ModulePage: ("title",),
    LessonPage: ("title", "section", "required", "minutes", "body"),
}

AnyPage = CoursePage | ModulePage | LessonPage
Progress = Callable[[int, int], None]


@dataclass
class ImportResult:
    """What an import changed, as titles for people."""

    page: CoursePage | None = None
    course: Course | None = None
    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    images: int = 0
    files: int = 0
    videos: int = 0
    release: Release | None = None
    problems: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


def write(
    description: CourseDescription,
    *,
    parent: CataloguePage,
    by: User | None,
    publish: bool,
    progress: Progress | None = None,
) -> ImportResult:
    """Create or update the course's pages below `parent`; drafts unless `publish`.

    All pages appear in one transaction. With `publish` the course is then released; should the
    release be refused, the pages stay published and `problems` says why. Calling it again with
    the same description changes nothing.
    """
    digests = _digests(description.images), _digests(description.files)
    stored: list[tuple[Storage, str]] = []

    def attempt() -> ImportResult:
        with transaction.atomic():
            made = _Writer(description, digests, parent, by, publish, progress, stored).run()
            if made.course is not None:
                tales = (tell(made.course, by) for tell in registries.imported)
                made.told = [said for said in tales if said]
            return made

    try:
        try:
            result = attempt()
        except IntegrityError:
            # Another import of the same course won the race; this one now updates its pages.
            result = attempt()
    except BaseException:
        for storage, name in stored:
            storage.delete(name)
        raise
    if publish and result.course is not None:
        _release(result.course, result, by)
    return result


def _release(course: Course, result: ImportResult, by: User | None) -> None:
    course.refresh_from_db()
    try:
        result.release = releases.release(course=course, by=by, notes=_("Imported"))
    except releases.ReleaseRefused as refused:
        result.problems += [str(problem) for problem in refused.problems]


def _digests(sources: Mapping[str, SourceFile]) -> dict[str, str]:
    """sha-256 of every file that the description uses: slow, so before any lock is held."""
    found = {}
    for key, source in sources.items():
        with source.path.open("rb") as handle:
            found[key] = digest_of(File(handle))
    return found


def is_as_imported(page: Page, content: Mapping[str, Any]) -> bool:
    """Whether a revision's content is what the last import wrote."""
    entry = _last(page)
    return entry is not None and entry.data["written"] == _fingerprint(type(page), content)


def still_as_imported(page: Page, content: Mapping[str, Any], *, by: User | None) -> None:
    """Count the content as the last import's: what follows from an import is no edit."""
    entry = _last(page)
    if entry is not None:
        entry.data = {**entry.data, "written": _fingerprint(type(page), content)}
        entry.pk, entry.timestamp, entry.user = None, clock.now(), by
        entry.save(force_insert=True)


def _last(page: Page) -> PageLogEntry | None:
    entries = PageLogEntry.objects.filter(page_id=page.pk, action=IMPORT_ACTION)
    return entries.order_by("timestamp", "pk").last()


def _fingerprint(model: type[Page], content: Mapping[str, Any]) -> str:
    """What of a page an import is answerable for, as a digest of raw or of revision content."""
    values = {}
    for name in CONTENT[model]:
        value = content.get(name)
        values[name] = json.loads(value) if name == "body" and isinstance(value, str) else value
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


@dataclass
class _Entry:
    """One page of the course in the making."""

    model: type[AnyPage]
    lineage: uuid.UUID
    title: str
    parent: uuid.UUID | None
    page: AnyPage | None = None
    new: bool = False
    foreign: bool = False

    @property
    def made(self) -> AnyPage:
        """The page, once the tree stands."""
        if self.page is None:
            raise LookupError(f"no page yet for {self.title}")
        return self.page


class _Writer:
    """One import inside its transaction."""

    def __init__(
        self,
        description: CourseDescription,
        digests: tuple[Mapping[str, str], Mapping[str, str]],
        parent: CataloguePage,
        by: User | None,
        publish: bool,
        progress: Progress | None,
        stored: list[tuple[Storage, str]],
    ) -> None:
        self.description = description
        self.image_digests, self.file_digests = digests
        self.by = by
        self.publish = publish
        self.progress = progress or (lambda done, of: None)
        self.stored = stored
        self.result = ImportResult()
        self.now = clock.now()
        # One import at a time below a catalogue: two of the same course must not interleave.
        self.parent = CataloguePage.objects.select_for_update().get(pk=parent.pk)
        self.entries = self._entries()
        # The field of a block → the key that stands there → the id of what it became.
        self.made: dict[str, dict[str, int]] = {}
        self.past: dict[int, dict[str, Any]] = {}
        self.logs: list[PageLogEntry] = []

    def run(self) -> ImportResult:
        self._find()
        self._remember()
        self._build_tree()
        course_page = CoursePage.objects.get(pk=self.entries[self.description.lineage].made.pk)
        course = courses.ensure(course_page)
        collection = courses.ensure_collection(course)
        self._store_all(collection)
        self._find()
        self._fill()
        self._retire(course_page)
        PageLogEntry.objects.bulk_create(self.logs)
        self.result.page = CoursePage.objects.get(pk=course_page.pk)
        self.result.course = Course.objects.get(pk=course.pk)
        return self.result

    # The tree

    def _entries(self) -> dict[uuid.UUID, _Entry]:
        """Every page of the description, parents before their children."""
        about = self.description
        entries = {about.lineage: _Entry(CoursePage, about.lineage, about.title, None)}
        for module in about.modules:
            entries[module.lineage] = _Entry(
                ModulePage, module.lineage, module.title, about.lineage
            )
            for lesson in module.lessons:
                entries[lesson.lineage] = _Entry(
                    LessonPage, lesson.lineage, lesson.title, module.lineage
                )
        return entries

    def _find(self) -> None:
        """Fetch the pages afresh: paths change with every move and must not be written back."""
        for model in CONTENT:
            wanted = [e.lineage for e in self.entries.values() if e.model is model]
            pages = model.objects.filter(
                translation_key__in=wanted, locale=self.parent.locale_id
            ).select_related("latest_revision")
            for page in pages:
                self.entries[page.translation_key].page = page

    def _remember(self) -> None:
        """What the last import wrote into each page."""
        course = self.entries[self.description.lineage].page
        if course is None:
            return
        logs = PageLogEntry.objects.filter(
            page__path__startswith=course.path, action=IMPORT_ACTION
        ).order_by("timestamp", "pk")
        self.past = dict(logs.values_list("page_id", "data"))

    def _build_tree(self) -> None:
        """Make the pages that are missing, empty as yet, each after the one before it."""
        before: dict[uuid.UUID | None, Page | None] = {}
        taken: dict[int, set[str]] = {}
        for entry in self.entries.values():
            above = self.parent if entry.parent is None else self.entries[entry.parent].made
            if entry.page is not None:
                entry.foreign = not self._belongs(entry)
                if not entry.foreign:
                    self._follow(entry, above)
                    before[entry.parent] = entry.page
                continue
            if above.pk not in taken:
                taken[above.pk] = set(above.get_children().values_list("slug", flat=True))
            entry.page = entry.model(
                title=entry.title,
                slug=_free_slug(entry.title, taken[above.pk]),
                translation_key=entry.lineage,
                locale=self.parent.locale,
                owner=self.by,
                live=False,
            )
            entry.new = True
            above.add_child(instance=entry.page)
            previous = before.get(entry.parent)
            if previous is not None:
                self._place(entry, previous)
            before[entry.parent] = entry.page

    def _belongs(self, entry: _Entry) -> bool:
        course = self.entries[self.description.lineage].page
        return (
            entry.page is not None
            and course is not None
            and entry.page.path.startswith(course.path)
        )

    def _place(self, entry: _Entry, previous: Page) -> None:
        """Put a new page right after the one that it follows in the source."""
        fresh = Page.objects.get(pk=previous.pk)
        following = fresh.get_next_sibling()
        if following is not None and following.pk != entry.made.pk:
            Page.objects.get(pk=entry.made.pk).move(fresh, pos="right", user=self.by)
            self._find()

    def _follow(self, entry: _Entry, above: Page) -> None:
        """Move a lesson that changed its module in the source, unless a teacher moved it here."""
        actual = entry.made.get_parent()
        written = self.past.get(entry.made.pk, {}).get("parent")
        if actual.pk == above.pk or written != str(actual.translation_key):
            return
        Page.objects.get(pk=entry.made.pk).move(
            Page.objects.get(pk=above.pk), pos="last-child", user=self.by
        )
        self._find()

    # Content

    def _fill(self) -> None:
        ids = {
            str(entry.lineage): entry.page.pk
            for entry in self.entries.values()
            if entry.page is not None
        }
        lessons = {lesson.lineage: lesson for lesson in self.description.lessons()}
        modules = {module.lineage: module.title for module in self.description.modules}
        live: list[int] = []
        for number, entry in enumerate(self.entries.values(), start=1):
            if entry.model is CoursePage:
                values = self._course_values(ids)
            elif entry.model is ModulePage:
                values = {"title": modules[entry.lineage]}
            else:
                values = self._lesson_values(lessons[entry.lineage], ids)
            if self._write(entry, values):
                live.append(entry.made.pk)
            self.progress(number, len(self.entries))
        Page.objects.filter(pk__in=live).update(live_revision_id=F("latest_revision_id"))

    def _course_values(self, ids: Mapping[str, int]) -> dict[str, Any]:
        about = self.description
        return {
            "title": about.title,
            "summary": about.summary,
            "image": self.made["image"].get(about.cover),
            "body": self._body(about.lineage, about.body, ids),
        }

    def _lesson_values(self, lesson: LessonDescription, ids: Mapping[str, int]) -> dict[str, Any]:
        return {
            "title": lesson.title,
            "section": lesson.section,
            "required": lesson.required,
            "minutes": lesson.minutes,
            "body": self._body(lesson.lineage, lesson.blocks, ids),
        }

    def _body(
        self, owner: uuid.UUID, blocks: Iterable[Block], ids: Mapping[str, int]
    ) -> list[dict[str, Any]]:
        """Raw StreamField data: symbols become ids, every block has one of its own."""
        raw = []
        for index, block in enumerate(blocks):
            value = _with_links(block.value, ids)
            if isinstance(value, dict):
                value.pop("captions", None)
                if name := FIELDS.get(block.type):
                    value[name] = self.made[name][value[name]] if value[name] else None
            raw.append({"type": block.type, "value": value, "id": block_id(owner, index)})
        return raw

    def _write(self, entry: _Entry, values: dict[str, Any]) -> bool:
        """Bring one page up to date; True if its newest revision is to be the live one."""
        page = entry.made
        offered = _fingerprint(entry.model, values)
        if entry.new:
            return self._write_new(entry, values, offered)
        past = self.past.get(page.pk)
        if entry.foreign or past is None or self._current(page) != past["written"]:
            # A page of this lineage that no import wrote, or that somebody worked on since.
            self.result.kept.append(entry.title)
            return False
        if past["offered"] == offered:
            self.result.unchanged.append(entry.title)
            if self.publish and not past["live"] and page.latest_revision is not None:
                page.latest_revision.publish(user=self.by)
                self._log(entry, offered, past["written"], live=True)
            return False
        draft = page.get_latest_revision_as_object()
        _apply(draft, values)
        revision = draft.save_revision(user=self.by, clean=False)
        # Unpublished here since the last import: an import does not bring it back.
        publish = self.publish and (page.live or not past["live"])
        if publish:
            revision.publish(user=self.by)
        self.result.updated.append(entry.title)
        live = publish or bool(past["live"])
        self._log(entry, offered, _fingerprint(entry.model, revision.content), live=live)
        return False

    def _write_new(self, entry: _Entry, values: dict[str, Any], offered: str) -> bool:
        page = entry.made
        _apply(page, values)
        page.live = self.publish
        page.has_unpublished_changes = not self.publish
        if self.publish:
            page.first_published_at = page.last_published_at = self.now
        page.save(clean=False)
        revision = page.save_revision(user=self.by, changed=False, clean=False)
        self.result.created.append(entry.title)
        written = _fingerprint(entry.model, revision.content)
        self._log(entry, offered, written, live=self.publish)
        return self.publish

    def _current(self, page: AnyPage) -> str:
        revision = page.latest_revision
        content = revision.content if revision is not None else page.serializable_data()
        return _fingerprint(type(page), content)

    def _retire(self, course_page: CoursePage) -> None:
        """Unpublish what an earlier import made and the source no longer holds."""
        kept = {entry.page.pk for entry in self.entries.values() if entry.page is not None}
        gone = [pk for pk in self.past if pk not in kept]
        for model in (LessonPage, ModulePage):
            for page in model.objects.filter(pk__in=gone, live=True).select_related(
                "latest_revision"
            ):
                past = self.past[page.pk]
                if self._current(page) != past["written"]:
                    self.result.kept.append(page.title)
                    continue
                self.result.vanished.append(page.title)
                if self.publish:
                    page.unpublish(user=self.by)
                    entry = _Entry(model, page.translation_key, page.title, None, page)
                    self._log(entry, past["offered"], past["written"], live=False)

    def _log(self, entry: _Entry, offered: str, written: str, *, live: bool) -> None:
        self.logs.append(
            PageLogEntry(
                page_id=entry.made.pk,
                content_type=ContentType.objects.get_for_model(entry.model),
                label=entry.title,
                action=IMPORT_ACTION,
                timestamp=self.now,
                user=self.by,
                content_changed=True,
                data={
                    "source": self.description.key,
                    "offered": offered,
                    "written": written,
                    "live": live,
                    "parent": str(entry.parent) if entry.parent else None,
                },
            )
        )

    # Files

    def _store_all(self, collection: Collection) -> None:
        """Pictures, films with their captions, and whatever else the description has as files."""
        films, files = _films(self.description), self.description.files
        words = {key for captions in films.values() for key in captions.values()}
        kept = (set(files) - set(films) - words) | _downloads(self.description)
        digests = self.file_digests
        self.made = {
            "image": self._store(Image, self.description.images, self.image_digests, collection),
            "video": self._store(Video, _some(files, films), digests, collection),
            "file": self._store(Document, _some(files, kept), digests, collection),
        }
        videos = Video.objects.in_bulk(self.made["video"].values())
        for key, captions in films.items():
            opened = {code: _opened(files[name]) for code, name in captions.items()}
            add_captions(videos[self.made["video"][key]], opened, stored=self.stored)

    def _store(
        self,
        model: type[Image] | type[Document] | type[Video],
        sources: Mapping[str, SourceFile],
        digests: Mapping[str, str],
        collection: Collection,
    ) -> dict[str, int]:
        """Ids of the description's files in the course's collection; equal content only once."""
        known: dict[str, int] = dict(
            model.objects.filter(collection=collection, sha256__in=set(digests.values()))
            .order_by("-pk")
            .values_list("sha256", "pk")
        )
        found = {}
        for key, source in sources.items():
            digest = digests[key]
            if digest not in known:
                known[digest] = self._add_file(model, source, collection)
            found[key] = known[digest]
        return found

    def _add_file(
        self,
        model: type[Image] | type[Document] | type[Video],
        source: SourceFile,
        collection: Collection,
    ) -> int:
        if model is Video:
            return self._add_video(source, collection)
        item = model(title=source.title[:255], collection=collection, uploaded_by_user=self.by)
        with source.path.open("rb") as handle:
            item.file = File(handle, name=source.name)
            item.save()
        self.stored.append((item.file.storage, item.file.name))
        if model is Image:
            self.result.images += 1
        else:
            self.result.files += 1
        return int(item.pk)

    def _add_video(self, source: SourceFile, collection: Collection) -> int:
        with source.path.open("rb") as handle:
            video = add_video(
                source=File(handle, name=source.name),
                name=source.name,
                title=source.title,
                collection=collection,
                by=self.by,
                stored=self.stored,
            )
        self.result.videos += 1
        return int(video.pk)


def _blocks(description: CourseDescription) -> Iterable[Block]:
    yield from description.body
    for lesson in description.lessons():
        yield from lesson.blocks


def _films(description: CourseDescription) -> dict[str, dict[str, str]]:
    """The key of each film or recording → language → key of its captions."""
    found: dict[str, dict[str, str]] = {}
    for block in _blocks(description):
        if block.type in ("video", "audio") and block.value["video"]:
            captions = found.setdefault(block.value["video"], {})
            captions.update(block.value.get("captions", {}))
    return found


def _downloads(description: CourseDescription) -> set[str]:
    blocks = _blocks(description)
    return {block.value["file"] for block in blocks if block.type == "download"}


def _some(files: Mapping[str, SourceFile], keys: Iterable[str]) -> dict[str, SourceFile]:
    """In the order of the source, whatever that of the keys."""
    wanted = set(keys)
    return {key: source for key, source in files.items() if key in wanted}


def _opened(source: SourceFile) -> File[bytes]:
    return ContentFile(source.path.read_bytes(), name=source.name)


def _apply(page: Page, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name == "image":
            page.image_id = value
        else:
            setattr(page, name, json.dumps(value) if name == "body" else value)


def _with_links(value: Any, ids: Mapping[str, int]) -> Any:
    """The value with symbolic links to lessons made into Wagtail's page links."""
    if isinstance(value, str):
        return LESSON_LINK.sub(lambda match: _page_link(match, ids), value)
    if isinstance(value, dict):
        return {name: _with_links(item, ids) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_links(item, ids) for item in value]
    return value


def _page_link(match: re.Match[str], ids: Mapping[str, int]) -> str:
    target = ids.get(match.group(1) or match.group(2))
    words = match.group(3)
    return f'<a linktype="page" id="{target}">{words}</a>' if target else words


def _free_slug(title: str, taken: set[str]) -> str:
    base = slugify(title, allow_unicode=True)[:SLUG_LENGTH].strip("-") or "part"
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    taken.add(slug)
    return slug
