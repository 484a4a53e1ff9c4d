"""The site's icon, for those who read the page and those who only ask for `/favicon.ico`."""

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import Client

from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
ICON = "/static/images/mark.svg"
LINK = f'<link rel="icon" href="{ICON}" type="image/svg+xml">'


def test_favicon_leads_to_our_icon(client: Client) -> None:
    response = client.get("/favicon.ico")

    assert (response.status_code, response["Location"]) == (302, ICON)
    assert response["Cache-Control"] == "public, max-age=86400"
    assert not response.cookies
    assert finders.find("images/mark.svg")


def test_every_kind_of_page_names_the_icon(client: Client) -> None:
    editor = Client()
    editor.force_login(UserFactory(roles=["Editor"]))
    assert LINK in client.get("/account/login/").text
    assert LINK in client.get("/nowhere/").text
    assert LINK in editor.get("/admin/").text
    assert LINK in render_to_string("500.html")
