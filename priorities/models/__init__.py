from .autosave import Autosave
from .comment import Comment
from .recommendation import Recommendation
from .section import Section
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
    "Recommendation",
    "RecommendationArea",
    "RecommendationCountry",
    "RecommendationInstrument",
    "Section",
]
