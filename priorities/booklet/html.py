"""A booklet as one HTML file: it opens from a memory stick, without any network."""

from pathlib import Path
from typing import BinaryIO

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from . import colours
from .content import Booklet

STYLES = Path(__file__).with_name("booklet.css")


def write(booklet: Booklet, file: BinaryIO) -> None:
    """Escaped by the template as any page; the style sheet goes along."""
    context = {
        "booklet": booklet,
        "label": booklet.labels,
        "styles": mark_safe(STYLES.read_text(encoding="utf-8")),
        "colours": colours.REGIONS,
    }
    page = render_to_string("priorities/booklet/whole.html", context)
    lines = (line.strip() for line in page.splitlines())
    file.write("\n".join(line for line in lines if line).encode())
