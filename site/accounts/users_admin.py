"""Users in Wagtail's admin: our fields, addresses kept confirmed, superusers out of reach."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.users import forms as wagtail_forms
from wagtail.users.views import users as wagtail_views

from accounts import people
from accounts.forms import time_zones
from accounts.models import User
from accounts.names import NameField

FIELDS = ["email", "name", "language", "time_zone", "groups", "is_superuser"]
ORDER = [
    "email",
    "name",
    "language",
    "time_zone",
    "password1",
    "password2",
    "is_active",
    "groups",
    "is_superuser",
]


class UserPolicy(ModelPermissionPolicy):
    """Model permissions; who is no superuser has no power over one."""

    def user_has_any_permission_for_instance(
        self, user: User, actions: set[str], instance: User
    ) -> bool:
        if instance.is_superuser and not user.is_superuser:
            return False
        return bool(self.user_has_any_permission(user, actions))

    def user_has_permission_for_instance(self, user: User, action: str, instance: User) -> bool:
        return self.user_has_any_permission_for_instance(user, {action}, instance)


class UserFields:
    """What both forms share, besides Wagtail's own handling of passwords."""

    def __init__(self, *args: Any, may_make_superusers: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        form: Any = self
        form.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"), choices=time_zones(keep=form.instance.time_zone)
        )
        if not may_make_superusers:
            form.fields.pop("is_superuser", None)
        form.order_fields(ORDER)

    def clean_email(self) -> str:
        form: Any = self
        email = User.objects.normalize_email(form.cleaned_data["email"])
        if people.is_taken(email, by_other_than=form.instance):
            raise forms.ValidationError(
                form.error_messages["duplicate_username"], code="duplicate_username"
            )
        return email

    def save(self, commit: bool = True) -> User:
        form: Any = super()
        user: User = form.save(commit=commit)
        if commit:
            people.confirm(user)
        return user


MESSAGES = wagtail_forms.UserForm.error_messages | {
    "duplicate_username": _("Somebody else uses this address.")
}


class UserCreationForm(UserFields, wagtail_forms.UserCreationForm):
    first_name = None
    last_name = None
    error_messages = MESSAGES

    class Meta(wagtail_forms.UserCreationForm.Meta):
        fields = FIELDS
        field_classes = {"name": NameField}


class UserEditForm(UserFields, wagtail_forms.UserEditForm):
    first_name = None
    last_name = None
    error_messages = MESSAGES

    class Meta(wagtail_forms.UserEditForm.Meta):
        fields = [*FIELDS, "is_active"]
        field_classes = {"name": NameField}


class CreateView(wagtail_views.CreateView):
    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"may_make_superusers": self.request.user.is_superuser}


class EditView(wagtail_views.EditView):
    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"may_make_superusers": self.request.user.is_superuser}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.object.is_superuser and not request.user.is_superuser:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class IndexView(wagtail_views.IndexView):
    """Also found by name."""

    @cached_property
    def search_fields(self) -> set[str]:
        return {"email", "name"}


class UserViewSet(wagtail_views.UserViewSet):
    index_view_class = IndexView
    add_view_class = CreateView
    edit_view_class = EditView
    # Wagtail's own user templates want first and last names.
    create_template_name = "wagtailadmin/generic/create.html"
    edit_template_name = "wagtailadmin/generic/edit.html"

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        return UserEditForm if for_update else UserCreationForm


def refuse_deleting(request: HttpRequest, users: list[User], back: str) -> HttpResponse | None:
    """A message and a way back where learner records or the like hang on one of these people."""
    kept = people.what_keeps(users)
    if not kept:
        return None
    messages.error(
        request,
        _("Not deleted: %(records)s must be kept. Make the account inactive instead.")
        % {"records": ", ".join(kept)},
    )
    return redirect(back)
