"""B31: guessing is limited, whatever trick is played around it."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
GUESSES = 12


@pytest.fixture(autouse=True)
def limits(settings: Settings) -> Iterator[None]:
    """The limits of a real site; the suite runs without."""
    settings.ACCOUNT_RATE_LIMITS = {}
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def user() -> User:
    return UserFactory(email="ada@example.org", roles=["Editor"])


def guess(email: str, password: str, url: str = "", **headers: str) -> Client:
    client = Client()
    fields = {"login": email, "password": password}
    client.post(url or reverse("account_login"), fields, headers=headers)
    return client


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


TRICKS: dict[str, Callable[[int], Client]] = {
    "plain": lambda n: guess("ada@example.org", f"wrong {n}"),
    "letter case": lambda n: guess("Ada@Example.org" if n % 2 else "ADA@EXAMPLE.ORG", f"wrong {n}"),
    "forged address": lambda n: guess(
        "ada@example.org", f"wrong {n}", X_Forwarded_For=f"10.0.0.{n}"
    ),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_B31_passwords_cannot_be_guessed_on(user: User, trick: str) -> None:
    """Seen red with ACCOUNT_RATE_LIMITS = False."""
    for number in range(GUESSES):
        TRICKS[trick](number)

    assert not is_in(guess("ada@example.org", PASSWORD))


def test_B31_an_own_sign_in_between_buys_no_more_guesses(user: User) -> None:
    """Seen red with ACCOUNT_RATE_LIMITS = False."""
    own = UserFactory()
    for number in range(GUESSES):
        guess(user.email, f"wrong {number}")
        guess(own.email, PASSWORD)

    assert not is_in(guess(user.email, PASSWORD))


def test_B31_a_few_mistakes_lock_nobody_out(user: User) -> None:
    """The control."""
    for number in range(3):
        guess(user.email, f"wrong {number}")

    assert is_in(guess(user.email, PASSWORD))


def test_B31_the_admin_has_no_door_of_its_own(user: User) -> None:
    """Seen red with accounts.admin_urls taken out of config.urls: Wagtail's form signs one in."""
    for url in ("/admin/login/", "/admin/login/?next=/admin/"):
        client = Client()
        client.post(url, {"username": user.email, "password": PASSWORD})
        assert not is_in(client)


def test_B31_reset_mails_cannot_be_poured_over_somebody(user: User) -> None:
    """Seen red with ACCOUNT_RATE_LIMITS = False."""
    for _ in range(GUESSES):
        Client().post(reverse("account_reset_password"), {"email": user.email})

    assert 1 <= len(mail.outbox) <= 5


def test_B31_a_code_of_sign_up_cannot_be_guessed_on() -> None:
    """Seen red with ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 1000."""
    client = Client()
    fields = {"email": "new@example.org", "name": "New", "password1": PASSWORD}
    url = client.post(reverse("account_signup"), fields)["Location"]
    code = re.search(r"^([A-Z0-9-]{6,9})$", str(mail.outbox[0].body), re.MULTILINE)
    assert code

    for _ in range(GUESSES):
        client.post(url, {"code": "WRONG1"})
    client.post(url, {"code": code[1]})

    assert not is_in(client)
