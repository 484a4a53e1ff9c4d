"""Deleting a file that released content needs is refused, whoever asks."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, pre_delete
from django.dispatch import receiver

from assets import imagekit, local
from assets.models import Document, Image, Video
from core import snapshots


@receiver(pre_delete, sender=Image)
def keep_pinned_image(sender: type[Image], instance: Image, **kwargs: Any) -> None:
    snapshots.refuse_deletion_while_pinned("image", instance)


@receiver(pre_delete, sender=Document)
def keep_pinned_document(sender: type[Document], instance: Document, **kwargs: Any) -> None:
    snapshots.refuse_deletion_while_pinned("document", instance)


@receiver(pre_delete, sender=Video)
def keep_pinned_video(sender: type[Video], instance: Video, **kwargs: Any) -> None:
    snapshots.refuse_deletion_while_pinned("video", instance)


@receiver(post_delete, sender=Video)
def forget_film(sender: type[Video], instance: Video, **kwargs: Any) -> None:
    if instance.backend == Video.Backend.IMAGEKIT:
        imagekit.ask_to_forget(instance)
    transaction.on_commit(lambda: local.forget(instance))
