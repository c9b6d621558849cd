"""Commands speak the language of the terminal, as POSIX has it told."""

import os
import re

from django.conf import settings
from django.core.management import ManagementUtility
from django.core.management.base import BaseCommand
from django.utils import translation


def language() -> str:
    """The first of these that says anything decides: fr_CA.UTF-8 is French."""
    said = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    code = re.split(r"[_.@]", next(filter(None, said), ""))[0]
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class Commands(ManagementUtility):
    def fetch_command(self, subcommand: str) -> BaseCommand:
        """Called once, when the settings are read and before the command runs."""
        if settings.configured:
            translation.activate(language())
        return super().fetch_command(subcommand)
