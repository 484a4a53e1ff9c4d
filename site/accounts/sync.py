"""Brings groups and their rights in line with `accounts.roles`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
)

from accounts.roles import EDITOR, ROLES, ROOT, Role

# What Wagtail's own first migration leaves behind; the Editor role does the work of both.
WAGTAILS_OWN = ("Editors", "Moderators")


class UnknownPermission(Exception):
    """A role names a permission that no model has."""


@dataclass(frozen=True)
class Right:
    """One permission, everywhere or on one page or collection."""

    permission: str
    page: int | None = None
    collection: int | None = None


@transaction.atomic
def sync_roles(roles: Iterable[Role] = ROLES) -> list[str]:
    """Give each role exactly its rights; one transaction. Says what changed: [] the second time.

    Members stay as they are, and so do groups that are no roles.
    """
    changes: list[str] = []
    for role in roles:
        group, made = Group.objects.get_or_create(name=role.name)
        if made:
            changes.append(f"{role.name}: made")
        wanted, held = set(wanted_by(role)), set(held_by(group))
        codes = permissions_by_code({right.permission for right in wanted - held})
        for right in sorted(wanted - held, key=str):
            grant(group, right, codes[right.permission])
            changes.append(f"{role.name}: + {right.permission}")
        for right in sorted(held - wanted, key=str):
            withdraw(group, right)
            changes.append(f"{role.name}: - {right.permission}")
    return changes + retire_wagtails_groups()


def wanted_by(role: Role) -> Iterator[Right]:
    for permission in role.permissions:
        yield Right(permission)
    for label, codenames in role.pages:
        for page in pages_of(label):
            yield from (Right(f"wagtailcore.{codename}", page=page) for codename in codenames)
    for name, permissions in role.collections:
        collection = collection_of(name).pk
        yield from (Right(permission, collection=collection) for permission in permissions)


def pages_of(label: str) -> list[int]:
    """Ids of all pages of a type; of the plain type only the tree's root."""
    pages = apps.get_model(label)._default_manager.all()
    if label == "wagtailcore.Page":
        pages = pages.filter(depth=1)
    return list(pages.values_list("pk", flat=True))


def collection_of(name: str) -> Collection:
    root = Collection.objects.get(depth=1)
    if name == ROOT:
        return root
    return root.get_children().filter(name=name).first() or root.add_child(name=name)


def held_by(group: Group) -> Iterator[Right]:
    for app, codename in group.permissions.values_list("content_type__app_label", "codename"):
        yield Right(f"{app}.{codename}")
    fields = ("permission__content_type__app_label", "permission__codename")
    for app, codename, page in GroupPagePermission.objects.filter(group=group).values_list(
        *fields, "page_id"
    ):
        yield Right(f"{app}.{codename}", page=page)
    for app, codename, collection in GroupCollectionPermission.objects.filter(
        group=group
    ).values_list(*fields, "collection_id"):
        yield Right(f"{app}.{codename}", collection=collection)


def permissions_by_code(codes: set[str]) -> dict[str, Permission]:
    """Permissions by "app.codename"; raises UnknownPermission for a name that no model has."""
    apps_named = {code.split(".")[0] for code in codes}
    rows = Permission.objects.filter(content_type__app_label__in=apps_named).select_related(
        "content_type"
    )
    found = {f"{row.content_type.app_label}.{row.codename}": row for row in rows}
    if missing := sorted(codes - set(found)):
        raise UnknownPermission(f"No such permission: {', '.join(missing)}. Run `migrate` first.")
    return found


def grant(group: Group, right: Right, permission: Permission) -> None:
    if right.page is not None:
        GroupPagePermission.objects.get_or_create(
            group=group, page_id=right.page, permission=permission
        )
    elif right.collection is not None:
        GroupCollectionPermission.objects.get_or_create(
            group=group, collection_id=right.collection, permission=permission
        )
    else:
        group.permissions.add(permission)


def withdraw(group: Group, right: Right) -> None:
    app, codename = right.permission.split(".")
    named = {"permission__content_type__app_label": app, "permission__codename": codename}
    if right.page is not None:
        GroupPagePermission.objects.filter(group=group, page_id=right.page, **named).delete()
    elif right.collection is not None:
        GroupCollectionPermission.objects.filter(
            group=group, collection_id=right.collection, **named
        ).delete()
    else:
        group.permissions.remove(
            *Permission.objects.filter(content_type__app_label=app, codename=codename)
        )


def retire_wagtails_groups() -> list[str]:
    """Hand approval to our editors; remove Wagtail's own groups where nobody is in them."""
    changes = []
    editors = Group.objects.filter(name=EDITOR.name).first()
    for group in Group.objects.filter(name__in=WAGTAILS_OWN, user=None):
        for task in GroupApprovalTask.objects.filter(groups=group):
            if editors is not None:
                task.groups.add(editors)
        changes.append(f"{group.name}: removed, {EDITOR.name} does its work")
        group.delete()
    return changes
