"""Whether a name can stand on a certificate."""

from django.utils.translation import gettext as _

from certificates import printing


def problem_with(name: str) -> str:
    """Why a name cannot stand on a certificate, in words for its bearer; "" if it can."""
    if not printing.shows(name):
        return _("There is no name in the account: a certificate needs one.")
    if letters := printing.unprintable(name):
        return _("The name has letters that cannot be printed here: %s") % " ".join(letters)
    return ""
