"""Course rows and who may teach in them."""

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils.text import slugify
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission

from accounts.models import User
from assets.models import Document, Image, Video
from course_pages.models.course import Course, TeachingRight
from course_pages.models.pages import CoursePage

COLLECTION = "Courses"
PAGE_RIGHTS = ["add_page", "change_page", "publish_page"]
FILE_RIGHTS: list[tuple[type[models.Model], list[str]]] = [
    (Image, ["add_image", "change_image", "choose_image"]),
    (Document, ["add_document", "change_document", "choose_document"]),
    (Video, ["add_video", "change_video", "choose_video"]),
]


def ensure(page: CoursePage) -> Course:
    """The course row of a page, made at its first save with a slug that no course ever had."""
    course = Course.objects.filter(lineage=page.translation_key).first()
    if course is not None:
        if course.live_release_id is None and course.title != page.title:
            Course.objects.filter(pk=course.pk).update(title=page.title)
        return course
    base = slugify(page.slug, allow_unicode=True)[:90].strip("-") or "course"
    taken = set(Course.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    course, _ = Course.objects.get_or_create(
        lineage=page.translation_key, defaults={"slug": slug, "title": page.title}
    )
    return course


def page_of(course: Course) -> CoursePage | None:
    """The course's page, published or not; None once it is deleted."""
    return CoursePage.objects.filter(translation_key=course.lineage).order_by("pk").first()


@transaction.atomic
def ensure_collection(course: Course) -> Collection:
    """The collection for the course's pictures and files; one transaction, repeatable."""
    locked = Course.objects.select_for_update().get(pk=course.pk)
    if locked.collection is None:
        root = Collection.get_first_root_node()
        assert root is not None
        parent = root.get_children().filter(name=COLLECTION).first()
        if parent is None:
            parent = root.add_child(instance=Collection(name=COLLECTION))
        locked.collection = parent.add_child(
            instance=Collection(name=f"{locked.title[:200]} ({locked.slug})"[:255])
        )
        locked.save(update_fields=["collection"])
    course.collection = locked.collection
    return locked.collection


@transaction.atomic
def ensure_teachers_group(course: Course) -> Group:
    """*Teachers of …*: rights on the course's pages and collection, and nothing else."""
    collection = ensure_collection(course)
    locked = Course.objects.select_for_update().get(pk=course.pk)
    page = page_of(locked)
    if locked.teachers_group is None:
        locked.teachers_group, _ = Group.objects.get_or_create(
            name=f"Teachers of {locked.slug}"[:150]
        )
        locked.save(update_fields=["teachers_group"])
    group = locked.teachers_group
    group.permissions.add(
        Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
    )
    if page is not None:
        for codename in PAGE_RIGHTS:
            permission = Permission.objects.get(
                content_type__app_label="wagtailcore", codename=codename
            )
            GroupPagePermission.objects.get_or_create(
                group=group, page_id=page.pk, permission=permission
            )
    for model, codenames in FILE_RIGHTS:
        content_type = ContentType.objects.get_for_model(model)
        for permission in Permission.objects.filter(
            content_type=content_type, codename__in=codenames
        ):
            GroupCollectionPermission.objects.get_or_create(
                group=group, collection=collection, permission=permission
            )
    course.teachers_group = group
    return group


@transaction.atomic
def add_teacher(*, course: Course, user: User, by: User | None) -> TeachingRight:
    """Let a person edit the course; repeatable."""
    group = ensure_teachers_group(course)
    right, _ = TeachingRight.objects.get_or_create(
        course=course, user=user, defaults={"granted_by": by}
    )
    user.groups.add(group)
    return right


@transaction.atomic
def remove_teacher(*, course: Course, user: User) -> None:
    """Take the right away at once; pages and revisions know nothing of it."""
    TeachingRight.objects.filter(course=course, user=user).delete()
    group = Course.objects.get(pk=course.pk).teachers_group
    if group is not None:
        user.groups.remove(group)
