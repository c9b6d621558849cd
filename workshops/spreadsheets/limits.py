"""What a file may be, and the one way to refuse it."""

from dataclasses import dataclass

from django.conf import settings

MEGABYTE = 1024 * 1024


class Refused(Exception):
    """The file itself cannot be read. Says what to do, in the reader's language."""


@dataclass(frozen=True)
class Limits:
    size: int  # bytes of the file
    unpacked: int  # bytes of all that an archive declares to hold
    rows: int
    columns: int
    characters: int  # in one cell

    @classmethod
    def of_wizard(cls) -> "Limits":
        return cls(
            settings.NOTES_MAX_MB * MEGABYTE,
            settings.NOTES_MAX_UNPACKED_MB * MEGABYTE,
            settings.NOTES_MAX_ROWS,
            settings.NOTES_MAX_COLUMNS,
            settings.NOTES_MAX_CHARACTERS,
        )

    @classmethod
    def of_command(cls) -> "Limits":
        """A command reads longer files, and so larger ones; the rest is the same."""
        return cls(
            settings.NOTES_MAX_UNPACKED_MB * MEGABYTE,
            settings.NOTES_MAX_UNPACKED_MB * MEGABYTE * 4,
            settings.NOTES_MAX_COMMAND_ROWS,
            settings.NOTES_MAX_COLUMNS,
            settings.NOTES_MAX_CHARACTERS,
        )
