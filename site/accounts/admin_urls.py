"""Addresses of Wagtail's admin that must not be Wagtail's: they stand before its own.

Its sign-in page would let a password alone in, past everything that allauth asks for.
"""

from django.urls import path, re_path

from accounts import staff

urlpatterns = [
    path("login/", staff.sign_in, name="staff_login"),
    path("logout/", staff.sign_out, name="staff_logout"),
    re_path(r"^password_reset/", staff.reset_password),
]
