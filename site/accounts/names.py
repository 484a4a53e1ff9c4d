"""What a person's name may hold: any script, but nothing that acts on the text around it."""

import re

from django import forms

BREAKS = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]+")
# Control characters, and those that turn the direction of what follows. A name in Hebrew or Arabic
# needs none of them; the joiners U+200C and U+200D are letters' and emoji's own and stay.
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean(name: str) -> str:
    """The name on one line, without control characters; a second call changes nothing."""
    return CONTROLS.sub("", BREAKS.sub(" ", name)).strip()


class NameField(forms.CharField):
    """Keeps a name clean, and refuses one of which nothing is left."""

    def clean(self, value: object) -> str:
        name = clean(super().clean(value))
        self.validate(name)
        return name
