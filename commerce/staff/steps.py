"""Acts in two steps: fill in, read what will happen, say yes. Nothing is written before the yes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages

from commerce.services.refunds import CannotRefund
from commerce.services.resolving import CannotResolve
from commerce.services.seats import CannotGive
from commerce.staff import doors
from commerce.stripe_account import UNREACHABLE

REFUSED = (CannotRefund, CannotResolve, CannotGive)
LONGEST_NOTE = 300


class NoteForm(forms.Form):
    """Why it is done; kept in the log."""

    note = forms.CharField(
        label=_("Why"), max_length=LONGEST_NOTE, help_text=_("Kept in the log, with your name."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


@dataclass(frozen=True)
class Act:
    """What is to be done: words about it, and the doing, which may refuse."""

    title: str
    form: forms.Form
    words: Callable[[dict[str, Any]], Sequence[str]]
    do: Callable[[dict[str, Any]], object]
    done: str
    back: str
    trail: list[tuple[str, str]] = field(default_factory=list)
    lead: str = ""
    danger: bool = False
    icon: str = "tag"


def take(request: HttpRequest, act: Act) -> HttpResponse:
    """The step that the request has come to."""
    if request.method != "POST" or not act.form.is_valid():
        return _page(request, act, "step")
    if "yes" not in request.POST:
        return _page(request, act, "confirm", words=act.words(act.form.cleaned_data))
    try:
        act.do(act.form.cleaned_data)
    except REFUSED as refused:
        act.form.add_error(None, str(refused))
        return _page(request, act, "step")
    except UNREACHABLE:
        act.form.add_error(
            None, _("Stripe does not answer as it should. Nothing was done; please try again.")
        )
        return _page(request, act, "step")
    messages.success(request, act.done)
    return redirect(act.back)


def _page(request: HttpRequest, act: Act, template: str, **context: Any) -> HttpResponse:
    return doors.show(
        request, template, act.title, act.trail, act.icon, act=act, form=act.form, **context
    )
