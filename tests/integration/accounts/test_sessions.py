"""A session knows whose it is: the person comes with it, and Django's rules stay."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Session, User
from core import clock
from tests.cases import measure
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def device_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backends.SignIn")
    return client


def row_of(client: Client) -> Session:
    return Session.objects.get(session_key=client.cookies["sessionid"].value)


def reads(client: Client) -> str:
    """The name of whom the server takes this device for; empty where it asks to sign in."""
    answer = client.get(reverse("accounts:profile"))
    return "" if answer.status_code == 302 else str(answer.wsgi_request.user)


def test_session_and_person_are_read_by_one_statement() -> None:
    client = device_of(UserFactory())
    client.get("/my/")
    sent = measure.statements(lambda: client.get("/my/"))
    assert ["accounts_session" in one for one in sent].count(True) == 1
    assert not [one for one in sent if "FROM `accounts_user`" in one.replace('"', "`")]


def test_the_row_names_whoever_is_signed_in() -> None:
    user = UserFactory()
    client = device_of(user)
    assert row_of(client).user == user
    client.logout()
    assert not Session.objects.exists()
    visitor = client.session
    visitor["seen"] = 1
    visitor.save()
    assert Session.objects.get().user is None


def test_signing_in_as_another_leaves_nothing_of_the_first() -> None:
    first, second = UserFactory(), UserFactory()
    client = device_of(first)
    client.force_login(second, backend="accounts.backends.SignIn")
    assert row_of(client).user == second
    assert reads(client) == str(second)
    assert Session.objects.count() == 1


@pytest.mark.parametrize("named", ["another", "nobody"])
def test_the_signed_data_decides_and_not_the_column(named: str) -> None:
    user, another = UserFactory(), UserFactory()
    client = device_of(user)
    Session.objects.update(user=another if named == "another" else None)
    assert reads(client) == str(user)


def test_a_session_whose_hash_does_not_fit_is_flushed() -> None:
    user = UserFactory()
    client = device_of(user)
    user.set_password("staple battery horse")
    user.save()
    assert reads(client) == ""
    assert not Session.objects.filter(user=user).exists()


def test_a_session_signed_by_the_key_before_goes_on_under_a_new_one(settings: Any) -> None:
    """Django's own way with SECRET_KEY_FALLBACKS; the signer of its data reads both keys."""
    user = UserFactory()
    client = device_of(user)
    before = row_of(client)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new key " * 5
    assert reads(client) == str(user)
    assert not Session.objects.filter(pk=before.pk).exists()
    assert Session.objects.get().user == user


def test_an_ended_session_is_none_and_is_cleared_away() -> None:
    gone, there = device_of(UserFactory()), device_of(UserFactory())
    ended = row_of(gone)
    Session.objects.filter(pk=ended.pk).update(expire_date=clock.now() - timedelta(seconds=1))
    assert reads(gone) == ""
    assert reads(there)
    call_command("clearsessions")
    assert [one.pk for one in Session.objects.all()] == [row_of(there).pk]


def test_a_deleted_person_has_no_session_left() -> None:
    user = UserFactory()
    client = device_of(user)
    user.delete()
    assert not Session.objects.exists()
    assert reads(client) == ""
