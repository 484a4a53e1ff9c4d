"""Names of people: every script is welcome, what acts on the text around it is not."""

import unicodedata

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts import people
from accounts.models import User
from core.text import one_line
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
GENUINE = [
    "מרים בן־דוד",
    "مریم می‌خواهد",  # with a zero-width non-joiner, as Persian is written
    "محمد الأندلسي",
    "क्‍ष श्री",  # with a zero-width joiner
    "Sam 👩‍💻🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "山田　太郎",
    "Zoë O’Neill-Đặng",
]


@pytest.mark.parametrize("name", GENUINE)
def test_a_genuine_name_is_kept_as_it_is(name: str) -> None:
    assert one_line(name) == name


@pytest.mark.parametrize("character", [*BIDI, "\0", "\x07", "\x1b", "\x7f", "\x9b"])
def test_what_turns_or_controls_the_text_is_taken_out(character: str) -> None:
    assert one_line(f"Ada{character} L") == "Ada L"


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\t", "\x85", "\u2028", "\u2029"])
def test_a_name_is_one_line(line_break: str) -> None:
    assert one_line(f"{line_break}Ada{line_break}L{line_break}") == "Ada L"


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from(BIDI))))
def test_no_control_survives_and_a_second_call_changes_nothing(name: str) -> None:
    cleaned = one_line(name)

    assert one_line(cleaned) == cleaned
    assert not any(unicodedata.category(sign) in {"Cc", "Zl", "Zp"} for sign in cleaned)
    assert not set(cleaned) & set(BIDI)


def test_every_door_cleans(client: Client) -> None:
    given, kept = "\u202eAda\u2066\x1b L", "Ada L"
    client.post(
        reverse("account_signup"),
        {"email": "by-sign-up@example.org", "name": given, "password1": PASSWORD},
    )
    person = UserFactory(email="by-profile@example.org")
    client.force_login(person)
    client.post(reverse("accounts:profile"), {"name": given, "language": "", "time_zone": "UTC"})
    client.force_login(UserFactory(email="boss@example.org", name="Boss", roles=["Administrator"]))
    fields = {"name": given, "language": "", "time_zone": "UTC", "is_active": "on"}
    passwords = {"password1": PASSWORD, "password2": PASSWORD}
    client.post("/admin/users/new/", fields | passwords | {"email": "by-staff@example.org"})
    edited = UserFactory(email="edited@example.org")
    client.post(
        reverse("wagtailusers_users:edit", args=[edited.pk]), fields | {"email": edited.email}
    )
    people.create(email="by-code@example.org", name=given)

    found = dict(User.objects.exclude(name="Boss").values_list("email", "name"))

    assert found == {
        f"{door}@example.org": kept
        for door in ("by-sign-up", "by-profile", "by-staff", "edited", "by-code")
    }


def test_nobody_signs_up_under_nothing_but_controls(client: Client) -> None:
    response = client.post(
        reverse("account_signup"),
        {"email": "new@example.org", "name": "\u202e\u200f", "password1": PASSWORD},
    )

    assert "name" in response.context["form"].errors
    assert not User.objects.exists()
