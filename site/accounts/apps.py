from django.apps import AppConfig
from wagtail.users.apps import WagtailUsersAppConfig


class AccountsConfig(AppConfig):
    name = "accounts"


class StaffUsersConfig(WagtailUsersAppConfig):
    """Wagtail's pages for users, with our user's fields and our rules."""

    user_viewset = "accounts.users_admin.UserViewSet"

    def ready(self) -> None:
        from wagtail.permissions import register_permission_policy

        from accounts.models import User
        from accounts.users_admin import UserPolicy

        super().ready()
        register_permission_policy(User, UserPolicy(User))
