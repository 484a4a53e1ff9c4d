"""Run in a process of the site: CPU-milliseconds of one certificate's PDF in a warm worker."""

import json
import statistics
import time
from datetime import date

import django

ROUNDS = 60
NAMES = {
    "Latin": "Ada Lovelace",
    "shaped": "عبد الرحمن بن محمد الخوارزمي",
}


def printed(name: str) -> float:
    """The median of many prints, each of another certificate, after a first one."""
    from certificates import printing
    from certificates.printing.facts import Facts
    from certificates.printing.starters import STARTERS

    spent = []
    for number in range(ROUNDS + 1):
        serial = f"2026-{number:08}"
        facts = Facts(
            name=name,
            course="Charts that tell the truth",
            completed_on=date(2026, 11, 28),
            score="87 %",
            serial=serial,
            verify_url=f"https://learn.example.org/certificates/{serial:a>26}/1/",
            issuer="Lectern",
            language="en",
            expires_on=None,
        )
        before = time.process_time()
        printing.render(STARTERS[0], facts, {})
        spent.append(1000 * (time.process_time() - before))
    return statistics.median(spent[1:])


if __name__ == "__main__":
    django.setup()
    print(json.dumps({kind: printed(name) for kind, name in NAMES.items()}))
