"""`manage.py setup_site`: a new site can be signed in to, and a second run changes nothing."""

import re
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings
from wagtail.models import Page, Revision, Site

from accounts import people
from accounts.models import User
from course_pages.models import CataloguePage
from home.models import HomePage, LandingPage, SiteSettings
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    call_command("setup_site", *arguments)
    return capsys.readouterr().out


@pytest.fixture(autouse=True)
def address(settings: Settings) -> None:
    settings.BASE_URL = "https://learn.example.org"


def test_a_new_site_has_its_pages_and_its_address(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys)

    site = Site.objects.get()
    assert (site.hostname, site.port) == ("learn.example.org", 443)
    assert site.root_page.specific == HomePage.objects.get()
    assert CataloguePage.objects.get().live
    footer = SiteSettings.for_site(site)
    slugs = {
        LandingPage.objects.get(pk=page).slug
        for page in LandingPage.objects.values_list("pk", flat=True)
    }
    assert slugs == {"imprint", "privacy", "contact"}
    assert None not in (footer.imprint, footer.privacy, footer.contact)


def test_the_first_administrator_sets_a_password_and_opens_the_admin(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = run(capsys, "--email=Boss@Example.org", "--name=Boss")

    assert "Sent boss@example.org a link" in said
    link = re.search(
        r"https://learn\.example\.org(/account/password/reset/key/\S+)", str(mail.outbox[0].body)
    )
    assert link
    client = Client()
    form = client.get(link[1], follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "a long enough one", "password2": "a long enough one"})
    client.post("/account/login/", {"login": "boss@example.org", "password": "a long enough one"})
    assert client.get("/admin/").status_code == 200
    assert not User.objects.get().is_superuser


def test_the_link_is_printed_where_no_mail_goes_out(capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, "--email=boss@example.org", "--print-link")

    assert "https://learn.example.org/account/password/reset/key/" in said
    assert mail.outbox == []


def state() -> dict[str, Any]:
    footer = SiteSettings.for_site(Site.objects.get())
    return {
        "pages": list(Page.objects.values_list("pk", "title", "path", "latest_revision")),
        "revisions": Revision.objects.count(),
        "footer": (footer.imprint_id, footer.privacy_id, footer.contact_id),
        "users": list(User.objects.values()),
    }


def test_a_second_run_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "--email=boss@example.org")
    boss = User.objects.get()
    boss.set_password("a long enough one")
    boss.save()
    home = HomePage.objects.get()
    home.title = "Renamed by an editor"
    home.save_revision().publish()
    mail.outbox.clear()
    before = state()

    said = run(capsys, "--email=boss@example.org")

    assert state() == before
    assert mail.outbox == []
    assert "Roles: in order." in said


def test_an_account_that_exists_becomes_administrator_and_keeps_its_password(
    capsys: pytest.CaptureFixture[str],
) -> None:
    user = UserFactory(email="learner@example.org")
    password = user.password

    run(capsys, "--email=learner@example.org")

    user.refresh_from_db()
    assert user.password == password
    assert user.has_perm("accounts.change_user")
    assert mail.outbox == []


def test_what_is_left_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys)

    assert "Name the first administrator" in said
    assert "Write these pages in the admin: imprint, privacy, contact." in said


@pytest.mark.parametrize("email", ["no address", "x@", "second@example.org"])
def test_a_wrong_address_is_refused_before_anything_is_made(email: str) -> None:
    other = UserFactory()
    other.emailaddress_set.create(email="second@example.org", verified=True)

    with pytest.raises(CommandError, match=re.escape(email)):
        call_command("setup_site", f"--email={email}")

    assert not HomePage.objects.exists()
    assert User.objects.count() == 1


def test_a_mail_that_cannot_be_sent_is_told_with_the_remedy(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(user: User) -> str:
        raise ConnectionRefusedError("nobody there")

    monkeypatch.setattr(people, "invite", refuse)

    call_command("setup_site", "--email=boss@example.org")

    told = capsys.readouterr().err
    assert "Check EMAIL_URL" in told
    assert "--print-link" in told
    assert HomePage.objects.exists()
