"""Addresses of Wagtail's admin that must not be Wagtail's: they stand before its own.

Its sign-in page would let a password alone in, past everything that allauth asks for.
"""

from django.urls import path, re_path
from django.views.decorators.cache import never_cache
from wagtail.admin.auth import require_admin_access

from accounts import staff

urlpatterns = [
    path("login/", staff.sign_in, name="staff_login"),
    path("logout/", staff.sign_out, name="staff_logout"),
    path(
        "account/",
        never_cache(require_admin_access(staff.AccountView.as_view())),
        name="staff_account",
    ),
    re_path(r"^password_reset/", staff.reset_password),
]
