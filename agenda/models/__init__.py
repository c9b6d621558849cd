"""What the global forum makes of what regions ask for, and what becomes of it."""

from .priorities import (
    BallotSupport,
    GlobalPriority,
    PriorityAudience,
    PriorityInstrument,
    ProtectedPlace,
    Stance,
    Support,
    Version,
)
from .solutions import Evidence, ProgressReport, Solution

__all__ = [
    "BallotSupport",
    "Evidence",
    "GlobalPriority",
    "PriorityAudience",
    "PriorityInstrument",
    "ProgressReport",
    "ProtectedPlace",
    "Solution",
    "Stance",
    "Support",
    "Version",
]
