from typing import Any

from django import template

from priorities.index import current
from priorities.models import Recommendation
from regions.changes import data_version

from ..told import Agenda

register = template.Library()


@register.inclusion_tag("agenda/_became.html", takes_context=True)
def became(context: Any, recommendation: Recommendation) -> dict[str, Any]:
    """What became of a recommendation in the global agenda."""
    agenda = Agenda.at(current(data_version(context["request"])))
    place = agenda.place_of.get(recommendation.pk)
    return {
        "found": agenda.by_recommendation.get(recommendation.pk, []),
        "place": place,
        "taken_up": agenda.taken_up(place) if place else None,
        "carried": context.get("carried", ""),
    }
