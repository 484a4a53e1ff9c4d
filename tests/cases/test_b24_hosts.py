"""B24: a forged host is refused, and mails name the site by its own address."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts import people
from accounts.models import User
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
HOSTS = [
    "evil.example",
    "testserver.evil.example",
    "testserver@evil.example",
    "evil.example:80",
    "testserver:80@evil.example",
    "testserver/evil.example",
    "testserver evil.example",
    "testserver\\evil.example",
    "[::1].evil.example",
    "evil.example#testserver",
    "",
]
FORGED = {
    "X-Forwarded-Host": "evil.example",
    "X-Host": "evil.example",
    "X-Forwarded-Server": "evil.example",
    "X-Original-Host": "evil.example",
    "Forwarded": "host=evil.example;proto=https",
    "Origin": "https://evil.example",
    "Referer": "https://evil.example/",
}
PATHS = ["/account/login/", "/account/menu/", "/account/password/reset/", "/admin/", "/robots.txt"]


@pytest.mark.parametrize("host", HOSTS)
def test_B24_a_forged_host_is_refused(host: str) -> None:
    """Seen red with ALLOWED_HOSTS = ["*"] for the well-formed names; Django refuses the others."""
    client = Client(raise_request_exception=False)

    for path in PATHS:
        response = client.get(path, headers={"Host": host})
        assert response.status_code == 400, path
        assert "evil" not in response.text


def links(text: str) -> list[str]:
    return re.findall(r"\bhttps?://[^\s<>\"]+", text)


@pytest.fixture
def site(settings: Settings) -> str:
    """A site behind several host names, of which one is its own."""
    settings.ALLOWED_HOSTS = ["testserver", "other.example.org", "learn.example.org"]
    settings.BASE_URL = "https://learn.example.org"
    return settings.BASE_URL


@pytest.mark.parametrize("host", ["testserver", "other.example.org"])
@pytest.mark.parametrize("who", ["known", "unknown"])
def test_B24_reset_mails_link_to_the_sites_own_address(site: str, host: str, who: str) -> None:
    """Seen red with AccountAdapter.get_reset_password_from_key_url and render_mail taken out."""
    user = UserFactory()
    email = user.email if who == "known" else "nobody@example.org"

    Client().post(
        reverse("account_reset_password"), {"email": email}, headers=FORGED | {"Host": host}
    )

    (sent,) = mail.outbox
    words = f"{sent.subject}\n{sent.body}"
    assert links(words)
    assert all(link.startswith(site + "/") for link in links(words))
    assert "evil" not in words
    assert "other.example.org" not in words
    if who == "known":
        (link,) = links(words)
        assert sets_a_password(link.removeprefix(site), user)


def sets_a_password(path: str, user: User) -> bool:
    client = Client()
    form = client.get(path, follow=True)
    address = form.redirect_chain[-1][0]
    client.post(address, {"password1": "another long one", "password2": "another long one"})
    user.refresh_from_db()
    return user.check_password("another long one")


@pytest.mark.parametrize("host", ["testserver", "other.example.org"])
def test_B24_mails_of_sign_up_name_the_site_by_its_own_address(site: str, host: str) -> None:
    """Seen red with AccountAdapter.render_mail taken out."""
    UserFactory(email="known@example.org")

    for email in ("new@example.org", "known@example.org"):
        Client().post(
            reverse("account_signup"),
            {"email": email, "name": "New", "password1": PASSWORD},
            headers=FORGED | {"Host": host},
        )

    assert [sent.to for sent in mail.outbox] == [["new@example.org"], ["known@example.org"]]
    for sent in mail.outbox:
        words = f"{sent.subject}\n{sent.body}"
        assert "learn.example.org" in words
        assert all(link.startswith(site + "/") for link in links(words))
        assert not re.search("evil|testserver|other.example", words)


def test_B24_an_invitation_needs_no_request_to_know_its_address(site: str) -> None:
    """Seen red with `http://localhost` instead of BASE_URL in people.password_address."""
    user = people.create(email="invited@example.org")

    link = people.invite(user)

    assert links(str(mail.outbox[0].body)) == [link]
    assert link.startswith(site + "/")
    assert sets_a_password(link.removeprefix(site), user)
