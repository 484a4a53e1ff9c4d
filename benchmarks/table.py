"""The one table that a run prints, as Markdown."""

from dataclasses import dataclass

HEAD = ("what", "CPU-ms", "ratio", "statements", "target", "reached", "best peer")


@dataclass(frozen=True)
class Line:
    """`ratio` is counted in `unit` (W, H, MB); a bound that is None is not asked for."""

    what: str
    ratio: float | None = None
    unit: str = ""
    most: float | None = None
    cpu_ms: float | None = None
    statements: int | None = None
    most_statements: int | None = None
    peer: str = ""

    @property
    def target(self) -> str:
        bounds = []
        if self.most is not None:
            bounds.append(f"≤ {self.most:g} {self.unit}".strip())
        if self.most_statements is not None:
            bounds.append(f"≤ {self.most_statements} statements")
        return ", ".join(bounds)

    @property
    def reached(self) -> str:
        """Whether every bound is kept; nothing where none is asked for."""
        kept = [
            found is not None and found <= most
            for found, most in (
                (self.ratio, self.most),
                (self.statements, self.most_statements),
            )
            if most is not None
        ]
        return ("yes" if all(kept) else "**no**") if kept else ""

    def cells(self) -> tuple[str, ...]:
        return (
            self.what,
            "" if self.cpu_ms is None else f"{self.cpu_ms:.2f}",
            "" if self.ratio is None else f"{self.ratio:.2f} {self.unit}".strip(),
            "" if self.statements is None else str(self.statements),
            self.target,
            self.reached,
            self.peer,
        )


def of(lines: list[Line]) -> str:
    """A Markdown table, its columns in line."""
    rows = [HEAD, *(line.cells() for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    )
