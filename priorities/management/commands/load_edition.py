from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from regions.changes import record_change
from regions.models import Edition, Region


class Command(BaseCommand):
    help = "Load an edition from fixtures/, with its first history, unless it is already here."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)

    def handle(self, *args: Any, year: int, **options: Any) -> None:
        if Edition.objects.filter(year=year).exists():
            self.stdout.write(_("Edition %s is already here; nothing changed.") % year)
            return
        folder = Path(settings.BASE_DIR, "fixtures")
        parts = sorted(path.name for path in folder.glob(f"edition_{year}_*.json"))
        if not parts:
            raise CommandError(
                _("There is no %s to load.") % f"fixtures/edition_{year}_*.json"
            )
        with transaction.atomic():
            # Words that organisers may have mended since are not read a second time.
            words = [] if Region.objects.exists() else ["vocabulary"]
            names = [*words, f"edition_{year}", *parts]
            call_command("loaddata", *names, verbosity=0)
            self.begin_history(gettext_noop("edition %s loaded from fixtures") % year)
            record_change()  # a version that comes after the history it has
        self.stdout.write(_("Edition %s loaded.") % year)

    def begin_history(self, reason: str) -> None:
        """Fixtures write no history of their own: every row gets its first entry."""
        for model in (
            *apps.get_app_config("regions").get_models(),
            *apps.get_app_config("priorities").get_models(),
        ):
            history = getattr(model, "history", None)
            if history is None:
                continue
            known = history.values("id")
            rows = list(model._default_manager.exclude(pk__in=known))
            history.bulk_history_create(
                rows, default_change_reason=reason, batch_size=500
            )
