"""Notes as they came, and ballots: how a workshop's words and rankings come in."""

from .ballots import Ballot, BallotCode, Candidate, CastBallot, CodeBatch
from .notes import (
    CheckedRow,
    ImportFile,
    NoteImport,
    Redaction,
    SavedMapping,
    WorkshopNote,
    expiry,
    lineage,
    packed,
)

__all__ = [
    "Ballot",
    "BallotCode",
    "Candidate",
    "CastBallot",
    "CheckedRow",
    "CodeBatch",
    "ImportFile",
    "NoteImport",
    "Redaction",
    "SavedMapping",
    "WorkshopNote",
    "expiry",
    "lineage",
    "packed",
]
