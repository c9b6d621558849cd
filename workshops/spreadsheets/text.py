"""Tables in text files: which letters the bytes mean, and what separates the cells."""

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from .letters import is_mixed, mean, points
from .limits import Refused

BLOCK = 1024 * 1024
SAMPLE = 60_000  # bytes of lines that tell of an encoding
DELIMITERS = ",;\t|"
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What a program wrote that took UTF-8 for Windows-1252, and saved it as UTF-8 again.
READ_TWICE = "utf-8, read twice"
# Names as people know them, and Python's.
ENCODINGS = {
    "utf-8": "utf-8-sig",
    READ_TWICE: "utf-8-sig",
    "utf-16": "utf-16",
    "utf-32": "utf-32",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "windows-1252": "cp1252",
    "iso-8859-15": "iso8859-15",
    "mac-roman": "mac_roman",
    "windows-1256": "cp1256",
    "iso-8859-6": "iso8859-6",
}
# Where two read as well, the earlier is the likelier.
ONE_BYTE = ("windows-1252", "iso-8859-15", "mac-roman", "windows-1256", "iso-8859-6")
ARABIC = ("windows-1256", "iso-8859-6")
MARGIN = 0.3  # between two readings, where they differ: less leaves a doubt
OF_WINDOWS = {
    ord(sign): byte
    for byte in range(0x80, 0xA0)
    if (sign := bytes([byte]).decode("cp1252", errors="ignore"))
}
NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def misread(leads: str, codec: str, times: int = 1) -> str:
    """What UTF-8 letters of two bytes look like once they were read as `codec`."""
    seconds = bytes(range(0x80, 0xC0)).decode(codec, errors="ignore")
    return f"(?:[{leads}][{re.escape(seconds)}\x80-\x9f]){{{times},}}"


# Each begins with one of a few letters: a look at the first spares nearly all others.
DAMAGED = re.compile(
    "(?=[\ufffd‚¬√⁄€Ÿأطظعغ\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff])(?:"
    + "|".join(
        [
            "\ufffd",
            "â€|â\x80|‚Ä",  # every dash and curly quotation mark
            "Å[“’]|أ[©¨§®±³¢]",  # œ, Œ; é, è, ç, î, ñ, ó, â
            misread("ÂÃ", "cp1252"),
            misread("¬√", "mac_roman"),
            # Arabic: pairs, as one may stand in a good text (OÙ…, “حفظ،”).
            misread("ØÙÚÛ", "cp1252", times=2),
            misread("ÿŸ⁄€", "mac_roman", times=2),
            misread("طظعغ", "cp1256", times=2),
            # Arabic of one byte a letter, read as Latin: no word is all accents.
            r"(?<![^\W\d])[À-ÖØ-öø-ÿ]{3,}(?![^\W\d])",
        ]
    )
    + ")"
)
# Letters that a program could not write, and put a question mark for.
ASKED = re.compile(r"(?<!\S)\?{2,}\s+\?{2,}(?!\S)|[^\W\d]\?[a-zà-ÿ]+\?[a-zà-ÿ]")

csv.field_size_limit(64 * BLOCK)  # long cells are a problem of their row, told there


@dataclass(frozen=True)
class Reading:
    """One way to read the bytes, with a line in which the ways differ."""

    encoding: str
    line: str


@dataclass(frozen=True)
class Encoding:
    name: str
    others: tuple[Reading, ...] = ()  # when in doubt: all readings, the likely first

    @property
    def is_in_doubt(self) -> bool:
        return bool(self.others)


