from .recommendation import (
    Recommendation,
    RecommendationArea,
    RecommendationCountry,
    RecommendationInstrument,
)
from .section import Section
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
    "Instrument",
    "PriorityArea",
    "Recommendation",
    "RecommendationArea",
    "RecommendationCountry",
    "RecommendationInstrument",
    "Section",
]
