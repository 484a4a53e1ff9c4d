"""A person's page: found by what they say, and access given, moved and ended by hand."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry

from accounts.models import User
from assessments.models import Attempt
from commerce.services import fulfilment, seats
from commerce.services.seats import CannotGive
from core import clock
from course_pages.models import Course
from learning.models import AccessGrant, Enrolment
from learning.services import access, enrolment
from messaging.models import SentEmail
from tests.cases import measure
from tests.factories import commerce as make
from tests.factories import quizzes
from tests.factories.accounts import UserFactory
from tests.factories.commerce import Account
from tests.integration.assessments.staff import school
from tests.integration.commerce.staff import shop

pytestmark = pytest.mark.django_db
ACT = "0123456789abcdef" * 2
RECORDS: tuple[Any, ...] = (*measure.RECORDS, User)


@pytest.fixture
def support() -> Client:
    return shop.client_as("Support")


def page(user: User) -> str:
    return f"/admin/people/{user.pk}/"


def wish(course: Course, /, **fields: str) -> dict[str, str]:
    data = {"course": str(course.pk), "until": "", "reason": "Won a raffle.", "act": ACT}
    return data | {"yes": "1"} | fields


def may_study(user: User, course: Course) -> bool:
    now = clock.now()
    grants = AccessGrant.objects.active(now)
    return grants.filter(enrolment__user=user, enrolment__course=course).exists()


def gift(user: User, course: Course, **fields: Any) -> AccessGrant:
    return seats.give(
        user=user, course=course, until=None, reason="Why", act=ACT, by=shop.staff("Support")
    )


def test_somebody_is_found_by_name_address_and_order(support: Client, account: Account) -> None:
    buyer = UserFactory(name="Noor van den Berg")
    other = UserFactory(name="Somebody Else")
    order = shop.paid(account, user=buyer)
    for asked in ("van noor", buyer.email.upper(), order.number.lower()):
        shown = support.get("/admin/people/", {"q": asked}).content.decode()
        assert buyer.email in shown, asked
        assert other.email not in shown, asked
    assert buyer.email not in support.get("/admin/people/").content.decode()
    assert "Nobody was found" in support.get("/admin/people/", {"q": "zzz"}).content.decode()


def test_the_page_tells_all_about_a_person(support: Client, account: Account) -> None:
    question = quizzes.single()
    course, _quiz = quizzes.course_with_quiz([question], title="Bends")
    user = school.learner(course)
    school.hands_in(course, {question["id"]: school.choice(question, 0)}, user)
    given = make.course("Given")
    gift(user, given)
    order = shop.paid(account, make.offer(make.course("Bought")), user=user)
    SentEmail.objects.create(to=user.email, subject="Welcome & hello")
    text = support.get(page(user)).content.decode()
    for said in (
        "Bends", "Given by hand", "Bought", order.number, "Welcome &amp; hello", "May study",
        "Access given: “Given” → ∞. Why", "0 of 1 lessons",
    ):  # fmt: skip
        assert said in text, said


def test_the_page_tells_whose_hand_ended_access_and_which_renewal_failed(
    support: Client, account: Account
) -> None:
    """Seen to fail: “ended by hand or by its order”; a subscription that is not paid was “Paid”."""
    user, given = make.buyer(), make.course("Given")
    gift(user, given)
    seats.end(grant=AccessGrant.objects.get(), reason="Moved", by=shop.staff("Support"))
    club = make.offer(make.course(), name="Club", kind="subscription", interval="month")
    order = make.ordered(club, user=user)
    number = account.subscribe(order)
    fulfilment.refresh(order)
    assert "renewal failed" not in support.get(page(user)).content.decode()
    account.renew(number, paid=False)
    fulfilment.refresh(order)
    text = support.get(page(user)).content.decode()
    for said in ("Given by hand: ended by hand", "Access ended: “Given”. Moved", "renewal failed"):
        assert said in text, said
    assert "<bdi>Club</bdi>" in text


def test_the_page_takes_as_many_statements_for_any_number(
    support: Client, account: Account
) -> None:
    user = make.buyer()
    question = quizzes.single()

    def more() -> None:
        course, _quiz = quizzes.course_with_quiz(
            [question], course_title=f"Course number {Course.objects.count()}"
        )
        enrolment.enrol(user=user, course=course)
        school.hands_in(course, {question["id"]: school.choice(question, 0)}, user)
        gift(user, make.course())
        shop.paid(account, user=user)

    more()
    support.get(page(user))
    with CaptureQueriesContext(connection) as few:
        support.get(page(user))
    for _n in range(3):
        more()
    support.get(page(user))
    with CaptureQueriesContext(connection) as many:
        support.get(page(user))
    assert Attempt.objects.count() == 4
    assert len(few) == len(many)


def test_access_is_given_after_the_second_step_only(support: Client) -> None:
    user, course = make.buyer(), make.course("Knots")
    sent = wish(course)
    url = f"{page(user)}give/"
    asked = support.post(url, {k: v for k, v in sent.items() if k != "yes"})
    assert "may study “Knots”, for ever" in asked.content.decode()
    assert not Enrolment.objects.exists()

    assert support.post(url, sent)["Location"] == page(user)

    grant = AccessGrant.objects.get()
    assert (grant.source, grant.reason, grant.ends_at) == ("gift", "Won a raffle.", None)
    assert grant.by is not None
    assert access.enter_course(user, course.slug).enrolment is not None
    assert "Won a raffle." in support.get(page(user)).content.decode()


def test_a_form_sent_twice_gives_once(support: Client) -> None:
    user, course = make.buyer(), make.course()
    for _n in range(2):
        support.post(f"{page(user)}give/", wish(course))
    assert AccessGrant.objects.count() == 1
    assert ModelLogEntry.objects.filter(action="commerce.give").count() == 1
    support.post(f"{page(user)}give/", wish(course, act="f" * 32))
    assert AccessGrant.objects.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"course": ""},
        {"course": "99999"},
        {"course": "9" * 30},
        {"until": "2001-01-01"},
        {"until": "soon"},
        {"reason": ""},
        {"reason": "x" * 301},
        {"act": "short"},
        {"act": ""},
    ],
)
def test_what_makes_no_sense_gives_nothing(support: Client, wrong: dict[str, str]) -> None:
    user = make.buyer()
    answer = support.post(f"{page(user)}give/", wish(make.course(), **wrong))
    assert answer.status_code == 200
    assert not Enrolment.objects.exists()


def test_the_end_is_moved_and_taken_away(support: Client) -> None:
    user, course = make.buyer(), make.course()
    grant = gift(user, course)
    later = (clock.now() + timedelta(days=9)).strftime("%Y-%m-%d %H:%M")
    url = f"/admin/people/access/{grant.pk}/move/"
    support.post(url, {"until": later, "reason": "A week more.", "yes": "1"})
    grant.refresh_from_db()
    assert grant.ends_at is not None
    support.post(url, {"until": "", "reason": "For ever.", "yes": "1"})
    grant.refresh_from_db()
    assert grant.ends_at is None
    assert ModelLogEntry.objects.filter(action="commerce.move_end").count() == 2


def test_access_is_ended_and_progress_stays(support: Client) -> None:
    user, course = make.buyer(), make.course()
    grant = gift(user, course)
    url = f"/admin/people/access/{grant.pk}/end/"
    support.post(url, {"note": "Wrong person."})
    assert may_study(user, course)
    support.post(url, {"note": "Wrong person.", "yes": "1"})
    assert not may_study(user, course)
    assert Enrolment.objects.filter(user=user).exists()
    again = support.post(url, {"note": "Again.", "yes": "1"})
    assert "It has ended already" in again.content.decode()
    assert ModelLogEntry.objects.filter(action="commerce.end").count() == 1


def test_what_was_bought_is_neither_moved_nor_ended_by_hand(
    support: Client, account: Account
) -> None:
    order = shop.paid(account)
    grant = AccessGrant.objects.get(enrolment__user=order.user)
    before = measure.checksum(RECORDS)
    end = support.post(f"/admin/people/access/{grant.pk}/end/", {"note": "Why", "yes": "1"})
    assert "What was bought ends by its order" in end.content.decode()
    later = (clock.now() + timedelta(days=9)).strftime("%Y-%m-%d %H:%M")
    support.post(
        f"/admin/people/access/{grant.pk}/move/", {"until": later, "reason": "Why", "yes": "1"}
    )
    assert measure.checksum(RECORDS) == before


def test_what_has_ended_is_not_moved(support: Client) -> None:
    grant = gift(make.buyer(), make.course())
    by = shop.staff("Support")
    seats.end(grant=grant, reason="Why", by=by)
    with pytest.raises(CannotGive):
        seats.move_end(grant=grant, until=None, reason="Why", by=by)
    grant.refresh_from_db()
    assert grant.revoked_at is not None


def test_neither_an_unreleased_course_nor_a_closed_account_is_given(account: Account) -> None:
    by, course = shop.staff("Support"), make.course()
    gone = UserFactory(is_active=False)
    with pytest.raises(CannotGive):
        seats.give(user=gone, course=course, until=None, reason="Why", act=ACT, by=by)
    Course.objects.filter(pk=course.pk).update(live_release=None)
    course.refresh_from_db()
    with pytest.raises(CannotGive):
        seats.give(user=make.buyer(), course=course, until=None, reason="Why", act=ACT, by=by)
    assert not AccessGrant.objects.exists()


@pytest.mark.parametrize("role", ["Marketing", "Editor", "Instructor"])
def test_others_see_nobody_and_let_nobody_in(role: str) -> None:
    user, course = make.buyer(), make.course()
    grant = gift(user, course)
    before = measure.checksum(RECORDS)
    client = shop.client_as(role)
    before = measure.checksum(RECORDS)
    urls = (
        "/admin/people/", page(user), f"{page(user)}give/", "/admin/people/list/",
        f"/admin/people/access/{grant.pk}/move/", f"/admin/people/access/{grant.pk}/end/",
        "/admin/learning/accessgrant/",
    )  # fmt: skip
    for url in urls:
        assert client.get(url)["Location"] == "/admin/", url
        answer = client.post(url, wish(course, note="Why", act="f" * 32))
        assert answer.status_code in {302, 405}, url
    assert measure.checksum(RECORDS) == before