def detect(file: BinaryIO) -> Encoding:
    """The encoding of a text file: its mark, else UTF-8 if it is, else the likeliest.

    Arabic in one byte per letter is always in doubt: the same bytes are also, if
    seldom, Latin text. `Refused` when every reading would damage the text.
    """
    file.seek(0)
    start = file.read(4096)
    for mark, name in MARKS:
        if start.startswith(mark) and mark != codecs.BOM_UTF8:
            return Encoding(name)
    if b"\x00" in start:
        even, odd = start[::2].count(0), start[1::2].count(0)
        if max(even, odd) > len(start) // 6:
            return Encoding("utf-16-le" if odd > even else "utf-16-be")
    telling = telling_lines(file)
    sample = b"\n".join(telling).decode(errors="replace")
    if is_utf8(file):
        if is_read_twice(file):
            return Encoding(READ_TWICE, tuple(shown(telling, [READ_TWICE, "utf-8"])))
        return likeliest(telling) if is_mixed(sample) else Encoding("utf-8")
    damaged = sample.count("\ufffd")
    if sum(sign >= "\x80" for sign in sample) > damaged * 2:
        raise Refused(damaged_utf8(file))
    return likeliest(telling)


def is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while block := file.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def repaired(text: str) -> str:
    """What was UTF-8 before it was taken for Windows-1252. UnicodeError if it was not."""
    return text.translate(OF_WINDOWS).encode("latin-1").decode()


def is_read_twice(file: BinaryIO) -> bool:
    """Whether the whole file, and not one cell, was damaged so: then all is repaired."""
    damage = False
    try:
        with closing(lines(file, "utf-8")) as whole:
            for line in whole:
                if not line.isascii():
                    repaired(line)
                    damage = damage or looks_damaged(line)
    except UnicodeError:
        return False
    return damage


def damaged_utf8(file: BinaryIO) -> str:
    delimiter = separator(file, "utf-8", errors="replace")
    reader = csv.reader(lines(file, "utf-8", errors="replace"), delimiter=delimiter)
    damaged = [
        (number, cell)
        for number, row in enumerate(reader, start=1)
        if (cell := next((cell for cell in row if "\ufffd" in cell), ""))
    ]
    rows = [str(number) for number, _cell in damaged]
    first = damaged[0][1]
    place = max(0, first.index("\ufffd") - 30)
    return _(
        "This file is UTF-8 with damaged bytes in row %(rows)s, as in “%(text)s”. "
        "Type the letters anew where � stands, save the file as CSV UTF-8, and send "
        "it again."
    ) % {
        "rows": _(", ").join(rows[:5]) + ("…" if len(rows) > 5 else ""),
        "text": first[place : place + 60].strip(),
    }


def telling_lines(file: BinaryIO) -> list[bytes]:
    """Lines with bytes beyond ASCII, up to a limit."""
    file.seek(0)
    found: list[bytes] = []
    size = 0
    while size < SAMPLE and (block := file.read(BLOCK)):
        for line in re.split(rb"[\r\n]+", block):
            if size < SAMPLE and not line.isascii():
                found.append(line[:2000])
                size += len(line)
    return found


def likeliest(telling: list[bytes]) -> Encoding:
    """The one-byte encoding whose letters stand as letters do."""
    sample = b"\n".join(telling)
    readings: dict[str, tuple[str, list[float]]] = {}
    for name in ONE_BYTE:
        # Stray bytes that an encoding leaves undefined speak against it.
        text = sample.decode(ENCODINGS[name], errors="replace")
        if text not in [known for known, _points in readings.values()]:
            readings[name] = text, points(text)
    ordered = sorted(readings, key=lambda name: -sum(readings[name][1]))
    best, rest = ordered[0], ordered[1:]
    merit = mean(readings[best][1], readings[best][0])
    if merit < 0 and rest:
        raise Refused(
            _(
                "No encoding known here makes words of this file. Save it again as "
                "CSV UTF-8 or as .xlsx."
            )
        )

    def is_close(name: str) -> bool:
        differing = [
            mine - other
            for sign, mine, sign_there, other in zip(
                *readings[best], *readings[name], strict=True
            )
            if sign != sign_there
        ]
        return sum(differing) < MARGIN * len(differing)

    if best in ARABIC:
        rest.sort(key=lambda name: name not in ARABIC)
    elif merit > 0.5:
        rest = [name for name in rest if is_close(name)]
    if not rest:
        return Encoding(best)
    return Encoding(best, tuple(shown(telling, [best, *rest[:2]])))


