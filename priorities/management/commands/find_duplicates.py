from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from ...duplicates import look


class Command(BaseCommand):
    help = "Look for entries that may ask the same; what people decided stays decided."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--edition", type=int, help="one year; else all editions")

    def handle(self, *args: Any, edition: int | None = None, **options: Any) -> None:
        looked = look(edition)
        told = _("%(new)s new pairs, %(again)s asked about again, %(gone)s gone.")
        self.stdout.write(
            told % {"new": looked.new, "again": looked.asked_again, "gone": looked.gone}
        )
