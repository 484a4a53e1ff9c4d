"""What staff say when they act on certificates."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from certificates.names import problem_with
from core.text import one_line

LONGEST_REASON = 300


class YesForm(forms.Form):
    """Asks nothing but whether to do it."""


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept with the certificate, with your name."),
    )  # fmt: skip


class RevokeForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _t(
            "Anybody who checks the certificate reads this: say it without names."
        )


class NameForm(ReasonForm):
    """`after` is how many prints there were when the form was asked for."""

    name = forms.CharField(label=_("Name on the certificate"), max_length=150)
    after = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    field_order = ["name", "reason"]

    def clean_name(self) -> str:
        name = one_line(self.cleaned_data["name"])
        if problem := problem_with(name):
            raise forms.ValidationError(problem)
        return name


class DecisionForm(forms.Form):
    """What becomes of those that were ticked; a reason is needed to turn them down."""

    decision = forms.ChoiceField(choices=[("approve", ""), ("refuse", "")])
    reason = forms.CharField(
        label=_("Why"), max_length=LONGEST_REASON, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept with each certificate, with your name."),
    )  # fmt: skip
    yes = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("yes") and data.get("decision") == "refuse" and not data.get("reason"):
            self.add_error("reason", _t("Say why."))
        return data


class GiveForm(forms.Form):
    """The release whose rule was looked at."""

    release = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
