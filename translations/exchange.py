"""Texts on their way to translators outside and back: XLSX and CSV, or PO."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, BinaryIO, NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, PoFileParser, write_po
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from accounts.models import User
from priorities.formats import unescape
from priorities.models import Recommendation
from priorities.tables import File
from priorities.words import folded
from regions.differences import Piece, word_by_word
from regions.translated import CONTROL, set_apart
from workshops.problems import MESSAGES
from workshops.spreadsheets import Choices, Limits, Line, Refused, Table, read
from workshops.spreadsheets.foreign import refuse
from workshops.spreadsheets.lines import UNSEEN
from workshops.spreadsheets.text import detect, is_utf8, lines, normal, unreadable

from .checks import LETTER, doubts
from .units import OUTSIDE, STATES, Unit, find_many, withdrawn

PO = "text/x-gettext-translation; charset=utf-8"
MOST_TEXTS = 10_000
HEADINGS = {
    "id": gettext_noop("id"),
    "where": gettext_noop("where it stands"),
    "language": gettext_noop("language of the original"),
    "original": gettext_noop("original"),
    "before": gettext_noop("original before it changed"),
    "translation": gettext_noop("translation"),
    "state": gettext_noop("state"),
    "mark": gettext_noop("version, please leave"),
}
NEEDED = ("id", "translation")


# Out.


def place_of(unit: Unit) -> str:
    return f"{unit.kind.label}: {unit.row}"


def before_of(unit: Unit, language: str) -> str:
    stale = unit.state(language) == "stale"
    return unit.original_before(language) if stale else ""


def as_table(units: Iterable[Unit], language: str, name: str) -> File:
    rows = (
        [
            unit.id,
            place_of(unit),
            unit.original.language,
            unit.original.value,
            before_of(unit, language),
            unit.value(language),
            str(STATES[unit.state(language)]),
            unit.mark(language),
        ]
        for unit in units
    )
    return File(name, [_(heading) for heading in HEADINGS.values()], rows)


def as_po(units: Iterable[Unit], language: str) -> bytes:
    """One message per text: what is not reviewed is marked fuzzy."""
    catalog = Catalog(
        locale=language,
        project="Forum priorities",
        version="1",
        fuzzy=False,
        header_comment="",
    )
    for unit in units:
        state = unit.state(language)
        before = before_of(unit, language)
        message = catalog.add(
            unit.original.value,
            unit.value(language),
            context=unit.id,
            auto_comments=[place_of(unit), f"mark: {unit.mark(language)}"],
            flags=["fuzzy"] if state in {"stale", "machine", "draft"} else [],
            previous_id=before,
        )
        message.flags.discard("python-format")  # a share, "40 % of"
    file = BytesIO()
    write_po(file, catalog, width=100, include_previous=True)
    return file.getvalue()


# In.


@dataclass(frozen=True)
class Incoming:
    """One text of a file: `place` says where it stands there, in words."""

    place: str
    id: str
    value: str
    mark: str = ""
    original: str = ""
    fault: str = ""  # what is wrong with the cell, whatever it says
    is_unsure: bool | None = None  # as a catalogue marks it; a table says nothing


def plain(value: str) -> str:
    """As it is kept here, whatever program wrote it; no unseen signs around it."""
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    value = normal(CONTROL.sub(" ", value))
    for _end in ("first", "last"):
        value = UNSEEN.sub("", value, count=1)[::-1]
    return value


def known_headings() -> dict[tuple[str, ...], str]:
    """The headings of an exported table in every language of the interface."""
    found: dict[tuple[str, ...], str] = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found |= {folded(_(said)): name for name, said in HEADINGS.items()}
    return found


def read_file(file: BinaryIO, name: str, language: str) -> list[Incoming]:
    """The texts of a file that was exported for this language. `Refused` says why not."""
    is_catalogue = name.lower().endswith((".po", ".pot")) or begins_as_catalogue(file)
    found = read_catalogue(file, language) if is_catalogue else read_table(file, name)
    if not found:
        raise Refused(_("There is no text in this file."))
    return found


def read_table(file: BinaryIO, name: str) -> list[Incoming]:
    """The rows of every sheet that has the headings."""
    limits, known = Limits.of_command(), known_headings()

    def recognised(cells: list[str]) -> int:
        return len({folded(cell) for cell in cells} & set(known))

    table = read(file, name, limits, recognised, Choices())
    found = read_rows(table, known)
    for sheet, _rows in table.others:
        other = read(file, name, limits, recognised, Choices(sheet=sheet))
        found += read_rows(other, known)
    return found


def read_rows(table: Table, known: dict[tuple[str, ...], str]) -> list[Incoming]:
    columns = {
        known[folded(heading)]: place
        for place, heading in reversed(list(enumerate(table.headings)))
        if folded(heading) in known
    }
    if missing := [name for name in NEEDED if name not in columns]:
        raise Refused(
            _("This is no file of translations: a column “%(heading)s” is missing.")
            % {"heading": _(HEADINGS[missing[0]])}
        )

    def cell(cells: list[str], name: str) -> str:
        place = columns.get(name, len(cells))
        return plain(unescape(cells[place])) if place < len(cells) else ""

    found = [
        Incoming(
            place_in(table, line.number),
            id=cell(line.cells, "id"),
            value=cell(line.cells, "translation"),
            mark=cell(line.cells, "mark"),
            original=cell(line.cells, "original"),
            fault=fault_of(line, columns["translation"]),
        )
        for line in table.lines
    ]
    return [text for text in found if text.id or text.value or text.fault]


def place_in(table: Table, row: int) -> str:
    if not table.others:
        return _("row %s") % row
    return _("sheet “%(sheet)s”, row %(row)s") % {"sheet": table.sheet, "row": row}


def fault_of(line: Line, place: int) -> str:
    """What a spreadsheet program computed is no translation."""
    if place in line.errors:
        return _("This cell is the error of a formula. Type the words themselves.")
    if line.formulas.get(place) is False:
        return str(MESSAGES["formula_empty"][1])
    return ""


# A line of a catalogue; a mark that is not closed would cost its last letter.
PO_LINE = re.compile(
    r"""(msgctxt|msgid|msgstr|)\s*("(?:[^\\]|\\.)*")""",
)
CHARSET = re.compile(rb"charset=([\w.:-]+)", re.I)
LANGUAGE = re.compile(r"^Language: *([a-z]{2})(?![a-z])", re.I | re.M)


class Messages(Catalog):
    """Every message as it stands, also what stands there twice; the header is text."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[Message] = []
        self.header = ""

    def __setitem__(self, id: Any, message: Message) -> None:
        if id:
            self.texts.append(message)
        else:
            self.header = str(message.string)


