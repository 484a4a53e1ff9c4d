"""The account island: the visitor's own corner of pages that are the same for everyone."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/courses/?page=2"}


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_visitor_is_offered_sign_in_and_nothing_else(
    client: Client, headers: dict[str, str]
) -> None:
    page = client.get(reverse("accounts:menu"), headers=headers).text

    assert reverse("account_login") in page
    assert reverse("account_logout") not in page
    assert reverse("wagtailadmin_home") not in page


def test_signing_in_leads_back_to_the_page_one_was_on(client: Client) -> None:
    page = client.get(reverse("accounts:menu"), headers=HTMX).text

    assert "?next=/courses/%3Fpage%3D2" in page


def test_a_page_elsewhere_is_not_led_back_to(client: Client) -> None:
    headers = HTMX | {"HX-Current-URL": "https://evil.example/courses/"}

    page = client.get(reverse("accounts:menu"), headers=headers).text

    assert "evil" not in page
    assert "next=" not in page


@pytest.mark.parametrize(
    ("roles", "admin"), [([], False), (["Instructor"], True), (["Support"], True)]
)
def test_who_is_signed_in_sees_their_own_links(
    client: Client, roles: list[str], admin: bool
) -> None:
    user = UserFactory(name="Ada Lovelace", roles=roles)
    client.force_login(user)

    page = client.get(reverse("accounts:menu")).text

    assert "Ada Lovelace" in page
    assert reverse("accounts:profile") in page
    assert f'action="{reverse("account_logout")}"' in page
    assert (reverse("wagtailadmin_home") in page) is admin


@pytest.mark.parametrize("signed_in", [False, True])
def test_no_cache_keeps_it(client: Client, signed_in: bool) -> None:
    if signed_in:
        client.force_login(UserFactory())

    response = client.get(reverse("accounts:menu"))

    assert response["Cache-Control"] == "private, no-store"


def test_it_only_reads(client: Client) -> None:
    assert client.post(reverse("accounts:menu")).status_code == 405
