"""B33: sessions change at sign-in and die with what gave them their right."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Session, User
from course_pages import courses
from course_pages.models import CoursePage
from tests.factories import courses as make
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
COOKIE = "sessionid"
NEW_PASSWORD = "staple battery horse"


def sign_in(user: User, client: Client | None = None) -> Client:
    """A device of this person, signed in by the form."""
    client = client or Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert is_in(client)
    return client


def is_in(client: Client) -> bool:
    """Asked of the server, on a page that needs it."""
    return client.get(reverse("accounts:profile")).status_code == 200


def key_of(client: Client) -> str:
    return client.cookies[COOKIE].value


def with_key(key: str) -> Client:
    """Whoever holds this cookie."""
    client = Client()
    client.cookies[COOKIE] = key
    return client


@pytest.fixture
def user() -> User:
    return UserFactory()


def test_B33_a_session_known_before_sign_in_is_worth_nothing_after(user: User) -> None:
    """Seen red with SessionBase.cycle_key doing nothing."""
    victim = Client()
    # Asking for a new password and the like leave a session with a visitor.
    session = victim.session
    session["planted"] = "by a stranger"
    session.save()
    victim.cookies[COOKIE] = str(session.session_key)
    planted = key_of(victim)

    sign_in(user, victim)

    assert key_of(victim) != planted
    assert not is_in(with_key(planted))
    assert not Session.objects.filter(session_key=planted).exists()


@pytest.mark.parametrize("door", ["account_logout", "staff_logout"])
def test_B33_a_cookie_kept_over_sign_out_is_dead(user: User, door: str) -> None:
    """Seen red with SessionBase.flush doing nothing."""
    client = sign_in(user)
    kept = key_of(client)

    client.post(reverse(door))

    assert not is_in(client)
    assert not is_in(with_key(kept))
    assert not Session.objects.filter(session_key=kept).exists()


def test_B33_signing_out_here_leaves_the_other_device_alone(user: User) -> None:
    """The control of the test above: not everything is thrown away."""
    here, there = sign_in(user), sign_in(user)

    here.post(reverse("account_logout"))

    assert (is_in(here), is_in(there)) == (False, True)


def test_B33_a_changed_password_ends_every_other_session(user: User) -> None:
    """Seen red with a session hash that does not depend on the password."""
    here, there = sign_in(user), sign_in(user)
    before = key_of(here)

    here.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )

    user.refresh_from_db()
    assert user.check_password(NEW_PASSWORD)
    assert (is_in(here), is_in(there)) == (True, False)
    assert not is_in(with_key(before))


def test_B33_a_reset_password_ends_every_session(user: User) -> None:
    """Seen red with a session hash that does not depend on the password."""
    here, there = sign_in(user), sign_in(user)

    Client().post(reverse("account_reset_password"), {"email": user.email})
    link = re.search(r"/account/password/reset/key/\S+", str(mail.outbox[-1].body))
    assert link
    someone = Client()
    form = someone.get(link[0], follow=True).redirect_chain[-1][0]
    someone.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})

    user.refresh_from_db()
    assert user.check_password(NEW_PASSWORD)
    assert (is_in(here), is_in(there)) == (False, False)
    # The link worked once: it leads to no form any more.
    assert Client().get(link[0], follow=True).redirect_chain == []


def test_B33_a_password_set_by_an_administrator_ends_every_session(user: User) -> None:
    """Seen red with a session hash that does not depend on the password."""
    device = sign_in(user)
    admin = sign_in(UserFactory(roles=["Administrator"]))

    admin.post(
        reverse("wagtailusers_users:edit", args=[user.pk]),
        {
            "email": user.email,
            "name": user.name,
            "time_zone": "UTC",
            "is_active": "on",
            "password1": NEW_PASSWORD,
            "password2": NEW_PASSWORD,
        },
    )

    user.refresh_from_db()
    assert user.check_password(NEW_PASSWORD)
    assert not is_in(device)
    assert is_in(admin)


def test_B33_a_disabled_account_is_out_at_once(user: User) -> None:
    """Seen red with ModelBackend.user_can_authenticate answering yes to everybody."""
    devices = [sign_in(user), sign_in(user)]

    User.objects.filter(pk=user.pk).update(is_active=False)

    assert [is_in(device) for device in devices] == [False, False]
    again = Client()
    again.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert not is_in(again)


def test_B33_a_removed_role_closes_the_admin_at_once() -> None:
    """Seen red with permissions remembered from one request to the next."""
    user = UserFactory(roles=["Editor"])
    device = sign_in(user)
    assert device.get("/admin/").status_code == 200

    user.groups.clear()

    assert device.get("/admin/", follow=True).status_code == 403
    assert device.get("/admin/images/", follow=True).status_code == 403
    assert is_in(device)


def test_B33_a_removed_teacher_is_out_of_the_course_at_once() -> None:
    """Seen red with page permissions remembered from one request to the next."""
    course = make.course(1, 1, release=False)
    user = UserFactory(roles=["Instructor"])
    courses.add_teacher(course=course, user=user, by=None)
    device = sign_in(user)
    url = reverse("wagtailadmin_pages:edit", args=[CoursePage.objects.get().pk])
    assert device.get(url).status_code == 200

    courses.remove_teacher(course=course, user=user)

    assert device.get(url).status_code != 200
