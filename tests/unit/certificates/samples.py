"""A certificate to print, and names in many scripts."""

from datetime import date

from certificates.printing import Design, Facts, Signatory

ADDRESS = "https://courses.example/certificates/9f86d081884c7d659a2feaa0c55ad015"
NAMES = {
    "Latin": "Ada Łovelace",
    "Vietnamese": "Nguyễn Thị Ánh Nguyệt",
    "Greek": "Ελευθερία Παπαδοπούλου",
    "Cyrillic": "Юлия Ёлкина-Щербакова",
    "Arabic": "محمد عبد الرحمن الخوارزمي",
    "Persian": "علی‌رضا نوری‌زاده",
    "Hebrew": "דוד בן־גוריון",
    "Devanagari": "श्री कृष्णमूर्ति",
    "Thai": "สมชาย ศรีสุขุมวิทย์",
    "Arabic and Latin": "محمد Mohamed 3rd بن علي",
}


def design(**others: object) -> Design:
    """A design with all its parts but pictures."""
    told: dict[str, object] = {
        "lineage": "", "title": "Sample", "size": "a4", "orientation": "landscape",
        "style": "classic", "ink": "#2a2320", "accent": "#7a5a1e", "paper": "#fffdf7",
        "heading": "Certificate of Completion", "lead": "This certifies that",
        "statement": "has completed\n{course}\non {date}, with a score of {score}.",
        "closing": "Issued by {issuer}.\nValid until {expires}.",
        "qr": "right", "serial": "left", "background": 0, "logo": 0,
        "signatories": (Signatory("Grace Hopper", "Head of Studies", 0),),
    }  # fmt: skip
    return Design(**{**told, **others})  # type: ignore[arg-type]


def facts(name: str = NAMES["Latin"], **others: object) -> Facts:
    """What a certificate may state."""
    told: dict[str, object] = {
        "course": "Introduction to Analytical Engines", "completed_on": date(2026, 11, 28),
        "score": "87 %", "serial": "LC-7Q4K-92MD", "verify_url": ADDRESS,
        "issuer": "Lectern Academy", "language": "en", "expires_on": None,
    }  # fmt: skip
    return Facts(name, **{**told, **others})  # type: ignore[arg-type]
