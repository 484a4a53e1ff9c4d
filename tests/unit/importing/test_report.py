"""The report adds up, and says so when it does not."""

import json

from course_pages.importing.description import Finding, Kind
from course_pages.importing.report import Report

FINDINGS = [
    Finding(Kind.IMPORTED, "html", "Words", "M › L"),
    Finding(Kind.CONVERTED, "html", "Table", "M › L", "in part: table"),
    Finding(Kind.REPORTED, "poll", "Vote", "M › L", "there is no such block here"),
    Finding(Kind.IGNORED, "image", "gone.png", "M › L", "the file is not in the source"),
]


def test_found_is_imported_and_converted_and_reported() -> None:
    report = Report.of({"html": 2, "poll": 1}, FINDINGS)
    assert report.adds_up
    assert [(r.block_type, r.found, r.imported, r.converted, r.reported) for r in report.rows] == [
        ("html", 2, 1, 1, 0),
        ("poll", 1, 0, 0, 1),
    ]


def test_what_was_forgotten_shows() -> None:
    report = Report.of({"html": 3, "poll": 1}, FINDINGS)
    assert not report.adds_up
    assert json.loads(report.as_json())["adds_up"] is False


def test_table_names_what_deserves_a_second_look() -> None:
    table = Report.of({"html": 2, "poll": 1}, FINDINGS).as_table()
    assert "poll: “Vote” [M › L] there is no such block here" in table
    assert "“gone.png” [M › L]" in table
    assert table.splitlines()[0].split() == ["type", "found", "imported", "converted", "reported"]
    assert table.splitlines()[5].split() == ["all", "3", "1", "1", "1"]


def test_table_without_details() -> None:
    assert "Vote" not in Report.of({"html": 2, "poll": 1}, FINDINGS).as_table(details=False)
