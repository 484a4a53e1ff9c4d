"""What a person's name may hold: any script, but nothing that acts on the text around it."""

from django import forms

from core.text import one_line


class NameField(forms.CharField):
    """Keeps a name clean, and refuses one of which nothing is left."""

    def clean(self, value: object) -> str:
        name = one_line(super().clean(value))
        self.validate(name)
        return name
