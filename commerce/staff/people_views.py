"""What Support does for people: give access, to one or to a list, move its end, end it."""

import re
import secrets
from collections import Counter
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages
from wagtail.admin.widgets import AdminDateTimeInput

from accounts.models import User
from commerce.choosing import COURSES
from commerce.services import seats
from commerce.services.seats import CannotGive
from commerce.staff import doors, lists, steps
from commerce.staff.lists import BadList, Line, Standing
from commerce.staff.steps import Act, NoteForm
from core import clock
from course_pages.models import Course
from learning.models import AccessGrant

READS_AND_WRITES = require_http_methods(["GET", "HEAD", "POST"])
ACT = re.compile(r"[0-9a-f]{32}")
MOST_SHOWN = 500


def act_field() -> forms.CharField:
    return forms.CharField(widget=forms.HiddenInput, max_length=32)


def course_field() -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        Course.objects.exclude(live_release=None), label=_("Course"),
        widget=COURSES.widget_class(show_edit_link=False),
    )  # fmt: skip


class EndForm(forms.Form):
    until = forms.DateTimeField(
        label=_("Until"), required=False, widget=AdminDateTimeInput,
        help_text=_("Empty means for ever."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Why"), max_length=steps.LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Kept in the log, with your name."),
    )  # fmt: skip

    def clean_until(self) -> datetime | None:
        until: datetime | None = self.cleaned_data["until"]
        if until is not None and until <= clock.now():
            raise forms.ValidationError(_t("The end lies in the past."))
        return until


