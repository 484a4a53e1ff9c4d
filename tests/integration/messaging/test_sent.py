"""Which mails went out is known for three months; what they said is not."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core.mail import EmailMessage, get_connection, send_mail
from django.core.mail.backends import smtp
from django.db import DatabaseError

from core import clock
from messaging import sent
from messaging.models import SentEmail

pytestmark = pytest.mark.django_db


class Server:
    """A mail server that takes what it is given."""

    def __init__(self) -> None:
        self.taken: list[list[str]] = []

    def sendmail(self, _sender: str, to: list[str], _body: bytes) -> None:
        self.taken.append(to)

    def quit(self) -> None:
        return None


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Server:
    settings.EMAIL_BACKEND = "messaging.sent.EmailBackend"
    server = Server()

    def connected(backend: smtp.EmailBackend) -> bool:
        backend.connection = server  # type: ignore[assignment]
        return True

    monkeypatch.setattr(smtp.EmailBackend, "open", connected)
    return server


def test_a_mail_is_noted_by_each_recipient_without_its_words(server: Server) -> None:
    send_mail("Your order", "The words", None, ["a@example.org", "b@example.org"])
    assert server.taken == [["a@example.org", "b@example.org"]]
    noted = SentEmail.objects.order_by("pk").values_list("to", "subject")
    assert list(noted) == [("a@example.org", "Your order"), ("b@example.org", "Your order")]


def test_a_mail_that_could_not_be_sent_is_not_noted(server: Server) -> None:
    with (
        patch.object(Server, "sendmail", side_effect=OSError("away")),
        pytest.raises(OSError, match="away"),
    ):
        send_mail("Your order", "The words", None, ["a@example.org"])
    assert not SentEmail.objects.exists()


def test_a_note_that_fails_does_not_send_twice(server: Server) -> None:
    with patch.object(SentEmail.objects, "bulk_create", side_effect=DatabaseError):
        assert get_connection().send_messages([EmailMessage("x", "y", to=["a@example.org"])]) == 1
    assert len(server.taken) == 1


def test_old_notes_are_forgotten(server: Server) -> None:
    send_mail("New", "x", None, ["a@example.org"])
    old = SentEmail.objects.create(to="a@example.org", subject="Old")
    SentEmail.objects.filter(pk=old.pk).update(at=clock.now() - sent.KEEP - timedelta(days=1))
    assert sent.forget() == 1
    assert SentEmail.objects.get().subject == "New"
