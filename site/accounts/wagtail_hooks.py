"""Accounts in Wagtail's admin."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail import hooks

from accounts.models import User
from accounts.users_admin import refuse_deleting

INDEX = "wagtailusers_users:index"


@hooks.register("register_account_menu_item")
def link_to_the_sites_account_pages(request: HttpRequest) -> dict[str, str]:
    return {
        "url": reverse("accounts:profile"),
        "label": _("Name, e-mail and password"),
        "help_text": _("Your account on the site itself."),
    }


@hooks.register("before_delete_user")
def keep_who_has_records(request: HttpRequest, user: User) -> HttpResponse | None:
    return refuse_deleting(request, [user], INDEX) if request.method == "POST" else None


@hooks.register("before_bulk_action")
def keep_records_and_superusers(
    request: HttpRequest, action_type: str, objects: list[Any], action: Any
) -> HttpResponse | None:
    """Bulk actions ask for a right on the model only; the rules for one user hold for many."""
    users = [thing for thing in objects if isinstance(thing, User)]
    if not users:
        return None
    if any(user.is_superuser for user in users) and not request.user.is_superuser:
        messages.error(request, _("Only a superuser can change a superuser."))
        return redirect(INDEX)
    return refuse_deleting(request, users, INDEX) if action_type == "delete" else None
