"""The table of access in the docs is the one that decides."""

from pathlib import Path

from commerce.rules import RULES

DOCS = Path(__file__).resolve().parents[3] / "docs" / "commerce.md"


def table() -> str:
    """The rules as the docs print them."""
    lines = ["| Situation | What it is | Access | What the buyer reads |", "|---|---|---|---|"]
    lines += [
        f"| `{rule.situation}` | {rule.means} | `{rule.access}` | {rule.told or '–'} |"
        for rule in RULES
    ]
    return "\n".join(lines)


def test_the_docs_print_the_table_that_decides() -> None:
    """Where it fails: copy what it wanted into docs/commerce.md."""
    _before, _begin, rest = DOCS.read_text(encoding="utf-8").partition("<!-- rules -->\n")
    printed, _end, _after = rest.partition("\n<!-- /rules -->")
    assert printed == table()
