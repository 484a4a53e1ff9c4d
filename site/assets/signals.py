"""Deleting a file that released content needs is refused, whoever asks."""

from typing import Any

from django.db.models.signals import pre_delete
from django.dispatch import receiver

from assets.models import Document, Image
from core import snapshots


@receiver(pre_delete, sender=Image)
def keep_pinned_image(sender: type[Image], instance: Image, **kwargs: Any) -> None:
    snapshots.refuse_deletion_while_pinned("image", instance)


@receiver(pre_delete, sender=Document)
def keep_pinned_document(sender: type[Document], instance: Document, **kwargs: Any) -> None:
    snapshots.refuse_deletion_while_pinned("document", instance)
