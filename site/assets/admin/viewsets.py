"""Films in Wagtail's admin, held to the collections on which one has a right."""

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms.choosers import BaseFilterForm, SearchFilterMixin
from wagtail.admin.panels import ObjectList
from wagtail.permissions import policy_registry
from wagtail.snippets.views import chooser, snippets

from assets.admin import uploading
from assets.admin.columns import COLUMNS, PosterTitleColumn
from assets.admin.forms import ChooserUploadForm, CollectionField, VideoForm
from assets.admin.panels import PANELS
from assets.models import Image, Video
from core.guarding import GuardedViewSet, Own

STILL = "fill-128x72|format-webp"


class SearchForm(SearchFilterMixin, BaseFilterForm):
    """Without a choice of collections: it would name those of others."""


class OwnVideos(Own):
    """Mixin of chooser views: films one may choose, newest first; of one kind if that is asked."""

    rights = ["change", "choose"]
    preserve_url_parameters = ["multiple", "kind"]

    def get_object_list(self) -> QuerySet[Any]:
        kind = self.request.GET.get("kind")
        rows = self.rows().filter(kind=kind) if kind in Video.Kind.values else self.rows()
        return with_stills(rows)

    def get_creation_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_creation_form_kwargs()  # type: ignore[misc]
        return kwargs | {"user": self.request.user}

    @property
    def title_column(self) -> Any:
        column: Any = super().title_column  # type: ignore[misc]
        column.cell_template_name = PosterTitleColumn.cell_template_name
        return column

    @property
    def columns(self) -> list[Any]:
        columns: list[Any] = super().columns  # type: ignore[misc]
        return [*columns, *COLUMNS[:3]]


class ChooseView(OwnVideos, chooser.ChooseView):
    filter_form_class = SearchForm
    per_page = 12


class ChooseResultsView(OwnVideos, chooser.ChooseResultsView):
    filter_form_class = SearchForm
    per_page = 12


class ChosenView(OwnVideos, chooser.SnippetChosenView):
    pass


class ChosenMultipleView(OwnVideos, chooser.SnippetChosenMultipleView):
    pass


class CreateView(OwnVideos, chooser.SnippetCreateView):
    pass


class VideoChooserViewSet(chooser.SnippetChooserViewSet):
    choose_view_class = ChooseView
    choose_results_view_class = ChooseResultsView
    chosen_view_class = ChosenView
    chosen_multiple_view_class = ChosenMultipleView
    create_view_class = CreateView
    creation_form_class = ChooserUploadForm
    create_action_label = _("Upload")
    create_action_clicked_label = _("Uploading…")


def with_stills(videos: QuerySet[Any]) -> QuerySet[Any]:
    """With what a listing shows of each, in a handful of queries for any number."""
    posters = Image.objects.prefetch_renditions(STILL)
    return videos.select_related("collection").prefetch_related(
        "captions", Prefetch("poster", queryset=posters)
    )


def collections_seen(request: HttpRequest | None) -> QuerySet[Any]:
    """Those of which somebody sees the films: the filter names no other."""
    policy = policy_registry.get_by_type(Video)
    user = request.user if request else None
    found: QuerySet[Any] = policy.collections_user_has_any_permission_for(user, ["add", "change"])
    return found.order_by("path")


class CollectionFilter(django_filters.ModelChoiceFilter):
    field_class = CollectionField


class VideoFilterSet(WagtailFilterSet):
    collection = CollectionFilter(label=_("Collection"), queryset=collections_seen)

    class Meta:
        model = Video
        fields = ["state", "kind", "collection"]


class IndexView(snippets.IndexView):
    default_ordering = "-created_at"

    def _get_title_column(self, *args: Any, **kwargs: Any) -> Any:
        return super()._get_title_column(*args, column_class=PosterTitleColumn, **kwargs)


class VideoViewSet(GuardedViewSet):
    model = Video
    icon = "media"
    menu_label = _("Videos")
    menu_order = 310
    add_to_admin_menu = True
    rights = ["change"]
    list_display = ["title", *COLUMNS]
    list_per_page = 30
    filterset_class = VideoFilterSet
    inspect_view_enabled = False
    copy_view_enabled = False
    index_view_class = IndexView
    index_template_name = "assets/admin/index.html"
    edit_template_name = "assets/admin/edit.html"
    chooser_viewset_class = VideoChooserViewSet

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_stills(super().get_queryset(request))

    def get_form_class(self, for_update: bool = False) -> Any:
        return self.get_edit_handler().get_form_class()

    def get_edit_handler(self) -> Any:
        return ObjectList(PANELS, base_form_class=VideoForm).bind_to_model(Video)

    @property
    def add_view(self) -> Any:
        return uploading.page
