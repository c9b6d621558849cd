"""The pages of the curators, subject by subject; Django finds them by this import."""

from .. import pairs
from . import recommendations, reports, sections, vocabulary

__all__ = ["pairs", "recommendations", "reports", "sections", "vocabulary"]
