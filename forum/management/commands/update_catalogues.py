from typing import Any

from django.core.management.base import BaseCommand

from forum import catalogues


class Command(BaseCommand):
    help = "Bring the catalogues in locale/ up to date with code and templates."

    def handle(self, *args: Any, **options: Any) -> None:
        for language in catalogues.translated_languages():
            catalog = catalogues.update(language)
            missing = sum(not all(catalogues.strings(m)) for m in catalog if m.id)
            self.stdout.write(
                f"{language}: {len(catalog)} strings, {missing} to translate"
            )
