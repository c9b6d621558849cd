from .autosave import Autosave
from .comment import Comment
from .recommendation import Recommendation
from .report import ProblemReport
from .resemblance import Resemblance
from .section import Section
from .succession import Succession
from .tags import RecommendationArea, RecommendationCountry, RecommendationInstrument
from .vocabulary import (
    AreaSynonym,
    Audience,
    AudienceInclusion,
    Instrument,
    PriorityArea,
)

__all__ = [
    "AreaSynonym",
    "Audience",
    "AudienceInclusion",
    "Autosave",
    "Comment",
    "Instrument",
    "PriorityArea",
    "ProblemReport",
    "Recommendation",
    "RecommendationArea",
    "RecommendationCountry",
    "RecommendationInstrument",
    "Resemblance",
    "Section",
    "Succession",
]
