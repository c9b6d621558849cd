from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from workshops.models import NoteImport
from workshops.undoing import Edited, NotThere, undo


class Command(BaseCommand):
    help = "Take an import of notes back: remove what it made, restore what it changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int)
        parser.add_argument(
            "--keep-edited",
            action="store_true",
            help="leave what was edited or published since as it is",
        )

    def handle(self, *args: Any, id: int, keep_edited: bool, **options: Any) -> None:
        note_import = NoteImport.objects.filter(pk=id).first()
        if note_import is None:
            raise CommandError(_("There is no import %s.") % id)
        try:
            undone = undo(note_import, None, gone=set() if keep_edited else None)
        except NotThere:
            raise CommandError(
                _("This import is not brought in: there is nothing to take back")
            ) from None
        except Edited as edited:
            raise CommandError(
                _(
                    "Edited or published since: %s. Run it again with --keep-edited "
                    "to keep these and take back the rest."
                )
                % edited
            ) from None
        self.stdout.write(undone.told)
