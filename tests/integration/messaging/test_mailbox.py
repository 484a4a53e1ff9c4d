"""The mailbox of demos and development."""

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from messaging import mailbox
from messaging.models import KeptEmail

pytestmark = pytest.mark.django_db
URL = "/mailbox/"


@pytest.fixture
def kept(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "messaging.mailbox.EmailBackend"
    settings.DEMO_MAILBOX = True


def send(
    subject: str = "Hello", text: str = "Go to https://example.org/x?a=1", **fields: object
) -> None:
    mail.send_mail(subject, text, "from@example.org", ["to@example.org"], **fields)  # type: ignore[arg-type]


@pytest.mark.usefixtures("kept")
def test_what_is_sent_is_kept_and_shown_newest_first(client: Client) -> None:
    send("First")
    send("Second")

    page = client.get(URL).text

    assert page.index("Second") < page.index("First")
    assert len(mail.outbox) == 0


@pytest.mark.usefixtures("kept")
def test_links_in_a_mail_can_be_followed(client: Client) -> None:
    send()

    page = client.get(reverse("messaging:mail", args=[KeptEmail.objects.get().pk])).text

    assert 'href="https://example.org/x?a=1"' in page
    assert "from@example.org" in page


@pytest.mark.usefixtures("kept")
def test_html_of_a_mail_never_runs_here(client: Client) -> None:
    message = EmailMultiAlternatives("<b>Subject</b>", "", "from@example.org", ["to@example.org"])
    message.attach_alternative("<script>alert(1)</script><p>Read me</p>", "text/html")
    message.send()

    kept = KeptEmail.objects.get()
    page = client.get(reverse("messaging:mail", args=[kept.pk])).text

    assert kept.html.startswith("<script>")
    assert "Read me" in page
    assert "<script>alert" not in page
    assert "<b>Subject" not in page + client.get(URL).text


@pytest.mark.usefixtures("kept")
def test_htmx_gets_the_list_alone(client: Client) -> None:
    send()

    part = client.get(URL, headers={"HX-Request": "true"})

    assert "<html" not in part.text
    assert "Hello" in part.text
    assert "HX-Request" in part["Vary"]


@pytest.mark.usefixtures("kept")
def test_twenty_a_page_and_the_oldest_forgotten(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "KEEP", 25)
    for number in range(30):
        send(f"Mail {number}.")

    assert KeptEmail.objects.count() == 25
    assert "Mail 29." in client.get(URL).text
    assert "Mail 9." not in client.get(URL).text
    assert "Mail 9." in client.get(URL + "?page=2").text
    assert client.get(URL + "?page=zebra").status_code == 200


def test_it_does_not_exist_on_a_real_site(client: Client, settings: Settings) -> None:
    settings.DEMO_MAILBOX = False
    kept = KeptEmail.objects.create(to="to@example.org", sender="", subject="Secret")

    for url in (URL, reverse("messaging:mail", args=[kept.pk])):
        response = client.get(url)
        assert response.status_code == 404
        assert "Secret" not in response.text


@pytest.mark.usefixtures("kept")
def test_it_only_reads(client: Client) -> None:
    assert client.post(URL).status_code == 405
    assert client.get(URL + "4711/").status_code == 404


@pytest.mark.usefixtures("kept")
def test_odd_mails_are_kept_and_shown(client: Client) -> None:
    send("مرحبا 🎓 " + "x" * 900, "é" * 10_000)

    assert client.get(URL).status_code == 200
    assert (
        client.get(reverse("messaging:mail", args=[KeptEmail.objects.get().pk])).status_code == 200
    )
