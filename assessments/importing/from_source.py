"""Questions that a course's import left in its lessons become quizzes there.

A quiz block with a `source` and no quiz gets one, whose lineage follows from the lesson and the
block: a second run finds it again. What an editor changed since, in lesson or quiz, stays.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry, Revision

from accounts.models import User
from assessments.importing.made import Maker, NotAsked, Questions, Raw, add, percent, report
from assessments.importing.words import paragraph
from assessments.importing.writing import put
from assessments.models import Quiz
from core.text import one_line
from course_pages import courses, marks
from course_pages.importing import writer
from course_pages.importing.description import Block
from course_pages.importing.reading import Account
from course_pages.importing.richtext import to_plain, visible
from course_pages.models import Course, LessonPage

ACTION = "assessments.import"
TITLE_LENGTH = 200
MOST_ATTEMPTS = 1000
# Open edX's own tolerance where the author named none.
OLX_TOLERANCE = "0.001"


@dataclass
class Made:
    """What became of a course's sources; `account` counts their questions."""

    account: Account = field(default_factory=Account)
    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    unchanged: int = 0

    def said(self) -> str:
        """One line for whoever imports."""
        return _(
            "Quizzes: %(created)s made, %(updated)s updated, %(unchanged)s unchanged, "
            "%(kept)s left as they were edited here."
        ) % {
            "created": len(self.created),
            "updated": len(self.updated),
            "unchanged": self.unchanged,
            "kept": len(self.kept),
        }


def make_quizzes(course: Course, by: User | None) -> Made:
    """Quizzes for all sources in the course's lessons. One transaction for each lesson."""
    made = Made()
    page = courses.page_of(course)
    if page is None:
        return made
    lessons = LessonPage.objects.descendant_of(page).order_by("path")
    links: dict[str, int] = {}
    asking: list[int] = []
    for lesson in lessons.select_related("latest_revision").iterator(chunk_size=50):
        links[str(lesson.translation_key)] = lesson.pk
        newest = lesson.latest_revision
        body = _body(newest) if newest is not None else lesson.body.raw_data
        if any(_source(item) is not None for item in body):
            asking.append(lesson.pk)
    for pk in asking:
        with transaction.atomic():
            _Lesson(course, pk, links, by, made).run()
    if made.created or made.updated:
        marks.mark_lineages([course.lineage])
    return made


def after_import(course: Course, by: User | None) -> str:
    """What an import tells of its quizzes; nothing where there are none."""
    made = make_quizzes(course, by)
    return made.said() if made.account.found else ""


def publish_with(page: LessonPage, by: User | None) -> None:
    """The imported quizzes of a lesson that is published; those published before stay as they are.

    Else the first release after an import of drafts would wait for each of them.
    """
    own = {
        item["value"].get("quiz"): uuid.uuid5(page.translation_key, str(item["id"]))
        for item in page.body.raw_data
        if _source(item) is not None
    }
    keys = [key for key in own if key]
    if not keys:
        return
    for quiz in Quiz.objects.filter(pk__in=keys, live=False, first_published_at=None):
        if quiz.translation_key == own[quiz.pk] and quiz.latest_revision is not None:
            quiz.latest_revision.publish(user=by)


