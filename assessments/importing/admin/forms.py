"""What is asked before questions are imported."""

from pathlib import PurePosixPath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from assessments.importing import LIMITS, SUFFIXES
from assessments.models import QuestionBank, Quiz
from assessments.permissions import CoursePolicy, taught_by
from course_pages.models import Course

BANK, QUIZ = "bank", "quiz"
KINDS = (
    (BANK, gettext_lazy("A question bank: quizzes draw from it")),
    (QUIZ, gettext_lazy("A quiz of these questions")),
)


def may_import(user: Any) -> bool:
    """Whoever may make quizzes and banks in some course."""
    return all(CoursePolicy(m).user_has_permission(user, "add") for m in (Quiz, QuestionBank))


def courses_for(user: User) -> Any:
    """The courses in which somebody may make quizzes."""
    if user.has_perm("assessments.add_quiz") and user.has_perm("assessments.add_questionbank"):
        return Course.objects.order_by("title")
    return Course.objects.filter(pk__in=taught_by(user)).order_by("title")


class ImportQuestionsForm(forms.Form):
    """A file, the course, and what becomes of it."""

    file = forms.FileField(label=gettext_lazy("File"))
    course = forms.ModelChoiceField(Course.objects.none(), label=gettext_lazy("Course"))
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Left open: what the file says."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Make of it"), choices=KINDS, initial=BANK, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, user: User, too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["course"]
        field.queryset = courses_for(user)
        if field.queryset.count() == 1:
            field.initial = field.queryset.get()
        file = self.fields["file"]
        file.widget.attrs["accept"] = ",".join(SUFFIXES)
        file.error_messages |= {
            "required": self.too_large() if too_large else _("Choose the file first."),
            "empty": _("The file is empty."),
        }

    @property
    def largest(self) -> int:
        return LIMITS.archive_bytes

    def too_large(self) -> str:
        return _("The file is too large: at most %(limit)s MB are accepted.") % {
            "limit": self.largest // 2**20
        }

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > LIMITS.archive_bytes:
            raise ValidationError(self.too_large())
        if PurePosixPath(file.name or "").suffix.lower() not in SUFFIXES:
            raise ValidationError(
                _("Choose a file of one of these kinds: %s.") % ", ".join(SUFFIXES)
            )
        return file
