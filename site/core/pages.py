"""What every page of the site has."""

from collections import defaultdict
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.blocks import StreamValue
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.documents.models import AbstractDocument
from wagtail.images.blocks import ImageChooserBlock
from wagtail.images.models import AbstractImage
from wagtail.models import Page, PageViewRestriction
from wagtail.permissions import policy_registry
from wagtail.snippets.blocks import SnippetChooserBlock
from wagtail.url_routing import RouteResult

from core import shared_pages
from core.blocks.leaves import leaves
from core.text import one_line

GUARDED = (ImageChooserBlock, DocumentChooserBlock, SnippetChooserBlock)


class OnlyWhatOneMayUse:
    """Mixin of admin forms: refuses pictures, files and snippets that the saver may not use.

    Wagtail's choosers offer the right ones, and its fields then take any number that is sent.
    """

    cleaned_data: dict[str, Any]
    for_user: Any
    instance: Any
    add_error: Any

    def clean(self) -> Any:
        cleaned = super().clean()  # type: ignore[misc]
        if self.for_user is not None:
            for name, value in list(cleaned.items()):
                for model, keys in _chosen(value).items():
                    added = keys - _chosen(getattr(self.instance, name, None)).get(model, set())
                    if added and not _may_choose(self.for_user, model, added):
                        refusal = _("This uses something that you may not use.")
                        self.add_error(name, refusal)
        return cleaned


class PageForm(OnlyWhatOneMayUse, WagtailAdminPageForm):
    """The form of every page of ours."""


def _chosen(value: Any) -> dict[type[models.Model], set[int]]:
    """Keys of the pictures, files and snippets in a field's value."""
    found: dict[type[models.Model], set[int]] = defaultdict(set)
    if isinstance(value, StreamValue):
        for block, key in leaves(value.stream_block, value.get_prep_value()):
            if isinstance(block, GUARDED) and key:
                found[block.model_class].add(int(key))
    elif isinstance(value, AbstractImage | AbstractDocument) and value.pk:
        found[type(value)].add(value.pk)
    return dict(found)


def _may_choose(user: Any, model: type[models.Model], keys: set[int]) -> bool:
    policy = policy_registry.get_by_type(model)
    allowed = policy.instances_user_has_any_permission_for(user, ["choose"])
    return bool(allowed.filter(pk__in=keys).count() == len(keys))


class BasePage(Page):
    """Title, description and picture for search engines and for sharing."""

    base_form_class = PageForm
    # What the page shows of other tables, to be read along with it.
    shown_along: tuple[str, ...] = ()

    summary = models.TextField(
        _("summary"),
        blank=True,
        max_length=300,
        help_text=_("One or two sentences: for lists, search engines and shared links."),
    )
    social_image = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL,
        verbose_name=_("picture when shared"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    promote_panels = [
        MultiFieldPanel(
            [FieldPanel("slug"), FieldPanel("seo_title"), FieldPanel("search_description")],
            _("Search engines"),
        ),
        FieldPanel("social_image"),
    ]

    class Meta:
        abstract = True

    def clean(self) -> None:
        """A title keeps its script, and loses what would act on the text around it."""
        page: Any = self
        page.title = one_line(page.title)
        super().clean()

    @property
    def description(self) -> str:
        """The page in one or two sentences, for search engines and shared links."""
        return self.search_description or self.summary

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """As Wagtail's; what everybody may see is offered to be kept."""
        return self.offered(request, super().serve(request, *args, **kwargs))

    def offered(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """The answer; a private page looks at who asks, so it is not kept whatever is offered."""
        return shared_pages.offer(response) if self.is_plain(request) else response

    def is_plain(self, request: HttpRequest) -> bool:
        """Whether the page was asked for in one of a few ways, so that keeping the answer pays."""
        return not request.GET and "HX-Request" not in request.headers

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """As Wagtail's, with each page below found by one query in place of two."""
        if not path_components:
            return super().route(request, path_components)
        models_below = self.allowed_subpage_models()
        kinds = [model._meta.model_name for model in models_below]
        along = [
            f"{kind}__{name}"
            for kind, model in zip(kinds, models_below, strict=True)
            for name in model.shown_along
        ]
        child = (
            self.get_children()
            .select_related(*kinds, *along)
            .filter(slug=path_components[0])
            .first()
            if kinds
            else None
        )
        if child is None:
            raise Http404
        child._cached_parent_obj = self
        specific = next(filter(None, (_as(child, kind) for kind in kinds)), None) or child.specific
        specific._cached_parent_obj = self
        return specific.route(request, path_components[1:])

    def get_view_restrictions(self) -> models.QuerySet[PageViewRestriction]:
        """As Wagtail's, without looking at every ancestor where no page is private at all."""
        if not self.private_pages():
            return PageViewRestriction.objects.none()
        return super().get_view_restrictions()

    def private_pages(self) -> list[Page]:
        """All pages of the site that are not for everybody, asked for once a page."""
        known: list[Page] | None = self.__dict__.get("_private_pages")
        if known is None:
            restrictions = PageViewRestriction.objects.select_related("page")
            known = self.__dict__["_private_pages"] = [one.page for one in restrictions]
        return known


def _as(page: Page, kind: str) -> Any:
    """The page as the type that a join brought along; None where it is of another."""
    try:
        return getattr(page, kind)
    except ObjectDoesNotExist:
        return None
