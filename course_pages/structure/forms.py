"""What a teacher fills in on the structure screen."""

from django import forms
from django.utils.translation import gettext_lazy as _

from course_pages.models import LessonPage
from course_pages.structure.templates import TEMPLATES

MOST_MINUTES = 32767


class TitleForm(forms.Form):
    """A module's title, or that of something new."""

    title = forms.CharField(label=_("Title"), max_length=255)


class LessonForm(TitleForm):
    """What one changes of a lesson without opening it."""

    minutes = forms.IntegerField(
        label=_("Minutes"),
        min_value=0,
        max_value=MOST_MINUTES,
        help_text=LessonPage._meta.get_field("minutes").help_text,
    )
    required = forms.BooleanField(
        label=_("Required"),
        required=False,
        help_text=LessonPage._meta.get_field("required").help_text,
    )
    free_preview = forms.BooleanField(
        label=_("Free preview"),
        required=False,
        help_text=LessonPage._meta.get_field("free_preview").help_text,
    )


class NewCourseForm(TitleForm):
    """A course's title and what it begins with."""

    template = forms.ChoiceField(
        label=_("Begin with"),
        widget=forms.RadioSelect,
        choices=[(one.key, one.label) for one in TEMPLATES],
        initial=TEMPLATES[0].key,
    )
