import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import override

from priorities.booklet.gathering import MOST, TooMany, of_edition
from priorities.booklet.printing import WRITERS
from priorities.filters import RecommendationFilter
from regions.models import Edition

NARROWING = ("region", "audience", "area", "country", "instrument", "kind")


class Command(BaseCommand):
    help = "Print the booklet of a published edition, whole or narrowed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--edition", type=int, required=True)
        parser.add_argument("--language", choices=settings.CONTENT_LANGUAGES)
        parser.add_argument("--format", choices=list(WRITERS), default="pdf")
        parser.add_argument("-o", "--output", help="a file (default: the terminal)")
        for name in NARROWING:
            parser.add_argument(
                f"--{name}", action="append", default=[], metavar="SLUG"
            )

    def handle(self, *args: Any, **options: Any) -> None:
        year, output = options["edition"], options["output"]
        edition = Edition.objects.published().filter(year=year).first()
        if edition is None:
            raise CommandError(_("There is no published edition %s.") % year)
        if output is None and sys.stdout.isatty() and options["format"] != "html":
            raise CommandError(_("Name a file for it: -o FILE."))
        data = QueryDict(mutable=True)
        for name in NARROWING:
            data.setlist(name, options[name])
        with override(options["language"] or settings.LANGUAGE_CODE):
            filterset = RecommendationFilter(data, edition=str(year))
            for parameter, value in filterset.unknown:
                raise CommandError(
                    _("%(parameter)s: nobody knows “%(value)s”.")
                    % {"parameter": parameter, "value": value}
                )
            if not filterset.found:
                raise CommandError(_("Nothing is recorded for these choices together."))
            try:
                booklet = of_edition(filterset, edition)
            except TooMany as many:
                raise CommandError(
                    _(
                        "A booklet holds up to %(most)s entries; these are %(total)s. "
                        "Narrow the choice: to a region, say, or to an audience."
                    )
                    % {"most": MOST, "total": many.total}
                ) from None
            write = WRITERS[options["format"]]
            if output is None:
                write(booklet, sys.stdout.buffer)
            else:
                with Path(output).open("wb") as file:
                    write(booklet, file)
