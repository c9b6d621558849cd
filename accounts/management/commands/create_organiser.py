import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import assign


class Command(BaseCommand):
    help = "Create an organiser's account and print its random password, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--once",
            action="store_true",
            help="say nothing and change nothing when the account exists",
        )

    @transaction.atomic
    def handle(self, *args: Any, username: str, once: bool, **options: Any) -> None:
        if User.objects.filter(username=username).exists():
            if once:
                return
            raise CommandError(
                _(
                    "There is already an account named %(name)s; "
                    "`manage.py changepassword %(name)s` gives it another password."
                )
                % {"name": username}
            )
        password = secrets.token_urlsafe(12)
        user = User.objects.create_user(username, password=password, is_staff=True)
        assign(user, ["organiser"])
        self.stdout.write(_("Organiser account: %s") % username)
        self.stdout.write(_("Password: %s") % password)
        self.stdout.write(_("This password is shown only now."))
