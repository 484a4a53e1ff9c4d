"""From a design in the editor to the snapshot that a release pins.

certificate_design v1: the fields of `certificates.printing.design.Design`.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from certificates import printing
from certificates.authoring.advice import without_picture
from certificates.models import CertificateDesign
from certificates.printing.design import Design, Signatory, unknown_placeholders
from core import snapshots
from core.snapshots import Reference
from course_pages import tree
from course_pages.models import CoursePage
from course_pages.outline import Outline
from course_pages.registries import Pinned, Problem

KIND, V = "certificate_design", 1
TEXTS = ("heading", "lead", "statement", "closing")
PLAIN = (*("size", "orientation", "style", "ink", "accent", "paper"), *TEXTS, "qr", "serial")


def design_of(row: CertificateDesign) -> Design:
    """A design as it stands in memory; no query."""
    signatories = tuple(
        Signatory(value["name"], value["role"], value["image"] or 0)
        for value in (one["value"] for one in row.signatories.raw_data)
    )
    return Design(
        lineage=str(row.lineage),
        title=row.title,
        background=row.background_id or 0,
        logo=row.logo_id or 0,
        signatories=signatories,
        **{name: getattr(row, name) for name in PLAIN},
    )


def pin(keys: Iterable[int]) -> dict[int, Pinned]:
    """Designs, frozen: one query, and one for each whose signatories have pictures."""
    return {row.pk: pinned(row) for row in CertificateDesign.objects.filter(pk__in=set(keys))}


def pinned(row: CertificateDesign) -> Pinned:
    design = design_of(row)
    needed = {Reference("image", str(key)) for key in design.images}
    needed.add(Reference("certificate_design", str(row.pk)))
    frozen = snapshots.freeze(KIND, V, design.as_json(), needed)
    return Pinned(design.lineage, row.title, frozen, False, tuple(_problems(row, design)))


def courses_with(design: CertificateDesign) -> list[CoursePage]:
    """The courses whose pages choose it, by what stands there; two queries.

    Wagtail's index of references knows some seconds later.
    """
    rows = CoursePage.objects.annotate(raw=Cast("certificate", TextField()))
    chosen = {
        pk: one["value"].get("design")
        for pk, raw in rows.values_list("pk", "raw")
        for one in tree.raw_body(raw)
    }
    keys = [pk for pk, key in chosen.items() if key == design.pk]
    return list(CoursePage.objects.filter(pk__in=keys).defer_streamfields().order_by("title"))


def letters_in_title(outline: Outline) -> Iterable[Problem]:
    """A course whose title no font has gives no certificate: its file could never be made."""
    if outline.certificate is None:
        return
    try:
        printing.printable(outline.title)
    except printing.Unprintable as refused:
        words = _("Its title has letters that cannot be printed on a certificate here: %s")
        yield Problem(outline.title, words % " ".join(refused.letters))


def _problems(row: CertificateDesign, design: Design) -> Iterable[str]:
    if not row.live:
        yield _("it is not published.")
    for name in TEXTS:
        if unknown := unknown_placeholders(getattr(design, name)):
            field: Any = row._meta.get_field(name)
            yield _("unknown placeholder in its text “%(field)s”: %(unknown)s.") % {
                "field": field.verbose_name, "unknown": ", ".join(unknown),
            }  # fmt: skip
    if design.qr == design.serial:
        yield _("code and number stand in the same place.")
    for one in without_picture(design):
        yield _("the picture of %s’s signature is gone: choose another, or none.") % one