class _Lesson:
    """One lesson, its row locked: what is published, and the newest draft."""

    def __init__(
        self, course: Course, pk: int, links: Mapping[str, int], by: User | None, made: Made
    ) -> None:
        self.course, self.links, self.by, self.made = course, links, by, made
        self.page = LessonPage.objects.select_for_update().get(pk=pk)
        self.published = [dict(item) for item in self.page.body.raw_data]
        self.revisions = self._revisions()
        newest = self.revisions.get(self.page.latest_revision_id or 0)
        self.draft = _body(newest) if newest is not None else self.published

    def _revisions(self) -> dict[int, Revision]:
        """Those that will be seen again: the newest, the published, and one with a date."""
        keys = {self.page.latest_revision_id, self.page.live_revision_id} - {None}
        found = self.page.revisions.filter(pk__in=keys)
        dated = self.page.revisions.filter(approved_go_live_at__isnull=False)
        return {revision.pk: revision for revision in (*found, *dated)}

    def run(self) -> None:
        shown = {item.get("id"): item for item in self.published}
        chosen: dict[str, int] = {}
        for item in self.draft:
            source = _source(item)
            if source is None:
                continue
            live = self.page.live and _same(item, shown.get(item["id"]))
            quiz = self._quiz(item, source, live)
            if quiz is not None:
                chosen[item["id"]] = quiz.pk
        if chosen:
            self._choose(chosen)

    def _quiz(self, item: Raw, source: Mapping[str, Any], live: bool) -> Quiz | None:
        """The block's quiz, made or brought up to date; None where the block is to stay."""
        lineage = uuid.uuid5(self.page.translation_key, str(item["id"]))
        quiz = Quiz.objects.filter(translation_key=lineage).first()
        own = item["value"].get("quiz")
        if own and (quiz is None or own != quiz.pk):
            return None  # somebody chose another one
        read = self._read(item, source, lineage)
        self.made.account.found += read.account.found
        self.made.account.findings += read.account.findings
        if not read.blocks:
            return None
        if quiz is None:
            return self._create(item, source, lineage, read, live)
        if not own and self._was_edited():
            # Taken out of the lesson by hand.
            self.made.kept.append(quiz.title)
            return None
        self._update(quiz, read, live)
        return quiz

    def _read(self, item: Raw, source: Mapping[str, Any], lineage: uuid.UUID) -> "Read":
        place = self.page.title
        read = questions_of(source, Maker(lineage), place, item["value"].get("title") or "")
        linked = json.loads(_with_links(json.dumps([read.blocks, read.intro]), self.links))
        read.blocks, read.intro = linked
        return read

    def _create(
        self, item: Raw, source: Mapping[str, Any], lineage: uuid.UUID, read: "Read", live: bool
    ) -> Quiz:
        title = one_line(item["value"].get("title") or self.page.title)[:TITLE_LENGTH]
        quiz = Quiz(
            course=self.course,
            translation_key=lineage,
            title=title or _("Quiz"),
            intro=read.intro,
            required=source.get("graded") is True,
            attempts=_attempts(source.get("max_attempts")),
            live=False,
            has_unpublished_changes=True,
        )
        put(quiz, read.blocks)
        quiz.save()
        self._save(quiz, publish=live)
        self.made.created.append(quiz.title)
        return quiz

    def _update(self, quiz: Quiz, read: "Read", live: bool) -> None:
        current = quiz.get_latest_revision_as_object()
        offered = _fingerprint(read.blocks, read.intro)
        now = _fingerprint(_raw(current), current.intro)
        written = self._written(quiz)
        if now == offered:
            self.made.unchanged += 1
            if live and not quiz.live and quiz.first_published_at is None and now == written:
                self._save(current, publish=True)
        elif now != written:
            self.made.kept.append(quiz.title)
        else:
            put(current, read.blocks)
            current.intro = read.intro
            self._save(current, publish=live and (quiz.live or quiz.first_published_at is None))
            self.made.updated.append(quiz.title)

    def _save(self, quiz: Quiz, *, publish: bool) -> None:
        revision = quiz.save_revision(user=self.by, clean=False)
        if publish:
            revision.publish(user=self.by)
        written = _fingerprint(_raw(quiz), quiz.intro)
        log(quiz, ACTION, user=self.by, data={"written": written})

    def _written(self, quiz: Quiz) -> str:
        entry = (
            ModelLogEntry.objects.filter(
                content_type=ContentType.objects.get_for_model(Quiz),
                object_id=str(quiz.pk),
                action=ACTION,
            )
            .order_by("-timestamp", "-pk")
            .first()
        )
        return str(entry.data.get("written", "")) if entry is not None else ""

    def _was_edited(self) -> bool:
        newest = self.revisions.get(self.page.latest_revision_id or 0)
        return newest is None or not writer.is_as_imported(self.page, newest.content)

    def _choose(self, chosen: Mapping[str, int]) -> None:
        """Set the quiz in what is published and in the drafts, and nothing else of them."""
        if _chosen_in(self.published, chosen):
            body = LessonPage._meta.get_field("body").stream_block.to_python(self.published)
            LessonPage.objects.filter(pk=self.page.pk).update(body=body)
        newest = self.revisions.get(self.page.latest_revision_id or 0)
        before = newest.content if newest is not None else None
        imported = before is not None and writer.is_as_imported(self.page, before)
        for revision in self.revisions.values():
            body = _body(revision)
            if _chosen_in(body, chosen):
                revision.content = {**revision.content, "body": json.dumps(body)}
                Revision.objects.filter(pk=revision.pk).update(content=revision.content)
        if imported and newest is not None and newest.content is not before:
            writer.still_as_imported(self.page, newest.content, by=self.by)


