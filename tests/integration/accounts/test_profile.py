"""The profile page."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
URL = "/account/"
NAMES = [
    "مريم الأندلسية",
    "山田 太郎",
    "Zoë 🎓 O’Neill-Đặng",
    "<script>alert(1)</script>",
    "{{ 7*7 }} %s",
    "e\u0301\u200b",
]


@pytest.fixture
def ada(client: Client) -> User:
    user = UserFactory(name="Ada")
    client.force_login(user)
    return user


def form(**changes: str) -> dict[str, str]:
    return {"name": "Ada", "language": "", "time_zone": "UTC"} | changes


def test_a_visitor_is_asked_to_sign_in_first(client: Client) -> None:
    response = client.get(URL)

    assert response.status_code == 302
    assert response["Location"] == f"{reverse('account_login')}?next={URL}"


def test_name_language_and_time_zone_are_kept(client: Client, ada: User) -> None:
    response = client.post(URL, form(name="Ada L", language="de", time_zone="Europe/Berlin"))

    assert response.status_code == 302
    ada.refresh_from_db()
    assert (ada.name, ada.language, ada.time_zone) == ("Ada L", "de", "Europe/Berlin")
    page = client.get(URL)
    assert 'lang="de"' in page.text
    assert page["Content-Language"] == "de"


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_shown_as_it_was_written(client: Client, ada: User, name: str) -> None:
    assert client.post(URL, form(name=name)).status_code == 302

    ada.refresh_from_db()
    assert ada.name == name
    for page in (client.get(URL).text, client.get(reverse("accounts:menu")).text):
        assert "<script>alert(1)" not in page


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "x" * 10_000},
        {"name": "a\0b"},
        {"name": "   "},
        {"name": "\u202e\u200f"},
        {"time_zone": "Mars/Base"},
        {"time_zone": "../../etc/passwd"},
        {"language": "xx"},
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_message(
    client: Client, ada: User, changes: dict[str, str]
) -> None:
    response = client.post(URL, form(**changes))

    assert response.status_code == 200
    assert response.context["form"].errors
    ada.refresh_from_db()
    assert (ada.name, ada.language, ada.time_zone) == ("Ada", "", "UTC")


def test_fields_that_the_form_does_not_have_change_nothing(client: Client, ada: User) -> None:
    extra = {"is_superuser": "on", "is_staff": "on", "email": "evil@example.org", "groups": "1"}

    client.post(URL, form() | extra)

    kept = User.objects.get(pk=ada.pk)
    assert (kept.is_superuser, kept.is_staff, kept.email) == (False, False, ada.email)


def test_a_time_zone_that_the_system_forgot_does_not_lock_the_reader_out(
    client: Client, ada: User
) -> None:
    User.objects.filter(pk=ada.pk).update(time_zone="Gone/Away")

    assert client.get(URL).status_code == 200
    client.post(URL, form(time_zone="Gone/Away", name="Still Ada"))
    ada.refresh_from_db()
    assert ada.name == "Still Ada"
