from django.http import HttpRequest, HttpResponse
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.http import urlencode


def staff_login(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated and not request.user.has_perm("wagtailadmin.access_admin"):
        raise PermissionDenied
    return redirect(reverse("account_login") + "?" + urlencode({"next": request.GET.get("next", "/admin/")}))


urlpatterns = [path("login/", staff_login, name="staff_login")]
