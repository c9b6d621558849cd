from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.invitations import address, invite
from accounts.models import Invitation
from accounts.roles import BY_SLUG
from regions.models import Region


class Command(BaseCommand):
    help = "Make a link by which one person opens an account, and print it, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", choices=list(BY_SLUG))
        parser.add_argument("--region", action="append", default=[])
        parser.add_argument(
            "--language",
            action="append",
            default=[],
            choices=settings.CONTENT_LANGUAGES,
        )
        parser.add_argument("--site", default="", help="https://… of this site")

    @transaction.atomic
    def handle(
        self,
        *args: Any,
        role: str,
        region: list[str],
        language: list[str],
        site: str,
        **options: Any,
    ) -> None:
        regions = list(Region.objects.filter(slug__in=region))
        unknown = set(region) - {found.slug for found in regions}
        if unknown:
            raise CommandError(_("No such region: %s") % ", ".join(sorted(unknown)))
        token = invite(Invitation(role=role, languages=language), regions)
        self.stdout.write((site or first_host()).rstrip("/") + address(token))
        self.stdout.write(_("This link is shown only now, and works once."))


def first_host() -> str:
    host = settings.ALLOWED_HOSTS[0].removeprefix(".")
    return f"{'https' if settings.HTTPS else 'http'}://{host}"
