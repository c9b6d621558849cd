"""The wizard of notes, and ballots, in the admin."""

from . import ballots, notes

__all__ = ["ballots", "notes"]
