"""B1: every address × every role × GET, POST and HTMX answers exactly as the tables below say.

A cell is a status, or a word for a redirect to somewhere known:

- `sign-in`: 302 to the sign-in page, and from there back here
- `course`: 302 to the course's public page; `home`: 302 to the course's home for its learners
- `denied`: 302 to the admin's start page with "you have no right to do this"
- `hx:…`: the same as an HX-Redirect for HTMX (200)
- `*` after a cell: rows were written. A cell without it changed no row in any table of records.

Own addresses stand in full: the resolver is asked, and one that is missing fails. Wagtail's and
allauth's are sampled by area.

Seen to fail: with `login_required` taken from `learning.views.my_learning`, with the grants taken
from `access.find` (left and expired learners come in), with `to_study=True` taken from `complete`,
with the permission taken from `core.views.styleguide`, and with a row taken from the table.
"""

import uuid
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from wagtail.images.tests.utils import get_test_image_file
from wagtail.log_actions import log
from wagtail.models import Page

from accounts.models import User
from accounts.sync import sync_roles
from assessments.importing.admin.views import FILE_ACTION
from assessments.models import Allowance, Attempt, Grade, QuestionBank, Quiz
from assets.models import Document, Image, Video
from certificates.badges import keys
from certificates.models import Certificate, CertificateEvidence, CertificateIssue
from certificates.services import issuing, prints
from commerce.models import (
    Coupon,
    Customer,
    Line,
    Offer,
    Order,
    Payment,
    Price,
    Refund,
    StripeEvent,
    Subscription,
)
from commerce.services import fulfilment, invoices, orders
from core import clock
from core.models import OutboxMessage
from course_pages import courses, releases
from course_pages.models import (
    Course,
    CourseImport,
    CoursePage,
    InstructorProfile,
    TeachingRight,
    Topic,
)
from course_pages.structure import queries
from learning.models import AccessGrant, Enrolment, Note, QuizPass, Watch
from learning.services import enrolment
from tests.cases import measure
from tests.factories import attempts, quizzes, videos
from tests.factories import certificates as earning
from tests.factories import commerce as shop
from tests.factories import courses as make

pytestmark = pytest.mark.django_db

OWN = {
    *("accounts", "assessments", "assets", "commerce", "core", "course_pages", "home", "learning"),
    *("messaging", "config", "certificates"),
}
# Views of ours that take the place of Wagtail's: sampled with their area.
# The staff pages of quizzes have a table of their own: test_b01_grading.py.
# Those of films, by the numbers of another course, in test_b04_videos.py; the till's in
# test_b01_sales.py; those of certificates in test_b01_certificates.py.
IN_AREAS = {
    *(f"certificates.{name}" for name in ("authoring.viewsets", "staff.listings", "staff.views")),
    *("accounts.users_admin", "assessments.authoring.viewsets", "assessments.staff.views"),
    *("assets.admin.viewsets", "core.guarding", "core.listings"),
    *(f"commerce.staff.{name}" for name in ("coupons", "offers", "order_views", "people")),
    *(f"commerce.staff.{name}" for name in ("people_views", "revenue")),
    "commerce.choosing",
    # test_b01_certificates.py
    *("certificates.authoring.viewsets", "certificates.staff.listings", "certificates.staff.views"),
}
RECORDS = (
    *measure.RECORDS,
    *(Course, CourseImport, TeachingRight, User, Page, Topic, Image, Video, OutboxMessage),
    *(Note, Watch),
    *(Quiz, QuestionBank, Attempt, Grade, Allowance, QuizPass),
    *(Certificate, CertificateIssue, CertificateEvidence),
    *(Offer, Price, Coupon, Order, Line, Payment, Refund, Subscription, Customer, StripeEvent),
)
METHODS = {
    "GET": ("get", {}),
    "HX": ("get", {"HTTP_HX_REQUEST": "true"}),
    "POST": ("post", {}),
    "HXPOST": ("post", {"HTTP_HX_REQUEST": "true"}),
}


@dataclass(frozen=True)
class Address:
    """How the rows of one name in the table are asked for."""

    name: str
    args: tuple[Any, ...] = ()
    data: dict[str, str] = field(default_factory=dict)