def _body(revision: Revision) -> list[Raw]:
    found = revision.content.get("body") or "[]"
    items: list[Raw] = json.loads(found) if isinstance(found, str) else found
    return items


def _source(item: Raw) -> dict[str, Any] | None:
    """What the import kept of a quiz block's questions."""
    if item.get("type") != "quiz" or not item.get("id") or not item["value"].get("source"):
        return None
    try:
        source = json.loads(item["value"]["source"])
    except (ValueError, RecursionError):
        return None
    usable = isinstance(source, dict) and isinstance(source.get("questions"), list)
    return source if usable and source["questions"] else None


def _same(item: Raw, shown: Raw | None) -> bool:
    return shown is not None and shown["value"].get("source") == item["value"]["source"]


def _chosen_in(body: list[Raw], chosen: Mapping[str, int]) -> bool:
    """Set the quizzes of blocks that have none; whether one was set."""
    changed = False
    for item in body:
        wanted = chosen.get(item.get("id") or "")
        if wanted and item["type"] == "quiz" and not item["value"].get("quiz"):
            item["value"] = {**item["value"], "quiz": wanted}
            changed = True
    return changed


def _raw(quiz: Quiz) -> list[Raw]:
    return [dict(item) for item in quiz.questions.raw_data]


def _fingerprint(blocks: list[Raw], intro: str) -> str:
    return hashlib.sha256(json.dumps([blocks, intro], sort_keys=True).encode()).hexdigest()


