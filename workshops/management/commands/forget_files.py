from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from workshops.models import ImportFile


class Command(BaseCommand):
    help = (
        "Delete the uploaded files whose days are over. Their notes stay. Run it daily."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        count = ImportFile.objects.expired().forget()
        told = ngettext("%d file deleted.", "%d files deleted.", count)
        self.stdout.write(told % count)
