"""Front matter and other small YAML or TOML of strangers: no tags, no aliases, bounded size."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import yaml
from django.utils.translation import gettext as _

from course_pages.importing.errors import SourceRefused

LARGEST = 64 * 1024
FENCED = re.compile(
    r"\A(---|\+\+\+)[ \t]*\r?\n(.*?)^\1[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)


class Unreadable(Exception):
    """An honest mistake in the data; the text after it stands on its own."""


class _Loader(yaml.SafeLoader):
    """Plain data only; an alias could make a few lines fill the memory."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise SourceRefused(_("The front matter of a file uses YAML aliases."))
        return super().compose_node(parent, index)


class _NavigationLoader(_Loader):
    """Navigation files name Python objects and variables for their own tools: nothing here."""


def _nothing(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> None:
    return None


_NavigationLoader.add_multi_constructor("", _nothing)


def split(source: str, name: str) -> tuple[dict[str, Any], str]:
    """The front matter of a text and the text after it. Raises `Unreadable`, `SourceRefused`."""
    found = FENCED.match(source)
    if not found:
        return {}, source
    if found.group(1) == "+++":
        return _toml(found.group(2), name), source[found.end() :]
    return _mapping(_yaml(found.group(2), name, _Loader)), source[found.end() :]


def without(source: str) -> str:
    """The text without its front matter, whatever stands in that."""
    return FENCED.sub("", source, count=1)


def navigation(source: str, name: str) -> dict[str, Any]:
    """The mapping in a navigation file. Raises `Unreadable`, `SourceRefused`."""
    return _mapping(_yaml(source, name, _NavigationLoader))


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {}
    return {str(key).strip().lower(): inner for key, inner in value.items()}


def _yaml(source: str, name: str, loader: type[_Loader]) -> Any:
    _check_size(source, name)
    try:
        return yaml.load(source, Loader=loader)  # noqa: S506 - a safe loader, made stricter
    except yaml.constructor.ConstructorError as error:
        raise SourceRefused(
            _("The front matter of “%(name)s” holds a YAML tag that is not plain data (%(error)s).")
            % {"name": name, "error": error.problem}
        ) from error
    except RecursionError as error:
        raise SourceRefused(_("The front matter of “%s” is nested too deep.") % name) from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise Unreadable(" ".join(str(error).split())[:200]) from error


def _toml(source: str, name: str) -> dict[str, Any]:
    _check_size(source, name)
    try:
        return _mapping(tomllib.loads(source))
    except RecursionError as error:
        raise SourceRefused(_("The front matter of “%s” is nested too deep.") % name) from error
    except ValueError as error:
        raise Unreadable(str(error)[:200]) from error


def _check_size(source: str, name: str) -> None:
    if len(source) > LARGEST:
        raise SourceRefused(_("The front matter of “%s” is too large.") % name)
