"""The listing of enrolments in the admin: Support looks, nobody changes."""

import re

import pytest
from django.test import Client

from learning.services import enrolment
from tests.factories import courses as make
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
LISTING = "/admin/learning/enrolment/"


@pytest.fixture
def support(client: Client) -> Client:
    client.force_login(UserFactory(roles=["Support"]))
    return client


def test_support_finds_a_learner_by_name_and_address(support: Client) -> None:
    course = make.course()
    learner = UserFactory(name="Noor van den Berg")
    enrolment.enrol(user=learner, course=course)

    for asked in (learner.email, "van den"):
        shown = support.get(LISTING, {"q": asked})
        assert course.title in shown.content.decode()
    assert course.title not in support.get(LISTING, {"q": "nobody"}).content.decode()


@pytest.mark.parametrize(
    "asked",
    [
        {"user": "abc"},
        {"user": "9" * 24},
        {"enrolled_at__gte": "yesterday"},
        {"no_such_field": "1"},
        {"user__password__startswith": "pbkdf2"},
        {"o": "99.x"},
        {"p": "99999999999"},
        {"p": "-1"},
        {"q": "\x00"},
    ],
)
def test_an_address_that_makes_no_sense_is_answered(support: Client, asked: dict[str, str]) -> None:
    answer = support.get(LISTING, asked, follow=True)

    assert answer.status_code in {200, 400, 404}


def test_a_filter_that_does_not_exist_leads_to_the_whole_list(support: Client) -> None:
    answer = support.get(LISTING, {"user": "abc"})

    assert (answer.status_code, answer["Location"]) == (302, LISTING)
    assert "This is the whole list" in support.get(LISTING).content.decode()


def test_nobody_adds_changes_or_deletes_enrolments_there(client: Client) -> None:
    client.force_login(UserFactory(roles=["Administrator"]))
    row = enrolment.enrol(user=UserFactory(), course=make.course())

    for action in ("create", f"edit/{row.pk}", f"delete/{row.pk}"):
        assert client.post(f"{LISTING}{action}/").status_code in {302, 403, 404}
    row.refresh_from_db()


def test_its_columns_have_plain_names(support: Client) -> None:
    """Seen to fail with the names of the model's fields."""
    row = enrolment.enrol(user=UserFactory(), course=make.course())
    page = support.get(LISTING, {"o": "4"}).content.decode()
    head = re.search("<thead>(.*?)</thead>", page, re.DOTALL)
    assert head
    words = " ".join(re.sub("<[^>]*>", " ", head[1]).split())
    assert words == "Learner Course Enrolled Lessons completed Course completed Left"
    assert str(row.user) in page
