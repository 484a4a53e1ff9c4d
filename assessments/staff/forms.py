"""What staff send: points with comments, reasons, allowances."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from assessments.models import Allowance, Attempt
from assessments.questions.data import Question, items, points
from assessments.services.attempts import rounded
from assessments.services.corrections import MOST_ATTEMPTS, MOST_TIME
from assessments.services.grading_by_hand import LONGEST_COMMENT, Given

LONGEST_REASON = 500


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 2})
    )


class RegradeForm(ReasonForm):
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    never_lower = forms.BooleanField(required=False, widget=forms.HiddenInput)


class AllowanceForm(ReasonForm):
    """What is left empty stays as it stands for that quiz."""

    scope = forms.ChoiceField(label=_("Quiz"))
    extra_time = forms.IntegerField(
        label=_("Extra time in percent"),
        min_value=0,
        max_value=MOST_TIME,
        required=False,
        help_text=_("Left empty it stays as it is; 0 takes it away."),
    )
    extra_attempts = forms.IntegerField(
        label=_("Extra attempts"),
        min_value=0,
        max_value=MOST_ATTEMPTS,
        required=False,
        help_text=_("Left empty they stay as they are; 0 takes them away."),
    )
    field_order = ["scope", "extra_time", "extra_attempts", "reason"]

    def __init__(self, *args: Any, quizzes: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = (Allowance.EVERY_QUIZ, _("Every quiz of the course"))
        self.fields["scope"].choices = [every, *quizzes.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        asked = [data.get(name) for name in ("extra_time", "extra_attempts")]
        if not self.errors and asked == [None, None]:
            raise forms.ValidationError(_("Say how much time or how many attempts."))
        return data


class GradingForm(forms.Form):
    """Points by criterion of each long answer, or one number where it has no criteria."""

    token = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(
        self, *args: Any, questions: Sequence[Question], attempt: Attempt, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"token": attempt.token}
        self.questions = questions
        for question in questions:
            kept = attempt.marks.get(question["id"], {})
            self._add_points(question, kept)
            self.fields[f"comment.{question['id']}"] = forms.CharField(
                label=_("Comment to the learner"),
                required=False,
                max_length=LONGEST_COMMENT,
                initial=kept.get("comment", ""),
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    def _add_points(self, question: Question, kept: dict[str, Any]) -> None:
        criteria = list(items(question.get("rubric")))
        if not criteria:
            self.fields[f"points.{question['id']}"] = _points_field(
                _t("Points"), rounded(points(question)), kept.get("points")
            )
        for key, row in criteria:
            self.fields[f"points.{question['id']}.{key}"] = _points_field(
                row["criterion"], Decimal(row["points"]), kept.get("rubric", {}).get(key)
            )

    def parts(self, question: Question) -> dict[str, Any]:
        """The fields of one answer, for the template."""
        name = f"points.{question['id']}"
        told = {key: row.get("description", "") for key, row in items(question.get("rubric"))}
        points = [
            {"field": self[one], "description": told.get(one.removeprefix(f"{name}."), "")}
            for one in self.fields
            if one == name or one.startswith(f"{name}.")
        ]
        return {"points": points, "comment": self[f"comment.{question['id']}"]}

    def given(self) -> dict[str, Given]:
        """What was given, by question."""
        data = self.cleaned_data
        made = {}
        for question in self.questions:
            name = f"points.{question['id']}"
            made[question["id"]] = Given(
                rubric={
                    one.removeprefix(f"{name}."): value
                    for one, value in data.items()
                    if one.startswith(f"{name}.") and value is not None
                },
                points=data.get(name),
                comment=data[f"comment.{question['id']}"],
            )
        return made


def _points_field(label: str, most: Decimal, kept: str | None) -> forms.DecimalField:
    shown = most.normalize()
    return forms.DecimalField(
        label=_t("%(criterion)s, 0 to %(most)s points")
        % {"criterion": label, "most": f"{shown:f}"},
        required=False,
        min_value=0,
        max_value=most,
        max_digits=10,
        decimal_places=4,
        initial=None if kept is None else f"{Decimal(kept).normalize():f}",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
