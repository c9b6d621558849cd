"""A booklet as PDF: tagged, with bookmarks, in its language."""

from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import segno

from ..typesetting import typeset
from . import colours
from .content import Booklet

TEMPLATE = Path(__file__).with_name("booklet.typ")


def write(booklet: Booklet, file: BinaryIO) -> None:
    told = asdict(booklet) | {
        "codes": {c.address: code(c.address) for c in booklet.chapters if c.address},
        "colours": {slug: f"#{colour}" for slug, colour in colours.REGIONS.items()},
        "accent": f"#{colours.ACCENT}",
    }
    file.write(typeset(TEMPLATE, told, booklet.day))


def code(address: str) -> str:
    """A QR code as SVG."""
    picture = BytesIO()
    segno.make(address, error="m").save(picture, kind="svg", border=0, xmldecl=False)
    return picture.getvalue().decode()
