"""Choosing a course at the till: what is released, found by words of its title."""

import re
from typing import Any

import pytest
from django.test import Client

from course_pages.models import Course
from tests.factories import commerce as make
from tests.factories import courses
from tests.integration.commerce.staff import shop

pytestmark = pytest.mark.django_db
CHOOSE = "/admin/sales/courses/"


@pytest.fixture(params=["Marketing", "Support"])
def staff(request: pytest.FixtureRequest) -> Client:
    return shop.client_as(request.param)


def titles(answer: Any) -> list[str]:
    return re.findall(r"data-chooser-modal-choice[^>]*>\s*([^<]+?)\s*<", answer.json()["html"])


def test_released_courses_are_listed_and_found_by_words(staff: Client) -> None:
    make.course("Knots for sailors")
    make.course("Bends")
    courses.course_page("Secret knots")
    assert titles(staff.get(CHOOSE)) == ["Bends", "Knots for sailors"]
    found = staff.get(f"{CHOOSE}results/", {"q": "SAILORS knots"}).content.decode()
    assert "Knots for sailors" in found
    assert "Bends" not in found
    assert "Secret" not in found


def test_what_is_not_released_cannot_be_named_by_its_number(staff: Client) -> None:
    """Seen to fail with Wagtail's own views: they told the title of any course."""
    known = make.course("Knots")
    courses.course_page("Secret")
    secret = Course.objects.get(title="Secret")
    assert staff.get(f"{CHOOSE}chosen/{known.pk}/").json()["result"]["title"] == "Knots"
    assert staff.get(f"{CHOOSE}chosen/{secret.pk}/").status_code == 404
    assert staff.get(f"{CHOOSE}chosen/knots/").status_code == 404
    several = staff.get(f"{CHOOSE}chosen-multiple/", {"id": [known.pk, secret.pk]}).json()
    assert [one["title"] for one in several["result"]] == ["Knots"]
    staff.post(f"{CHOOSE}create/", {"title": "New"})
    assert Course.objects.count() == 2


@pytest.mark.parametrize("odd", ["knots", "-1", "99999999999999999999", "999999"])
def test_a_form_with_an_odd_course_is_shown_again(odd: str) -> None:
    """Seen to fail with Wagtail's own widget: it asked the database for the words."""
    data = {"name": "Knots", "kind": "one_off", "price_EUR": "5", "course_0": odd}
    answer = shop.client_as("Marketing").post("/admin/offers/new/", data)
    assert answer.status_code == 200
    assert "course_0" in answer.context["form"].errors
