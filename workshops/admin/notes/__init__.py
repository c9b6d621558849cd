"""The wizard of notes, page by page; and where a sentence comes from."""

from .imports import NoteImportAdmin
from .sources import RedactionAdmin, WorkshopNoteAdmin

__all__ = ["NoteImportAdmin", "RedactionAdmin", "WorkshopNoteAdmin"]
