from django.apps import AppConfig


class AssetsConfig(AppConfig):
    name = "assets"

    def ready(self) -> None:
        from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy
        from wagtail.permissions import register_permission_policy

        from assets import jobs, signals  # noqa: F401
        from assets.models import Video

        policy = CollectionOwnershipPermissionPolicy(Video, owner_field_name="uploaded_by_user")
        register_permission_policy(Video, policy)
