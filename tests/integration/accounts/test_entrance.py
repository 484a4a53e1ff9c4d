"""Signing in and up: the forms that people meet first."""

import re

import pytest
from django.test import Client

from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "label", "signed_in"),
    [
        ("/account/login/", "Sign in", False),
        ("/account/signup/", "Create my account", False),
        ("/account/reauthenticate/", "Confirm", True),
        ("/account/password/change/", "Change the password", True),
    ],
)
def test_the_form_posts_to_its_own_address_and_keeps_where_to_go(
    client: Client, address: str, label: str, signed_in: bool
) -> None:
    if signed_in:
        client.force_login(UserFactory())
    text = client.get(address, {"next": "/learn/knots/-/join/"}).content.decode()
    [form] = re.findall(r'<form class="form".*?</form>', text, re.DOTALL)
    assert f'method="post" action="{address}"' in form
    assert 'name="csrfmiddlewaretoken"' in form
    assert re.findall(r'<button type="submit"[^>]*>(.*?)</button>', form) == [label]
    if "password" not in address:
        assert 'name="next" value="/learn/knots/-/join/"' in form