def begins_as_catalogue(file: BinaryIO) -> bool:
    return b'msgid "' in beginning(file).replace(b"\x00", b"")


def read_catalogue(file: BinaryIO, language: str) -> list[Incoming]:
    if file.seek(0, 2) > Limits.of_command().size:
        raise Refused(
            _("This file is larger than %s MB. Export fewer texts at a time.")
            % settings.NOTES_MAX_UNPACKED_MB
        )
    catalog = Messages()
    try:
        PoFileParser(catalog, abort_invalid=True).parse(po_lines(file))
    except PoFileError as error:
        raise Refused(_("This is no PO file that can be read: %s") % error) from None
    told = LANGUAGE.search(catalog.header)
    if told is not None and told[1].lower() != language:
        raise Refused(
            _(
                "This file is in “%(told)s”, and these are the translations into “%(language)s”."
            )
            % {"told": told[1], "language": language}
        )
    return list(map(of_catalogue, catalog.texts))


def of_catalogue(message: Message) -> Incoming:
    marks = [c[6:] for c in message.auto_comments if c.startswith("mark: ")]
    return Incoming(
        _("line %s") % message.lineno,
        plain(message.context or ""),
        plain(str(message.string)),
        marks[0] if marks else "",
        plain(str(message.id)),
        is_unsure=message.fuzzy,
    )


