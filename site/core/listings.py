"""Listings in the admin of rows that are looked at and never edited there (wagtail-modeladmin)."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin
from wagtail_modeladmin.views import IndexView

from core.guarding import key_of
from core.spreadsheets import as_csv, harmless


def described(text: Any, order: str | None = None) -> Any:
    """Names a column, and the field that it is sorted by."""

    def wrap(method: Any) -> Any:
        method.short_description = text
        method.admin_order_field = order
        return method

    return wrap


class ReadOnly(PermissionHelper):
    """Who may view rows of the model; any other right on it, such as to refund, does not do."""

    def _may_view(self, user: Any) -> bool:
        return bool(self.user_has_specific_permission(user, self.get_perm_codename("view")))

    def user_can_list(self, user: Any) -> bool:
        return self._may_view(user)

    def user_can_inspect_obj(self, user: Any, obj: Any) -> bool:
        return self.inspect_view_enabled and self._may_view(user)

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
    find out a password's hash. Only the listing's own filters are let through. What is downloaded
    holds no formulas.
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
        asked: list[Any] = self.model_admin.list_filter
        own |= {one.parameter_name for one in asked if not isinstance(one, str)}
        fields = [field for field in asked if isinstance(field, str)]
        return own.union(fields, *({f"{field}__{one}" for one in LOOKUPS} for field in fields))

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        return harmless(super().preprocess_field_value(field, value, export_format))

    def write_csv_response(self, queryset: QuerySet[Any]) -> HttpResponseBase:
        return as_csv(self._lines(queryset), self.get_filename())

    def _lines(self, queryset: QuerySet[Any]) -> Iterator[list[Any]]:
        yield [self.get_heading(queryset, field) for field in self.list_export]
        for row in queryset.iterator(chunk_size=1000):
            cells = self.to_row_dict(row)
            yield [
                super(Index, self).preprocess_field_value(field, value, self.FORMAT_CSV)
                for field, value in cells.items()
            ]


class ReadOnlyListing(ModelAdmin):
    """Base of such a listing: rows can be listed, searched, filtered and looked at."""

    index_view_class = Index
    permission_helper_class = ReadOnly
    inspect_view_enabled = True
    # It lists every edit in Wagtail's words; what staff did stands on the pages themselves.
    history_view_enabled = False
    add_to_settings_menu = False
    empty_value_display = "–"

    def inspect_view(self, request: HttpRequest, instance_pk: str) -> HttpResponseBase:
        """A row's page; 404 for what is no number, where wagtail-modeladmin would fail."""
        if not key_of(instance_pk):
            raise Http404
        found: HttpResponseBase = super().inspect_view(request, instance_pk)
        return found
