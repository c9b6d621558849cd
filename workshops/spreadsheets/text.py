"""Tables in text files: which letters the bytes mean, and what separates the cells."""

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from .limits import Refused

BLOCK = 1024 * 1024
SAMPLE = 200_000  # bytes of lines that tell of an encoding
DELIMITERS = ",;\t|"
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Names as people know them, and Python's.
ENCODINGS = {
    "utf-8": "utf-8-sig",
    "utf-16": "utf-16",
    "utf-32": "utf-32",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "windows-1252": "cp1252",
    "iso-8859-15": "iso8859-15",
    "mac-roman": "mac_roman",
    "windows-1256": "cp1256",
}
ONE_BYTE = ("windows-1252", "iso-8859-15", "mac-roman", "windows-1256")
# Signs that French, Spanish and English put beside their letters, outside ASCII.
USUAL = frozenset("àâäçéèêëîïôöùûüÿœæñáíóúÀÂÇÉÈÊËÎÏÔÙÛÜŒÑÁÍÓÚ")
PUNCTUATION = frozenset("’‘“”«»–—…¿¡€°ºª·\u00a0")
NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def misread(leads: str, codec: str, times: int = 1) -> str:
    """What UTF-8 letters of two bytes look like once they were read as `codec`."""
    seconds = bytes(range(0x80, 0xC0)).decode(codec, errors="ignore")
    return f"(?:[{leads}][{re.escape(seconds)}\x80-\x9f]){{{times},}}"


DAMAGED = re.compile(
    "|".join(
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
            # Letters that a program could not write, and put a question mark for.
            r"(?<!\S)\?{2,}\s+\?{2,}(?!\S)",
            r"[^\W\d]\?[a-zà-ÿ]+\?[a-zà-ÿ]",
        ]
    )
)

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
    seldom, Latin text.
    """
    file.seek(0)
    start = file.read(4096)
    for mark, name in MARKS:
        if start.startswith(mark):
            return Encoding(name.removesuffix("-sig"))
    if b"\x00" in start:
        even, odd = start[::2].count(0), start[1::2].count(0)
        if max(even, odd) > len(start) // 6:
            return Encoding("utf-16-le" if odd > even else "utf-16-be")
    if is_utf8(file):
        return Encoding("utf-8")
    return likeliest(telling_lines(file))


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


def likeliest(lines: list[bytes]) -> Encoding:
    """The one-byte encoding whose letters stand as letters do."""
    sample = b"\n".join(lines)
    readings: dict[str, tuple[float, str]] = {}
    for name in ONE_BYTE:
        try:
            text = sample.decode(ENCODINGS[name])
        except UnicodeDecodeError:
            # A stray byte that the encoding leaves undefined.
            text = sample.decode(ENCODINGS[name], errors="replace")
        if text not in [known for _score, known in readings.values()]:
            readings[name] = (plausibility(text), text)
    ordered = sorted(readings, key=lambda name: -readings[name][0])
    best = ordered[0]
    score = readings[best][0]
    close = [
        name
        for name in ordered[1:]
        if readings[name][0] > score - 0.1 or best == "windows-1256"
    ]
    if score > 0.5 and not close:
        return Encoding(best)
    return Encoding(best, tuple(shown(lines, [best, *close[:2]])))


def plausibility(text: str) -> float:
    """From -1 to 1: how usual the signs beyond ASCII are, each beside its neighbours."""
    total = points = 0.0
    for before, sign, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if sign < "\x80":
            continue
        total += 1
        neighbours = [n for n in (before, after) if n.isalpha()]
        if "\u0600" <= sign <= "\u06ff":
            arabic = sum("\u0600" <= n <= "\u06ff" for n in (before, after))
            points += 1 if arabic and len(neighbours) == arabic else -1
        elif sign in USUAL:
            # A capital inside a small word, or a letter alone, is seldom meant.
            odd = sign.isupper() and before.islower()
            strange = any("\u0600" <= n <= "\u06ff" for n in neighbours)
            points += -1 if odd or strange else 1 if neighbours else 0.2
        elif sign in PUNCTUATION:
            inside = before.isalpha() and after.isalpha()
            points += 0.9 if sign in "’" or not inside else -0.5
        else:
            points -= 1
    return points / total if total else 1.0


def shown(lines: list[bytes], names: list[str]) -> Iterator[Reading]:
    """The same line in each encoding: the line with most signs beyond ASCII."""
    line = max(
        lines, key=lambda raw: sum(byte > 127 for byte in raw[:160]), default=b""
    )
    for name in names:
        text = line[:160].decode(ENCODINGS[name], errors="replace")
        yield Reading(name, text.translate(dict.fromkeys(range(32), " ")))


def opened(file: BinaryIO, encoding: str) -> io.TextIOWrapper:
    file.seek(0)
    return io.TextIOWrapper(file, ENCODINGS[encoding], newline="")


def separator(file: BinaryIO, encoding: str) -> str:
    """What separates the cells: that which makes the most rows equally wide."""
    text = opened(file, encoding)
    try:
        sample = text.read(64 * 1024)
    except UnicodeError:
        raise Refused(unreadable(encoding)) from None
    finally:
        text.detach()
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
        text = opened(file, encoding)
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
                        'A quotation mark (") opens in row %s and never closes, so '
                        "that nothing after it can be told apart. Close it, and "
                        "send the file again."
                    )
                    % (done + 1)
                ) from None
            # Marks inside a cell that were not doubled: read as they stand.
        finally:
            text.detach()


def looks_damaged(cell: str) -> bool:
    """Whether some program before us already read the text in a wrong encoding."""
    # The commonest cell has no letter that could be damaged.
    return not (cell.isascii() and "?" not in cell) and bool(DAMAGED.search(cell))


def normal(cell: str) -> str:
    """One spelling for what Unicode can spell in several ways."""
    return cell if cell.isascii() else unicodedata.normalize("NFC", cell)
