"""What the pages of the wizard do with a file: keep, read, map, judge, correct, bring in.

Two people may work on one file. What they decide is written under a lock and counted
(`revision`); verdicts are kept only for the revision they were given for.
"""

from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import islice
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from priorities import bulk
from regions.models import Edition

from . import intake
from .bringing import Changed, bringing_in
from .checking.edition import state_of
from .checking.scope import Scope
from .checking.verdicts import Verdict
from .columns import Mapping, signature
from .intake import Work
from .models import CheckedRow, ImportFile, NoteImport, SavedMapping, packed
from .names import Names
from .spreadsheets import Choices, Limits, Line, Reading, Refused, Table
from .spreadsheets.limits import MEGABYTE
from .spreadsheets.text import Encoding

BATCH = 500
LINE = tuple(Line.__dataclass_fields__)
MOST_UNKNOWN = 30  # words of a kind that a person is asked about on one page
UNKNOWN = {
    "region_unknown": "region",
    "audience_unknown": "audience",
    "area_unknown": "areas",
    "area_near": "areas",
}
Status = NoteImport.Status


def scope_of(note_import: NoteImport, user: Any) -> Scope:
    """Whoever looks, and whoever uploaded: nobody lends the other more regions."""
    own: frozenset[str] | None = None
    default = ""
    for person in {user, note_import.uploaded_by} - {None}:
        if not person.works_everywhere:
            theirs = person.region_slugs()
            own = theirs if own is None else own & theirs
            regions = list(person.regions.values_list("slug", flat=True))
            default = regions[0] if len(regions) == 1 else ""
    return Scope(note_import.edition, own, default=default)


