"""Who may touch quizzes and banks: the teachers of their course, and who edits every course."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_permission_codename
from django.db.models import Exists, Model, OuterRef, QuerySet
from wagtail.permission_policies import ModelPermissionPolicy

from course_pages.models import Course, TeachingRight

TEACHERS_MAY = {"add", "change", "delete", "publish", "view", "choose", "lock", "unlock"}


class CoursePolicy(ModelPermissionPolicy):
    """Rights on the rows of one's own courses; a right on the model reaches all of them."""

    def _everywhere(self, user: Any, actions: Iterable[str]) -> bool:
        """Whether a role gives one of the rights on every row; to choose is to view."""
        names = {"view" if action == "choose" else action for action in actions}
        label = self.model._meta.app_label
        return any(
            user.has_perm(f"{label}.{get_permission_codename(name, self.model._meta)}")
            for name in names
        )

    def _teaches(self, user: Any, actions: Iterable[str]) -> bool:
        return bool(TEACHERS_MAY & set(actions)) and user.is_active and user.is_authenticated

    def user_has_permission(self, user: Any, action: str) -> bool:
        return self.user_has_any_permission(user, [action])

    def user_has_any_permission(self, user: Any, actions: Iterable[str]) -> bool:
        actions = list(actions)
        if self._everywhere(user, actions):
            return True
        return self._teaches(user, actions) and teaches_any(user)

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Model) -> bool:
        return self.user_has_any_permission_for_instance(user, [action], instance)

    def user_has_any_permission_for_instance(
        self, user: Any, actions: Iterable[str], instance: Any
    ) -> bool:
        actions = list(actions)
        if self._everywhere(user, actions):
            return True
        # What was never saved belongs to nobody yet; its form offers one's own courses.
        if instance.course_id is None:
            return self.user_has_any_permission(user, actions)
        return self._teaches(user, actions) and instance.course_id in taught_by(user)

    def instances_user_has_any_permission_for(
        self, user: Any, actions: Iterable[str]
    ) -> QuerySet[Any]:
        actions = list(actions)
        rows: QuerySet[Any] = self.model._default_manager.all()
        if self._everywhere(user, actions):
            return rows
        if not self._teaches(user, actions):
            return rows.none()
        return rows.filter(course__in=taught_by(user))

    def courses_to_write_in(self, user: Any) -> QuerySet[Course]:
        """The courses whose quizzes somebody may write."""
        if self._everywhere(user, ["add", "change"]):
            return Course.objects.all()
        return Course.objects.filter(pk__in=taught_by(user))

    def instances_user_has_permission_for(self, user: Any, action: str) -> QuerySet[Any]:
        return self.instances_user_has_any_permission_for(user, [action])


def taught_by(user: Any) -> set[int]:
    """Keys of the courses that somebody teaches; asked for once a request."""
    known: set[int] | None = user.__dict__.get("_taught_courses")
    if known is None:
        known = set(user.teaching_rights.values_list("course", flat=True))
        user.__dict__["_taught_courses"] = known
    return known


def teaches_any(user: Any) -> bool:
    """Whether somebody teaches a course: for menus, which ask on every page."""
    return "_teaches" in user.__dict__ or bool(taught_by(user))


def remember_teaching(user: Any) -> None:
    """A door found out that this person teaches; nothing need ask again in this request."""
    user.__dict__["_teaches"] = True


def with_teacher(user: Any) -> QuerySet[Any]:
    """Courses with their live release, each with `taught`: whether this person teaches it."""
    own = TeachingRight.objects.filter(user=user, course=OuterRef("pk"))
    return Course.objects.select_related("live_release").annotate(taught=Exists(own))
