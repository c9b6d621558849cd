from .recommendation import Comment, Recommendation
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
    "Comment",
    "Instrument",
    "PriorityArea",
    "Recommendation",
    "RecommendationArea",
    "RecommendationCountry",
    "RecommendationInstrument",
    "Section",
]
