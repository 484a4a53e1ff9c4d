"""Roles as data: what each may open, and that syncing is exact."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from wagtail.models import Collection, GroupApprovalTask, GroupCollectionPermission, Page

from accounts.roles import ROLES, Role
from accounts.sync import UnknownPermission, sync_roles
from assets.models import Image
from config import site_tree
from course_pages.models import CoursePage
from home.models import HomePage
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

# Which areas each role opens; whatever is not named must be refused.
AREAS = {
    "/admin/": {"Instructor", "Editor", "Marketing", "Support", "Administrator"},
    "/admin/users/": {"Support", "Administrator"},
    "/admin/users/new/": {"Administrator"},
    "/admin/groups/": {"Administrator"},
    "/admin/sites/": {"Administrator"},
    "/admin/redirects/": {"Editor", "Administrator"},
    "/admin/collections/": {"Administrator"},
    "/admin/workflows/list/": {"Administrator"},
    "/admin/images/": {"Editor", "Marketing", "Administrator"},
    "/admin/documents/": {"Editor", "Marketing", "Administrator"},
    "/admin/snippets/course_pages/topic/": {"Editor", "Marketing", "Administrator"},
    "/admin/snippets/course_pages/level/add/": {"Editor", "Marketing", "Administrator"},
    "/admin/offers/": {"Marketing", "Administrator"},
    "/admin/coupons/new/": {"Marketing", "Administrator"},
    "/admin/sales/revenue/": {"Marketing", "Administrator"},
    "/admin/commerce/order/": {"Support", "Administrator"},
    "/admin/sales/reconcile/": {"Support", "Administrator"},
    "/admin/people/": {"Support", "Administrator"},
    "/admin/settings/home/sitesettings/": {"Marketing", "Administrator"},
    "HOME": {"Editor", "Marketing", "Administrator"},
    "LANDING": {"Editor", "Marketing", "Administrator"},
    "CATALOGUE": {"Editor", "Administrator"},
    "COURSE": {"Editor", "Administrator"},
    "ADD COURSE": {"Editor", "Administrator"},
    "ADD LANDING": {"Editor", "Marketing", "Administrator"},
}


@pytest.fixture
def tree() -> dict[str, str]:
    """Addresses of pages that roles may or may not edit."""
    home = site_tree.ensure_home()
    catalogue = site_tree.ensure_catalogue(home)
    course = catalogue.add_child(instance=CoursePage(title="Course"))
    landing = site_tree.ensure_landing_page(HomePage.objects.get(), "teams", title="Teams")
    sync_roles()

    def edit(page: Page) -> str:
        return reverse("wagtailadmin_pages:edit", args=[page.pk])

    def add(model: str, parent: Page) -> str:
        return reverse("wagtailadmin_pages:add", args=[*model.split("."), parent.pk])

    return {
        "HOME": edit(home),
        "LANDING": edit(landing),
        "CATALOGUE": edit(catalogue),
        "COURSE": edit(course),
        "ADD COURSE": add("course_pages.coursepage", catalogue),
        "ADD LANDING": add("home.landingpage", home),
    }


@pytest.mark.parametrize("role", [role.name for role in ROLES])
def test_a_role_opens_exactly_its_areas(client: Client, tree: dict[str, str], role: str) -> None:
    client.force_login(UserFactory(roles=[role]))

    opened = {}
    for area in AREAS:
        response = client.get(tree.get(area, area), follow=False)
        if response.status_code == 302 and area == "/admin/settings/home/sitesettings/":
            response = client.get(tree.get(area, area), follow=True)
            refused = response.redirect_chain[-1][0] == "/admin/"
            opened[area] = not refused
        else:
            opened[area] = response.status_code == 200

    assert opened == {area: role in roles for area, roles in AREAS.items()}


def test_who_has_no_role_opens_nothing(client: Client, tree: dict[str, str]) -> None:
    client.force_login(UserFactory())

    for area in AREAS:
        assert client.get(tree.get(area, area), follow=True).status_code == 403, area


def test_syncing_twice_changes_nothing(tree: dict[str, str]) -> None:
    assert sync_roles() == []


def test_a_right_given_by_hand_is_taken_back() -> None:
    sync_roles()
    support = Group.objects.get(name="Support")
    support.permissions.add(Permission.objects.get(codename="delete_user"))
    editors_only = Permission.objects.get(codename="add_image", content_type__app_label="assets")
    GroupCollectionPermission.objects.create(
        group=support, collection=Collection.objects.get(depth=1), permission=editors_only
    )

    assert sync_roles() == ["Support: - accounts.delete_user", "Support: - assets.add_image"]
    assert sync_roles() == []


def test_a_right_taken_by_hand_comes_back() -> None:
    sync_roles()
    editor = Group.objects.get(name="Editor")
    editor.permissions.remove(Permission.objects.get(codename="access_admin"))

    assert sync_roles() == ["Editor: + wagtailadmin.access_admin"]


def test_members_and_other_groups_stay_as_they_are() -> None:
    user = UserFactory(roles=["Editor"])
    teachers = Group.objects.create(name="Teachers of charts")
    teachers.permissions.add(Permission.objects.get(codename="add_user"))
    user.groups.add(teachers)

    sync_roles()

    assert set(user.groups.values_list("name", flat=True)) == {"Editor", "Teachers of charts"}
    assert teachers.permissions.count() == 1


def test_editors_approve_what_wagtails_moderators_did() -> None:
    sync_roles()

    assert not Group.objects.filter(name__in=["Editors", "Moderators"]).exists()
    for task in GroupApprovalTask.objects.all():
        assert list(task.groups.values_list("name", flat=True)) == ["Editor"]


def test_wagtails_groups_stay_while_somebody_is_in_them() -> None:
    moderators = Group.objects.get(name="Moderators")
    UserFactory().groups.add(moderators)

    sync_roles()

    assert Group.objects.filter(name="Moderators").exists()
    assert not Group.objects.filter(name="Editors").exists()


def test_a_misspelt_permission_is_named_and_nothing_is_changed() -> None:
    role = Role(name="New", purpose="", permissions=("wagtailadmin.acess_admin",))

    with pytest.raises(UnknownPermission, match="wagtailadmin.acess_admin"):
        sync_roles([role])

    assert not Group.objects.filter(name="New").exists()


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("sync_roles")
    call_command("sync_roles")

    assert "Editor: made" in capsys.readouterr().out


def test_marketing_keeps_its_files_in_its_own_collection() -> None:
    user = UserFactory(roles=["Marketing"])
    own, root = Collection.objects.get(name="Marketing"), Collection.objects.get(depth=1)

    held = GroupCollectionPermission.objects.filter(
        group__user=user, permission__codename="change_image"
    )

    assert [row.collection for row in held] == [own]
    assert root not in [row.collection for row in held]
    assert Image._meta.app_label == "assets"
