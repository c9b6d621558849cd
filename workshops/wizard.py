"""What the pages of the wizard do with a file: keep, read, map, judge, correct, bring in."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from regions.models import Edition

from . import intake
from .bringing import bring_in
from .checking import Scope, Verdict
from .columns import Mapping, signature
from .models import ImportFile, NoteImport, SavedMapping, packed
from .names import Names
from .spreadsheets import Choices, Limits, Line, Reading, Refused, Table
from .spreadsheets.limits import MEGABYTE
from .spreadsheets.text import Encoding


def scope_of(note_import: NoteImport, user: Any) -> Scope:
    """Whoever looks, and whoever uploaded: nobody lends the other more regions."""
    own: frozenset[str] | None = None
    for person in {user, note_import.uploaded_by} - {None}:
        if not person.has_perm("workshops.import_any_region"):
            theirs = person.region_slugs()
            own = theirs if own is None else own & theirs
    return Scope(note_import.edition, own)


def keep(upload: UploadedFile, edition: Edition, user: Any) -> NoteImport:
    """Store a file as it came, and read it. A file beyond the limit is refused unread."""
    limits = Limits.of_wizard()
    size = upload.size or 0
    content = upload.read() if size <= limits.size else b""
    note_import = NoteImport.objects.create(
        edition=edition,
        uploaded_by=user,
        file_name=(upload.name or "")[:200],
        sha256=intake.sha256_of(BytesIO(content)),
        size=size,
    )
    ImportFile.objects.create(note_import=note_import, content=content)
    if size > limits.size:
        refuse(
            note_import,
            _(
                "This file is too large: up to %(most)s MB. Split it, and send the parts."
            )
            % {"most": limits.size // MEGABYTE},
        )
    else:
        parse(note_import, Choices(), user)
    return note_import


def refuse(note_import: NoteImport, message: str) -> None:
    note_import.status = NoteImport.Status.REFUSED
    note_import.refusal = message
    note_import.save()


def parse(note_import: NoteImport, choices: Choices, user: Any) -> None:
    """Read the file once; what was read is kept, and judged when nothing is in doubt."""
    file = note_import.file
    try:
        table = intake.open_table(
            BytesIO(bytes(file.content)),
            note_import.file_name,
            Limits.of_wizard(),
            choices,
        )
        lines = [
            [line.number, line.cells, line.formulas, line.filled]
            for line in table.lines
        ]
    except Refused as refusal:
        refuse(note_import, str(refusal))
        return
    file.parsed = packed(
        {
            "hashtags": table.hashtags,
            "before": [[line.number, line.cells] for line in table.before],
            "lines": lines,
            "sheets": table.sheets,
            "doubt": [[r.encoding, r.line] for r in table.encoding.others],
        }
    )
    file.report = None
    file.save()
    note_import.kind, note_import.sheet = table.kind, table.sheet[:120]
    note_import.encoding, note_import.delimiter = table.encoding.name, table.delimiter
    note_import.heading_row, note_import.headings = table.heading_row, table.headings
    note_import.mapping = proposed(table).as_json()
    note_import.status, note_import.refusal = NoteImport.Status.UPLOADED, ""
    note_import.save()
    if not table.encoding.is_in_doubt:
        check(note_import, user)


def proposed(table: Table) -> Mapping:
    """The mapping somebody saved for these headings, else what the headings say."""
    saved = (
        SavedMapping.objects.filter(signature=signature(table.headings))
        .order_by("-saved_at")
        .first()
    )
    if saved is not None:
        return Mapping.from_json(saved.mapping)
    return Mapping.proposed(table.headings, table.hashtags)


def table_of(note_import: NoteImport) -> Table:
    """The file as it was parsed, without parsing it again."""
    held = note_import.file.unpacked("parsed")
    readings = tuple(Reading(*pair) for pair in held["doubt"])

    def lines() -> Iterator[Line]:
        for number, cells, formulas, filled in held["lines"]:
            yield Line(number, cells, {int(k): v for k, v in formulas.items()}, filled)

    return Table(
        note_import.kind,
        note_import.heading_row,
        note_import.headings,
        held["hashtags"],
        [Line(number, cells) for number, cells in held["before"]],
        lines(),
        Encoding(note_import.encoding, readings),
        note_import.delimiter,
        note_import.sheet,
        held["sheets"],
    )


def check(note_import: NoteImport, user: Any) -> str:
    """Judge every row, and keep the verdicts; a sentence when the mapping forbids it."""
    mapping = Mapping.from_json(note_import.mapping)
    try:
        judged = intake.judge(
            table_of(note_import),
            scope_of(note_import, user),
            mapping,
            note_import.file_name,
            Limits.of_wizard(),
            note_import.decisions,
        )
    except Refused as refusal:
        note_import.status = NoteImport.Status.UPLOADED
        note_import.refusal = str(refusal)
        note_import.save()
        return str(refusal)
    note_import.file.report = packed([v.as_json() for v in judged.verdicts])
    note_import.file.save()
    note_import.totals = judged.verdicts.totals
    note_import.state = judged.state
    note_import.status, note_import.refusal = NoteImport.Status.CHECKED, ""
    note_import.save()
    return ""


def verdicts_of(note_import: NoteImport) -> list[Verdict]:
    report = note_import.file.unpacked("report") or []
    return [Verdict.from_json(verdict) for verdict in report]


def bring(note_import: NoteImport, user: Any) -> None:
    """Bring in what was judged right; `Changed` when the edition is another by now."""
    scope = scope_of(note_import, user)
    verdicts = verdicts_of(note_import)
    if not all(
        scope.allows(verdict.values["region"])
        for verdict in verdicts
        if not verdict.is_error
    ):
        raise Refused(_("You cannot add to a region that is not yours."))
    bring_in(note_import, Names(), verdicts, note_import.state, user.pk)
