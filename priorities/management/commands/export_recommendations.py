import sys
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.http import QueryDict
from django.utils.translation import gettext as _

from priorities.index import current
from priorities.opendata import asking, writing
from priorities.opendata.columns import Extract
from priorities.opendata.recommendations import RECOMMENDATIONS
from priorities.opendata.tables import SHAPES


class Command(BaseCommand):
    help = "Write the published recommendations of an edition to a file, as open data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--edition", required=True)
        parser.add_argument("--format", required=True, choices=writing.KINDS)
        parser.add_argument("--shape", choices=SHAPES, default="wide")
        parser.add_argument("-o", "--output", type=Path)

    def handle(
        self,
        *args: Any,
        edition: str,
        format: str,
        shape: str,
        output: Path | None,
        **options: Any,
    ) -> None:
        index = current()
        if edition not in index.editions:
            raise CommandError(
                _("There is no published edition %(asked)s. There are: %(known)s.")
                % {"asked": edition, "known": _(", ").join(sorted(index.editions))}
            )
        data = QueryDict(f"shape={shape}")
        extract, _problems = asking.extract(RECOMMENDATIONS, edition, data, index)
        if format == "xlsx" and writing.xlsx_is_too_much(extract):
            raise CommandError(writing.too_much(extract))
        if output is None:
            write(extract, format, sys.stdout.buffer)
            return
        with output.open("wb") as file:
            write(extract, format, file)


def write(extract: Extract, format: str, file: BinaryIO) -> None:
    if format == "xlsx":
        writing.write_xlsx([extract], file)
    else:
        file.writelines(writing.STREAMS[format](extract))
