from typing import Any

from django.db import migrations

CODENAMES = {
    "add_video": "Can add video",
    "change_video": "Can change video",
    "choose_video": "Can choose video",
}


def give(apps: Any, schema_editor: Any) -> None:
    """Teachers of courses that are there already; may run twice.

    Permissions are made after all migrations, so those that are missing are made here.
    """
    course = apps.get_model("course_pages", "Course")
    permission = apps.get_model("auth", "Permission")
    right = apps.get_model("wagtailcore", "GroupCollectionPermission")
    places = list(
        course.objects.exclude(teachers_group=None)
        .exclude(collection=None)
        .values_list("teachers_group_id", "collection_id")
    )
    if not places:
        return
    video, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="assets", model="video"
    )
    for codename, name in CODENAMES.items():
        wanted, _ = permission.objects.get_or_create(
            content_type=video, codename=codename, defaults={"name": name}
        )
        for group, collection in places:
            right.objects.get_or_create(group_id=group, collection_id=collection, permission=wanted)


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0003_videos"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("course_pages", "0003_completed_by_quizzes"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
