"""Listings in the admin of rows that are looked at and never edited there (wagtail-modeladmin)."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin
from wagtail_modeladmin.views import IndexView


class ReadOnly(PermissionHelper):
    def user_can_create(self, user: Any) -> bool:
        return False

    def user_can_edit_obj(self, user: Any, obj: Any) -> bool:
        return False

    def user_can_delete_obj(self, user: Any, obj: Any) -> bool:
        return False


LOOKUPS = ("gte", "lt", "isnull", "exact")
"""What Django's own filters ask of a field."""


class Index(IndexView):
    """The listing; a filter in the address that makes no sense leads to the whole list.

    wagtail-modeladmin takes any lookup: by `user__password__startswith` whoever sees the list could
    find out a password's hash. Only the listing's own filters are let through.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            if not set(request.GET) <= self._known():
                raise IncorrectLookupParameters
            return super().dispatch(request, *args, **kwargs)
        except IncorrectLookupParameters:
            messages.warning(request, _("That filter does not exist here. This is the whole list."))
            return redirect(request.path)

    def _known(self) -> set[str]:
        own = {*self.IGNORED_PARAMS, self.PAGE_VAR, self.ERROR_FLAG}
        fields = [str(field) for field in self.model_admin.list_filter]
        return own.union(fields, *({f"{field}__{one}" for one in LOOKUPS} for field in fields))


class ReadOnlyListing(ModelAdmin):
    """Base of such a listing: rows can be listed, searched, filtered and looked at."""

    index_view_class = Index
    permission_helper_class = ReadOnly
    inspect_view_enabled = True
    add_to_settings_menu = False
