"""How allauth behaves here."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account import app_settings as allauth_settings
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import people, redirects
from accounts.models import User

LONGEST_ADDRESS = 254


class AccountAdapter(DefaultAccountAdapter):
    """Stays on the site, and names the site by its own address whatever host a request claims."""

    def is_safe_url(self, url: str | None) -> bool:
        return redirects.is_local(url)

    def clean_email(self, email: str) -> str:
        """Refuses what the column cannot hold: forms allow longer addresses than it does."""
        if len(email) > LONGEST_ADDRESS:
            raise ValidationError(_("This address is too long."), code="max_length")
        return User.objects.normalize_email(super().clean_email(email))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return str(settings.LOGIN_REDIRECT_URL)

    def get_reset_password_from_key_url(self, key: str) -> str:
        return people.password_address(key)

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> Any:
        own: dict[str, Any] = {
            "site_name": settings.WAGTAIL_SITE_NAME,
            "site_domain": urlsplit(settings.BASE_URL).netloc,
            "login_url": settings.BASE_URL + reverse("account_login"),
            "signup_url": settings.BASE_URL + reverse("account_signup"),
            "code_minutes": allauth_settings.EMAIL_VERIFICATION_BY_CODE_TIMEOUT // 60,
        }
        if "key" not in context:
            own["password_reset_url"] = settings.BASE_URL + reverse("account_reset_password")
        return super().render_mail(template_prefix, email, {**context, **own}, headers)
