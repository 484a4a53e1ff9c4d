"""Account pages and the account island of public pages."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.middleware import HtmxDetails

from accounts.forms import ProfileForm
from accounts.models import User
from accounts.redirects import local_or


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, language and time zone; address and password have pages of their own."""
    # A copy of its own: a refused form must not change the name in the page's header.
    user = User.objects.get(pk=cast(User, request.user).pk)
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        user.save(update_fields=list(form.cleaned_data))
        with translation.override(user.language or None):
            messages.success(request, _("Your profile is saved."))
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form})


@require_safe
def menu(request: HttpRequest) -> HttpResponse:
    """The visitor's own corner of a page that is the same for everyone."""
    htmx = cast(HtmxDetails, request.htmx)  # type: ignore[attr-defined]
    context = {
        "next": local_or(htmx.current_url_abs_path, ""),
        "opens_admin": request.user.has_perm("wagtailadmin.access_admin"),
    }
    response = render(request, "accounts/_menu.html", context)
    response["Cache-Control"] = "private, no-store"
    return response
