"""Texts on their way to translators outside and back: XLSX and CSV, or PO."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, BinaryIO, NamedTuple

from babel.core import UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po
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
from workshops.spreadsheets import Choices, Limits, Refused, read

from .checks import doubts
from .units import OUTSIDE, STATES, Unit, find_many

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


def known_headings() -> dict[tuple[str, ...], str]:
    """The headings of an exported table in every language of the interface."""
    found: dict[tuple[str, ...], str] = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found |= {folded(_(said)): name for name, said in HEADINGS.items()}
    return found


def read_file(file: BinaryIO, name: str, language: str) -> list[Incoming]:
    """The texts of a file that was exported for this language. `Refused` says why not."""
    is_catalogue = name.lower().endswith((".po", ".pot"))
    found = read_catalogue(file, language) if is_catalogue else read_table(file, name)
    if not found:
        raise Refused(_("There is no text in this file."))
    return found


def read_table(file: BinaryIO, name: str) -> list[Incoming]:
    limits, known = Limits.of_command(), known_headings()

    def recognised(cells: list[str]) -> int:
        return len({folded(cell) for cell in cells} & set(known))

    table = read(file, name, limits, recognised, Choices())
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
        return unescape(cells[place]).strip() if place < len(cells) else ""

    found = [
        Incoming(
            _("row %s") % line.number,
            *(cell(line.cells, n) for n in ("id", "translation", "mark", "original")),
        )
        for line in table.lines
    ]
    return [text for text in found if text.id or text.value]


def read_catalogue(file: BinaryIO, language: str) -> list[Incoming]:
    if file.seek(0, 2) > Limits.of_wizard().size:
        raise Refused(
            _("This file is larger than %s MB. Export fewer texts at a time.")
            % settings.NOTES_MAX_MB
        )
    file.seek(0)
    try:
        catalog = read_po(file, abort_invalid=True)
    except (PoFileError, UnknownLocaleError, ValueError, LookupError) as error:
        raise Refused(_("This is no PO file that can be read: %s") % error) from None
    told = str(catalog.locale or "").split("_")[0]
    if told and told != language:
        raise Refused(
            _(
                "This file is in “%(told)s”, and these are the translations into “%(language)s”."
            )
            % {"told": told, "language": language}
        )
    found = []
    for message in catalog:
        if not message.id:
            continue
        marks = [c[6:] for c in message.auto_comments if c.startswith("mark: ")]
        found.append(
            Incoming(
                _("line %s") % (message.lineno or "?"),
                message.context or "",
                str(message.string or ""),
                marks[0] if marks else "",
                str(message.id),
            )
        )
    return found


# What it would change.

APPLIED = ("new", "change", "older")
ORDER = ("wrong", "conflict", "older", "change", "new")  # on the page
VERDICTS: dict[str, Any] = {
    "new": gettext_noop("new"),
    "change": gettext_noop("changed"),
    "older": gettext_noop("made from an older original"),
    "conflict": gettext_noop("changed here as well"),
    "wrong": gettext_noop("cannot come in"),
    "empty": gettext_noop("left empty"),
    "same": gettext_noop("unchanged"),
}


@dataclass
class Change:
    """What one text of a file would do. Only `new`, `change` and `older` are written,
    and a `conflict` when somebody says so."""

    incoming: Incoming
    verdict: str
    unit: Unit | None = None
    said: list[str] = field(default_factory=list)
    made_from: int = 0
    pieces: list[Piece] = field(default_factory=list)

    @property
    def told(self) -> str:
        return _(VERDICTS[self.verdict])

    @property
    def original(self) -> Any:
        return self.unit.original if self.unit else None


def compared(texts: list[Incoming], language: str, user: User) -> list[Change]:
    """Each text of a file against what is here now, in the order of the file."""
    units = find_many({text.id for text in texts})
    first: dict[str, str] = {}
    found = []
    for text in texts:
        unit = units.get(text.id)
        if unit is not None and not user.has_perm(unit.kind.permission):
            unit = None
        before = first.setdefault(text.id, text.place)
        if unit is None:
            said = _(
                "Nothing here is called “%s”. Leave the ids as they were exported."
            )
            found.append(Change(text, "wrong", None, [said % text.id[:80]]))
        elif before != text.place:
            said = _("%s has the same id: one text, one row.")
            found.append(Change(text, "wrong", unit, [said % before]))
        else:
            found.append(judged(text, unit, language))
    return found


def judged(text: Incoming, unit: Unit, language: str) -> Change:
    now = unit.value(language)
    if not text.value:
        return Change(text, "empty", unit)
    if text.value == now:
        return Change(text, "same", unit)
    if unit.original.language == language:
        said = _("It is the original: change it on its own page.")
        return Change(text, "wrong", unit, [said])
    try:
        unit.clean(language, text.value)
    except ValidationError as error:
        return Change(text, "wrong", unit, error.messages)
    version, _dash, digest = text.mark.partition("-")
    if not (version.isascii() and version.isdecimal() and digest):
        same = " ".join(text.original.split()) == " ".join(unit.original.value.split())
        if unit.kind.has_state and not same:
            said = _(
                "The file does not say which original this was made from. Export again and put it there."
            )
            return Change(text, "wrong", unit, [said])
        version, digest = str(unit.version), ""
    made_from = min(int(version[:9]), unit.version)
    pieces = word_by_word(now, text.value)
    doubted = doubts(unit.original, language, text.value)
    if digest and f"{unit.version}-{digest}" != unit.mark(language) and now:
        verdict = "conflict"
    elif made_from < unit.version:
        verdict = "older"
    else:
        verdict = "change" if now else "new"
    return Change(text, verdict, unit, doubted, made_from, pieces)


class Accepted(NamedTuple):
    """A text as a preview showed it: `mark` is what stood here then."""

    id: str
    value: str
    made_from: int
    mark: str
    is_conflict: bool


def proposed(changes: Iterable[Change], language: str) -> Iterator[Accepted]:
    """What a preview could bring in."""
    for change in changes:
        if change.unit is not None and change.verdict in {*APPLIED, "conflict"}:
            yield Accepted(
                change.incoming.id,
                change.incoming.value,
                change.made_from,
                change.unit.mark(language),
                change.verdict == "conflict",
            )


def bring_in(
    accepted: Iterable[Accepted], language: str, user: User, by_machine: bool
) -> tuple[int, list[str]]:
    """Write them; how many came in, and the ids of those that changed meanwhile.

    Call within `transaction.atomic()`.
    """
    count, kept_out = 0, []
    entries: list[Recommendation] = []
    # One by one: a heading and an introduction are of the same row.
    for text in accepted:
        unit = find_many([text.id], lock=True).get(text.id)
        if unit is None or unit.mark(language) != text.mark:
            kept_out.append(text.id)
            continue
        unit.write(language, text.value, text.made_from, by_machine=by_machine)
        count += 1
        if isinstance(unit.row, Recommendation):
            entries.append(unit.row)
        else:
            unit.row._change_reason = OUTSIDE
            unit.row.save()
    Recommendation.objects.all().change_all(entries, OUTSIDE, user.pk)
    return count, kept_out
