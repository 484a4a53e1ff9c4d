"""The editor's form of a design."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    MultiFieldPanel,
    ObjectList,
    Panel,
    PublishingPanel,
)

from certificates.authoring.forms import ColourInput, DesignForm
from certificates.printing.design import PLACEHOLDERS

WHEN = _(
    "Changes reach certificates with the next release of a course that gives them. What was "
    "issued before stays as it was printed."
)


class PlaceholdersPanel(Panel):
    """What may stand in braces, and what is printed in its place."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "certificates/authoring/placeholders.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | {"placeholders": PLACEHOLDERS.items()}


def _needed(name: str, **more: Any) -> FieldPanel:
    """A field without which no page can be drawn, so that drafts and previews need it too."""
    return FieldPanel(name, required_on_save=True, **more)


def _colour(name: str, help_text: Any) -> FieldPanel:
    return _needed(name, widget=ColourInput, help_text=help_text)


DESIGN = ObjectList(
    [
        HelpPanel(str(WHEN)),
        FieldPanel("title"),
        MultiFieldPanel(
            [
                FieldRowPanel([_needed("size"), _needed("orientation")]),
                _needed("style"),
                FieldPanel(
                    "background",
                    help_text=_(
                        "Fills the whole page, cut to its shape; pale ones leave texts readable."
                    ),
                ),
                FieldPanel("logo", help_text=_("Stands above the heading.")),
            ],
            heading=_("Paper"),
        ),
        MultiFieldPanel(
            [
                PlaceholdersPanel(),
                FieldPanel("heading"),
                FieldPanel("lead"),
                FieldPanel(
                    "statement",
                    help_text=_(
                        "A line with nothing but {course} is printed larger. A line with a "
                        "placeholder that is empty for somebody is left out."
                    ),
                ),
                FieldPanel("closing"),
            ],
            heading=_("Texts"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [
                        _colour("ink", _("Dark enough to be read.")),
                        _colour("accent", _("Frame, band and lines.")),
                        _colour("paper", _("Behind all; white saves ink.")),
                    ]
                )
            ],
            heading=_("Colours"),
        ),
        FieldPanel(
            "signatories", heading=_("Signatories"), help_text=_("Up to three; none is fine too.")
        ),
        MultiFieldPanel(
            [FieldRowPanel([_needed("qr"), _needed("serial")])],
            heading=_("Places"),
            help_text=_(
                "The code leads whoever scans it to the page that says whether the certificate is "
                "valid; the number is for who types it."
            ),
        ),
        PublishingPanel(),
    ],
    base_form_class=DesignForm,
)
