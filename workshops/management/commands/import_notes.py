import json
import sys
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from regions.models import Edition
from workshops.bringing import Changed, bringing_in
from workshops.checking.scope import Scope
from workshops.checking.verdicts import TOTALS, Verdict
from workshops.columns import Mapping
from workshops.intake import (
    Judged,
    done,
    judging,
    open_table,
    proposed,
    quoted,
    sha256_of,
)
from workshops.models import ImportFile, NoteImport, SavedMapping
from workshops.names import Names
from workshops.problems import SEVERITIES
from workshops.spreadsheets import Choices, Limits, Refused, Table

ATTEMPTS = 3  # when others change the edition between the check and the writing


class Command(BaseCommand):
    help = (
        "Bring in a file of workshop notes (CSV, TSV or XLSX) as drafts. "
        "Exit status: 0 all rows fine, 1 rows refused, 2 the file refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--edition", type=int, required=True)
        parser.add_argument(
            "--region",
            default="",
            help="rows without a region get this one, rows with another are refused",
        )
        parser.add_argument("--mapping", default="", help="the name of a saved mapping")
        parser.add_argument(
            "--good-rows",
            action="store_true",
            help="bring in the rows that are right and leave the others in the file",
        )
        parser.add_argument(
            "--checked-personal-data",
            action="store_true",
            help="you looked at every cell that seems to hold a person's data",
        )
        parser.add_argument("--encoding", default="", help="when it is in doubt")
        parser.add_argument("--sheet", default="", help="of a workbook with several")
        parser.add_argument("--dry-run", action="store_true", help="write nothing")
        parser.add_argument("--json", action="store_true", help="report as one object")

    def handle(self, *args: Any, **options: Any) -> None:
        self.options = options
        path: Path = options["file"]
        try:
            scope = self.scope()
            file = path.open("rb")
        except Refused as refusal:
            self.refuse(path, str(refusal))
        except FileNotFoundError:
            self.refuse(path, _("There is no such file."))
        except OSError as error:
            self.refuse(path, _("The file cannot be opened: %s") % error.strerror)
        with file:
            try:
                refused = self.bring(file, path, scope)
            except Refused as refusal:
                self.refuse(path, str(refusal))
        if refused:
            sys.exit(1)

    def scope(self) -> Scope:
        """The edition, and the region by its slug, code or name in any language."""
        year, region = self.options["edition"], self.options["region"]
        edition = Edition.objects.filter(year=year).first()
        if edition is None:
            raise Refused(_("There is no edition %s.") % year)
        if not region:
            return Scope(edition)
        names = Names()
        found = names.of_region(region).slug
        if not found:
            raise Refused(
                _("There is no region “%(name)s”. Known are: %(known)s.")
                % {"name": region, "known": _(", ").join(names.kinds["region"].labels)}
            )
        return Scope(edition, only=found)

    def bring(self, file: Any, path: Path, scope: Scope) -> bool:
        """Read, judge and bring in; whether some rows stayed out."""
        for _attempt in range(ATTEMPTS):
            table, judged = self.judge(file, path, scope)
            stay_out = judged.verdicts.totals["error"] + judged.verdicts.held
            if self.options["dry_run"] or (stay_out and not self.options["good_rows"]):
                self.report(file, path, table, judged)
                return bool(stay_out)
            note_import = self.record(file, path, table, judged, scope)
            try:
                written = bringing_in(
                    note_import,
                    judged.check.names,
                    judged.verdicts,
                    judged.state,
                    None,
                )
                for rows in written:
                    self.tell(_("rows written: %s"), rows)
            except Changed:
                note_import.delete()
                continue
            self.report(file, path, table, judged, note_import)
            return bool(stay_out)
        raise CommandError(
            _("The edition kept changing meanwhile. Try again later."), returncode=1
        )

    def judge(self, file: Any, path: Path, scope: Scope) -> tuple[Table, Judged]:
        limits = Limits.of_command()
        choices = Choices(
            encoding=self.options["encoding"], sheet=self.options["sheet"]
        )
        table = open_table(file, path.name, limits, choices)
        if table.encoding.is_in_doubt and table.encoding.name != "windows-1256":
            lines = "\n".join(
                f"  {r.encoding}: {r.line}" for r in table.encoding.others
            )
            raise Refused(
                _(
                    "The encoding is in doubt. Say which reading is right with --encoding:"
                )
                + f"\n{lines}"
            )
        mapping = proposed(table)
        if name := self.options["mapping"]:
            saved = SavedMapping.objects.filter(name=name).first()
            if saved is None or len(saved.mapping["columns"]) != len(table.headings):
                known = _(", ").join(
                    SavedMapping.objects.values_list("name", flat=True)
                )
                raise Refused(
                    _(
                        "No saved mapping “%(name)s” for these headings. Known are: %(known)s."
                    )
                    % {"name": name, "known": known or "—"}
                )
            mapping = Mapping.from_json(saved.mapping)
        decisions = {}
        if self.options["checked_personal_data"]:
            decisions = {"checked": range(1, limits.rows + 100_000)}
        work = judging(table, scope, mapping, path.name, limits, decisions)
        return table, done(work, partial(self.tell, _("rows checked: %s")))

    def record(
        self, file: Any, path: Path, table: Table, judged: Judged, scope: Scope
    ) -> NoteImport:
        file.seek(0)
        content = file.read()
        note_import = NoteImport.objects.create(
            edition=scope.edition,
            file_name=path.name[:200],
            sha256=sha256_of(BytesIO(content)),
            size=len(content),
            status=NoteImport.Status.CHECKED,
            kind=table.kind,
            encoding=table.encoding.name,
            delimiter=table.delimiter,
            sheet=table.sheet[:120],
            heading_row=table.heading_row,
            headings=table.headings,
            mapping=judged.check.mapping.as_json(),
            totals=judged.verdicts.totals,
        )
        ImportFile.objects.create(note_import=note_import, content=content)
        return note_import

    def tell(self, words: str, rows: int) -> None:
        """How far it is, on a terminal."""
        if self.stderr.isatty():
            self.stderr.write(f"\r{words % rows}", ending="")

    # Reports.

    def refuse(self, path: Path, message: str) -> NoReturn:
        if self.options["json"]:
            found: dict[str, Any] = {
                "file": path.name,
                "sha256": self.sha256(path),
                "encoding": None,
                "delimiter": None,
                "refused": message,
                "totals": dict.fromkeys(TOTALS, 0),
                "rows": [],
            }
            self.stdout.write(json.dumps(found, ensure_ascii=False))
        else:
            self.stderr.write(f"{path.name}: {message}")
        sys.exit(2)

    def sha256(self, path: Path) -> str | None:
        try:
            with path.open("rb") as file:
                return sha256_of(file)
        except OSError:
            return None

    def report(
        self,
        file: Any,
        path: Path,
        table: Table,
        judged: Judged,
        note_import: NoteImport | None = None,
    ) -> None:
        if self.options["json"]:
            self.report_json(file, path, table, judged, note_import)
            return
        names = judged.check.names
        for verdict in judged.verdicts:
            for problem in verdict.problems:
                cell = problem.cell(verdict.row) if table.kind == "xlsx" else ""
                where = cell or self.heading(table, problem.column)
                severity = SEVERITIES[problem.severity]
                self.stdout.write(
                    f"{verdict.row}\t{severity}\t{where}\t{problem.message(names)}"
                )
        for sheet, rows in table.others:
            self.stdout.write(
                _(
                    "The sheet “%(sheet)s” was not read: %(rows)s rows. Name it with --sheet."
                )
                % {"sheet": sheet, "rows": rows}
            )
        if judged.unread:
            self.stdout.write(
                _("Kept with the notes only, for nothing tells what they mean: %s.")
                % quoted(judged.unread)
            )
        totals = judged.verdicts.totals
        self.stdout.write(
            _(", ").join(
                _("%(name)s: %(value)s") % {"name": label, "value": totals[name]}
                for name, label in TOTALS.items()
            )
        )
        if note_import is not None:
            self.stdout.write(
                _("Brought in as import %(id)s; `undo_import %(id)s` takes it back.")
                % {"id": note_import.pk}
            )
        else:
            self.stdout.write(_("Nothing was written."))

    def report_json(
        self,
        file: Any,
        path: Path,
        table: Table,
        judged: Judged,
        note_import: NoteImport | None,
    ) -> None:
        """One object, written row by row: a long report does not stand in memory."""
        head: dict[str, Any] = {
            "file": path.name,
            "sha256": sha256_of(file),
            "encoding": table.encoding.name or None,
            "delimiter": table.delimiter or None,
            "sheet": table.sheet or None,
            "sheets_not_read": [sheet for sheet, _rows in table.others],
            "columns_not_read": judged.unread,
            "import": note_import.pk if note_import else None,
            "totals": judged.verdicts.totals,
        }
        self.stdout.write(
            json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": [', ending=""
        )
        names = judged.check.names
        for number, verdict in enumerate(judged.verdicts):
            self.stdout.write(",\n" if number else "\n", ending="")
            self.stdout.write(
                json.dumps(self.row(verdict, table, names), ensure_ascii=False),
                ending="",
            )
        self.stdout.write("]}")

    def heading(self, table: Table, column: int) -> str:
        return table.headings[column] if 0 <= column < len(table.headings) else ""

    def row(self, verdict: Verdict, table: Table, names: Names) -> dict[str, Any]:
        values = verdict.values
        language = values.get("language", "")
        return {
            "row": verdict.row,
            "verdict": verdict.verdict,
            "held": bool(verdict.to_confirm),
            "reference": verdict.reference or None,
            "problems": [
                {
                    "column": self.heading(table, problem.column),
                    "cell": problem.cell(verdict.row),
                    "value": problem.value,
                    "severity": problem.severity,
                    "code": problem.code,
                    "message": problem.message(names),
                }
                for problem in verdict.problems
            ],
            "values": {
                "region": values.get("region") or None,
                "kind": values.get("kind"),
                "audience": values.get("audience") or None,
                "areas": values.get("areas", []),
                "countries": values.get("countries", []),
                "rank": values.get("rank"),
                "text": values.get("texts", {}).get(language, ""),
                "texts": values.get("texts", {}),
                "language": language or None,
                "workshop": values.get("workshop"),
                "date": values.get("date"),
            },
        }