def _attempts(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value <= MOST_ATTEMPTS else 0


def _with_links(text: str, links: Mapping[str, int]) -> str:
    """Symbolic links to lessons as page links; those that lead nowhere keep their words."""

    def replace(found: re.Match[str]) -> str:
        ident = found[1] or found[2]
        target = links.get(ident)
        words = found[3]
        return f'<a id=\\"{target}\\" linktype=\\"page\\">{words}</a>' if target else words

    return SYMBOLIC.sub(replace, text)


# In JSON, where quotation marks are escaped.
SYMBOLIC = re.compile(
    r'<a (?:linktype=\\"lesson\\" id=\\"([0-9a-f-]{36})\\"'
    r'|id=\\"([0-9a-f-]{36})\\" linktype=\\"lesson\\")>(.*?)</a>'
)


# --- Questions ---------------------------------------------------------------------------------


@dataclass
class Read(Questions):
    """Questions of one source; `intro` keeps the words of those that cannot be asked."""

    intro: str = ""


def questions_of(source: Mapping[str, Any], maker: Maker, place: str, title: str) -> Read:
    """The questions of a source, as docs/import.md has it."""
    read = Read(title)
    format_ = str(source.get("format") or "")
    kept = []
    for number, question in enumerate(_questions(source), start=1):
        name = visible(question.get("stem") or "")[:80] or title
        kind = str(question.get("type") or "question")
        before = len(read.blocks)
        try:
            made, notes = _one(question, maker, format_, _stem(question, title, number))
            add(read, made, kind, name, place, notes)
        except NotAsked as why:
            report(read, kind, name, place, str(why))
        if len(read.blocks) == before:
            kept.append(question.get("stem") or "")
    read.intro = "".join(kept)
    return read


def _questions(source: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for question in source["questions"]:
        if isinstance(question, dict):
            yield question


def _stem(question: Mapping[str, Any], title: str, number: int) -> list[Block]:
    words = question.get("stem") or ""
    if not visible(words):
        words = paragraph(title if number == 1 and title else _("Part %s") % number)
    return [Block("text", words)]


def _one(
    question: Mapping[str, Any], maker: Maker, format_: str, stem: list[Block]
) -> tuple[Raw, list[str]]:
    reader = READERS.get(question.get("type") or "")
    if reader is None:
        raise NotAsked(question.get("reason") or _("an unknown kind"))
    made, notes = reader(question, maker, format_)
    made["value"]["stem"] = [{"type": b.type, "value": b.value, "id": maker.id()} for b in stem]
    made["value"]["hint"] = "".join(question.get("hints") or [])
    made["value"]["feedback"] = question.get("explanation") or ""
    return made, notes


Result = tuple[Raw, list[str]]


def _choices(question: Mapping[str, Any], maker: Maker) -> tuple[list[Raw], list[str]]:
    notes = []
    made = []
    for choice in question["choices"]:
        worth = ""
        if choice.get("partial"):
            worth = percent(min(Fraction(1), max(Fraction(0), _share(choice["partial"]))))
        if choice.get("unselected"):
            notes.append(_("what is said of a choice that was not made is left out"))
        made.append(
            {
                "text": choice["text"],
                "correct": bool(choice["correct"]),
                "feedback": choice.get("feedback") or "",
                "worth": worth,
            }
        )
    if question.get("compound"):
        notes.append(_("what is said to combinations of choices is left out"))
    return maker.choices(made), notes


def _share(text: Any) -> Fraction:
    try:
        return Fraction(str(text))
    except (ValueError, ZeroDivisionError):
        return Fraction(1, 2)


def _single(question: Mapping[str, Any], maker: Maker, format_: str) -> Result:
    choices, notes = _choices(question, maker)
    right = [choice for choice in choices if choice["value"]["correct"]]
    for other in right[1:]:
        other["value"].update(correct=False, worth="100")
        notes.append(_("more than one choice is right: the others earn 100 %"))
    return maker.question("single", [], choices=choices), notes


def _multiple(question: Mapping[str, Any], maker: Maker, format_: str) -> Result:
    choices, notes = _choices(question, maker)
    credit = str(question.get("partial_credit") or "").strip().upper()
    if credit and credit != "EDC":
        notes.append(_("its rule for parts of the points became all or nothing"))
    scoring = "partial" if credit == "EDC" else "all"
    return maker.question("multiple", [], choices=choices, scoring=scoring), notes


def _text(question: Mapping[str, Any], maker: Maker, format_: str) -> Result:
    if question.get("pattern"):
        raise NotAsked(_("its answer is a regular expression"))
    answers = [
        {
            "text": to_plain(answer["text"]) if "<" in answer["text"] else answer["text"],
            "feedback": answer.get("feedback") or "",
            "worth": "" if answer["correct"] else "0",
        }
        for answer in question["answers"]
    ]
    case = not question.get("ignore_case", format_ == "qti")
    return maker.question("short", [], answers=maker.listed(answers), case=case), []


def _number(question: Mapping[str, Any], maker: Maker, format_: str) -> Result:
    notes = []
    answers = []
    for answer in question["answers"]:
        tolerance = str(answer.get("tolerance") or "").strip()
        kind = "absolute"
        if tolerance.endswith("%"):
            kind, tolerance = "relative", tolerance[:-1].strip()
        elif not tolerance and format_ == "olx":
            kind, tolerance = "relative", OLX_TOLERANCE
        if set(str(answer.get("range") or "")) & set("()"):
            notes.append(_("the ends of its range count as well"))
        answers.append(
            {
                "value": answer["value"],
                "tolerance": tolerance,
                "kind": kind,
                "feedback": answer.get("feedback") or "",
                "worth": "" if answer["correct"] else "0",
            }
        )
    if question.get("partial_credit"):
        notes.append(_("its rule for parts of the points became all or nothing"))
    return maker.question("number", [], answers=maker.listed(answers)), notes


READERS = {
    "choice": _single,
    "dropdown": _single,
    "multiple": _multiple,
    "text": _text,
    "number": _number,
}
