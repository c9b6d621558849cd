"""Files that are no tables at all: told by how they start, each with its own advice."""

import re
import zipfile
from typing import BinaryIO

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .limits import Refused

BLOCK = 1024 * 1024
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
ZIPPED = b"PK\x03\x04"
SPREADSHEET = _(
    "This kind of file cannot be read here. Open it in your spreadsheet program and "
    "save it as .xlsx or .csv."
)
LOCKED = _("This file is locked with a password. Save it without one, and send that.")
DOCUMENT = _(
    "This is a text document. Copy its table into a spreadsheet, save that as .xlsx "
    "or .csv, and send it."
)
SLIDES = _(
    "This is a presentation. Copy its table into a spreadsheet, save that as .xlsx or "
    ".csv, and send it."
)
PDF = _(
    "This is a PDF. Send the spreadsheet it was made from, as .xlsx or .csv; or copy "
    "its table into a new one."
)
PAGE = _(
    "This is a web page or XML. Open it in your spreadsheet program, save it as .xlsx "
    "or .csv, and send that."
)
JSON = _(
    "This is JSON, made for programs. Open it in your spreadsheet program, save it as "
    ".xlsx or .csv, and send that."
)
PICTURE = _(
    "This is a picture. Send the spreadsheet it shows, as .xlsx or .csv; or type its "
    "rows into a new one."
)
ARCHIVE = _("This is an archive. Unpack it, and send the spreadsheet that is in it.")
STARTS: tuple[tuple[re.Pattern[bytes], Promise], ...] = (
    (re.compile(rb"%PDF-"), PDF),
    (re.compile(rb"\{\\rtf"), DOCUMENT),
    (re.compile(rb"<(?:!doctype|!--|\?xml|(?:html|head|body|meta|table|div)\b)", re.I), PAGE),
    (re.compile(rb'\[\s*[\[{]|[\[{]\s*"|\{\s*\}'), JSON),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP|II\*\0|MM\0\*|\0\0\0.ftyp", re.S), PICTURE),
    (re.compile(rb"\x1f\x8b|7z\xbc\xaf|Rar!\x1a"), ARCHIVE),
)  # fmt: skip
# Streams of the container that old office programs, and passwords, wrap files in.
STREAMS = (
    ("EncryptedPackage".encode("utf-16-le"), LOCKED),
    ("WordDocument".encode("utf-16-le"), DOCUMENT),
)


def refuse(file: BinaryIO) -> None:
    file.seek(0)
    start = file.read(1024).removeprefix(b"\xef\xbb\xbf").lstrip()
    for pattern, advice in STARTS:
        if pattern.match(start):
            raise Refused(str(advice))
    if start.startswith(OLD_OFFICE):
        found = (told for stream, told in STREAMS if holds(file, stream))
        raise Refused(str(next(found, SPREADSHEET)))
    if start.startswith(ZIPPED):
        refuse_archive(file)


def holds(file: BinaryIO, sought: bytes) -> bool:
    file.seek(0)
    tail = b""
    while block := file.read(BLOCK):
        if sought in tail + block:
            return True
        tail = block[-len(sought) :]
    return False


def refuse_archive(file: BinaryIO) -> None:
    """What is zipped, but no workbook that can be read."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return  # a damaged one: told by those who open it
    names = {member.filename for member in members}
    if any(member.flag_bits & 1 for member in members):
        raise Refused(str(LOCKED))
    if "word/document.xml" in names:
        raise Refused(str(DOCUMENT))
    if "ppt/presentation.xml" in names:
        raise Refused(str(SLIDES))
    other_program = "mimetype" in names or any(n.endswith(".iwa") for n in names)
    macros = any(name.endswith("vbaProject.bin") for name in names)
    if other_program or macros or "xl/workbook.bin" in names:
        raise Refused(str(SPREADSHEET))
    if "[Content_Types].xml" not in names:
        raise Refused(str(ARCHIVE))
