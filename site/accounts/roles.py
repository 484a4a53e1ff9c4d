"""Who may do what, as data; `accounts.sync` brings the database in line with it.

A role is a group in Wagtail's admin. What a role does not name, it may not do. The rights of
teachers on their courses are no role: they come with each course's *Teachers of …* group.
"""

from dataclasses import dataclass

VIEW = ("view",)
EDIT = ("add", "change", "view")
ALL = ("add", "change", "delete", "view")


def rights(label: str, actions: tuple[str, ...]) -> tuple[str, ...]:
    """Permissions on a model: `rights("home.sitesettings", EDIT)`."""
    app, model = label.split(".")
    return tuple(f"{app}.{action}_{model}" for action in actions)


PAGES_ALL = (
    "add_page",
    "change_page",
    "publish_page",
    "bulk_delete_page",
    "lock_page",
    "unlock_page",
)
PAGES_PUBLISH = ("add_page", "change_page", "publish_page")
FILES_USE = ("assets.choose_image", "assets.choose_document", "assets.choose_video")
FILES_EDIT = (
    *("assets.add_image", "assets.change_image", "assets.choose_image"),
    *("assets.add_document", "assets.change_document", "assets.choose_document"),
    *("assets.add_video", "assets.change_video", "assets.choose_video"),
)
FILES_ALL = (
    *FILES_EDIT,
    *("assets.delete_image", "assets.delete_document", "assets.delete_video"),
)
COLLECTIONS = tuple(f"wagtailcore.{action}_collection" for action in ("add", "change", "delete"))

ROOT = ""
"""The root collection, above all others."""


@dataclass(frozen=True)
class Role:
    """A group of Wagtail's admin.

    pages: page type → what one may do on pages of that type and all below them;
    collections: name → what one may do with images and files in it ("" is the root).
    """

    name: str
    purpose: str
    permissions: tuple[str, ...] = ()
    pages: tuple[tuple[str, tuple[str, ...]], ...] = ()
    collections: tuple[tuple[str, tuple[str, ...]], ...] = ()


OPEN_ADMIN = ("wagtailadmin.access_admin",)
NEW_COURSE = ("course_pages.add_course",)
"""Begin a course of one's own; its maker becomes its teacher."""
CATALOGUE_DATA = (
    *rights("course_pages.topic", ALL),
    *rights("course_pages.level", ALL),
    *rights("course_pages.instructorprofile", ALL),
)
QUIZZES = (
    *rights("assessments.quiz", (*ALL, "publish")),
    *rights("assessments.questionbank", (*ALL, "publish")),
)
DESIGNS = rights("certificates.certificatedesign", (*ALL, "publish"))
CERTIFICATES = (
    *rights("certificates.certificate", VIEW),
    "certificates.decide_certificate",
    "certificates.give_certificate",
    "certificates.reissue_certificate",
    "certificates.revoke_certificate",
)
"""Those of every course; teachers see to those of their own."""
LEARNER_RECORDS = (
    *rights("assessments.attempt", VIEW),
    *rights("learning.enrolment", VIEW),
    *rights("learning.accessgrant", VIEW),
    *rights("course_pages.course", VIEW),
)
GIVE_ACCESS = rights("learning.accessgrant", ("add", "change"))
"""Let people into courses by hand, and end that again."""
OFFERS = (
    *rights("commerce.offer", ALL),
    *rights("commerce.coupon", EDIT),
    "commerce.view_revenue",
)
ORDERS = (
    *rights("commerce.order", VIEW),
    *rights("commerce.payment", VIEW),
    *rights("commerce.refund", VIEW),
    *rights("commerce.stripeevent", VIEW),
    "commerce.refund_order",
    "commerce.resolve_order",
    "commerce.reconcile_order",
)

INSTRUCTOR = Role(
    name="Instructor",
    purpose="Opens the admin; writes in the courses whose teachers they are; begins new ones.",
    permissions=(
        *OPEN_ADMIN,
        *NEW_COURSE,
        # To choose one for a course.
        *rights("certificates.certificatedesign", VIEW),
    ),
)
EDITOR = Role(
    name="Editor",
    purpose="Writes and publishes every page and approves what others wrote.",
    permissions=(
        *OPEN_ADMIN,
        *NEW_COURSE,
        *CATALOGUE_DATA,
        *QUIZZES,
        *DESIGNS,
        *rights("course_pages.course", VIEW),
        *rights("course_pages.release", VIEW),
        *rights("wagtailredirects.redirect", ALL),
    ),
    pages=(("wagtailcore.Page", PAGES_ALL),),
    collections=((ROOT, FILES_ALL),),
)
MARKETING = Role(
    name="Marketing",
    purpose="Home and landing pages, offers and coupons, designs of certificates, topics, levels, "
    "instructor profiles.",
    permissions=(
        *OPEN_ADMIN,
        *CATALOGUE_DATA,
        *DESIGNS,
        *OFFERS,
        *rights("home.sitesettings", ("change",)),
    ),
    # The rights stop where the catalogue begins: course_pages.permissions.
    pages=(("home.HomePage", PAGES_PUBLISH),),
    collections=((ROOT, FILES_USE), ("Marketing", FILES_ALL)),
)
SUPPORT = Role(
    name="Support",
    purpose="Looks people up, gives and ends access, sees to orders, gives money back, corrects "
    "and revokes certificates.",
    permissions=(
        *OPEN_ADMIN,
        *LEARNER_RECORDS,
        *GIVE_ACCESS,
        *ORDERS,
        *CERTIFICATES,
        *rights("accounts.user", VIEW),
    ),
)
ADMINISTRATOR = Role(
    name="Administrator",
    purpose="Everything but making superusers.",
    permissions=(
        *OPEN_ADMIN,
        *NEW_COURSE,
        *CATALOGUE_DATA,
        *QUIZZES,
        *DESIGNS,
        *CERTIFICATES,
        *LEARNER_RECORDS,
        *GIVE_ACCESS,
        *OFFERS,
        *ORDERS,
        *rights("assessments.attempt", ("change",)),
        *rights("course_pages.release", VIEW),
        *rights("course_pages.courseimport", VIEW),
        *rights("accounts.user", ALL),
        *rights("auth.group", ALL),
        *rights("home.sitesettings", ("change",)),
        *rights("wagtailcore.site", ALL),
        *rights("wagtailcore.workflow", ALL),
        *rights("wagtailcore.task", ALL),
        *rights("wagtailredirects.redirect", ALL),
    ),
    pages=(("wagtailcore.Page", PAGES_ALL),),
    collections=((ROOT, (*FILES_ALL, *COLLECTIONS)),),
)

ROLES = (INSTRUCTOR, EDITOR, MARKETING, SUPPORT, ADMINISTRATOR)
