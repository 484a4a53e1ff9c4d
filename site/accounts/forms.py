"""Forms of the account pages."""

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.names import NameField

# Regions only: "EST", "GMT+3" and their like are names of clocks, not of places.
REGIONS = (
    *("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/"),
    *("Australia/", "Europe/", "Indian/", "Pacific/"),
)


class SignupForm(forms.Form):
    """What sign-up asks besides address and password."""

    name = NameField(
        label=_("Your name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("As it should stand on a certificate."),
    )

    field_order = ["name", "email", "password1"]

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


def time_zones(*, keep: str = "") -> list[tuple[str, str]]:
    """Places to choose from, UTC first; `keep` stays choosable whatever it is."""
    places = sorted(name for name in zoneinfo.available_timezones() if name.startswith(REGIONS))
    first = ["UTC"] if keep in {"", "UTC", *places} else ["UTC", keep]
    return [(name, name.replace("_", " ")) for name in [*first, *places]]


class ProfileForm(forms.ModelForm[User]):
    """What people say about themselves."""

    class Meta:
        model = User
        fields = ["name", "language", "time_zone"]
        field_classes = {"name": NameField}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "time_zone": forms.Select,
        }
        help_texts = {"time_zone": _("Dates and times are shown to you in this zone.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"),
            choices=[("", _("The site’s own")), *settings.LANGUAGES],
            required=False,
        )
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"),
            choices=time_zones(keep=self.instance.time_zone),
            help_text=self.fields["time_zone"].help_text,
        )
