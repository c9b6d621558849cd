from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from priorities.models import Autosave
from workshops.models import ImportFile


class Command(BaseCommand):
    help = (
        "Delete the uploaded files whose days are over, and what curators typed and did not "
        "save in time. Notes stay. Run it daily."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        Autosave.objects.expired().delete()
        count = ImportFile.objects.expired().forget()
        told = ngettext("%d file deleted.", "%d files deleted.", count)
        self.stdout.write(told % count)
