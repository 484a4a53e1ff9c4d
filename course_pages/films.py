"""Lessons written before there were videos: their films were documents, and become videos."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from wagtail.models import Revision

from assets.adding import Stored, add_captions, add_video, language_of
from assets.kinds import HEAD, kind_of
from assets.models import Document, Video
from course_pages import videos
from course_pages.importing import writer
from course_pages.models.pages import LessonPage
from course_pages.rendering import RETIRED_FIELD

Body = list[dict[str, Any]]


@dataclass
class Conversion:
    """What a run did; `lost` names lessons whose file is gone."""

    lessons: int = 0
    videos: dict[int, Video] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


def from_documents() -> Conversion:
    """Turn the documents in video and audio blocks of all lessons into videos.

    Published bodies and newest drafts; one transaction a lesson, and a second run finds nothing.
    What learners see changes with the next release, which waits until the films are prepared.
    """
    done = Conversion()
    for pk in list(LessonPage.objects.order_by("pk").values_list("pk", flat=True)):
        _convert_page(pk, done)
    return done


def _convert_page(pk: int, done: Conversion) -> None:
    stored: Stored = []
    try:
        with transaction.atomic():
            page = LessonPage.objects.select_for_update().get(pk=pk)
            drafts = Revision.objects.filter(
                pk__in={page.latest_revision_id, page.live_revision_id} - {None}
            )
            changed = _convert_row(page, done, stored)
            for revision in drafts:
                changed |= _convert_revision(page, revision, done, stored)
    except BaseException:
        for storage, name in stored:
            storage.delete(name)
        raise
    done.lessons += changed


def _convert_row(page: LessonPage, done: Conversion, stored: Stored) -> bool:
    raw = [dict(item) for item in page.body.raw_data]
    if not any(map(_is_old, raw)):
        return False
    stream = page.body.stream_block
    page.body = stream.to_python(list(_converted(page, raw, done, stored)))
    page.save(update_fields=["body"], clean=False)
    return True


def _convert_revision(
    page: LessonPage, revision: Revision, done: Conversion, stored: Stored
) -> bool:
    raw = json.loads(revision.content["body"])
    if not any(map(_is_old, raw)):
        return False
    as_imported = writer.is_as_imported(page, revision.content)
    revision.content["body"] = json.dumps(list(_converted(page, raw, done, stored)))
    revision.save(update_fields=["content"])
    if as_imported:
        writer.still_as_imported(page, revision.content, by=None)
    return True


def _is_old(item: dict[str, Any]) -> bool:
    """A block with a document. One with an address alone stays: its lesson is not to change."""
    return item["type"] in videos.BLOCKS and bool(item["value"].get(RETIRED_FIELD))


def _converted(page: LessonPage, raw: Body, done: Conversion, stored: Stored) -> Iterator[Any]:
    for item in raw:
        yield _block(page, item, done, stored) if _is_old(item) else item


def _block(page: LessonPage, item: dict[str, Any], done: Conversion, stored: Stored) -> Any:
    old = item["value"]
    document = Document.objects.filter(pk=old[RETIRED_FIELD]).first()
    if document is None or not document.file.storage.exists(str(document.file.name)):
        done.lost.append(page.title)
        video = None
    elif not _is_film(document):
        download = {"title": old["title"], "file": document.pk, "description": ""}
        return {**item, "type": "download", "value": download}
    else:
        video = done.videos.get(document.pk) or _video(document, stored)
        done.videos[document.pk] = video
        _complete(video, old, page, stored)
    value = {"title": old["title"], "video": video and video.pk, "url": old.get("url", "")}
    return {**item, "value": value | {"transcript": old.get("transcript", "")}}


def _is_film(document: Document) -> bool:
    with document.file.open("rb") as file:
        return kind_of(file.read(HEAD)) is not None


def _video(document: Document, stored: Stored) -> Video:
    """The video that the document became before, or becomes now."""
    known = Video.objects.filter(sha256=document.sha256, collection=document.collection).first()
    if known is not None:
        return known
    with document.file.open("rb") as file:
        return add_video(
            source=file,
            name=document.filename,
            title=document.title,
            collection=document.collection,
            by=document.uploaded_by_user,
            stored=stored,
        )


def _complete(video: Video, old: dict[str, Any], page: LessonPage, stored: Stored) -> None:
    """Give it the still and the captions that its block had, unless it has some."""
    if old.get("poster") and not video.poster_id:
        video.poster_id = old["poster"]
        video.save(update_fields=["poster"])
    captions = Document.objects.filter(pk=old.get("captions")).first()
    if captions is not None:
        with captions.file.open("rb") as file:
            language = language_of(page.locale.language_code) or "en"
            add_captions(video, {language: file}, stored=stored)