HERE = "knots"
NO_COMMENTS = {"comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}
LESSON = NO_COMMENTS | {
    "title": "Anew",
    "slug": "anew",
    "minutes": "5",
    "completion": "done",
    "body-count": "0",
}
COURSE = NO_COMMENTS | {
    "title": "Anew",
    "slug": "anew",
    "outcomes-count": "0",
    "certificate-count": "0",
    "body-count": "0",
    "course_instructors-TOTAL_FORMS": "0",
    "course_instructors-INITIAL_FORMS": "0",
}
OWN_ADDRESSES = {
    "health-live": Address("health-live"),
    "health-ready": Address("health-ready"),
    "sitemap": Address("sitemap"),
    "robots": Address("robots"),
    "favicon": Address("favicon"),
    "styleguide": Address("styleguide"),
    "staff_login": Address("staff_login", (), {"login": "x@example.org", "password": "wrong"}),
    "staff_logout": Address("staff_logout"),
    "^password_reset/": Address("/admin/password_reset/"),
    "accounts:profile": Address(
        "accounts:profile", (), {"name": "Anew", "language": "", "time_zone": "UTC"}
    ),
    "accounts:menu": Address("accounts:menu"),
    "messaging:mailbox": Address("messaging:mailbox"),
    "messaging:mail": Address("messaging:mail", (1,)),
    "course_pages:instructor": Address("course_pages:instructor", ("ada",)),
    "course_admin:release_status": Address("course_admin:release_status", ("lesson",)),
    "course_admin:walk": Address("course_admin:walk", ("course",)),
    "course_admin:walk_lesson": Address("course_admin:walk_lesson", ("course", "draft lineage")),
    "course_admin:walk_file": Address("course_admin:walk_file", ("course", "document")),
    "course_admin:walk_file/own": Address("course_admin:walk_file", ("course", "own document")),
    "course_admin:walk_media": Address("course_admin:walk_media", ("course", "film")),
    "course_admin:walk_media/own": Address("course_admin:walk_media", ("course", "own film")),
    "course_admin:imports": Address("course_admin:imports", (), {"way": "drafts"}),
    "course_admin:import": Address("course_admin:import", ("import",)),
    "course_admin:import/others": Address("course_admin:import", ("others-import",)),
    "course_admin:import_progress": Address("course_admin:import_progress", ("import",)),
    "course_admin:import_progress/others": Address(
        "course_admin:import_progress", ("others-import",)
    ),
    "course_admin:import_again": Address(
        "course_admin:import_again", ("import",), {"publish": "1"}
    ),
    "course_admin:import_again/others": Address("course_admin:import_again", ("others-import",)),
    "course_admin:new_course": Address(
        "course_admin:new_course", (), {"title": "New", "template": "empty"}
    ),
    "course_admin:structure": Address("course_admin:structure", ("row",)),
    "course_admin:structure_module": Address("course_admin:structure_module", ("row", "module")),
    "course_admin:structure_add": Address(
        "course_admin:structure_add", ("row",), {"parent": "module", "title": "New"}
    ),
    "course_admin:structure_edit": Address(
        "course_admin:structure_edit",
        ("row", "lesson"),
        {"title": "Anew", "minutes": "5", "revision": ""},
    ),
    "course_admin:structure_move": Address(
        "course_admin:structure_move", ("row", "lesson"), {"direction": "down", "order": "places"}
    ),
    "course_admin:structure_duplicate": Address(
        "course_admin:structure_duplicate", ("row", "lesson")
    ),
    "course_admin:structure_publish": Address(
        "course_admin:structure_publish", ("row", "module"), {"below": "1"}
    ),
    "course_admin:structure_unpublish": Address(
        "course_admin:structure_unpublish", ("row", "lesson")
    ),
    "course_admin:structure_republish": Address(
        "course_admin:structure_republish", ("row", "taken back"), {"revision": "taken revision"}
    ),
    "assessments:overview": Address("assessments:overview", (HERE, "quizzed", "quiz")),
    "assessments:start": Address("assessments:start", (HERE, "quizzed", "quiz")),
    "assessments:attempt": Address("assessments:attempt", (HERE, "attempt")),
    "assessments:attempt/others": Address("assessments:attempt", (HERE, "others-attempt")),
    "assessments:save": Address("assessments:save", (HERE, "attempt"), {"token": "stale"}),
    "assessments:submit": Address("assessments:submit", (HERE, "attempt"), {"token": "stale"}),
    "assessments:submit/others": Address("assessments:submit", (HERE, "others-attempt")),
    "question_import:index": Address(
        "question_import:index", (), {"course": "row", "kind": "bank", "title": "T"}
    ),
    "question_import:report": Address("question_import:report", ("question-report",)),
    "question_import:report/others": Address("question_import:report", ("others-question-report",)),
    "assets:play": Address("assets:play", ("forged", "film.mp4")),
    "wagtailsnippets_assets_video:add": Address(
        "wagtailsnippets_assets_video:add", (), {"collection": "1"}
    ),
    "video_admin:begin": Address("video_admin:begin", (), {"name": "a.mp4", "size": "100"}),
    "video_admin:upload": Address("video_admin:upload", ("video uid",)),
    "video_admin:confirm": Address("video_admin:confirm", ("video uid",), {"file_id": "f1"}),
    "assets:webhook": Address("assets:webhook"),
    "video_admin:state": Address("video_admin:state", ("video",)),
    "video_admin:again": Address("video_admin:again", ("video",)),
    "learning:my": Address("learning:my"),
    "learning:course": Address("learning:course", (HERE,)),
    "learning:join": Address("learning:join", (HERE,)),
    "learning:leave": Address("learning:leave", (HERE,)),
    "learning:enrol": Address("learning:enrol", (HERE,)),
    "learning:rows": Address("learning:rows", (HERE, 1)),
    "learning:lesson": Address("learning:lesson", (HERE, "lesson-11")),
    "learning:lesson/free": Address("learning:lesson", (HERE, "free")),
    "learning:lesson/none": Address("learning:lesson", (HERE, "no-such-lesson")),
    "learning:lesson/draft": Address("learning:lesson", (HERE, "draft")),
    "learning:lesson/gone": Address("learning:lesson", (HERE, "gone")),
    "learning:lesson/hidden": Address("learning:lesson", ("hidden", "lesson-11")),
    "learning:complete": Address("learning:complete", (HERE, "lesson-11")),
    "learning:complete/free": Address("learning:complete", (HERE, "free")),
    "learning:opened": Address("learning:opened", (HERE, "lesson-11")),
    "learning:file": Address("learning:file", (HERE, "lesson-11", "document")),
    "learning:file/free": Address("learning:file", (HERE, "free", "document")),
    "learning:file/other": Address("learning:file", (HERE, "lesson-12", "document")),
    "learning:beat": Address("learning:beat"),
    "learning:notes": Address("learning:notes", (HERE,)),
    "learning:notes-export": Address("learning:notes-export", (HERE,)),
    "learning:note": Address("learning:note", (HERE, "note"), {"text": "Other"}),
    "learning:note/others": Address("learning:note", (HERE, "others-note"), {"text": "Other"}),
    "learning:note-delete": Address("learning:note-delete", (HERE, "note")),
    "learning:note-delete/others": Address("learning:note-delete", (HERE, "others-note")),
    "learning:lesson-notes": Address(
        "learning:lesson-notes", (HERE, "lesson-11"), {"text": "Remember"}
    ),
    "learning:lesson-notes/free": Address(
        "learning:lesson-notes", (HERE, "free"), {"text": "Remember"}
    ),
    "learning:transcript": Address("learning:transcript", (HERE, "lesson-11")),
    "learning:transcript/free": Address("learning:transcript", (HERE, "free")),
    "learning:downloads": Address("learning:downloads", (HERE, "lesson-11")),
    "learning:downloads/free": Address("learning:downloads", (HERE, "free")),
    "learning:media": Address("learning:media", (HERE, "lesson-11", "film")),
    "learning:media/free": Address("learning:media", (HERE, "free", "film")),
    "learning:media/other": Address("learning:media", (HERE, "lesson-11", "own film")),
    "commerce:webhook": Address("commerce:webhook"),
    "commerce:offer": Address("commerce:offer", ("offer",)),
    "commerce:cart": Address("commerce:cart"),
    "commerce:add": Address("commerce:add", ("offer",)),
    "commerce:remove": Address("commerce:remove", ("offer",)),
    "commerce:code": Address("commerce:code", (), {"code": "SUMMER"}),
    "commerce:currency": Address("commerce:currency", (), {"currency": "EUR", "next": "/"}),
    "commerce:checkout": Address("commerce:checkout"),
    "commerce:done": Address("commerce:done"),
    "commerce:cancelled": Address("commerce:cancelled"),
    "commerce:orders": Address("commerce:orders"),
    "commerce:order": Address("commerce:order", ("order",)),
    "commerce:order/others": Address("commerce:order", ("others-order",)),
    "commerce:state": Address("commerce:state", ("order",)),
    "commerce:state/others": Address("commerce:state", ("others-order",)),
    "commerce:cancel": Address("commerce:cancel", ("open-order",)),
    "commerce:again": Address("commerce:again", ("order",)),
    "commerce:unsubscribe": Address("commerce:unsubscribe", ("order",)),
    "commerce:billing": Address("commerce:billing", ("order",)),
    "commerce:invoice": Address("commerce:invoice", ("order", "invoice")),
    "commerce:invoice/others": Address("commerce:invoice", ("others-order", "invoice")),
    "commerce:credit_note": Address("commerce:credit_note", ("order", "credit-note")),
    "commerce:credit_note/others": Address("commerce:credit_note", ("others-order", "credit-note")),
    "certificates:wallet": Address("certificates:wallet"),
    "certificates:check": Address("certificates:check"),
    "certificates:json": Address("certificates:json", ("certificate",)),
    "certificates:certificate": Address("certificates:certificate", ("certificate",)),
    "certificates:certificate/none": Address("certificates:certificate", ("no-such-code",)),
    "certificates:yours": Address("certificates:yours", ("certificate",)),
    "certificates:name": Address("certificates:name", ("certificate",), {"hidden": "yes"}),
    "certificates:name/others": Address(
        "certificates:name", ("others-certificate",), {"hidden": "yes"}
    ),
    "certificates:print": Address("certificates:print", ("certificate", 1)),
    "certificates:pdf": Address("certificates:pdf", ("certificate", 1)),
    "certificates:pdf/others": Address("certificates:pdf", ("others-certificate", 1)),
    "certificates:print-json": Address("certificates:print-json", ("certificate", 1)),
    "certificates:badge": Address("certificates:badge", ("certificate", 1)),
    "certificates:badge-json": Address("certificates:badge-json", ("certificate", 1)),
    "certificates:badge-revocations": Address("certificates:badge-revocations", ("certificate", 1)),
    "certificates:badge-issuer": Address("certificates:badge-issuer"),
    "certificates:badge-key": Address("certificates:badge-key", ("badge key",)),
    "certificates:badge-achievement": Address("certificates:badge-achievement", ("certified", 1)),
    "certificates:badge-keys": Address("certificates:badge-keys"),
}
ALLAUTH = {
    name: Address(name)
    for name in (
        "account_login",
        "account_logout",
        "account_signup",
        "account_email",
        "account_change_password",
        "account_reset_password",
        "account_reauthenticate",
        "account_inactive",
    )
}
PAGES = {
    "/": Address("/"),
    "/courses/": Address("/courses/"),
    "/courses/knots/": Address("/courses/knots/"),
    "…/module-1/": Address("/courses/knots/module-1/"),
    "…/lesson-11/": Address("/courses/knots/module-1/lesson-11/"),
    "…/free/": Address("/courses/knots/module-1/free/"),
    "…/draft/": Address("/courses/knots/module-1/draft/"),
    "/courses/hidden/": Address("/courses/hidden/"),
    "document": Address("wagtaildocs_serve", ("document", "paper.pdf")),
}
ADMIN = {
    "start": Address("wagtailadmin_home"),
    "explore": Address("wagtailadmin_explore_root"),
    "edit course": Address("wagtailadmin_pages:edit", ("course",), COURSE),
    "edit lesson": Address("wagtailadmin_pages:edit", ("lesson",), LESSON),
    "edit other": Address("wagtailadmin_pages:edit", ("other",), COURSE),
    "preview lesson": Address("wagtailadmin_pages:preview_on_edit", ("lesson",), LESSON),
    "view draft": Address("wagtailadmin_pages:view_draft", ("lesson",)),
    "history": Address("wagtailadmin_pages:history", ("lesson",)),
    "add lesson": Address(
        "wagtailadmin_pages:add", ("course_pages", "lessonpage", "module"), LESSON
    ),
    "add course": Address(
        "wagtailadmin_pages:add", ("course_pages", "coursepage", "catalogue"), COURSE
    ),
    "unpublish lesson": Address("wagtailadmin_pages:unpublish", ("lesson",)),
    "delete lesson": Address("wagtailadmin_pages:delete", ("lesson",)),
    "delete other": Address("wagtailadmin_pages:delete", ("other",)),
    "move lesson": Address("wagtailadmin_pages:move", ("lesson",)),
    "copy lesson": Address(
        "wagtailadmin_pages:copy",
        ("lesson",),
        {"new_title": "Copy", "new_slug": "copy", "new_parent_page": "module"},
    ),
    "privacy": Address(
        "wagtailadmin_pages:set_privacy", ("course",), {"restriction_type": "login"}
    ),
    "images": Address("wagtailimages:index"),
    "add image": Address("wagtailimages:add"),
    "edit image": Address("wagtailimages:edit", ("image",)),
    "documents": Address("wagtaildocs:index"),
    "add document": Address("wagtaildocs:add"),
    "topics": Address("wagtailsnippets_course_pages_topic:list"),
    "add topic": Address(
        "wagtailsnippets_course_pages_topic:add", (), {"title": "New", "slug": "new"}
    ),
    "delete topic": Address("wagtailsnippets_course_pages_topic:delete", ("topic",)),
    "users": Address("wagtailusers_users:index"),
    "add user": Address("wagtailusers_users:add"),
    "edit user": Address("wagtailusers_users:edit", ("user",)),
    "groups": Address("wagtailusers_groups:index"),
    "site settings": Address("wagtailsettings:edit", ("home", "sitesettings")),
    "sites": Address("wagtailsites:index"),
    "redirects": Address("wagtailredirects:index"),
    "collections": Address("wagtailadmin_collections:index"),
    "workflows": Address("wagtailadmin_workflows:index"),
    "tasks": Address("wagtailadmin_workflows:task_index"),
    "locked pages": Address("wagtailadmin_reports:locked_pages"),
    "site history": Address("wagtailadmin_reports:site_history"),
    "workflow report": Address("wagtailadmin_reports:workflow"),
    "enrolments": Address("learning_enrolment_modeladmin_index"),
}
ROLES = (
    "anonymous",
    "registered",
    "learner",
    "elsewhere",
    "left",
    "expired",
    "other-teacher",
    "teacher",
    "editor",
    "support",
    "admin",
)

# --- The tables ------------------------------------------------------------------------------

OWN_TABLE = """
address                |method|anonymous |registered|learner|elsewhere|left     |expired  |other-teacher|teacher  |editor   |support  |admin
health-live            |GET   |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
health-live            |HX    |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
health-live            |POST  |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
health-live            |HXPOST|200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
health-ready           |GET   |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
health-ready           |HX    |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
health-ready           |POST  |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
health-ready           |HXPOST|200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
sitemap                |GET   |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
sitemap                |HX    |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
sitemap                |POST  |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
sitemap                |HXPOST|200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
robots                 |GET   |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
robots                 |HX    |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
robots                 |POST  |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
robots                 |HXPOST|405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
favicon                |GET   |302       |302       |302    |302      |302      |302      |302          |302      |302      |302      |302
favicon                |HX    |302       |302       |302    |302      |302      |302      |302          |302      |302      |302      |302
favicon                |POST  |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
favicon                |HXPOST|405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
styleguide             |GET   |403       |403       |403    |403      |403      |403      |200          |200      |200      |200      |200
styleguide             |HX    |403       |403       |403    |403      |403      |403      |200          |200      |200      |200      |200
styleguide             |POST  |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
styleguide             |HXPOST|405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
staff_login            |GET   |sign-in   |403       |403    |403      |403      |403      |denied       |denied   |denied   |denied   |denied
staff_login            |HX    |sign-in   |403       |403    |403      |403      |403      |denied       |denied   |denied   |denied   |denied
staff_login            |POST  |sign-in   |403       |403    |403      |403      |403      |denied       |denied   |denied   |denied   |denied
staff_login            |HXPOST|sign-in   |403       |403    |403      |403      |403      |denied       |denied   |denied   |denied   |denied
staff_logout           |GET   |302       |302       |302    |302      |302      |302      |302          |302      |302      |302      |302
staff_logout           |HX    |302       |302       |302    |302      |302      |302      |302          |302      |302      |302      |302
staff_logout           |POST  |302       |302       |302    |302      |302      |302      |302          |302      |302      |302      |302
staff_logout           |HXPOST|302       |302       |302    |302      |302      |302      |302          |302      |302      |302      |302
^password_reset/       |GET   |302       |302       |302    |302      |302      |302      |302          |302      |302      |302      |302
^password_reset/       |HX    |302       |302       |302    |302      |302      |302      |302          |302      |302      |302      |302
^password_reset/       |POST  |302       |302       |302    |302      |302      |302      |302          |302      |302      |302      |302
^password_reset/       |HXPOST|302       |302       |302    |302      |302      |302      |302          |302      |302      |302      |302
accounts:profile       |GET   |sign-in   |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
accounts:profile       |HX    |sign-in   |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
accounts:profile       |POST  |sign-in   |302*      |302*   |302*     |302*     |302*     |302*         |302*     |302*     |302*     |302*
accounts:profile       |HXPOST|sign-in   |302*      |302*   |302*     |302*     |302*     |302*         |302*     |302*     |302*     |302*
accounts:menu          |GET   |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
accounts:menu          |HX    |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
accounts:menu          |POST  |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
accounts:menu          |HXPOST|405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
messaging:mailbox      |GET   |404       |404       |404    |404      |404      |404      |404          |404      |404      |404      |404
messaging:mailbox      |HX    |404       |404       |404    |404      |404      |404      |404          |404      |404      |404      |404
messaging:mailbox      |POST  |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
messaging:mailbox      |HXPOST|405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
messaging:mail         |GET   |404       |404       |404    |404      |404      |404      |404          |404      |404      |404      |404
messaging:mail         |HX    |404       |404       |404    |404      |404      |404      |404          |404      |404      |404      |404
messaging:mail         |POST  |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
messaging:mail         |HXPOST|405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
course_pages:instructor|GET   |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
course_pages:instructor|HX    |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
course_pages:instructor|POST  |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
course_pages:instructor|HXPOST|200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
course_admin:release_status|GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |200      |200      |denied   |200
course_admin:release_status|HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |200      |200      |denied   |200
course_admin:release_status|POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:release_status|HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:walk         |GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |200      |200      |denied   |200
course_admin:walk         |HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |200      |200      |denied   |200
course_admin:walk         |POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:walk         |HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:walk_lesson  |GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |200      |200      |denied   |200
course_admin:walk_lesson  |HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |200      |200      |denied   |200
course_admin:walk_lesson  |POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:walk_lesson  |HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:walk_file    |GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |denied   |200      |denied   |200
course_admin:walk_file    |HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |denied   |200      |denied   |200
course_admin:walk_file    |POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:walk_file    |HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:walk_file/own|GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |200      |200      |denied   |200
course_admin:walk_file/own|HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |200      |200      |denied   |200
course_admin:walk_file/own|POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:walk_file/own|HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:walk_media   |GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |denied   |200      |denied   |200
course_admin:walk_media   |HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |denied   |200      |denied   |200
course_admin:walk_media   |POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:walk_media   |HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:walk_media/own|GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |200      |200      |denied   |200
course_admin:walk_media/own|HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |200      |200      |denied   |200
course_admin:walk_media/own|POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:walk_media/own|HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:imports   |GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |denied   |200      |denied   |200
course_admin:imports   |HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |denied   |200      |denied   |200
course_admin:imports   |POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |denied   |200      |denied   |200
course_admin:imports   |HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |denied   |200      |denied   |200
course_admin:import    |GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |denied   |200      |denied   |200
course_admin:import    |HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |denied   |200      |denied   |200
course_admin:import    |POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:import    |HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:import/others|GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |denied   |404      |denied   |200
course_admin:import/others|HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |denied   |404      |denied   |200
course_admin:import/others|POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:import/others|HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:import_progress|GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |denied   |200      |denied   |200
course_admin:import_progress|HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |denied   |200      |denied   |200
course_admin:import_progress|POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:import_progress|HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:import_progress/others|GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |denied   |404      |denied   |200
course_admin:import_progress/others|HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |denied   |404      |denied   |200
course_admin:import_progress/others|POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:import_progress/others|HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:import_again|GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:import_again|HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:import_again|POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |denied   |302*     |denied   |302*
course_admin:import_again|HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |denied   |302*     |denied   |302*
course_admin:import_again/others|GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:import_again/others|HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:import_again/others|POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |denied   |404      |denied   |302*
course_admin:import_again/others|HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |denied   |404      |denied   |302*
course_admin:new_course         |GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |200          |200      |200      |denied   |200
course_admin:new_course         |HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |200          |200      |200      |denied   |200
course_admin:new_course         |POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |302*         |302*     |302*     |denied   |302*
course_admin:new_course         |HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |302*         |302*     |302*     |denied   |302*
course_admin:structure          |GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |200      |200      |denied   |200
course_admin:structure          |HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |200      |200      |denied   |200
course_admin:structure          |POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:structure          |HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:structure_module   |GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |200      |200      |denied   |200
course_admin:structure_module   |HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |200      |200      |denied   |200
course_admin:structure_module   |POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:structure_module   |HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:structure_add      |GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:structure_add      |HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:structure_add      |POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |302*     |302*     |denied   |302*
course_admin:structure_add      |HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |302*     |302*     |denied   |302*
course_admin:structure_edit     |GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |200      |200      |denied   |200
course_admin:structure_edit     |HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |200      |200      |denied   |200
course_admin:structure_edit     |POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |302*     |302*     |denied   |302*
course_admin:structure_edit     |HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |302*     |302*     |denied   |302*
course_admin:structure_move     |GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:structure_move     |HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:structure_move     |POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |302*     |302*     |denied   |302*
course_admin:structure_move     |HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |302*     |302*     |denied   |302*
course_admin:structure_duplicate|GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:structure_duplicate|HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:structure_duplicate|POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |302*     |302*     |denied   |302*
course_admin:structure_duplicate|HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |302*     |302*     |denied   |302*
course_admin:structure_publish  |GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:structure_publish  |HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:structure_publish  |POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |302*     |302*     |denied   |302*
course_admin:structure_publish  |HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |302*     |302*     |denied   |302*
course_admin:structure_unpublish|GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:structure_unpublish|HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:structure_unpublish|POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |302*     |302*     |denied   |302*
course_admin:structure_unpublish|HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |302*     |302*     |denied   |302*
course_admin:structure_republish|GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:structure_republish|HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
course_admin:structure_republish|POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |302*     |302*     |denied   |302*
course_admin:structure_republish|HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |denied       |302*     |302*     |denied   |302*
assessments:overview   |GET   |sign-in  |course   |200      |course   |course   |403      |course   |course   |course   |course   |course
assessments:overview   |HX    |hx:sign-in|hx:course|200      |hx:course|hx:course|hx:home  |hx:course|hx:course|hx:course|hx:course|hx:course
assessments:overview   |POST  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
assessments:overview   |HXPOST|405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
assessments:start      |GET   |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
assessments:start      |HX    |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
assessments:start      |POST  |403      |403      |302      |403      |403      |403      |403      |403      |403      |403      |403
assessments:start      |HXPOST|403      |403      |302      |403      |403      |403      |403      |403      |403      |403      |403
assessments:attempt    |GET   |sign-in  |course   |200      |course   |course   |403      |course   |course   |course   |course   |course
assessments:attempt    |HX    |hx:sign-in|hx:course|200      |hx:course|hx:course|hx:home  |hx:course|hx:course|hx:course|hx:course|hx:course
assessments:attempt    |POST  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
assessments:attempt    |HXPOST|405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
assessments:attempt/others|GET   |sign-in  |course   |404      |course   |course   |403      |course   |course   |course   |course   |course
assessments:attempt/others|HX    |hx:sign-in|hx:course|404      |hx:course|hx:course|hx:home  |hx:course|hx:course|hx:course|hx:course|hx:course
assessments:attempt/others|POST  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
assessments:attempt/others|HXPOST|405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
assessments:save       |GET   |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
assessments:save       |HX    |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
assessments:save       |POST  |403      |403      |409      |403      |403      |403      |403      |403      |403      |403      |403
assessments:save       |HXPOST|403      |403      |409      |403      |403      |403      |403      |403      |403      |403      |403
assessments:submit     |GET   |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
assessments:submit     |HX    |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
assessments:submit     |POST  |403      |403      |409      |403      |403      |403      |403      |403      |403      |403      |403
assessments:submit     |HXPOST|403      |403      |409      |403      |403      |403      |403      |403      |403      |403      |403
assessments:submit/others|GET   |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
assessments:submit/others|HX    |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
assessments:submit/others|POST  |403      |403      |404      |403      |403      |403      |403      |403      |403      |403      |403
assessments:submit/others|HXPOST|403      |403      |404      |403      |403      |403      |403      |403      |403      |403      |403
question_import:index        |GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |200          |200      |200      |denied   |200
question_import:index        |HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |200          |200      |200      |denied   |200
question_import:index        |POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |200          |200      |200      |denied   |200
question_import:index        |HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |200          |200      |200      |denied   |200
question_import:report       |GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |404          |200      |200      |denied   |200
question_import:report       |HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |404          |200      |200      |denied   |200
question_import:report       |POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
question_import:report       |HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
question_import:report/others|GET   |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |200          |404      |200      |denied   |200
question_import:report/others|HX    |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |200          |404      |200      |denied   |200
question_import:report/others|POST  |sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
question_import:report/others|HXPOST|sign-in   |sign-in   |sign-in|sign-in  |sign-in  |sign-in  |405          |405      |405      |405      |405
assets:play                     |GET   |403      |403       |403    |403      |403    |403    |403          |403    |403   |403    |403
assets:play                     |HX    |403      |403       |403    |403      |403    |403    |403          |403    |403   |403    |403
assets:play                     |POST  |405      |405       |405    |405      |405    |405    |405          |405    |405   |405    |405
assets:play                     |HXPOST|405      |405       |405    |405      |405    |405    |405          |405    |405   |405    |405
wagtailsnippets_assets_video:add|GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|200          |200    |200   |denied |200
wagtailsnippets_assets_video:add|HX    |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|200          |200    |200   |denied |200
wagtailsnippets_assets_video:add|POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|200          |200    |200   |denied |200
wagtailsnippets_assets_video:add|HXPOST|sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|200          |200    |200   |denied |200
video_admin:begin               |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
video_admin:begin               |HX    |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
video_admin:begin               |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|201*         |201*   |201*  |denied |201*
video_admin:begin               |HXPOST|sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|201*         |201*   |201*  |denied |201*
video_admin:upload              |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|404          |200    |404   |denied |404
video_admin:upload              |HX    |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|404          |200    |404   |denied |404
video_admin:upload              |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
video_admin:upload              |HXPOST|sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
video_admin:state               |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|404          |200    |200   |404    |200
video_admin:state               |HX    |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|404          |200    |200   |404    |200
video_admin:state               |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
video_admin:state               |HXPOST|sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
video_admin:again               |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
video_admin:again               |HX    |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
video_admin:again               |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|404          |302*   |302*  |404    |302*
video_admin:again               |HXPOST|sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|404          |302*   |302*  |404    |302*
video_admin:confirm             |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
video_admin:confirm             |HX    |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
video_admin:confirm             |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|404          |404    |404   |denied |404
video_admin:confirm             |HXPOST|sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|404          |404    |404   |denied |404
assets:webhook                  |GET   |405      |405       |405    |405      |405    |405    |405          |405    |405   |405    |405
assets:webhook                  |HX    |405      |405       |405    |405      |405    |405    |405          |405    |405   |405    |405
assets:webhook                  |POST  |404      |404       |404    |404      |404    |404    |404          |404    |404   |404    |404
assets:webhook                  |HXPOST|404      |404       |404    |404      |404    |404    |404          |404    |404   |404    |404
learning:my            |GET   |sign-in   |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
learning:my            |HX    |sign-in   |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
learning:my            |POST  |sign-in   |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:my            |HXPOST|sign-in   |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:course        |GET   |sign-in   |course    |200    |course   |course   |403      |course       |course   |course   |course   |course
learning:course        |HX    |hx:sign-in|hx:course |200    |hx:course|hx:course|hx:home  |hx:course    |hx:course|hx:course|hx:course|hx:course
learning:course        |POST  |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:course        |HXPOST|405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:join          |GET   |sign-in   |200       |home   |200      |200      |200      |200          |200      |200      |200      |200
learning:join          |HX    |sign-in   |200       |home   |200      |200      |200      |200          |200      |200      |200      |200
learning:join          |POST  |sign-in   |home*     |home   |home*    |home*    |home*    |home*        |home*    |home*    |home*    |home*
learning:join          |HXPOST|sign-in   |home*     |home   |home*    |home*    |home*    |home*        |home*    |home*    |home*    |home*
learning:leave         |GET   |sign-in   |course    |200    |course   |course   |403      |course       |course   |course   |course   |course
learning:leave         |HX    |hx:sign-in|hx:course |200    |hx:course|hx:course|hx:home  |hx:course    |hx:course|hx:course|hx:course|hx:course
learning:leave         |POST  |403       |403       |302*   |403      |403      |403      |403          |403      |403      |403      |403
learning:leave         |HXPOST|403       |403       |302*   |403      |403      |403      |403          |403      |403      |403      |403
learning:enrol         |GET   |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
learning:enrol         |HX    |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
learning:enrol         |POST  |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:enrol         |HXPOST|405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:rows          |GET   |sign-in   |course    |200    |course   |course   |403      |course       |course   |course   |course   |course
learning:rows          |HX    |hx:sign-in|hx:course |200    |hx:course|hx:course|hx:home  |hx:course    |hx:course|hx:course|hx:course|hx:course
learning:rows          |POST  |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:rows          |HXPOST|405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:lesson        |GET   |sign-in   |course    |200    |course   |course   |403      |course       |course   |course   |course   |course
learning:lesson        |HX    |hx:sign-in|hx:course |200    |hx:course|hx:course|hx:home  |hx:course    |hx:course|hx:course|hx:course|hx:course
learning:lesson        |POST  |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:lesson        |HXPOST|405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:lesson/free   |GET   |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
learning:lesson/free   |HX    |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
learning:lesson/free   |POST  |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:lesson/free   |HXPOST|405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:lesson/none   |GET   |sign-in   |course    |404    |course   |course   |403      |course       |course   |course   |course   |course
learning:lesson/none   |HX    |hx:sign-in|hx:course |404    |hx:course|hx:course|hx:home  |hx:course    |hx:course|hx:course|hx:course|hx:course
learning:lesson/none   |POST  |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:lesson/none   |HXPOST|405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:lesson/draft  |GET   |sign-in   |course    |404    |course   |course   |403      |course       |course   |course   |course   |course
learning:lesson/draft  |HX    |hx:sign-in|hx:course |404    |hx:course|hx:course|hx:home  |hx:course    |hx:course|hx:course|hx:course|hx:course
learning:lesson/draft  |POST  |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:lesson/draft  |HXPOST|405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:lesson/gone   |GET   |sign-in   |course    |404    |course   |course   |403      |course       |course   |course   |course   |course
learning:lesson/gone   |HX    |hx:sign-in|hx:course |404    |hx:course|hx:course|hx:home  |hx:course    |hx:course|hx:course|hx:course|hx:course
learning:lesson/gone   |POST  |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:lesson/gone   |HXPOST|405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:lesson/hidden |GET   |sign-in   |404       |404    |404      |404      |404      |404          |404      |404      |404      |404
learning:lesson/hidden |HX    |hx:sign-in|404       |404    |404      |404      |404      |404          |404      |404      |404      |404
learning:lesson/hidden |POST  |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:lesson/hidden |HXPOST|405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:complete      |GET   |sign-in    |course    |302    |course   |course   |403      |course       |course   |course   |course   |course
learning:complete      |HX    |hx:sign-in |hx:course |200    |hx:course|hx:course|hx:home  |hx:course    |hx:course|hx:course|hx:course|hx:course
learning:complete      |POST  |403        |403       |302*   |403      |403      |403      |403          |403      |403      |403      |403
learning:complete      |HXPOST|403        |403       |200*   |403      |403      |403      |403          |403      |403      |403      |403
learning:complete/free |GET   |sign-in    |course    |302    |course   |course   |403      |course       |course   |course   |course   |course
learning:complete/free |HX    |hx:sign-in |hx:course |200    |hx:course|hx:course|hx:home  |hx:course    |hx:course|hx:course|hx:course|hx:course
learning:complete/free |POST  |403        |403       |home*  |403      |403      |403      |403          |403      |403      |403      |403
learning:complete/free |HXPOST|403        |403       |200*   |403      |403      |403      |403          |403      |403      |403      |403
learning:opened        |GET   |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:opened        |HX    |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:opened        |POST  |403       |403       |204*   |403      |403      |403      |403          |403      |403      |403      |403
learning:opened        |HXPOST|403       |403       |204*   |403      |403      |403      |403          |403      |403      |403      |403
learning:file          |GET   |sign-in   |course    |200    |course   |course   |403      |course       |course   |course   |course   |course
learning:file          |HX    |hx:sign-in|hx:course |200    |hx:course|hx:course|hx:home  |hx:course    |hx:course|hx:course|hx:course|hx:course
learning:file          |POST  |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:file          |HXPOST|405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:file/free     |GET   |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
learning:file/free     |HX    |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
learning:file/free     |POST  |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:file/free     |HXPOST|405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:file/other    |GET   |sign-in   |course    |404    |course   |course   |403      |course       |course   |course   |course   |course
learning:file/other    |HX    |hx:sign-in|hx:course |404    |hx:course|hx:course|hx:home  |hx:course    |hx:course|hx:course|hx:course|hx:course
learning:file/other    |POST  |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:file/other    |HXPOST|405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:beat          |GET   |405        |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:beat          |HX    |405        |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:beat          |POST  |400        |400       |400    |400      |400      |400      |400          |400      |400      |400      |400
learning:beat          |HXPOST|400        |400       |400    |400      |400      |400      |400          |400      |400      |400      |400
learning:notes         |GET   |sign-in    |course    |200    |course   |course   |403      |course       |course   |course   |course   |course
learning:notes         |HX    |hx:sign-in |hx:course |200    |hx:course|hx:course|hx:home  |hx:course    |hx:course|hx:course|hx:course|hx:course
learning:notes         |POST  |405        |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:notes         |HXPOST|405        |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:notes-export  |GET   |sign-in    |course    |200    |course   |course   |403      |course       |course   |course   |course   |course
learning:notes-export  |HX    |hx:sign-in |hx:course |200    |hx:course|hx:course|hx:home  |hx:course    |hx:course|hx:course|hx:course|hx:course
learning:notes-export  |POST  |405        |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:notes-export  |HXPOST|405        |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:note          |GET   |sign-in    |course    |200    |course   |course   |403      |course       |course   |course   |course   |course
learning:note          |HX    |hx:sign-in |hx:course |200    |hx:course|hx:course|hx:home  |hx:course    |hx:course|hx:course|hx:course|hx:course
learning:note          |POST  |403        |403       |302*   |403      |403      |403      |403          |403      |403      |403      |403
learning:note          |HXPOST|403        |403       |200*   |403      |403      |403      |403          |403      |403      |403      |403
learning:note/others   |GET   |sign-in    |course    |404    |course   |course   |403      |course       |course   |course   |course   |course
learning:note/others   |HX    |hx:sign-in |hx:course |404    |hx:course|hx:course|hx:home  |hx:course    |hx:course|hx:course|hx:course|hx:course
learning:note/others   |POST  |403        |403       |404    |403      |403      |403      |403          |403      |403      |403      |403
learning:note/others   |HXPOST|403        |403       |404    |403      |403      |403      |403          |403      |403      |403      |403
learning:note-delete   |GET   |405        |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:note-delete   |HX    |405        |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:note-delete   |POST  |403        |403       |302*   |403      |403      |403      |403          |403      |403      |403      |403
learning:note-delete   |HXPOST|403        |403       |200*   |403      |403      |403      |403          |403      |403      |403      |403
learning:note-delete/others|GET   |405        |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:note-delete/others|HX    |405        |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:note-delete/others|POST  |403        |403       |404    |403      |403      |403      |403          |403      |403      |403      |403
learning:note-delete/others|HXPOST|403        |403       |404    |403      |403      |403      |403          |403      |403      |403      |403
learning:lesson-notes  |GET   |sign-in    |course    |200    |course   |course   |403      |course       |course   |course   |course   |course
learning:lesson-notes  |HX    |hx:sign-in |hx:course |200    |hx:course|hx:course|hx:home  |hx:course    |hx:course|hx:course|hx:course|hx:course
learning:lesson-notes  |POST  |403        |403       |302*   |403      |403      |403      |403          |403      |403      |403      |403
learning:lesson-notes  |HXPOST|403        |403       |200*   |403      |403      |403      |403          |403      |403      |403      |403
learning:lesson-notes/free|GET   |sign-in    |course    |200    |course   |course   |403      |course       |course   |course   |course   |course
learning:lesson-notes/free|HX    |hx:sign-in |hx:course |200    |hx:course|hx:course|hx:home  |hx:course    |hx:course|hx:course|hx:course|hx:course
learning:lesson-notes/free|POST  |403        |403       |302*   |403      |403      |403      |403          |403      |403      |403      |403
learning:lesson-notes/free|HXPOST|403        |403       |200*   |403      |403      |403      |403          |403      |403      |403      |403
learning:transcript    |GET   |sign-in    |course    |404    |course   |course   |403      |course       |course   |course   |course   |course
learning:transcript    |HX    |hx:sign-in |hx:course |404    |hx:course|hx:course|hx:home  |hx:course    |hx:course|hx:course|hx:course|hx:course
learning:transcript    |POST  |405        |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:transcript    |HXPOST|405        |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:transcript/free|GET   |404        |404       |404    |404      |404      |404      |404          |404      |404      |404      |404
learning:transcript/free|HX    |404        |404       |404    |404      |404      |404      |404          |404      |404      |404      |404
learning:transcript/free|POST  |405        |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:transcript/free|HXPOST|405        |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:downloads     |GET   |sign-in    |course    |200    |course   |course   |403      |course       |course   |course   |course   |course
learning:downloads     |HX    |hx:sign-in |hx:course |200    |hx:course|hx:course|hx:home  |hx:course    |hx:course|hx:course|hx:course|hx:course
learning:downloads     |POST  |405        |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:downloads     |HXPOST|405        |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:downloads/free|GET   |200        |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
learning:downloads/free|HX    |200        |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
learning:downloads/free|POST  |405        |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:downloads/free|HXPOST|405        |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:media         |GET   |403       |403       |200    |403      |403      |403      |403          |403      |403      |403      |403
learning:media         |HX    |403       |403       |200    |403      |403      |403      |403          |403      |403      |403      |403
learning:media         |POST  |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:media         |HXPOST|405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:media/free    |GET   |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
learning:media/free    |HX    |200       |200       |200    |200      |200      |200      |200          |200      |200      |200      |200
learning:media/free    |POST  |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:media/free    |HXPOST|405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:media/other   |GET   |403       |403       |404    |403      |403      |403      |403          |403      |403      |403      |403
learning:media/other   |HX    |403       |403       |404    |403      |403      |403      |403          |403      |403      |403      |403
learning:media/other   |POST  |405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
learning:media/other   |HXPOST|405       |405       |405    |405      |405      |405      |405          |405      |405      |405      |405
commerce:webhook        |GET   |405     |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:webhook        |HX    |405     |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:webhook        |POST  |404     |404     |404     |404     |404     |404     |404     |404     |404     |404     |404
commerce:webhook        |HXPOST|404     |404     |404     |404     |404     |404     |404     |404     |404     |404     |404
commerce:offer          |GET   |200     |200     |200     |200     |200     |200     |200     |200     |200     |200     |200
commerce:offer          |HX    |200     |200     |200     |200     |200     |200     |200     |200     |200     |200     |200
commerce:offer          |POST  |405     |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:offer          |HXPOST|405     |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:cart           |GET   |200     |200     |200     |200     |200     |200     |200     |200     |200     |200     |200
commerce:cart           |HX    |200     |200     |200     |200     |200     |200     |200     |200     |200     |200     |200
commerce:cart           |POST  |405     |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:cart           |HXPOST|405     |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:add            |GET   |405     |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:add            |HX    |405     |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:add            |POST  |302     |302     |302     |302     |302     |302     |302     |302     |302     |302     |302
commerce:add            |HXPOST|302     |302     |302     |302     |302     |302     |302     |302     |302     |302     |302
commerce:remove         |GET   |405     |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:remove         |HX    |405     |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:remove         |POST  |302     |302     |302     |302     |302     |302     |302     |302     |302     |302     |302
commerce:remove         |HXPOST|302     |302     |302     |302     |302     |302     |302     |302     |302     |302     |302
commerce:code           |GET   |405     |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:code           |HX    |405     |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:code           |POST  |302     |302     |302     |302     |302     |302     |302     |302     |302     |302     |302
commerce:code           |HXPOST|302     |302     |302     |302     |302     |302     |302     |302     |302     |302     |302
commerce:currency       |GET   |405     |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:currency       |HX    |405     |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:currency       |POST  |302     |302     |302     |302     |302     |302     |302     |302     |302     |302     |302
commerce:currency       |HXPOST|302     |302     |302     |302     |302     |302     |302     |302     |302     |302     |302
commerce:checkout       |GET   |405     |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:checkout       |HX    |405     |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:checkout       |POST  |sign-in |302     |302     |302     |302     |302     |302     |302     |302     |302     |302
commerce:checkout       |HXPOST|sign-in |302     |302     |302     |302     |302     |302     |302     |302     |302     |302
commerce:done           |GET   |sign-in |404     |404     |404     |404     |404     |404     |404     |404     |404     |404
commerce:done           |HX    |sign-in |404     |404     |404     |404     |404     |404     |404     |404     |404     |404
commerce:done           |POST  |sign-in |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:done           |HXPOST|sign-in |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:cancelled      |GET   |302     |302     |302     |302     |302     |302     |302     |302     |302     |302     |302
commerce:cancelled      |HX    |302     |302     |302     |302     |302     |302     |302     |302     |302     |302     |302
commerce:cancelled      |POST  |405     |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:cancelled      |HXPOST|405     |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:orders         |GET   |sign-in |200     |200     |200     |200     |200     |200     |200     |200     |200     |200
commerce:orders         |HX    |sign-in |200     |200     |200     |200     |200     |200     |200     |200     |200     |200
commerce:orders         |POST  |sign-in |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:orders         |HXPOST|sign-in |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:order          |GET   |sign-in |404     |200     |404     |404     |404     |404     |404     |404     |404     |404
commerce:order          |HX    |sign-in |404     |200     |404     |404     |404     |404     |404     |404     |404     |404
commerce:order          |POST  |sign-in |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:order          |HXPOST|sign-in |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:order/others   |GET   |sign-in |404     |404     |200     |404     |404     |404     |404     |404     |404     |404
commerce:order/others   |HX    |sign-in |404     |404     |200     |404     |404     |404     |404     |404     |404     |404
commerce:order/others   |POST  |sign-in |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:order/others   |HXPOST|sign-in |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:state          |GET   |sign-in |404     |302     |404     |404     |404     |404     |404     |404     |404     |404
commerce:state          |HX    |hx:sign-in|404     |200     |404     |404     |404     |404     |404     |404     |404     |404
commerce:state          |POST  |405     |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:state          |HXPOST|405     |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:state/others   |GET   |sign-in |404     |404     |302     |404     |404     |404     |404     |404     |404     |404
commerce:state/others   |HX    |hx:sign-in|404     |404     |200     |404     |404     |404     |404     |404     |404     |404
commerce:state/others   |POST  |405     |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:state/others   |HXPOST|405     |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:cancel         |GET   |sign-in |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:cancel         |HX    |sign-in |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:cancel         |POST  |sign-in |404     |302*    |404     |404     |404     |404     |404     |404     |404     |404
commerce:cancel         |HXPOST|sign-in |404     |302*    |404     |404     |404     |404     |404     |404     |404     |404
commerce:again          |GET   |sign-in |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:again          |HX    |sign-in |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:again          |POST  |sign-in |404     |302     |404     |404     |404     |404     |404     |404     |404     |404
commerce:again          |HXPOST|sign-in |404     |302     |404     |404     |404     |404     |404     |404     |404     |404
commerce:unsubscribe    |GET   |sign-in |404     |200     |404     |404     |404     |404     |404     |404     |404     |404
commerce:unsubscribe    |HX    |sign-in |404     |200     |404     |404     |404     |404     |404     |404     |404     |404
commerce:unsubscribe    |POST  |sign-in |404     |302     |404     |404     |404     |404     |404     |404     |404     |404
commerce:unsubscribe    |HXPOST|sign-in |404     |302     |404     |404     |404     |404     |404     |404     |404     |404
commerce:billing        |GET   |sign-in |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:billing        |HX    |sign-in |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:billing        |POST  |sign-in |404     |302     |404     |404     |404     |404     |404     |404     |404     |404
commerce:billing        |HXPOST|sign-in |404     |302     |404     |404     |404     |404     |404     |404     |404     |404
commerce:invoice        |GET   |sign-in |404     |200     |404     |404     |404     |404     |404     |404     |404     |404
commerce:invoice        |HX    |sign-in |404     |200     |404     |404     |404     |404     |404     |404     |404     |404
commerce:invoice        |POST  |sign-in |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:invoice        |HXPOST|sign-in |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:invoice/others |GET   |sign-in |404     |404     |404     |404     |404     |404     |404     |404     |404     |404
commerce:invoice/others |HX    |sign-in |404     |404     |404     |404     |404     |404     |404     |404     |404     |404
commerce:invoice/others |POST  |sign-in |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:invoice/others |HXPOST|sign-in |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:credit_note    |GET   |sign-in |404     |200     |404     |404     |404     |404     |404     |404     |404     |404
commerce:credit_note    |HX    |sign-in |404     |200     |404     |404     |404     |404     |404     |404     |404     |404
commerce:credit_note    |POST  |sign-in |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:credit_note    |HXPOST|sign-in |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:credit_note/others|GET   |sign-in |404     |404     |404     |404     |404     |404     |404     |404     |404     |404
commerce:credit_note/others|HX    |sign-in |404     |404     |404     |404     |404     |404     |404     |404     |404     |404
commerce:credit_note/others|POST  |sign-in |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
commerce:credit_note/others|HXPOST|sign-in |405     |405     |405     |405     |405     |405     |405     |405     |405     |405
certificates:wallet             |GET   |sign-in  |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:wallet             |HX    |sign-in  |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:wallet             |POST  |sign-in  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:wallet             |HXPOST|sign-in  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:check              |GET   |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:check              |HX    |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:check              |POST  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:check              |HXPOST|405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:json               |GET   |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:json               |HX    |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:json               |POST  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:json               |HXPOST|405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:certificate        |GET   |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:certificate        |HX    |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:certificate        |POST  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:certificate        |HXPOST|405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:certificate/none   |GET   |404      |404      |404      |404      |404      |404      |404      |404      |404      |404      |404
certificates:certificate/none   |HX    |404      |404      |404      |404      |404      |404      |404      |404      |404      |404      |404
certificates:certificate/none   |POST  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:certificate/none   |HXPOST|405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:yours              |GET   |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:yours              |HX    |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:yours              |POST  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:yours              |HXPOST|405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:name               |GET   |sign-in  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:name               |HX    |sign-in  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:name               |POST  |sign-in  |404      |302*     |404      |404      |404      |404      |404      |404      |404      |404
certificates:name               |HXPOST|sign-in  |404      |302*     |404      |404      |404      |404      |404      |404      |404      |404
certificates:name/others        |GET   |sign-in  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:name/others        |HX    |sign-in  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:name/others        |POST  |sign-in  |404      |404      |302*     |404      |404      |404      |404      |404      |404      |404
certificates:name/others        |HXPOST|sign-in  |404      |404      |302*     |404      |404      |404      |404      |404      |404      |404
certificates:print              |GET   |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:print              |HX    |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:print              |POST  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:print              |HXPOST|405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:pdf                |GET   |sign-in  |404      |200      |404      |404      |404      |404      |200      |404      |200      |200
certificates:pdf                |HX    |sign-in  |404      |200      |404      |404      |404      |404      |200      |404      |200      |200
certificates:pdf                |POST  |sign-in  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:pdf                |HXPOST|sign-in  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:pdf/others         |GET   |sign-in  |404      |404      |200      |404      |404      |404      |200      |404      |200      |200
certificates:pdf/others         |HX    |sign-in  |404      |404      |200      |404      |404      |404      |200      |404      |200      |200
certificates:pdf/others         |POST  |sign-in  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:pdf/others         |HXPOST|sign-in  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:print-json         |GET   |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:print-json         |HX    |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:print-json         |POST  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:print-json         |HXPOST|405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:badge              |GET   |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:badge              |HX    |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:badge              |POST  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:badge              |HXPOST|405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:badge-json         |GET   |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:badge-json         |HX    |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:badge-json         |POST  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:badge-json         |HXPOST|405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:badge-revocations  |GET   |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:badge-revocations  |HX    |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:badge-revocations  |POST  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:badge-revocations  |HXPOST|405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:badge-issuer       |GET   |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:badge-issuer       |HX    |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:badge-issuer       |POST  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:badge-issuer       |HXPOST|405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:badge-key          |GET   |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:badge-key          |HX    |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:badge-key          |POST  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:badge-key          |HXPOST|405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:badge-achievement  |GET   |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:badge-achievement  |HX    |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:badge-achievement  |POST  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:badge-achievement  |HXPOST|405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:badge-keys         |GET   |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:badge-keys         |HX    |200      |200      |200      |200      |200      |200      |200      |200      |200      |200      |200
certificates:badge-keys         |POST  |405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
certificates:badge-keys         |HXPOST|405      |405      |405      |405      |405      |405      |405      |405      |405      |405      |405
"""  # noqa: E501 - a table
ALLAUTH_TABLE = """
address                |method|anonymous|registered|learner|elsewhere|left|expired|other-teacher|teacher|editor|support|admin
account_login          |GET   |200      |302       |302    |302      |302 |302    |302          |302    |302   |302    |302
account_login          |POST  |200      |302       |302    |302      |302 |302    |302          |302    |302   |302    |302
account_logout         |GET   |302      |200       |200    |200      |200 |200    |200          |200    |200   |200    |200
account_logout         |POST  |302      |302       |302    |302      |302 |302    |302          |302    |302   |302    |302
account_signup         |GET   |200      |302       |302    |302      |302 |302    |302          |302    |302   |302    |302
account_signup         |POST  |200      |302       |302    |302      |302 |302    |302          |302    |302   |302    |302
account_email          |GET   |sign-in  |200       |200    |200      |200 |200    |200          |200    |200   |200    |200
account_email          |POST  |sign-in  |302       |302    |302      |302 |302    |302          |302    |302   |302    |302
account_change_password|GET   |sign-in  |200       |200    |200      |200 |200    |200          |200    |200   |200    |200
account_change_password|POST  |sign-in  |200       |200    |200      |200 |200    |200          |200    |200   |200    |200
account_reset_password |GET   |200      |200       |200    |200      |200 |200    |200          |200    |200   |200    |200
account_reset_password |POST  |200      |200       |200    |200      |200 |200    |200          |200    |200   |200    |200
account_reauthenticate |GET   |sign-in  |200       |200    |200      |200 |200    |200          |200    |200   |200    |200
account_reauthenticate |POST  |sign-in  |200       |200    |200      |200 |200    |200          |200    |200   |200    |200
account_inactive       |GET   |200      |200       |200    |200      |200 |200    |200          |200    |200   |200    |200
account_inactive       |POST  |405      |405       |405    |405      |405 |405    |405          |405    |405   |405    |405
"""  # noqa: E501 - a table
PAGES_TABLE = """
address         |method|anonymous|registered|learner|elsewhere|left  |expired|other-teacher|teacher|editor|support|admin
/               |GET   |200      |200       |200    |200      |200   |200    |200          |200    |200   |200    |200
/               |HX    |200      |200       |200    |200      |200   |200    |200          |200    |200   |200    |200
/               |POST  |200      |200       |200    |200      |200   |200    |200          |200    |200   |200    |200
/courses/       |GET   |200      |200       |200    |200      |200   |200    |200          |200    |200   |200    |200
/courses/       |HX    |200      |200       |200    |200      |200   |200    |200          |200    |200   |200    |200
/courses/       |POST  |200      |200       |200    |200      |200   |200    |200          |200    |200   |200    |200
/courses/knots/ |GET   |200      |200       |200    |200      |200   |200    |200          |200    |200   |200    |200
/courses/knots/ |HX    |200      |200       |200    |200      |200   |200    |200          |200    |200   |200    |200
/courses/knots/ |POST  |200      |200       |200    |200      |200   |200    |200          |200    |200   |200    |200
…/module-1/     |GET   |course   |course    |course |course   |course|course |course       |course |course|course |course
…/module-1/     |HX    |course   |course    |course |course   |course|course |course       |course |course|course |course
…/module-1/     |POST  |course   |course    |course |course   |course|course |course       |course |course|course |course
…/lesson-11/    |GET   |course   |course    |course |course   |course|course |course       |course |course|course |course
…/lesson-11/    |HX    |course   |course    |course |course   |course|course |course       |course |course|course |course
…/lesson-11/    |POST  |course   |course    |course |course   |course|course |course       |course |course|course |course
…/free/         |GET   |200      |200       |200    |200      |200   |200    |200          |200    |200   |200    |200
…/free/         |HX    |200      |200       |200    |200      |200   |200    |200          |200    |200   |200    |200
…/free/         |POST  |200      |200       |200    |200      |200   |200    |200          |200    |200   |200    |200
…/draft/        |GET   |404      |404       |404    |404      |404   |404    |404          |404    |404   |404    |404
…/draft/        |HX    |404      |404       |404    |404      |404   |404    |404          |404    |404   |404    |404
…/draft/        |POST  |404      |404       |404    |404      |404   |404    |404          |404    |404   |404    |404
/courses/hidden/|GET   |404      |404       |404    |404      |404   |404    |404          |404    |404   |404    |404
/courses/hidden/|HX    |404      |404       |404    |404      |404   |404    |404          |404    |404   |404    |404
/courses/hidden/|POST  |404      |404       |404    |404      |404   |404    |404          |404    |404   |404    |404
document        |GET   |403      |403       |403    |403      |403   |403    |200          |200    |200   |200    |200
document        |HX    |403      |403       |403    |403      |403   |403    |200          |200    |200   |200    |200
document        |POST  |403      |403       |403    |403      |403   |403    |200          |200    |200   |200    |200
"""  # noqa: E501 - a table
ADMIN_TABLE = """
address         |method|anonymous|registered|learner|elsewhere|left   |expired|other-teacher|teacher|editor|support|admin
start           |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|200          |200    |200   |200    |200
start           |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
explore         |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|302          |302    |200   |denied |200
explore         |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |denied |405
edit course     |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |200   |denied |200
edit course     |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |302*   |302*  |denied |302*
edit lesson     |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |200   |denied |200
edit lesson     |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |302*   |302*  |denied |302*
edit other      |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|200          |denied |200   |denied |200
edit other      |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|302*         |denied |302*  |denied |302*
preview lesson  |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |200   |denied |200
preview lesson  |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |200   |denied |200
view draft      |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |200   |denied |200
view draft      |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |200   |denied |200
history         |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |200   |denied |200
history         |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |405    |405   |denied |405
add lesson      |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |200   |denied |200
add lesson      |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |302*   |302*  |denied |302*
add course      |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |200   |denied |200
add course      |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |302*  |denied |302*
unpublish lesson|GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |200   |denied |200
unpublish lesson|POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |302*   |302*  |denied |302*
delete lesson   |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |200   |denied |200
delete lesson   |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |302*   |302*  |denied |302*
delete other    |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |200   |denied |200
delete other    |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |200   |denied |200
move lesson     |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |200   |denied |200
move lesson     |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |200   |denied |200
copy lesson     |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |200   |denied |200
copy lesson     |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |302*   |302*  |denied |302*
privacy         |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |200   |denied |200
privacy         |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |200    |200   |denied |200
images          |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|200          |200    |200   |denied |200
images          |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |denied |405
add image       |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|200          |200    |200   |denied |200
add image       |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|200          |200    |200   |denied |200
edit image      |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |200   |denied |200
edit image      |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |200*  |denied |200*
documents       |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|200          |200    |200   |denied |200
documents       |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |denied |405
add document    |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|200          |200    |200   |denied |200
add document    |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|200          |200    |200   |denied |200
topics          |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |200   |denied |200
topics          |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |405   |denied |405
add topic       |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |200   |denied |200
add topic       |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |302*  |denied |302*
delete topic    |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |200   |denied |200
delete topic    |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |302*  |denied |302*
users           |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |denied|200    |200
users           |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |denied|405    |405
add user        |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |denied|denied |200
add user        |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |denied|denied |200
edit user       |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |denied|denied |200
edit user       |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |denied|denied |200
groups          |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |denied|denied |200
groups          |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |denied|denied |405
site settings   |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |denied|denied |302
site settings   |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |denied|denied |302
sites           |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |denied|denied |200
sites           |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |denied|denied |405
redirects       |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |200   |denied |200
redirects       |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |405   |denied |405
collections     |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |denied|denied |200
collections     |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |denied|denied |405
workflows       |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |denied|denied |200
workflows       |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |denied|denied |405
tasks           |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |denied|denied |200
tasks           |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |denied|denied |405
locked pages    |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |200   |denied |200
locked pages    |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |405   |denied |405
site history    |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|200          |200    |200   |200    |200
site history    |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |405    |405
workflow report |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|200          |200    |200   |denied |200
workflow report |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|405          |405    |405   |denied |405
enrolments      |GET   |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |denied|200    |200
enrolments      |POST  |sign-in  |sign-in   |sign-in|sign-in  |sign-in|sign-in|denied       |denied |denied|405    |405
"""  # noqa: E501 - a table


@dataclass
class World:
    """A released course with everybody who could want something of it."""

    clients: dict[str, Client]
    things: dict[str, Any]
    before: dict[str, str]


@pytest.fixture
def world() -> World:
    sync_roles()
    page = make.course_page("Knots")
    document = Document.objects.create(title="Paper", file=ContentFile(b"paper", "paper.pdf"))
    download = {
        "type": "download",
        "value": {"title": "Paper", "file": document.pk, "description": ""},
        "id": "b0000000-0000-4000-8000-000000000001",
    }
    lesson_film = videos.video(title="Film")
    shown = videos.block(lesson_film)
    module = make.module(page, "Module 1")
    lesson = make.lesson(module, "Lesson 1.1", body=[make.text_block("Secret."), download, shown])
    make.lesson(module, "Lesson 1.2")
    course = Course.objects.get(lineage=page.translation_key)
    quiz = quizzes.quiz(course, [quizzes.single()])
    make.lesson(module, "Quizzed", body=[quizzes.block(quiz)])
    make.lesson(module, "Free", free_preview=True, body=[make.text_block("Free."), download, shown])
    gone = make.lesson(module, "Gone")
    releases.release(course=course, by=None)
    gone.delete()
    draft = make.lesson(module, "Draft", live=False, slug="draft")
    taken_back = draft.save_revision()
    releases.release(course=course, by=None)
    course.refresh_from_db()
    other = make.course(1, 1, title="Other")
    hidden = make.course(1, 1, title="Hidden")
    CoursePage.objects.get(translation_key=hidden.lineage).unpublish()
    InstructorProfile.objects.create(name="Ada", slug="ada")
    topic = Topic.objects.create(title="Topic", slug="topic")
    own = Document.objects.create(
        title="Own",
        file=ContentFile(b"own", "own.pdf"),
        collection=courses.ensure_collection(course),
    )
    own_film = videos.video(b"own", title="Own", collection=own.collection)
    image = Image.objects.create(title="Picture", file=get_test_image_file())

    people: dict[str, User] = {
        "registered": measure.person(),
        "learner": measure.person(),
        "elsewhere": measure.person(),
        "left": measure.person(),
        "expired": measure.person(),
        "other-teacher": measure.person(roles=["Instructor"]),
        "teacher": measure.person(roles=["Instructor"]),
        "editor": measure.person(roles=["Editor"]),
        "support": measure.person(roles=["Support"]),
        "admin": measure.person(roles=["Administrator"]),
    }
    enrolment.enrol(user=people["learner"], course=course)
    enrolment.enrol(user=people["elsewhere"], course=other)
    enrolment.leave(enrolment=enrolment.enrol(user=people["left"], course=course))
    ended = enrolment.enrol(user=people["expired"], course=course)
    now = clock.now()
    AccessGrant.objects.filter(enrolment=ended).update(
        starts_at=now - timedelta(days=2), ends_at=now - timedelta(days=1)
    )
    number = 3
    attempt = attempts.begin(people["learner"], course, number)
    others = attempts.begin(attempts.learner(course), course, number)
    courses.add_teacher(course=course, user=people["teacher"], by=None)
    courses.add_teacher(course=other, user=people["other-teacher"], by=None)
    looked_at = {"original_name": "a.zip", "dry_run": True, "state": CourseImport.State.DONE}
    imports = [
        CourseImport.objects.create(by=by, file=f"imports/{number}.zip", **looked_at)
        for number, by in enumerate((people["editor"], people["registered"]))
    ]
    film = videos.video(
        collection=course.collection, state=Video.State.FAILED, uploaded_by_user=people["teacher"]
    )
    clients = {"anonymous": Client()}
    for role, user in people.items():
        clients[role] = Client()
        clients[role].force_login(user)
    things = {
        "course": page.pk,
        "row": course.pk,
        "places": queries.current_order(page),
        "module": module.pk,
        "lesson": lesson.pk,
        "other": CoursePage.objects.get(translation_key=other.lineage).pk,
        "catalogue": make.catalogue().pk,
        "document": document.pk,
        "video": film.pk,
        "video uid": film.uid,
        "own document": own.pk,
        "film": lesson_film.uid,
        "own film": own_film.uid,
        "note": note_of(people["learner"], course).pk,
        "others-note": note_of(attempts.learner(course), course).pk,
        "quiz": quiz.translation_key,
        "attempt": attempt.pk,
        "others-attempt": others.pk,
        "draft lineage": draft.translation_key,
        "taken back": draft.pk,
        "taken revision": taken_back.pk,
        "image": image.pk,
        "topic": topic.pk,
        "user": people["registered"].pk,
        "import": imports[0].pk,
        "others-import": imports[1].pk,
    }
    things |= bought(people["learner"], people["elsewhere"])
    things |= certified(people["learner"], people["elsewhere"], people["teacher"])
    for name, owner in (("question-report", course), ("others-question-report", other)):
        bank = quizzes.bank(owner, [quizzes.single()])
        report = {"rows": [], "findings": [], "left_out": 0}
        things[name] = log(bank, FILE_ACTION, data={"report": report, "file": "a.gift"}).pk
    return World(clients, things, measure.checksum(RECORDS))


def certified(learner: User, other: User, teacher: User) -> dict[str, Any]:
    """A certificate of each of the two, for a course of this teacher."""
    course = earning.course(title="Certified")
    courses.add_teacher(course=course, user=teacher, by=None)
    made = []
    for user in (learner, other):
        enrolment.enrol(user=user, course=course)
        certificate = issuing.consider(earning.complete(user, course))
        assert certificate is not None
        prints.make(certificate.current.pk)
        made.append(certificate.public_id)
    return {
        "certificate": made[0],
        "others-certificate": made[1],
        "certified": course.lineage,
        "badge key": keys.known()[0].thumbprint(),
    }


def bought(learner: User, other: User) -> dict[str, Any]:
    """An offer; what the learner got by it, with an invoice and a subscription; two orders more."""
    course = make.course(1, 1, title="Sold")
    offer = shop.offer(course, kind=Offer.Kind.FREE)
    mine, theirs = (
        fulfilment.settle_free(orders.open_order(user=one, cart=shop.cart(offer, user=one)))
        for one in (learner, other)
    )
    payment = Payment.objects.create(
        order=mine, stripe_id="pi_1", amount_minor=100, currency="EUR", at=clock.now()
    )
    Subscription.objects.create(order=mine, stripe_id="sub_1", status="active")
    invoice = invoices.issue(order=mine, payment=payment, now=clock.now())
    back = Refund.objects.create(
        payment=payment, key="back", amount_minor=1, status="succeeded", at=clock.now()
    )
    note = invoices.credit(back, clock.now())
    assert note is not None
    second = shop.offer(make.course(1, 1, title="Sold, too"), kind=Offer.Kind.FREE)
    opened = orders.open_order(user=learner, cart=shop.cart(second, user=learner))
    return {
        "offer": offer.pk,
        "order": mine.number,
        "others-order": theirs.number,
        "open-order": opened.number,
        "invoice": invoice.number,
        "credit-note": note.number,
    }


def note_of(user: User, course: Course) -> Note:
    found = Enrolment.objects.get(user=user, course=course)
    return Note.objects.create(enrolment=found, lineage=uuid.uuid4(), text="Kept")


def url_of(address: Address, things: dict[str, Any]) -> str:
    if address.name.startswith("/"):
        return address.name
    return reverse(address.name, args=[things.get(arg, arg) for arg in address.args])


def word_for(response: HttpResponse) -> str:
    """A cell of the table."""
    target = response.get("HX-Redirect", "") or response.get("Location", "")
    prefix = "hx:" if "HX-Redirect" in response else ""
    if not target:
        return str(response.status_code)
    known = {
        "/courses/knots/": "course",
        "/learn/knots/": "home",
        "/admin/": "denied",
    }
    if target.startswith(("/account/login/?next=", "/admin/login/?next=")):
        return f"{prefix}sign-in"
    return prefix + known.get(target, str(response.status_code))


def ask(world: World, role: str, method: str, address: Address) -> str:
    """The cell for one request, whose changes are undone."""
    verb, headers = METHODS[method]
    client = world.clients[role]
    cookies = deepcopy(client.cookies)
    data = {name: str(world.things.get(value, value)) for name, value in address.data.items()}
    with transaction.atomic():
        response = getattr(client, verb)(
            url_of(address, world.things), data if verb == "post" else {}, **headers
        )
        if hasattr(response, "streaming_content"):
            list(response.streaming_content)
        # That GET writes nothing in the whole database is B12.
        written = verb == "post" and measure.checksum(RECORDS) != world.before
        transaction.set_rollback(True)
    client.cookies = cookies
    return word_for(response) + ("*" if written else "")


def measured(world: World, addresses: dict[str, Address], methods: list[str]) -> list[list[str]]:
    return [
        [name, method, *(ask(world, role, method, address) for role in ROLES)]
        for name, address in addresses.items()
        for method in methods
    ]


def compare(table: str, rows: list[list[str]]) -> None:
    """Says every cell that differs."""
    header, *lines = [line.split("|") for line in table.strip().splitlines()]
    assert [cell.strip() for cell in header] == ["address", "method", *ROLES]
    expected = {
        (cells[0].strip(), cells[1].strip()): [cell.strip() for cell in cells[2:]]
        for cells in lines
    }
    found = {(row[0], row[1]): row[2:] for row in rows}
    assert set(expected) == set(found)
    wrong = [
        f"{name} {method} as {role}: {actual}, the table says {wanted}"
        for (name, method), cells in found.items()
        for role, actual, wanted in zip(ROLES, cells, expected[name, method], strict=True)
        if actual != wanted
    ]
    assert not wrong, "\n".join(wrong)


def own_names() -> Iterator[str]:
    """Names of all addresses that lead to views of ours."""

    def walk(resolver: URLResolver, space: str) -> Iterator[str]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                inner = f"{space}{entry.namespace}:" if entry.namespace else space
                yield from walk(entry, inner)
            elif isinstance(entry, URLPattern):
                module = getattr(entry.callback, "__module__", "")
                ours = module.split(".")[0] in OWN and module not in IN_AREAS
                if ours or entry.name == "sitemap":
                    yield space + (entry.name or str(entry.pattern))

    yield from walk(get_resolver(), "")


def test_B01_every_own_address_stands_in_the_table() -> None:
    assert set(own_names()) == {
        name.split("/")[0] if ":" in name else name for name in OWN_ADDRESSES
    }


def test_B01_own_addresses_answer_each_role_as_the_table_says(world: World) -> None:
    compare(OWN_TABLE, measured(world, OWN_ADDRESSES, list(METHODS)))


def test_B01_the_mailbox_is_for_the_demo_alone(world: World, settings: Any) -> None:
    settings.DEMO_MAILBOX = True
    cells = {ask(world, role, "GET", OWN_ADDRESSES["messaging:mailbox"]) for role in ROLES}
    assert cells == {"200"}


def test_B01_account_pages_answer_each_role_as_the_table_says(world: World) -> None:
    compare(ALLAUTH_TABLE, measured(world, ALLAUTH, ["GET", "POST"]))


def test_B01_public_pages_answer_each_role_as_the_table_says(world: World) -> None:
    compare(PAGES_TABLE, measured(world, PAGES, ["GET", "HX", "POST"]))


def test_B01_the_admin_answers_each_role_as_the_table_says(world: World) -> None:
    compare(ADMIN_TABLE, measured(world, ADMIN, ["GET", "POST"]))


def test_B01_no_refusal_tells_what_the_lesson_says(world: World) -> None:
    """The body of every answer to those who may not study."""
    for role in ("anonymous", "registered", "elsewhere", "left", "expired", "other-teacher"):
        for name, address in OWN_ADDRESSES.items():
            if not name.startswith("learning:"):
                continue
            for verb, headers in METHODS.values():
                with transaction.atomic():
                    ask_it = getattr(world.clients[role], verb)
                    response = ask_it(url_of(address, world.things), **headers)
                    body = b"" if response.streaming else response.content
                    transaction.set_rollback(True)
                assert b"Secret." not in body, (role, name)
