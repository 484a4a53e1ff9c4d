"""The mails of the account pages: our own words, the site's name, nothing that a stranger wrote."""

import re
from pathlib import Path

import pytest
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
SITE = "Aachen & Sons’ School"
ADDRESS = "o'neill+a&b@example.org"
# Of codes for signing in or for a new password, which are switched off, and of old allauths.
NEVER_SENT = {"login_code", "password_reset_code", "email_confirm"}
STOCK = Path(get_adapter.__code__.co_filename).parents[1] / "templates" / "account" / "email"
KINDS = sorted(
    path.name.removesuffix("_subject.txt")
    for path in STOCK.glob("*_subject.txt")
    if path.name.removesuffix("_subject.txt") not in NEVER_SENT
)


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.WAGTAIL_SITE_NAME = SITE
    settings.BASE_URL = "https://learn.example.org"


def ask(url_name: str, **fields: str) -> EmailMessage:
    """The one mail that a visitor's form brings about."""
    assert Client().post(reverse(url_name), fields).status_code == 302
    (sent,) = mail.outbox
    return sent


def assert_ours(sent: EmailMessage) -> str:
    """Plain text that greets, names the site and was not written by allauth; returns it."""
    body = str(sent.body)
    assert SITE in sent.subject
    assert body.startswith("Hello,\n\n")
    assert body.endswith(f"\n\n{SITE}\nlearn.example.org")
    assert not re.search(r"&#|&amp;|\n\n\n|\{[{%]|None|example\.com|Thank you for using", body)
    assert not getattr(sent, "alternatives", [])
    return body


def sign_up(email: str) -> EmailMessage:
    lure = "Win at evil.example"
    return ask("account_signup", email=email, name=lure, password1=PASSWORD)


def test_sign_up_brings_a_code_and_no_words_of_who_signed_up() -> None:
    sent = sign_up(ADDRESS)

    assert sent.subject == f"Your sign-up code for {SITE}"
    body = assert_ours(sent)
    assert re.search(r"^[A-Z0-9-]{6,9}$", body, re.MULTILINE)
    assert "works for 15 minutes" in body
    assert "evil" not in body


def test_who_has_an_account_is_led_to_it() -> None:
    UserFactory(email=ADDRESS)

    sent = sign_up(ADDRESS)

    assert sent.subject == f"You already have an account at {SITE}"
    body = assert_ours(sent)
    assert ADDRESS in body
    assert f"\nhttps://learn.example.org{reverse('account_login')}\n" in body
    assert f"\nhttps://learn.example.org{reverse('account_reset_password')}\n" in body


def test_who_has_none_is_told_so_and_how_to_get_one() -> None:
    sent = ask("account_reset_password", email=ADDRESS)

    assert sent.subject == f"No account at {SITE} with this address"
    body = assert_ours(sent)
    assert ADDRESS in body
    assert f"\nhttps://learn.example.org{reverse('account_signup')}\n" in body


def test_a_forgotten_password_brings_a_link() -> None:
    UserFactory(email=ADDRESS)

    sent = ask("account_reset_password", email=ADDRESS)

    assert sent.subject == f"Set a new password for {SITE}"
    assert "\nhttps://learn.example.org/account/password/reset/key/" in assert_ours(sent)


def test_a_new_address_is_asked_to_confirm_itself(client: Client) -> None:
    client.force_login(UserFactory())

    client.post(reverse("account_email"), {"email": ADDRESS, "action_add": ""})

    (sent,) = mail.outbox
    assert sent.subject == f"Your code to confirm your address for {SITE}"
    body = assert_ours(sent)
    assert ADDRESS in body
    assert re.search(r"^[A-Z0-9-]{6,9}$", body, re.MULTILINE)


@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_that_allauth_can_send_is_ours(kind: str) -> None:
    for part in ("subject", "message"):
        origin = get_template(f"account/email/{kind}_{part}.txt").origin  # type: ignore[attr-defined]
        assert Path(origin.name).is_relative_to(settings.ROOT)
    context = {
        "email": ADDRESS,
        "code": "ABC-123",
        "from_email": "old@example.org",
        "to_email": ADDRESS,
        "deleted_email": "old@example.org",
    }

    assert_ours(get_adapter().render_mail(f"account/email/{kind}", ADDRESS, context))
