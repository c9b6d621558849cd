"""A booklet as PDF/UA-1 (ISO 14289-1): tagged, the same bytes for the same booklet.

Its words reach the typesetter as data, never as source.
"""

import json
from dataclasses import asdict
from datetime import UTC, datetime, time
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import fontpkg_ibm_plex_sans_arabic as arabic
import segno
import typst

from . import colours
from .content import Booklet

TEMPLATE = Path(__file__).with_name("booklet.typ")
ARABIC = Path(arabic.__file__).with_name("files")


def write(booklet: Booklet, file: BinaryIO) -> None:
    told = asdict(booklet) | {
        "codes": {c.address: code(c.address) for c in booklet.chapters if c.address},
        "colours": {slug: f"#{colour}" for slug, colour in colours.REGIONS.items()},
        "accent": f"#{colours.ACCENT}",
    }
    file.write(
        typst.compile(
            TEMPLATE,
            format="pdf",
            font_paths=[ARABIC],
            ignore_system_fonts=True,
            sys_inputs={"booklet": json.dumps(told, default=str)},
            pdf_standards="ua-1",
            timestamp=datetime.combine(booklet.day, time(), UTC),
        )
    )


def code(address: str) -> str:
    """A QR code as SVG."""
    picture = BytesIO()
    segno.make(address, error="m").save(picture, kind="svg", border=0, xmldecl=False)
    return picture.getvalue().decode()
