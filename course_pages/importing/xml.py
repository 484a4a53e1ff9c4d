"""XML of strangers: no entities, no DTD, no network, bounded size."""

from __future__ import annotations

import re
from pathlib import Path

from django.utils.translation import gettext as _
from lxml import etree

from course_pages.importing.errors import SourceRefused

LARGEST = 16 * 1024 * 1024


class Malformed(Exception):
    """This one file is no XML; the course may do without it."""


def read_xml(path: Path) -> etree._Element:
    """The root element. A document type is an attack or a mistake: `SourceRefused` either way."""
    if path.stat().st_size > LARGEST:
        raise SourceRefused(_("“%s” is too large for an XML file.") % path.name)
    return parse_xml(path.read_bytes(), path.name)


def parse_xml(data: bytes, name: str) -> etree._Element:
    """As `read_xml`, for bytes at hand. Raises `Malformed` for what is not well-formed."""
    if b"<!DOCTYPE" in _prolog(data):
        raise SourceRefused(_("“%s” declares a document type or entities.") % name)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser=parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise Malformed(str(error)) from error
    if root is None:
        raise Malformed(_("nothing in it"))
    if root.getroottree().docinfo.doctype:
        raise SourceRefused(_("“%s” declares a document type or entities.") % name)
    return root


def _prolog(data: bytes) -> bytes:
    """What stands before the first element, in capitals, whatever the encoding's width."""
    if b"\0" in data[:64]:
        data = data.replace(b"\0", b"")
    first = re.search(rb"<[A-Za-z_:]", data)
    return data[: first.start() if first else len(data)].upper()