class GiveForm(EndForm):
    """`act` makes a form that is sent twice one grant."""

    course = course_field()
    act = act_field()
    field_order = ["course", "until", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["act"] = secrets.token_hex(16)

    def clean_act(self) -> str:
        act = self.cleaned_data["act"]
        if not ACT.fullmatch(act):
            raise forms.ValidationError(_t("Please begin this form anew."))
        return str(act)


class ListForm(GiveForm):
    """A list as a file; read once, it comes back as text with the yes."""

    file = forms.FileField(
        label=_("CSV file"), required=False,
        help_text=_("One person a line, at most 5,000. The column “email” is read, others are "
                    "ignored."),
    )  # fmt: skip
    lines = forms.CharField(
        widget=forms.HiddenInput, required=False, max_length=lists.MOST_LINES * 300, strip=False
    )
    field_order = ["course", "file", "until", "reason"]
    addresses: list[tuple[int, str]]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        file = data.get("file")
        text = data.get("lines") or ""
        if file is None and not text:
            if "file" not in self.errors:
                self.add_error("file", _t("Choose a file."))
            return data
        try:
            self.addresses = lists.read(
                file.read(lists.MOST_BYTES + 1) if file is not None else text.encode()
            )
        except BadList as bad:
            self.add_error("file", str(bad))
        return data


def until_words(until: datetime | None) -> str:
    if until is None:
        return _t("for ever")
    return _t("until %(at)s") % {"at": date_format(localtime(until), "DATETIME_FORMAT")}


def _trail(user: User) -> list[tuple[str, str]]:
    return [*doors.people_trail(), (_url(user), user.display_name)]


def _url(user: User) -> str:
    return reverse("till:person", args=[user.pk])


@READS_AND_WRITES
@doors.needs(*doors.SEE_PEOPLE, doors.GIVE)
def give(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Let somebody into a course by hand."""
    user = get_object_or_404(User, pk=pk)
    by: Any = request.user

    def do(data: dict[str, Any]) -> None:
        seats.give(
            user=user, course=data["course"], until=data["until"], reason=data["reason"],
            act=data["act"], by=by,
        )  # fmt: skip

    return steps.take(
        request,
        Act(
            _t("Give access"), GiveForm(request.POST or None),
            lambda data: [
                _t("%(person)s may study “%(course)s”, %(until)s.")
                % {"person": user.email, "course": data["course"],
                   "until": until_words(data["until"])},
                _t("Why: %(reason)s") % {"reason": data["reason"]},
            ],
            do, _t("Access is given."), _url(user), _trail(user),
            _t("For %(person)s, beside whatever else lets them in. Nobody is charged.")
            % {"person": user.email}, icon="key",
        ),
    )  # fmt: skip


def _grant(pk: int) -> AccessGrant:
    rows = AccessGrant.objects.select_related("enrolment__user", "enrolment__course")
    return get_object_or_404(rows, pk=pk)


@READS_AND_WRITES
@doors.needs(*doors.SEE_PEOPLE, doors.CHANGE_GRANTS)
def move_end(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Set anew until when access that was given by hand lasts."""
    grant = _grant(pk)
    user, course = grant.enrolment.user, grant.enrolment.course
    by: Any = request.user
    return steps.take(
        request,
        Act(
            _t("Move the end"),
            EndForm(request.POST or None, initial={"until": grant.ends_at}),
            lambda data: [
                _t("“%(course)s” for %(person)s: so far %(before)s, from now on %(until)s.")
                % {"course": course, "person": user.email,
                   "before": until_words(grant.ends_at), "until": until_words(data["until"])},
                _t("Why: %(reason)s") % {"reason": data["reason"]},
            ],
            lambda data: seats.move_end(
                grant=grant, until=data["until"], reason=data["reason"], by=by
            ),
            _t("The end is moved."), _url(user), _trail(user),
            _t("“%(course)s” for %(person)s.") % {"course": course, "person": user.email},
            icon="date",
        ),
    )  # fmt: skip


@READS_AND_WRITES
@doors.needs(*doors.SEE_PEOPLE, doors.CHANGE_GRANTS)
def end(request: HttpRequest, pk: int) -> HttpResponseBase:
    """End access that was given by hand or taken for free."""
    grant = _grant(pk)
    user, course = grant.enrolment.user, grant.enrolment.course
    by: Any = request.user
    return steps.take(
        request,
        Act(
            _t("End access"), NoteForm(request.POST or None),
            lambda data: [
                _t("This access of %(person)s to “%(course)s” ends now.")
                % {"person": user.email, "course": course},
                _t("Progress stays, and so does any other access to it."),
                _t("Why: %(reason)s") % {"reason": data["note"]},
            ],
            lambda data: seats.end(grant=grant, reason=data["note"], by=by),
            _t("It has ended."), _url(user), _trail(user),
            _t("“%(course)s” for %(person)s.") % {"course": course, "person": user.email},
            danger=True, icon="cross",
        ),
    )  # fmt: skip


@READS_AND_WRITES
@doors.needs(*doors.SEE_PEOPLE, doors.GIVE)
def give_list(request: HttpRequest) -> HttpResponseBase:
    """Give access to a list: first it is only read and looked up, then carried out."""
    form = ListForm(request.POST or None, request.FILES or None)
    title, trail = _t("Give access to a list"), doors.people_trail()
    if request.method != "POST" or not form.is_valid():
        return doors.show(request, "list", title, trail, "group", form=form)
    by = request.user
    if not isinstance(by, User):
        raise PermissionDenied
    data = form.cleaned_data
    looked_up = lists.look_up(form.addresses, data["course"])
    users = [line.user for line in looked_up if line.standing is Standing.FOUND and line.user]
    if "yes" not in request.POST or not users:
        return doors.show(
            request, "list_dry_run", title, trail, "group", form=form, **_told(looked_up, data)
        )
    try:
        new = seats.give_many(
            users=users, course=data["course"], until=data["until"], reason=data["reason"],
            act=data["act"], by=by,
        )  # fmt: skip
    except CannotGive as refused:
        form.add_error(None, str(refused))
        return doors.show(request, "list", title, trail, "group", form=form)
    messages.success(
        request,
        ngettext("%(n)s person was let in.", "%(n)s people were let in.", new) % {"n": new},
    )
    return redirect("till:people")


def _told(looked_up: list[Line], data: dict[str, Any]) -> dict[str, Any]:
    counts = Counter(line.standing for line in looked_up)
    return {
        "counts": [(lists.WORDS[one], counts[one]) for one in Standing if counts[one]],
        "found": counts[Standing.FOUND],
        # What is wrong first: in a long list nobody would find it.
        "shown": sorted(looked_up, key=lambda line: line.standing is Standing.FOUND)[:MOST_SHOWN],
        "left_out": max(0, len(looked_up) - MOST_SHOWN),
        "lines": lists.write(line.text for line in looked_up if line.standing is Standing.FOUND),
        "course": data["course"],
        "until": until_words(data["until"]),
    }