def po_lines(file: BinaryIO) -> Iterator[str]:
    """The lines of a catalogue in one spelling; what is obsolete is an empty line."""
    for number, line in enumerate(re.split("\r\n|\r|\n", po_text(file)), start=1):
        line = line.strip("\ufeff \t")
        if line.startswith("#~"):
            yield ""
        elif not line or line.startswith("#"):
            yield line
        elif parts := PO_LINE.fullmatch(line):
            yield f"{parts[1]} {parts[2]}".strip()
        else:
            raise Refused(
                _(
                    "Line %(line)s of this file cannot be read: “%(text)s”. A text stands between two quotation marks after msgctxt, msgid or msgstr, and has no plural."
                )
                % {"line": number, "text": line[:80]}
            )


def po_text(file: BinaryIO) -> str:
    """In the encoding that it is in, else that which it tells, else the likeliest."""
    refuse(file)
    file.seek(0)
    told = None if is_utf8(file) else CHARSET.search(beginning(file))
    if told is not None:
        file.seek(0)
        with suppress(UnicodeError, LookupError):
            return file.read().decode(told[1].decode())
    encoding = detect(file).name
    try:
        return "".join(lines(file, encoding))
    except UnicodeError:
        raise Refused(unreadable(encoding)) from None


def beginning(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(4096)


# What it would change.

APPLIED = ("new", "change", "older", "confirmed")
ASKED = ("conflict", "other")
ORDER = ("wrong", *ASKED, "older", "change", "confirmed", "new")  # on the page
VERDICTS: dict[str, Any] = {
    "new": gettext_noop("new"),
    "change": gettext_noop("changed"),
    "older": gettext_noop("made from an older original"),
    "confirmed": gettext_noop("still right for the original as it is now"),
    "conflict": gettext_noop("changed here as well"),
    "other": gettext_noop("of another original"),
    "wrong": gettext_noop("cannot come in"),
    "empty": gettext_noop("left empty"),
    "same": gettext_noop("unchanged"),
}


@dataclass
class Change:
    """What one text of a file would do. Those `APPLIED` are written, and those `ASKED`
    when somebody says so."""

    incoming: Incoming
    verdict: str
    unit: Unit | None = None
    said: list[str] = field(default_factory=list)
    made_from: int = 0
    now: str = ""

    @property
    def told(self) -> str:
        return _(VERDICTS[self.verdict])

    @property
    def is_asked(self) -> bool:
        return self.verdict in ASKED

    @property
    def pieces(self) -> list[Piece]:
        return word_by_word(self.now, self.incoming.value)

    @property
    def original(self) -> Any:
        return self.unit.original if self.unit else None


def compared(texts: list[Incoming], language: str, user: User) -> list[Change]:
    """Each text of a file against what is here now, in the order of the file."""
    units = find_many({text.id for text in texts}, user)
    gone = withdrawn({text.id for text in texts} - units.keys())
    first: dict[str, Incoming] = {}
    found = []
    for text in texts:
        unit, before = units.get(text.id), first.get(text.id)
        if before is None or not before.value:
            first[text.id] = text
        if unit is None:
            said = why_not(text.id, text.id in gone)
            found.append(Change(text, "wrong", None, [said]))
        elif text.fault:
            found.append(Change(text, "wrong", unit, [text.fault]))
        elif before and before.value and text.value not in {"", before.value}:
            said = _("%s has the same id: one text, one row.") % before.place
            found.append(Change(text, "wrong", unit, [said]))
        elif before and before.value == text.value:
            found.append(Change(text, "same", unit))
        else:
            found.append(judged(text, unit, language))
    return found


def why_not(name: str, is_withdrawn: bool) -> str:
    """What is said of an id that leads to no text which this person may change."""
    if not name:
        return _(
            "It has no id, which tells where it belongs. Leave the ids as they were exported."
        )
    if is_withdrawn:
        return _(
            "“%s” was withdrawn or merged since: it needs no translation."
        ) % set_apart(name)
    said = _("Nothing here is called “%s”. Leave the ids as they were exported.")
    return said % set_apart(name[:80])


def judged(text: Incoming, unit: Unit, language: str) -> Change:
    now = unit.value(language)
    if not text.value:
        return Change(text, "empty", unit)
    version, _dash, digest = text.mark.partition("-")
    is_marked = version.isascii() and version.isdecimal() and bool(digest)
    made_from = min(int(version[:9]), unit.version) if is_marked else unit.version
    try:
        value = unit.clean(language, text.value) or ""
    except ValidationError as error:
        return Change(text, "wrong", unit, error.messages)
    if plain(value) == plain(now):
        was_unsure = unit.state(language) == "stale" and text.mark == unit.mark(
            language
        )
        verdict = "confirmed" if was_unsure and text.is_unsure is False else "same"
        return Change(text, verdict, unit, [], made_from, now)
    if unit.original.language == language:
        said = _("It is the original: change it on its own page.")
        return Change(text, "wrong", unit, [said])
    if not LETTER.search(value) and LETTER.search(unit.original.value):
        said = _(
            "It has no letters. If the file lost them when it was saved, save it as XLSX or as CSV UTF-8."
        )
        return Change(text, "wrong", unit, [said])
    is_of_this = words(text.original) == words(unit.original.value)
    if not is_marked and unit.kind.has_state and not is_of_this:
        said = _(
            "The file does not say which original this was made from. Export again and put it there."
        )
        return Change(text, "wrong", unit, [said])
    doubted = doubts(unit.original, language, value)
    if text.is_unsure:
        doubted.append(_("The file marks it as unsure (fuzzy)."))
    if unit.state(language) == "reviewed":
        doubted.append(_("It is reviewed; other words have to be reviewed again."))
    if is_of_this and unit.has_one_text:
        made_from = unit.version
    elif text.original:
        then = unit.original_at(made_from)
        if then and words(then) != words(text.original):
            said = _(
                "In the file its original is “%s”. Compare it with the original here."
            )
            doubted.insert(0, said % text.original[:400])
            return Change(text, "other", unit, doubted, made_from, now)
    if is_marked and now and digest != unit.digest(language):
        verdict = "conflict"
    elif made_from < unit.version:
        verdict = "older"
    else:
        verdict = "change" if now else "new"
    return Change(text, verdict, unit, doubted, made_from, now)


def words(text: str) -> list[str]:
    return plain(text).split()


class Accepted(NamedTuple):
    """A text as a preview showed it: `mark` is what stood here then."""

    id: str
    value: str
    made_from: int
    mark: str
    is_asked: bool


def proposed(changes: Iterable[Change], language: str) -> Iterator[Accepted]:
    """What a preview could bring in."""
    for change in changes:
        if change.unit is not None and change.verdict in {*APPLIED, *ASKED}:
            yield Accepted(
                change.incoming.id,
                change.incoming.value,
                change.made_from,
                change.unit.mark(language),
                change.is_asked,
            )


def bring_in(
    accepted: Iterable[Accepted], language: str, user: User, by_machine: bool
) -> tuple[int, list[str]]:
    """Write them; how many came in, and the ids of those that may not any more.

    Call within `transaction.atomic()`.
    """
    count, kept_out = 0, []
    entries: list[Recommendation] = []
    accepted = list(accepted)
    units = find_many([text.id for text in accepted], user, lock=True)
    for text in accepted:
        unit = units.get(text.id)
        if unit is not None and not unit.has_one_text:
            # Read anew: a heading and an introduction are of the same row.
            unit = find_many([text.id], user, lock=True).get(text.id)
        if unit is None:
            kept_out.append(text.id)
            continue
        if unit.mark(language) != text.mark:
            if unit.value(language) != unit.clean(language, text.value):
                kept_out.append(text.id)  # else it came in before
            continue
        unit.write(language, text.value, text.made_from, by_machine=by_machine)
        count += 1
        if isinstance(unit.row, Recommendation):
            entries.append(unit.row)
        else:
            unit.row._change_reason = OUTSIDE
            try:
                unit.row.save()
            except ValidationError:  # it may name a person: that is for the page
                kept_out.append(text.id)
                count -= 1
    Recommendation.objects.all().change_all(entries, OUTSIDE, user.pk)
    return count, kept_out
