"""Signing in to and out of Wagtail's admin."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def test_admin_asks_the_site_to_sign_one_in_and_comes_back(client: Client) -> None:
    user = UserFactory(roles=["Editor"])

    first = client.get("/admin/pages/", follow=True)
    assert first.redirect_chain[-1][0] == f"{reverse('account_login')}?next=%2Fadmin%2Fpages%2F"
    response = client.post(
        first.redirect_chain[-1][0],
        {"login": user.email, "password": PASSWORD, "next": "/admin/pages/"},
    )

    assert response["Location"] == "/admin/pages/"


def test_wagtails_own_form_signs_nobody_in(client: Client) -> None:
    user = UserFactory(roles=["Editor"])

    response = client.post("/admin/login/", {"username": user.email, "password": PASSWORD})

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
    assert "_auth_user_id" not in client.session


def test_a_learner_in_the_admin_is_told_so_and_not_sent_in_circles(client: Client) -> None:
    client.force_login(UserFactory())

    response = client.get("/admin/", follow=True)

    assert response.status_code == 403
    assert len(response.redirect_chain) <= 1


def test_who_is_in_goes_straight_on(client: Client) -> None:
    client.force_login(UserFactory(roles=["Editor"]))

    assert client.get("/admin/login/?next=/admin/images/")["Location"] == "/admin/images/"
    assert client.get("/admin/login/?next=//evil.example/")["Location"] == "/admin/"


def test_signing_out_of_the_admin_ends_the_session(client: Client) -> None:
    client.force_login(UserFactory(roles=["Editor"]))

    assert client.get("/admin/logout/")["Location"] == reverse("account_logout")
    assert "_auth_user_id" in client.session
    assert client.post("/admin/logout/")["Location"] == "/"
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("path", ["", "confirm/x/y/", "done/", "complete/"])
def test_wagtails_password_reset_is_the_sites_own(client: Client, path: str) -> None:
    response = client.get(f"/admin/password_reset/{path}")

    assert response["Location"] == reverse("account_reset_password")


def test_the_admins_account_page_leaves_the_name_to_the_sites_own(client: Client) -> None:
    client.force_login(UserFactory(name="Ada Lovelace", roles=["Editor"]))

    page = client.get("/admin/account/")
    assert "first_name" not in page.text
    assert f'href="{reverse("accounts:profile")}"' in page.text
    form = {"theme-theme": "dark", "theme-density": "default", "theme-contrast": "system"}
    locale = {"locale-preferred_language": "de", "locale-current_time_zone": "Europe/Berlin"}

    response = client.post("/admin/account/", form | locale)

    assert response.status_code == 302
    assert 'lang="de"' in client.get("/admin/account/").text


def test_the_admins_account_page_is_for_staff(client: Client) -> None:
    assert client.get("/admin/account/")["Location"].startswith("/admin/login/")
    client.force_login(UserFactory())

    assert client.get("/admin/account/", follow=True).status_code == 403
