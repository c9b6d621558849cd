"""A booklet made once for each version of the data, in one of its formats."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from ..index import Index
from ..made import made
from . import docx, html, pdf
from .content import Booklet

WRITERS: dict[str, Callable[[Booklet, BinaryIO], None]] = {
    "pdf": pdf.write,
    "docx": docx.write,
    "html": html.write,
}
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
}


def printed(
    index: Index,
    name: str,
    kind: str,
    gather: Callable[[], Booklet],
    *asked: str,
    waits: bool = False,
) -> Path:
    """The file, made if need be; what it holds is gathered only then.

    Raises TooMany where it would hold more than a booklet does, and Busy while another
    is being made, unless it `waits`.
    """

    def make(file: BinaryIO) -> None:
        WRITERS[kind](gather(), file)

    return made(index.version, f"{name}.{kind}", make, *asked, waits=waits)
