"""`.env.example` and `config/env.py` describe the same variables."""

import re
from pathlib import Path

from config import env

ROOT = Path(__file__).resolve().parents[2]


def documented() -> list[tuple[str, str, str]]:
    text = (ROOT / ".env.example").read_text()
    return re.findall(r'^# (.+)\n([A-Z_]+)="?(.*?)"?$', text, re.MULTILINE)


def test_example_lists_each_variable_with_its_default_and_help() -> None:
    assert documented() == [
        (variable.help, variable.name, variable.default) for variable in env.VARIABLES
    ]


def test_readme_has_the_same_table() -> None:
    text = (ROOT / "README.md").read_text()
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`(.*?)`)? \| (.+?) \|$", text, re.MULTILINE)

    assert rows == [(variable.name, variable.default, variable.help) for variable in env.VARIABLES]


def test_every_variable_that_the_settings_read_is_listed() -> None:
    settings = (ROOT / "site" / "config" / "settings").glob("*.py")
    read = {
        name
        for path in settings
        for name in re.findall(
            r'env\.(?:text|flag|integer|words|choice|database|path)\(\s*"([A-Z_]+)"',
            path.read_text(),
        )
    }

    assert read <= {variable.name for variable in env.VARIABLES}
