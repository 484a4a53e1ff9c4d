"""Questions become a bank or a quiz of a course: the one writer of all readers."""

from collections.abc import Mapping
from typing import Any

from django.core.files.base import File
from django.core.files.storage import Storage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from assessments.importing.made import Questions, Raw
from assessments.models import QuestionBank, Quiz
from assets.models import Image
from assets.storage import digest_of
from core.text import one_line
from course_pages import courses
from course_pages.importing.description import SourceFile
from course_pages.models import Course

TITLE_LENGTH = 200


def import_questions(
    *,
    course: Course,
    questions: Questions,
    title: str = "",
    by: User | None,
    as_quiz: bool = False,
    publish: bool = False,
) -> QuestionBank | Quiz | None:
    """A new bank (or quiz) of the course with the questions, a draft unless `publish`; None where
    there are none. One transaction; pictures go to the course's collection, equal ones once."""
    if not questions.blocks:
        return None
    stored: list[tuple[Storage, str]] = []
    try:
        with transaction.atomic():
            keys = _store(course, questions.images, by, stored)
            named = one_line(title or questions.title)[:TITLE_LENGTH] or _("Imported questions")
            model = Quiz if as_quiz else QuestionBank
            made = model(course=course, title=named, live=False, has_unpublished_changes=True)
            put(made, with_pictures(questions.blocks, keys))
            if isinstance(made, Quiz):
                made.required = False
            made.save()
            revision = made.save_revision(user=by)
            if publish:
                revision.publish(user=by)
                made.refresh_from_db()
            return made
    except BaseException:
        for storage, name in stored:
            storage.delete(name)
        raise


def put(thing: QuestionBank | Quiz, blocks: list[Raw]) -> None:
    """Raw blocks as the thing's questions."""
    thing.questions = type(thing)._meta.get_field("questions").stream_block.to_python(blocks)


def with_pictures(blocks: list[Raw], keys: Mapping[str, int]) -> list[Raw]:
    """The blocks with the rows of their pictures in place of the source's names."""
    return [
        {**block, "value": {**block["value"], "stem": [_row(p, keys) for p in _stem(block)]}}
        for block in blocks
    ]


def _stem(block: Raw) -> list[Raw]:
    found: list[Raw] = block["value"]["stem"]
    return found


def _row(part: Raw, keys: Mapping[str, int]) -> Raw:
    if part["type"] != "image":
        return part
    value: dict[str, Any] = part["value"]
    return {**part, "value": {**value, "image": keys[value["image"]]}}


def _store(
    course: Course,
    images: Mapping[str, SourceFile],
    by: User | None,
    stored: list[tuple[Storage, str]],
) -> dict[str, int]:
    """Ids of the pictures in the course's collection."""
    if not images:
        return {}
    collection = courses.ensure_collection(course)
    keys = {}
    for key, source in images.items():
        with source.path.open("rb") as handle:
            digest = digest_of(File(handle))
        known = Image.objects.filter(collection=collection, sha256=digest).order_by("pk").first()
        if known is None:
            known = Image(title=source.title[:255], collection=collection, uploaded_by_user=by)
            with source.path.open("rb") as handle:
                known.file = File(handle, name=source.name)
                known.save()
            stored.append((known.file.storage, known.file.name))
        keys[key] = known.pk
    return keys
