"""The designs that a site begins with."""

from dataclasses import asdict

from django.db import transaction

from certificates.models import CertificateDesign
from certificates.printing.starters import STARTERS

LEFT_OUT = {"lineage", "background", "logo", "signatories"}


@transaction.atomic
def ensure() -> list[CertificateDesign]:
    """Make the shipped designs, published, where there is no design at all; those that were made.

    Once there is one, editors decide which there are: nothing is changed or brought back.
    """
    if CertificateDesign.objects.exists():
        return []
    made = []
    for starter in STARTERS:
        fields = {key: value for key, value in asdict(starter).items() if key not in LEFT_OUT}
        design = CertificateDesign.objects.create(**fields)
        design.save_revision().publish()
        made.append(design)
    return made
