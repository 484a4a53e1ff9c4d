"""A drafted design, printed as it will be and shown as a picture."""

import base64

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from certificates import freezing, printing
from certificates.authoring import samples
from certificates.authoring.advice import advice
from certificates.models import CertificateDesign

WIDTH = 1400
"""Dots across: sharp on a screen with twice the usual density."""


def of_design(row: CertificateDesign, request: HttpRequest, mode: str) -> HttpResponse:
    """Writes nothing. Says why there is no picture where there is none."""
    design = freezing.design_of(row)
    sample = samples.facts(mode)
    picture, refusal = "", ""
    try:
        shown, pictures = samples.printable(design)
        png = printing.as_png(printing.render(shown, sample, pictures), WIDTH)
        picture = base64.b64encode(png).decode()
    except printing.Unprintable as refused:
        refusal = _("Letters that cannot be printed on this site: %s") % " ".join(refused.letters)
    except printing.PictureError as broken:
        title = samples.title_of(broken.key)
        refusal = _("The picture “%s” cannot be printed.") % title
    except ValueError:
        refusal = _("This cannot be printed yet: look at the messages of the form.")
    context = {
        "design": row,
        "portrait": row.orientation == row.Orientation.PORTRAIT,
        "picture": picture,
        "refusal": refusal,
        "advice": list(advice(design)),
        "sample": sample,
    }
    return render(request, "certificates/authoring/preview.html", context)
