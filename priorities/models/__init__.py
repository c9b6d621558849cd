from .comment import Comment
from .recommendation import Recommendation
from .resemblance import Resemblance
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
    "Resemblance",
    "Section",
]
