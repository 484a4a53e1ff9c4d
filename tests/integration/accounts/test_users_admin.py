"""Users in Wagtail's admin."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from accounts.models import User
from learning.models import Enrolment
from tests.factories import courses as make
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
NEW = "/admin/users/new/"


def edit_url(user: User) -> str:
    return reverse("wagtailusers_users:edit", args=[user.pk])


def form(**changes: str) -> dict[str, str]:
    filled = {
        "email": "new@example.org",
        "name": "New Person",
        "language": "",
        "time_zone": "UTC",
        "password1": PASSWORD,
        "password2": PASSWORD,
        "is_active": "on",
    }
    return filled | changes


@pytest.fixture
def admin(client: Client) -> User:
    """An administrator, signed in, who is no superuser."""
    user = UserFactory(roles=["Administrator"])
    client.force_login(user)
    return user


def test_a_person_added_here_can_sign_in_at_once(client: Client, admin: User) -> None:
    assert "first_name" not in client.get(NEW).text

    response = client.post(NEW, form(email="New@Example.org"))

    assert response.status_code == 302
    user = User.objects.get(email="new@example.org")
    assert (user.name, user.is_superuser, user.is_staff) == ("New Person", False, False)
    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.verified, address.primary) == (user.email, True, True)
    visitor = Client()
    visitor.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert visitor.session["_auth_user_id"] == str(user.pk)


def test_a_changed_address_is_the_only_one_that_counts(client: Client, admin: User) -> None:
    user = UserFactory(email="old@example.org")

    response = client.post(
        edit_url(user), form(email="fresh@example.org", password1="", password2="")
    )

    assert response.status_code == 302
    user.refresh_from_db()
    assert (user.email, user.name) == ("fresh@example.org", "New Person")
    assert list(EmailAddress.objects.filter(user=user).values_list("email", "verified")) == [
        ("fresh@example.org", True)
    ]
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize("url", ["new", "edit"])
def test_an_address_in_use_is_refused_with_a_message(client: Client, admin: User, url: str) -> None:
    taken = UserFactory()
    EmailAddress.objects.create(user=taken, email="second@example.org", verified=True)
    user = UserFactory(email="mine@example.org")
    target = NEW if url == "new" else edit_url(user)

    for email in (taken.email.upper(), "second@example.org"):
        response = client.post(target, form(email=email))
        assert response.status_code == 200
        assert "email" in response.context["form"].errors
    user.refresh_from_db()
    assert user.email == "mine@example.org"
    assert User.objects.count() == 3


def test_no_superuser_is_made_by_who_is_none(client: Client, admin: User) -> None:
    user = UserFactory()

    assert 'name="is_superuser"' not in client.get(edit_url(user)).text
    client.post(NEW, form(is_superuser="on", is_staff="on"))
    client.post(edit_url(user), form(email=user.email, is_superuser="on"))
    client.post(edit_url(admin), form(email=admin.email, is_superuser="on"))

    assert not User.objects.filter(is_superuser=True).exists()


def test_a_superuser_may_make_another(client: Client) -> None:
    client.force_login(UserFactory(is_superuser=True))

    client.post(NEW, form(is_superuser="on"))

    assert User.objects.get(email="new@example.org").is_superuser


def test_nobody_else_has_power_over_a_superuser(client: Client, admin: User) -> None:
    boss = UserFactory(is_superuser=True)
    before = User.objects.values().get(pk=boss.pk)

    for method in (client.get, client.post):
        response = method(edit_url(boss), form(email="taken-over@example.org"))
        assert response.status_code in (302, 403)
    client.post(reverse("wagtailusers_users:delete", args=[boss.pk]))
    for action in ("delete", "set_active_state", "assign_role"):
        url = reverse("wagtail_bulk_action", args=["accounts", "user", action])
        role = str(admin.groups.get().pk)
        client.post(f"{url}?id={boss.pk}", {"mark_as_active": "False", "role": role})

    assert User.objects.values().get(pk=boss.pk) == before
    assert not boss.groups.exists()


def test_bulk_actions_work_on_everybody_else(client: Client, admin: User) -> None:
    user = UserFactory()
    url = reverse("wagtail_bulk_action", args=["accounts", "user", "set_active_state"])

    client.post(f"{url}?id={user.pk}", {"mark_as_active": "False"})

    user.refresh_from_db()
    assert not user.is_active


@pytest.mark.parametrize("door", ["delete", "bulk"])
def test_who_has_enrolments_is_kept_and_the_reason_told(
    client: Client, admin: User, door: str
) -> None:
    learner, other = UserFactory(), UserFactory()
    Enrolment.objects.create(user=learner, course=make.course(1, 1, release=False))
    bulk = reverse("wagtail_bulk_action", args=["accounts", "user", "delete"])
    urls = {
        "delete": reverse("wagtailusers_users:delete", args=[learner.pk]),
        "bulk": f"{bulk}?id={learner.pk}&id={other.pk}",
    }

    response = client.post(urls[door], follow=True)

    assert response.status_code == 200
    assert "Enrolment must be kept" in response.text
    assert User.objects.filter(pk__in=[learner.pk, other.pk]).count() == 2


@pytest.mark.parametrize("door", ["delete", "bulk"])
def test_who_left_no_trace_is_deleted(client: Client, admin: User, door: str) -> None:
    user = UserFactory()
    bulk = reverse("wagtail_bulk_action", args=["accounts", "user", "delete"])
    urls = {
        "delete": reverse("wagtailusers_users:delete", args=[user.pk]),
        "bulk": f"{bulk}?id={user.pk}",
    }

    client.post(urls[door])

    assert not User.objects.filter(pk=user.pk).exists()


def test_support_finds_people_by_name_and_changes_nobody(client: Client) -> None:
    client.force_login(UserFactory(roles=["Support"]))
    ada = UserFactory(name="Ada Lovelace")
    UserFactory(name="Bob")

    page = client.get("/admin/users/?q=lovelace").text

    assert ada.email in page
    assert "Bob" not in page
    client.post(edit_url(ada), form(email="x@example.org"))
    client.post(reverse("wagtailusers_users:delete", args=[ada.pk]))
    ada.refresh_from_db()
    assert ada.email != "x@example.org"


@pytest.mark.parametrize("sort", ["name", "-name", "email", "last_login"])
def test_the_list_sorts(client: Client, admin: User, sort: str) -> None:
    assert client.get(f"/admin/users/?ordering={sort}").status_code == 200
