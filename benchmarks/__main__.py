"""Lectern's benchmarks: CPU-milliseconds and statements of a request, beside references.

    benchmarks/run             everything, some five minutes
    benchmarks/run --quick     fewer requests and courses, some two minutes

Starts MariaDB, Redis, gunicorn and nginx of its own in a temporary folder and removes them again.
"""

import argparse
import statistics
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import archive, load, table
from benchmarks.rows import (
    BARE_EVENT,
    HEARTBEAT,
    Request,
    Row,
    catalogue_rows,
    learners_rows,
    quiz_rows,
    webhook_rows,
)
from benchmarks.servers import MariaDB, Missing, Servers, cpu_ms
from benchmarks.sites import (
    ROOT,
    Lectern,
    Site,
    bare_event,
    bare_view,
    behind_nginx,
    static_file,
    wagtail_start,
)
from benchmarks.table import Line

RUNS = 3
STATIC_FILE = "N: nginx, a file as long as the course page"
MEMORY_MB = 256


@dataclass(frozen=True)
class Effort:
    """How long a row is measured: seconds of the same request, or number of different ones."""

    seconds: float
    requests: int
    catalogues: tuple[int, ...]


FULL = Effort(3, 300, (10, 50, 500))
QUICK = Effort(1, 100, (10, 50))


@dataclass(frozen=True)
class Sample:
    """One request, on average: CPU time, statements; and requests a second."""

    cpu_ms: float
    statements: float


def measure(database: MariaDB, rows: list[tuple[Site, Row]], effort: Effort) -> dict[str, Sample]:
    """Medians of some runs. Rows take turns, so that a busy machine disturbs all of them."""
    samples: dict[str, list[Sample]] = {}
    for number in range(RUNS + 1):
        for site, row in rows:
            sample = _once(database, site, row, effort if number else QUICK)
            if number:  # the first was for warming up
                samples.setdefault(row.what, []).append(sample)
    return {
        what: Sample(
            statistics.median(one.cpu_ms for one in found),
            statistics.median(one.statements for one in found),
        )
        for what, found in samples.items()
    }


def _once(database: MariaDB, site: Site, row: Row, effort: Effort) -> Sample:
    cpu, statements = cpu_ms(site.pids), database.statements()
    if row.requests is None:
        answered = load.same(site.port, row.request, effort.seconds)
    else:
        answered = load.each(site.port, row.requests, effort.requests)
    return Sample(
        (cpu_ms(site.pids) - cpu) / answered, (database.statements() - statements) / answered
    )


