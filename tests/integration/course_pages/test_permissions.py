"""Rights given on the home page end where the catalogue begins, however they are asked for."""

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page
from wagtail.permissions import policy_registry

from accounts.models import User
from course_pages import courses
from course_pages.models import Course, CoursePage
from home.models import HomePage
from tests.factories import courses as make
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Course:
    return make.course(modules=1, lessons=1, release=False)


def editable(user: User) -> set[str]:
    """Titles of what the user may edit, by listing; asserts that page by page says the same."""
    user = User.objects.get(pk=user.pk)
    policy = policy_registry.get_by_type(Page)
    pages = Page.objects.filter(depth__gt=1)
    listed = policy.instances_user_has_any_permission_for(user, {"change"}).filter(depth__gt=1)
    assert {page for page in pages if page.permissions_for_user(user).can_edit()} == set(listed)
    assert {page for page in pages.specific() if page.permissions_for_user(user).can_edit()} == {
        page.specific for page in listed
    }
    assert {
        page for page in pages if policy.user_has_permission_for_instance(user, "change", page)
    } == set(listed)
    return {page.title for page in listed}


def test_each_role_edits_exactly_its_part_of_the_tree(course: Course) -> None:
    everything = {"Home", "Courses", "A course", "Module 1", "Lesson 1.1"}

    assert editable(UserFactory(roles=["Marketing"])) == {"Home"}
    assert editable(UserFactory(roles=["Editor"])) == everything
    assert editable(UserFactory(roles=["Administrator"])) == everything
    assert editable(UserFactory(roles=["Support"])) == set()
    assert editable(UserFactory(roles=["Instructor"])) == set()


def test_a_teacher_edits_their_course_and_nothing_else(course: Course) -> None:
    make.course(modules=1, lessons=1, title="Another course", release=False)
    teacher = UserFactory(roles=["Instructor"])

    courses.add_teacher(course=course, user=teacher, by=None)

    assert editable(teacher) == {"A course", "Module 1", "Lesson 1.1"}


def test_marketing_who_teaches_has_both(course: Course) -> None:
    user = UserFactory(roles=["Marketing"])

    courses.add_teacher(course=course, user=user, by=None)

    assert editable(user) == {"Home", "A course", "Module 1", "Lesson 1.1"}


def test_marketing_deletes_no_course_by_any_door(client: Client, course: Course) -> None:
    client.force_login(UserFactory(roles=["Marketing"]))
    page = CoursePage.objects.get()
    home = HomePage.objects.get()
    bulk = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])

    client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]))
    client.post(reverse("wagtailadmin_pages:unpublish", args=[page.pk]))
    client.post(reverse("wagtailadmin_pages:move_confirm", args=[page.pk, home.pk]))
    client.post(f"{bulk}?id={page.pk}")

    kept = CoursePage.objects.get()
    assert (kept.live, kept.path) == (page.live, page.path)
