"""Accounts made and changed by others than their owner: set-up, the demo, administrators."""

from collections.abc import Iterable
from urllib.parse import quote

from allauth.account import app_settings as allauth_settings
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.mail import send_mail
from django.db import router, transaction
from django.db.models.deletion import Collector, ProtectedError, RestrictedError
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User


class AddressTaken(Exception):
    """Another account has confirmed this address."""


@transaction.atomic
def create(
    *,
    email: str,
    name: str = "",
    password: str | None = None,
    groups: Iterable[str] = (),
    superuser: bool = False,
    language: str = "",
    time_zone: str = "UTC",
) -> User:
    """The account of this address, confirmed and in these groups; one transaction.

    A second call finds the account, adds what groups are missing and changes nothing else.
    """
    address = User.objects.normalize_email(email)
    user = User.objects.filter(email=address).first()
    if user is None:
        user = User.objects.create_user(
            address,
            password,
            name=name,
            language=language,
            time_zone=time_zone,
            is_staff=superuser,
            is_superuser=superuser,
        )
        confirm(user)
    user.groups.add(*(Group.objects.get_or_create(name=group)[0] for group in groups))
    return user


@transaction.atomic
def confirm(user: User) -> None:
    """Make the user's address their only one, confirmed; one transaction, repeatable.

    Without a confirmed address allauth lets nobody sign in, and would drop the password of whoever
    comes through an identity provider. Raises AddressTaken.
    """
    if is_taken(user.email, by_other_than=user):
        raise AddressTaken(user.email)
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


def is_taken(email: str, *, by_other_than: User | None = None) -> bool:
    """Whether another account signs in with this address or has confirmed it."""
    address = User.objects.normalize_email(email)
    users = User.objects.filter(email=address)
    addresses = EmailAddress.objects.filter(email__iexact=address, verified=True)
    if by_other_than is not None and by_other_than.pk is not None:
        users = users.exclude(pk=by_other_than.pk)
        addresses = addresses.exclude(user_id=by_other_than.pk)
    return users.exists() or addresses.exists()


def password_link(user: User) -> str:
    """An address under which this person sets a password, once, within PASSWORD_RESET_TIMEOUT."""
    token = allauth_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    return password_address(f"{user_pk_to_url_str(user)}-{token}")


def password_address(key: str) -> str:
    """The page for this reset key, at the site's own address."""
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
    return settings.BASE_URL + path.replace("UID-KEY", quote(key))


def invite(user: User) -> str:
    """Mail the person a link for setting a password; returns the link."""
    link = password_link(user)
    send_mail(
        _("Your account at %(site)s") % {"site": settings.WAGTAIL_SITE_NAME},
        _(
            "Hello %(name)s,\n\n"
            "you have an account at %(site)s now. Set its password here:\n\n%(link)s\n"
        )
        % {"name": user.display_name, "site": settings.WAGTAIL_SITE_NAME, "link": link},
        None,
        [user.email],
    )
    return link


def what_keeps(users: Iterable[User]) -> list[str]:
    """Kinds of rows that forbid deleting these people ("enrolment"); empty when nothing does."""
    collector = Collector(using=router.db_for_write(User))
    try:
        collector.collect(list(users))
    except ProtectedError as error:
        kept = error.protected_objects
    except RestrictedError as error:
        kept = error.restricted_objects
    else:
        return []
    return sorted({capfirst(str(row._meta.verbose_name)) for row in kept})
