"""Signing up and changing one's address: confirmed by a code, so one gets where one was going."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def code() -> str:
    found = re.search(r"^([A-Z0-9-]{6,9})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found
    return found[1]


def sign_up(client: Client, **changes: str) -> str:
    """Fill in the form; returns the address of the page that asks for the code."""
    fields = {"email": "New@Example.org", "name": " Núria ", "password1": PASSWORD}
    response = client.post(reverse("account_signup"), fields | changes)
    assert response.status_code == 302, response.context["form"].errors
    return str(response["Location"])


def test_sign_up_leads_on_to_where_one_was_going(client: Client) -> None:
    url = sign_up(client, next="/learn/charts/")
    assert "_auth_user_id" not in client.session

    page = client.get(url)
    assert "new@example.org" in page.text
    response = client.post(url, {"code": code()})

    assert response["Location"] == "/learn/charts/"
    user = User.objects.get()
    assert (user.email, user.name) == ("new@example.org", "Núria")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert EmailAddress.objects.get(user=user).verified


def test_nobody_gets_in_without_the_code(client: Client) -> None:
    url = sign_up(client)

    client.post(url, {"code": "WRONG1"})

    assert client.get(reverse("accounts:profile")).status_code == 302
    other = Client()
    other.post(reverse("account_login"), {"login": "new@example.org", "password": PASSWORD})
    assert other.get(reverse("accounts:profile")).status_code == 302


def test_a_taken_address_looks_like_a_free_one_and_its_owner_is_told(client: Client) -> None:
    UserFactory(email="new@example.org")

    taken = client.get(sign_up(client)).text
    free = Client()
    fresh = free.get(sign_up(free, email="free@example.org")).text

    assert User.objects.filter(email="new@example.org").count() == 1
    assert "already" in str(mail.outbox[0].body).lower()

    def plain(page: str) -> str:
        page = re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", page)
        return page.replace("free@example.org", "new@example.org")

    assert plain(taken) == plain(fresh)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "x" * 10_000},
        {"email": "no address"},
        {"email": f"{'x' * 300}@example.org"},
        {"password1": "short"},
        {"password1": "password1234"},
        {"email": "a@example.org\nBcc: b@example.org"},
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_message(
    client: Client, changes: dict[str, str]
) -> None:
    fields = {"email": "new@example.org", "name": "New", "password1": PASSWORD} | changes

    response = client.post(reverse("account_signup"), fields)

    assert response.status_code == 200
    assert response.context["form"].errors
    assert not User.objects.exists()
    assert mail.outbox == []


def test_a_new_address_counts_once_it_is_confirmed(client: Client) -> None:
    user = UserFactory(email="old@example.org")
    client.force_login(user)

    url = client.post(reverse("account_email"), {"email": "Fresh@Example.org", "action_add": ""})[
        "Location"
    ]
    user.refresh_from_db()
    assert user.email == "old@example.org"
    if mail.outbox[-1].to != ["fresh@example.org"]:
        pytest.fail(f"the code went to {mail.outbox[-1].to}")
    client.post(url, {"code": code()})

    user.refresh_from_db()
    assert user.email == "fresh@example.org"
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [
        ("fresh@example.org", True, True)
    ]
