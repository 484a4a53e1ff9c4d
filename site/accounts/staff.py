"""Signing in to and out of Wagtail's admin: through the site's own doors."""

from urllib.parse import urlencode

from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from wagtail.admin.views import account as wagtail_account

from accounts.redirects import local_or


@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """On to the site's sign-in page, and back.

    Someone signed in without the right to be here is told so: sent to sign in, they would come
    straight back, for ever.
    """
    target = local_or(request.GET.get("next"), reverse("wagtailadmin_home"))
    if request.user.is_authenticated:
        if not request.user.has_perm("wagtailadmin.access_admin"):
            raise PermissionDenied
        # Not `redirect`, which takes a word without a slash for the name of a view.
        return HttpResponseRedirect(target)
    return redirect(f"{reverse('account_login')}?{urlencode({'next': target})}")


@never_cache
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session on POST; a mere link leads to the page that asks."""
    if request.method != "POST":
        return redirect("account_logout")
    logout(request)
    return redirect("/")


@never_cache
def reset_password(request: HttpRequest) -> HttpResponse:
    return redirect("account_reset_password")


class AccountView(wagtail_account.AccountView):
    """The admin's own preferences; name, address and password are the site's account pages'."""

    def get_panels(self) -> list[wagtail_account.BaseSettingsPanel]:
        names = wagtail_account.NameEmailSettingsPanel
        return [panel for panel in super().get_panels() if not isinstance(panel, names)]
