"""The wizard of notes, and ballots, in the admin."""

from . import notes

__all__ = ["notes"]
