"""What the global forum makes of what regions ask for, and what becomes of it."""

from .lineage import BallotSupport, PriorityAudience, PriorityInstrument, Support
from .places import ProtectedPlace
from .priorities import GlobalPriority
from .reminders import Digest
from .solutions import Evidence, ProgressReport, Solution
from .stances import Stance
from .versions import Version

__all__ = [
    "BallotSupport",
    "Digest",
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