class Benchmark:
    """A run: what it starts, and the lines it gathers."""

    def __init__(self, servers: Servers, effort: Effort) -> None:
        self.effort = effort
        self.servers = servers
        self.lines: list[Line] = []
        self.h_ms = 0.0
        say("Setting up the references")
        self.database = MariaDB(servers)
        self.w = wagtail_start(servers, self.database)
        self.h = bare_view(servers)
        self.e = bare_event(servers, self.database)
        say("Setting up Lectern: migrations, courses, learners")
        self.lectern = Lectern(servers, self.database)

    def run(self) -> None:
        seeded = self.lectern.inside("seed", "learners")
        site = self.lectern.serve()
        say("Measuring")
        rows = learners_rows(seeded)
        found = self._rows(site, rows, self._nginx(site, rows[0].request))
        growth = found["course home, enrolled, 500 lessons"].cpu_ms
        growth /= found["course home, enrolled, 10 lessons"].cpu_ms
        self.lines.append(Line("course home, CPU(500) / CPU(10)", growth, "", 1.2))
        attempts = QUICK.requests + RUNS * self.effort.requests
        self._rows(site, quiz_rows(self.lectern.inside("quizzes", attempts)), [])
        one, twenty = (found[HEARTBEAT.format(what)].cpu_ms for what in ("1 sample", "20 samples"))
        self.lines.append(Line("video heartbeat, CPU(20 samples) / CPU(1)", twenty / one, "", 2))
        bare, kept = webhook_rows()
        self._rows(site, [kept], [(self.e, bare)])
        for courses in self.effort.catalogues:
            chosen = self.lectern.inside("seed", "catalogue", courses)
            self._rows(site, catalogue_rows(courses, chosen), [])
        self._prints()
        self._releases()
        self._import()

    def _nginx(self, site: Site, page: Request) -> list[tuple[Site, Row]]:
        """N with a file as long as the page, and the page itself; nothing without nginx."""
        try:
            nginx = static_file(self.servers, load.send(site.port, page))
        except Missing as missing:
            say(f"N is left out: {missing}")
            return []
        behind = Row("course page, 500 lessons, kept by nginx", page, 1.1, "N")
        return [
            (nginx, Row(STATIC_FILE, Request("/page"))),
            (behind_nginx(self.servers, site), behind),
        ]

    def _rows(
        self, site: Site, rows: list[Row], references: list[tuple[Site, Row]]
    ) -> dict[str, Sample]:
        """Measure these rows together with W and H, and note their lines."""
        w, h = Row("W: the home page of `wagtail start`", Request("/")), Row("H", Request("/"))
        references = [(self.w, w), (self.h, h), *references]
        found = measure(self.database, references + [(site, row) for row in rows], self.effort)
        units = {"W": found[w.what].cpu_ms, "H": found[h.what].cpu_ms}
        self.h_ms = units["H"]
        if STATIC_FILE in found:
            units["N"] = found[STATIC_FILE].cpu_ms
        if BARE_EVENT in found:
            units["E"] = found[BARE_EVENT].cpu_ms
        for row in [row for _site, row in references if not self.lines] + rows:
            sample = found[row.what]
            self.lines.append(
                Line(
                    row.what,
                    sample.cpu_ms / units[row.unit],
                    row.unit,
                    row.most,
                    cpu_ms=sample.cpu_ms,
                    statements=round(sample.statements),
                    most_statements=row.statements,
                    peer=row.peer,
                )
            )
        return found

    def _prints(self) -> None:
        say("Printing certificates")
        found = self.lectern.inside("printing")
        for kind, most in (("Latin", 60), ("shaped", 250)):
            spent = found[kind]
            what = f"PDF of a certificate, {kind} name"
            self.lines.append(Line(what, spent / self.h_ms, "H", most, cpu_ms=spent))

    def _releases(self) -> None:
        say("Releasing")
        found = self.lectern.inside("releasing", self.database.pid)
        for what, key, most in (
            ("release of one edited lesson of 500", "one", 15),
            ("release of 500 changed lessons", "all", 40),
        ):
            self.lines.append(
                Line(
                    what,
                    cpu_ms=found[key]["cpu_ms"],
                    statements=found[key]["statements"],
                    most_statements=most,
                    peer={"one": "prototype 13, 50 ms", "all": "prototype 20, 0.2 s"}[key],
                )
            )

    def _import(self) -> None:
        say(f"Importing {archive.BLOCKS} blocks")
        file = archive.write(self.servers.folder / "large.tar.gz")
        idle = self.lectern.peak_memory_mb("check")
        busy = self.lectern.peak_memory_mb("import_course", str(file), "--publish", "--brief")
        what = f"import of {archive.BLOCKS} blocks, memory above idle"
        self.lines.append(Line(what, busy - idle, "MB", MEMORY_MB))


def say(text: str) -> None:
    print(f"{text} …", flush=True)


def commit() -> str:
    """The commit measured, marked when the tree is not clean."""
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="benchmarks/run",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="fewer requests and courses")
    effort = QUICK if parser.parse_args().quick else FULL
    try:
        with tempfile.TemporaryDirectory() as folder, Servers(Path(folder)) as servers:
            benchmark = Benchmark(servers, effort)
            benchmark.run()
    except Missing as missing:
        raise SystemExit(str(missing)) from missing
    extent = "quick" if effort is QUICK else "full"
    title = f"{datetime.now(UTC):%Y-%m-%d}, commit {commit()}, {extent}"
    print(f"\n{title}\n\n{table.of(benchmark.lines)}")


if __name__ == "__main__":
    main()
