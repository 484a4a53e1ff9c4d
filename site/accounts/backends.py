"""How people sign in, and how a signed-in person's rights are read."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Permission
from django.db.models import QuerySet

from accounts.models import User
from core.prepared import Prepared

SIGNED_IN = Prepared(
    lambda user: User.objects.select_related("wagtail_userprofile").filter(pk=user), user=int
)


def _rights(user: int) -> QuerySet[Permission, Any]:
    named = Permission.objects.order_by().values_list("content_type__app_label", "codename")
    return named.filter(user=user).union(named.filter(group__user=user))


RIGHTS = Prepared(_rights, user=int)


class SignIn(AuthenticationBackend):
    """Sign-in by e-mail. Reads in one statement each what the admin's frame asks one by one.

    A person comes with their settings of the admin; their own rights come with those of their
    groups.
    """

    def get_user(self, user_id: Any) -> User | None:
        for user in SIGNED_IN(user=user_id):
            return user if self.user_can_authenticate(user) else None
        return None

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        asks = obj is None and user_obj.is_active and not user_obj.is_anonymous
        if asks and not user_obj.is_superuser and not hasattr(user_obj, "_perm_cache"):
            rows = RIGHTS.tuples(user=user_obj.pk)
            user_obj._perm_cache = {f"{app}.{codename}" for app, codename in rows}
        allowed: bool = super().has_perm(user_obj, perm, obj)
        return allowed
