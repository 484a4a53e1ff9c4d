"""A design as a certificate of somebody who is not: for the preview, and for a trial on saving."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from assets.models import Image
from certificates.printing.design import Design
from certificates.printing.facts import Facts
from certificates.services import prints

# Language, name, course.
PEOPLE: dict[str, tuple[Any, str, str, str]] = {
    "latin": (_("Latin"), "en", "Ada Lovelace", "Charts that keep their promise"),
    "long": (
        _("A very long name"),
        "en",
        "María Guadalupe Hernández-Villanueva de la Fuente y Montserrat O’Shaughnessy-Blackwood",
        "How to read, question, draw and explain charts in newspapers, reports and everyday life",
    ),
    "arabic": (_("Arabic"), "ar", "فاطمة الزهراء بنت محمد", "قراءة الرسوم البيانية"),
    "hebrew": (_("Hebrew"), "he", "שרה בת־אל לוינסון", "לקרוא תרשימים"),
    "devanagari": (_("Devanagari"), "hi", "प्रिया श्रीनिवासन", "चार्ट पढ़ना और समझना"),
    "thai": (_("Thai"), "th", "กัญญารัตน์ ศรีสุวรรณ", "การอ่านแผนภูมิ"),
    "cyrillic": (_("Cyrillic"), "uk", "Олександра Шевченко", "Як читати діаграми"),
    "greek": (_("Greek"), "el", "Ελένη Παπαδοπούλου", "Διαβάζοντας γραφήματα"),
    "cjk": (_("Chinese"), "zh", "王小明", "读懂图表"),
}
MODES = [(key, about[0]) for key, about in PEOPLE.items()]


def facts(mode: str) -> Facts:
    """Somebody of a preview mode; of the first for one that is not known."""
    _label, language, name, course = PEOPLE.get(mode) or PEOPLE["latin"]
    return Facts(
        name=name,
        course=course,
        completed_on=date(2026, 3, 14),
        score="87 %",
        serial="2026-7K3M9QPX",
        verify_url=f"{settings.BASE_URL.rstrip('/')}/certificates/7k3m9qpx0v5t2w8r4n6c1hjd9s/",
        issuer=settings.WAGTAIL_SITE_NAME,
        language=language,
        expires_on=date(2029, 3, 14),
    )


def printable(design: Design) -> tuple[Design, Mapping[int, bytes]]:
    """The design without the pictures that are gone, and the bytes of those that are there."""
    there = prints.pictures(design)
    kept = replace(
        design,
        background=design.background if design.background in there else 0,
        logo=design.logo if design.logo in there else 0,
        signatories=tuple(
            one if one.image in there else replace(one, image=0) for one in design.signatories
        ),
    )
    return kept, there


def title_of(key: int) -> str:
    return Image.objects.filter(pk=key).values_list("title", flat=True).first() or str(key)
