"""The real material of `LECTERN_SHARED_DATA`, by folder."""

import json
import os
from pathlib import Path
from typing import Any


def real(folder: str, suffix: str) -> list[dict[str, Any]]:
    """Rows of the material's index, each with its `file`; none where the variable is not set."""
    data = os.environ.get("LECTERN_SHARED_DATA")
    if not data:
        return []
    rows = json.loads(Path(data, "INDEX.json").read_text())
    return [
        row | {"file": Path(data, row["path"])}
        for row in rows
        if row["path"].startswith(f"{folder}/") and row["path"].endswith(suffix)
    ]


def name_of(row: dict[str, Any]) -> str:
    return Path(row["path"]).name
