"""What an import found and what became of it, so that nobody has to trust it blindly."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from django.utils.translation import gettext as _

from course_pages.importing.description import Finding, Kind

# Details that come by the hundred and that nobody would look up one by one.
UNNAMED = {"style", "script", "icon", "control", "table"}


@dataclass(frozen=True)
class Row:
    """The account of one block type: `found == imported + converted + reported`."""

    block_type: str
    found: int
    imported: int
    converted: int
    reported: int

    @property
    def adds_up(self) -> bool:
        return self.found == self.imported + self.converted + self.reported


@dataclass(frozen=True)
class Report:
    """Rows per block type, most frequent first, and every finding behind them."""

    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]

    @classmethod
    def of(cls, found: Mapping[str, int], findings: Iterable[Finding]) -> Report:
        findings = tuple(findings)
        counted = Counter(
            (finding.block_type, finding.kind)
            for finding in findings
            if finding.kind is not Kind.IGNORED
        )
        types = sorted(
            {*found, *(kind for kind, __ in counted)}, key=lambda t: (-found.get(t, 0), t)
        )
        rows = tuple(
            Row(
                block_type,
                found.get(block_type, 0),
                counted[block_type, Kind.IMPORTED],
                counted[block_type, Kind.CONVERTED],
                counted[block_type, Kind.REPORTED],
            )
            for block_type in types
        )
        return cls(rows, findings)

    @property
    def adds_up(self) -> bool:
        return all(row.adds_up for row in self.rows)

    def as_table(self, *, details: bool = True) -> str:
        """Plain text for a terminal: the account, then what deserves a second look."""
        heads = (_("type"), _("found"), _("imported"), _("converted"), _("reported"))
        body = [
            (row.block_type, *map(str, (row.found, row.imported, row.converted, row.reported)))
            for row in self.rows
        ]
        body.append(
            (
                _("all"),
                *(
                    str(sum(getattr(row, name) for row in self.rows))
                    for name in ("found", "imported", "converted", "reported")
                ),
            )
        )
        widths = [max(len(line[column]) for line in (heads, *body)) for column in range(5)]
        lines = [
            "  ".join(
                cell.ljust(widths[0]) if column == 0 else cell.rjust(widths[column])
                for column, cell in enumerate(line)
            )
            for line in (heads, *body)
        ]
        lines.insert(1, "  ".join("-" * width for width in widths))
        lines.insert(-1, lines[1])
        if details:
            lines += self._details()
        return "\n".join(lines)

    def _details(self) -> Iterable[str]:
        for kind, title in (
            (Kind.REPORTED, _("Not brought over as what it was:")),
            (Kind.CONVERTED, _("Brought over in another form:")),
        ):
            chosen = [finding for finding in self.findings if finding.kind is kind]
            if chosen:
                yield ""
                yield title
                for finding in chosen:
                    yield f"  {finding.block_type}: {_line(finding)}"
        left_out: dict[tuple[str, str], list[Finding]] = defaultdict(list)
        for finding in self.findings:
            if finding.kind is Kind.IGNORED:
                left_out[finding.block_type, finding.reason].append(finding)
        if left_out:
            yield ""
            yield _("Details left out or changed inside blocks:")
        for (block_type, reason), group in sorted(left_out.items(), key=lambda i: -len(i[1])):
            yield f"  {len(group)} × {block_type}: {reason}"
            if block_type not in UNNAMED:
                yield from (f"      “{found.name}” [{found.place}]" for found in group)

    def as_json(self) -> str:
        return json.dumps(self.as_data(), ensure_ascii=False, indent=2)

    def as_data(self) -> dict[str, object]:
        """The report as plain data, for storing it beside the import."""
        return {
            "rows": [asdict(row) for row in self.rows],
            "findings": [asdict(finding) for finding in self.findings],
            "adds_up": self.adds_up,
        }


def _line(finding: Finding) -> str:
    name = f"“{finding.name}” " if finding.name else ""
    place = f"[{finding.place}] " if finding.place else ""
    return f"{name}{place}{finding.reason}".strip()