def shown(telling: list[bytes], names: list[str]) -> Iterator[Reading]:
    """The same line in each encoding: the line with most signs beyond ASCII."""
    raw = max(
        telling, key=lambda raw: sum(byte > 127 for byte in raw[:160]), default=b""
    )
    for name in names:
        text = raw[:160].decode(ENCODINGS[name], errors="replace")
        if name == READ_TWICE:
            text = repaired(text.rstrip("\ufffd"))
        yield Reading(name, text.translate(dict.fromkeys(range(32), " ")))


def lines(file: BinaryIO, encoding: str, errors: str = "strict") -> Generator[str]:
    file.seek(0)
    text = io.TextIOWrapper(file, ENCODINGS[encoding], errors, newline="")
    try:
        for line in text:
            yield repaired(line) if encoding == READ_TWICE else line
    finally:
        if not file.closed:  # by whoever left off reading
            text.detach()


def beginning(of: Iterable[str], size: int) -> str:
    taken: list[str] = []
    for line in of:
        taken.append(line)
        size -= len(line)
        if size <= 0:
            break
    return "".join(taken)


def separator(file: BinaryIO, encoding: str, errors: str = "strict") -> str:
    """What separates the cells: that which makes the most rows equally wide."""
    try:
        with closing(lines(file, encoding, errors)) as whole:
            sample = beginning(whole, 64 * 1024)
    except UnicodeError:
        raise Refused(unreadable(encoding)) from None
    # Signs beyond Unicode's text belong to pictures and programs.
    if len(NOT_TEXT.findall(sample)) > len(sample) / 50:
        raise Refused(
            _(
                "This is no table of text. Save it from your spreadsheet program as "
                ".xlsx or .csv, and send that."
            )
        )

    def merit(delimiter: str) -> tuple[float, int]:
        rows = [
            row
            for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
            if any(cell.strip() for cell in row)
        ][:60]
        wide = Counter(len(row) for row in rows if len(row) > 1)
        if not wide:
            return (0, 0)
        width, times = wide.most_common(1)[0]
        return (times / len(rows), width)

    return max(DELIMITERS, key=merit)


def unreadable(encoding: str) -> str:
    return _(
        "Some bytes of this file are no letters in %s. Save it again as "
        "CSV UTF-8 or as .xlsx."
    ) % (encoding)


def rows(file: BinaryIO, encoding: str, delimiter: str) -> Iterator[list[str]]:
    """All rows, blank ones too, so that the first is row 1 as a spreadsheet counts."""
    done = 0
    for strict in (True, False):
        with closing(lines(file, encoding)) as text:
            reader = csv.reader(text, delimiter=delimiter, strict=strict)
            try:
                for number, row in enumerate(reader):
                    if number >= done:
                        done += 1
                        yield row
                return
            except UnicodeError:
                raise Refused(unreadable(encoding)) from None
            except csv.Error as error:
                if "unexpected end" in str(error):
                    raise Refused(
                        _(
                            'A quotation mark (") opens in row %s and never closes, '
                            "so that nothing after it can be told apart. Close it, "
                            "and send the file again."
                        )
                        % (done + 1)
                    ) from None
                # Marks inside a cell that were not doubled: read as they stand.


def looks_damaged(cell: str) -> bool:
    """Whether some program before us already read the text in a wrong encoding."""
    asked = "?" in cell and ASKED.search(cell)
    return bool(asked or (not cell.isascii() and DAMAGED.search(cell)))


def normal(cell: str) -> str:
    """One spelling for what Unicode can spell in several ways."""
    return cell if cell.isascii() else unicodedata.normalize("NFC", cell)
