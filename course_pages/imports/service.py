"""Asking for an import, and who may."""

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.models import User
from core import outbox
from course_pages.imports import tally
from course_pages.models import CataloguePage, CourseImport

REQUESTED = "course_import.requested"


def catalogue() -> CataloguePage | None:
    """Where imported courses go."""
    return CataloguePage.objects.order_by("path").first()


def may_import(user: User | AnonymousUser | None) -> bool:
    """Whoever may add courses to the catalogue."""
    return _may(user, lambda rights: rights.can_add_subpage())


def may_publish(user: User | AnonymousUser | None) -> bool:
    """Whoever may also publish there."""
    return _may(user, lambda rights: rights.can_add_subpage() and rights.can_publish_subpage())


def _may(user: User | AnonymousUser | None, asked: Callable[..., bool]) -> bool:
    if user is None or not user.is_active:
        return False
    page = catalogue()
    return page is not None and asked(page.permissions_for_user(user))


def request(*, file: UploadedFile, publish: bool, dry_run: bool, by: User) -> CourseImport:
    """Keep the package and have it imported soon; one transaction, the file stored before it."""
    name = (file.name or "").replace("\\", "/").rsplit("/", 1)[-1]
    record = CourseImport(
        by=by, original_name=name[-255:], file=file, publish=publish, dry_run=dry_run
    )
    record.file.save(name, file, save=False)
    try:
        return _ask(record)
    except BaseException:
        discard_file(record)
        raise


@transaction.atomic
def request_again(*, trial: CourseImport, publish: bool, by: User) -> CourseImport | None:
    """Import what was tried, from the same file; None if that is gone. One transaction."""
    name = trial.file.name
    # The file changes hands: only one of two requests gets it.
    if not name or not CourseImport.objects.filter(pk=trial.pk, file=name).update(file=""):
        return None
    return _ask(CourseImport(by=by, original_name=trial.original_name, file=name, publish=publish))


@transaction.atomic
def _ask(record: CourseImport) -> CourseImport:
    record.save()
    outbox.publish(REQUESTED, {"import": record.pk})
    return record


def discard_file(record: CourseImport) -> None:
    """Remove the package; repeatable."""
    name = record.file.name
    if name:
        tally.forget(record)
        record.file.storage.delete(name)
        CourseImport.objects.filter(pk=record.pk, file=name).update(file="")