def keep(upload: UploadedFile, edition: Edition, user: Any) -> NoteImport:
    """Store a file as it came. A file beyond the limit is refused unread."""
    limits = Limits.of_wizard()
    size = upload.size or 0
    content = upload.read() if size <= limits.size else b""
    note_import = store(content, upload.name or "", edition, user)
    if size > limits.size:
        note_import.size = size
        refuse(
            note_import,
            _(
                "This file is too large: up to %(most)s MB. Split it, and send the parts."
            )
            % {"most": limits.size // MEGABYTE},
        )
    return note_import


def store(content: bytes, name: str, edition: Edition, user: Any) -> NoteImport:
    with transaction.atomic():
        ImportFile.objects.expired().forget()
        note_import = NoteImport.objects.create(
            edition=edition,
            uploaded_by=user,
            file_name=name[:200],
            sha256=intake.sha256_of(BytesIO(content)),
            size=len(content),
        )
        ImportFile.objects.create(note_import=note_import, content=content)
    return note_import


def refuse(note_import: NoteImport, message: str) -> None:
    note_import.status, note_import.refusal = Status.REFUSED, message
    note_import.save()


def decide(note_import: NoteImport, change: Callable[[NoteImport], None]) -> None:
    """Write what a person decided about a file, whatever others decide meanwhile.

    `Changed` when somebody has brought the file in.
    """
    with transaction.atomic():
        locked = NoteImport.objects.select_for_update().get(pk=note_import.pk)
        if locked.status == Status.DONE:
            raise Changed
        change(locked)
        locked.revision += 1
        locked.save()
    note_import.refresh_from_db()


def reading(note_import: NoteImport, choices: Choices, user: Any) -> Work[None]:
    """Read the file once; what was read is kept, and judged when nothing is in doubt."""
    file = note_import.file
    lines: list[Line] = []
    try:
        table = intake.open_table(
            BytesIO(bytes(file.content)),
            note_import.file_name,
            Limits.of_wizard(),
            choices,
        )
        for line in table.lines:
            lines.append(line)
            if len(lines) % BATCH == 0:
                yield len(lines)
    except Refused as refusal:
        refuse(note_import, str(refusal))
        return
    file.parsed = packed(
        {
            "hashtags": table.hashtags,
            "before": [[line.number, line.cells] for line in table.before],
            "lines": [[getattr(line, name) for name in LINE] for line in lines],
            "sheets": table.sheets,
            "doubt": [[r.encoding, r.line] for r in table.encoding.others],
        }
    )
    file.save()
    file.rows.all().delete()

    table.lines = iter(lines)
    mapping, saved = proposed(table)

    def take(locked: NoteImport) -> None:
        locked.kind, locked.sheet = table.kind, table.sheet[:120]
        locked.encoding, locked.delimiter = table.encoding.name, table.delimiter
        locked.heading_row, locked.headings = table.heading_row, table.headings
        locked.mapping, locked.decisions = mapping.as_json(), {}
        locked.told = {"saved": saved, "others": table.others}
        locked.status, locked.refusal = Status.UPLOADED, ""

    decide(note_import, take)
    if not table.encoding.is_in_doubt:
        yield from checking(note_import, user)


def proposed(table: Table) -> tuple[Mapping, str]:
    """The mapping somebody saved for these headings, and its name; else what they say."""
    saved = (
        SavedMapping.objects.filter(signature=signature(table.headings))
        .order_by("-saved_at")
        .first()
    )
    if saved is not None:
        return Mapping.from_json(saved.mapping), saved.name
    return intake.proposed(table), ""


def table_of(note_import: NoteImport) -> Table:
    """The file as it was parsed, without parsing it again."""
    held = note_import.file.table()
    readings = tuple(Reading(*pair) for pair in held["doubt"])

    def lines() -> Iterator[Line]:
        for values in held["lines"]:
            line = Line(*values)
            line.formulas = {int(key): value for key, value in line.formulas.items()}
            yield line

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


def checking(note_import: NoteImport, user: Any) -> Work[str]:
    """Judge every row, and keep the verdicts; a sentence when the mapping forbids it."""
    while True:
        try:
            judged = yield from intake.judging(
                table_of(note_import),
                scope_of(note_import, user),
                Mapping.from_json(note_import.mapping),
                note_import.file_name,
                Limits.of_wizard(),
                note_import.decisions,
            )
        except Refused as refusal:
            note_import.status, note_import.refusal = Status.UPLOADED, str(refusal)
            note_import.save()
            return str(refusal)
        with transaction.atomic():
            locked = NoteImport.objects.select_for_update().get(pk=note_import.pk)
            if locked.status == Status.DONE:
                return ""
            if locked.revision == note_import.revision:
                keep_verdicts(locked, judged)
                locked.save()
                break
        note_import.refresh_from_db()  # somebody decided something meanwhile: again
    note_import.refresh_from_db()
    return ""


def keep_verdicts(note_import: NoteImport, judged: intake.Judged) -> None:
    CheckedRow.objects.filter(file=note_import.pk).delete()
    unknown: dict[str, dict[str, None]] = {"region": {}, "audience": {}, "areas": {}}
    stream = iter(judged.verdicts)
    names = ["file", "row", "verdict", "to_confirm", "has_warning", "data"]
    while batch := list(islice(stream, BATCH)):
        bulk.insert(
            CheckedRow,
            names,
            [
                (
                    note_import.pk,
                    verdict.row,
                    verdict.verdict,
                    bool(verdict.to_confirm),
                    verdict.has_warning,
                    verdict.as_json(),
                )
                for verdict in batch
            ],
        )
        for verdict in batch:
            for problem in verdict.problems:
                if kind := UNKNOWN.get(problem.code):
                    word = problem.told.get("part") or problem.value
                    unknown[kind].setdefault(word)
    note_import.told |= {
        "unread": judged.unread,
        "unknown": {
            kind: list(islice(words, MOST_UNKNOWN))
            for kind, words in unknown.items()
            if words
        },
    }
    note_import.totals = judged.verdicts.totals
    note_import.state = judged.state
    note_import.status, note_import.refusal = Status.CHECKED, ""


def verdicts_of(note_import: NoteImport) -> Iterator[Verdict]:
    rows = CheckedRow.objects.filter(file=note_import.pk).values_list("data", flat=True)
    return map(Verdict.from_json, rows.iterator(BATCH))


def bringing(note_import: NoteImport, user: Any) -> Work[None]:
    """Bring in what was judged right; `Changed` when the edition is another by now."""
    if state_of(note_import.edition) != note_import.state:
        raise Changed
    scope = scope_of(note_import, user)
    if not all(
        scope.allows(verdict.values["region"])
        for verdict in verdicts_of(note_import)
        if not verdict.is_error
    ):
        raise Refused(_("You cannot add to a region that is not yours."))
    return bringing_in(
        note_import, Names(), verdicts_of(note_import), note_import.state, user.pk
    )
