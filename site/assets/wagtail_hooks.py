"""Films in Wagtail's admin."""

from typing import Any

from django.templatetags.static import static
from django.urls import include, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin.forms.collections import collection_member_permission_formset_factory
from wagtail.models import Collection
from wagtail.snippets.models import register_snippet

from assets.admin import urls
from assets.admin.viewsets import VideoViewSet
from assets.models import Video
from core.guarding import DeleteOwn

register_snippet(VideoViewSet)


class DeleteVideos(DeleteOwn):
    models = [Video]


# After Wagtail's own for all snippets, in whose place it stands.
hooks.register("register_bulk_action", DeleteVideos, order=1)


@hooks.register("register_admin_urls")
def video_addresses() -> list[Any]:
    return [path("videos/", include(urls))]


@hooks.register("insert_editor_js")
def uploads_in_choosers() -> SafeString:
    return format_html('<script type="module" src="{}"></script>', static("videos.js"))


@hooks.register("describe_collection_contents")
def videos_of(collection: Collection) -> dict[str, Any] | None:
    """A collection with films in it is not deleted."""
    count = Video.objects.filter(collection=collection).count()
    if not count:
        return None
    return {
        "count": count,
        "count_text": ngettext("%(count)s video", "%(count)s videos", count) % {"count": count},
        "url": f"{reverse('wagtailsnippets_assets_video:list')}?collection={collection.pk}",
    }


@hooks.register("register_group_permission_panel")
def video_rights() -> Any:
    return collection_member_permission_formset_factory(
        Video,
        [
            ("add_video", _("Add"), _("Add/edit videos you own")),
            ("change_video", _("Edit"), _("Edit any video")),
            ("choose_video", _("Choose"), _("Select videos in choosers")),
        ],
        "assets/admin/permissions.html",
    )
