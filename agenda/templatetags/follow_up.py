from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.translation import gettext

from priorities.index import current
from regions.changes import data_version

from ..models import GlobalPriority
from ..progress import published, read_whole

register = template.Library()


@register.inclusion_tag("agenda/_solutions_of.html", takes_context=True)
def solutions_of(context: Any, answered: Any) -> dict[str, Any]:
    """Who does what about a priority or recommendation; loud where nobody does."""
    is_priority = isinstance(answered, GlobalPriority)
    found = [
        row
        for row in published(current(data_version(context["request"])))
        if (
            row.priority == answered.reference
            if is_priority
            else row.recommendation == answered.pk
        )
    ]
    return {
        "solutions": read_whole(found),
        "is_priority": is_priority,
        "carried": context.get("carried", ""),
    }


@register.filter
def named(rows: Iterable[Any]) -> str:
    """The names of regions or countries, in the reader's language."""
    return gettext(", ").join(str(row) for row in rows)
