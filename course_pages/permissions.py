"""Rights on pages: what is given on a home page ends where the catalogue begins.

Wagtail hands a right down the whole tree. Whoever looks after the home page and its landing pages
would so get every course as well. A right given on the catalogue, on a course or on the root of all
pages reaches courses as ever.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from wagtail.models import GroupPagePermission, Page, PagePermissionTester
from wagtail.permission_policies.pages import PagePermissionPolicy
from wagtail.permissions import register_permission_policy

if TYPE_CHECKING:
    from accounts.models import User

HOME_DEPTH = 2


class InCatalogue:
    """Mixin of the page types from the catalogue down."""

    def permissions_for_user(self, user: "User") -> PagePermissionTester:
        # Wagtail casts a plain Page to its own type only where a type has this method.
        return PagePermissionTester(user, self)


class RootInHand(PagePermissionPolicy):
    """Where somebody's rights meet in a page that they have a right on, that page is at hand."""

    def explorable_root_instance(self, user: "User") -> Page | None:
        if not hasattr(user, self._explorable_root_instance_cache_name) and not user.is_superuser:
            pages = self.instances_with_direct_explore_permission(user)
            top = min(pages, key=lambda page: len(page.path), default=None)
            if top is not None and all(page.path.startswith(top.path) for page in pages):
                setattr(user, self._explorable_root_instance_cache_name, top)
        root: Page | None = super().explorable_root_instance(user)
        return root


class CataloguePolicy(RootInHand):
    """For pages from the catalogue down: rights given on a home page do not count."""

    permission_cache_name = "_catalogue_permission_cache"
    _explorable_root_instance_cache_name = "_explorable_catalogue_root_cache"

    def get_all_permissions_for_user(self, user: "User") -> QuerySet[GroupPagePermission]:
        held: QuerySet[GroupPagePermission] = super().get_all_permissions_for_user(user)
        return held.exclude(page__depth=HOME_DEPTH)

    def get_cached_permissions_for_user(self, user: "User") -> list[GroupPagePermission]:
        """From the rights on all pages, where they are read already or will be."""
        held: list[GroupPagePermission] | None = getattr(user, self.permission_cache_name, None)
        if held is None:
            everywhere = PagePermissionPolicy(Page).get_cached_permissions_for_user(user)
            held = [right for right in everywhere if right.page.depth != HOME_DEPTH]
            setattr(user, self.permission_cache_name, held)
        return held


class TreePolicy(RootInHand):
    """For questions about pages of any type; sets aside what a home page gives in the catalogue."""

    def user_has_any_permission_for_instance(
        self, user: "User", actions: Iterable[str], instance: Page
    ) -> bool:
        if issubclass(instance.specific_class or Page, InCatalogue):
            policy: PagePermissionPolicy = CataloguePolicy(self.model)
            return bool(policy.user_has_any_permission_for_instance(user, actions, instance))
        return bool(super().user_has_any_permission_for_instance(user, actions, instance))

    def instances_user_has_any_permission_for(
        self, user: "User", actions: Iterable[str]
    ) -> QuerySet[Any]:
        pages: QuerySet[Any] = super().instances_user_has_any_permission_for(user, actions)
        held = self.get_cached_permissions_for_user(user)
        if all(right.page.depth != HOME_DEPTH for right in held):
            return pages
        from course_pages.models import CataloguePage

        in_catalogue = Q(pk=None)
        for path in CataloguePage.objects.values_list("path", flat=True):
            in_catalogue |= Q(path__startswith=path)
        theirs = CataloguePolicy(self.model).instances_user_has_any_permission_for(user, actions)
        return pages.exclude(in_catalogue) | theirs


def offered(pages: Any, user: "User") -> Any:
    """Of the pages that a chooser would offer, those whose titles this person may know.

    Wagtail's chooser offers every page. Lessons and modules, and courses that are not public, are
    offered to those with a right on them.
    """
    if user.is_superuser:
        return pages
    from course_pages.models import CoursePage, LessonPage, ModulePage

    open_to_them = ~pages.type_q(ModulePage, LessonPage, CoursePage)
    open_to_them |= pages.type_q(CoursePage) & Q(live=True)
    for right in CataloguePolicy(Page).get_cached_permissions_for_user(user):
        open_to_them |= Q(path__startswith=right.page.path)
    return pages.filter(open_to_them)


def edits_below(user: Any, path: str) -> bool:
    """Whether somebody may edit the page at this path and all below it, from the rights read."""
    if user is None or not user.is_active:
        return False
    if user.is_superuser:
        return True
    return any(
        right.permission.codename == "change_page" and path.startswith(right.page.path)
        for right in CataloguePolicy(Page).get_cached_permissions_for_user(user)
    )


def explorable(page: Page, user: "User") -> bool:
    """Whether the explorer may show what is below this page, and its title.

    Wagtail opens every page below the lowest one that all of somebody's rights have in common.
    """
    if user.is_superuser or not issubclass(page.specific_class or Page, InCatalogue):
        return True
    paths = [
        right.page.path for right in CataloguePolicy(Page).get_cached_permissions_for_user(user)
    ]
    return any(path.startswith(page.path) or page.path.startswith(path) for path in paths)


def register() -> None:
    """Call from `ready()`."""
    from course_pages.models import CataloguePage, CoursePage, LessonPage, ModulePage

    register_permission_policy(Page, TreePolicy(Page))
    for model in (CataloguePage, CoursePage, ModulePage, LessonPage):
        register_permission_policy(model, CataloguePolicy(model))


def may_add_courses(user: Any) -> bool:
    """Whether the user's rights reach the catalogue: for menus, from the rights already read."""
    if not user.is_active or user.is_superuser:
        return bool(user.is_active)
    from course_pages.models import CataloguePage

    held = CataloguePolicy(CataloguePage).get_cached_permissions_for_user(user)
    return any(
        right.permission.codename == "add_page"
        and (right.page.is_root() or right.page.specific_class is CataloguePage)
        for right in held
    )
