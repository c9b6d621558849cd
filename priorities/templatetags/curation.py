from typing import Any

from django import template

from regions.models import Edition

from ..models import ProblemReport, Recommendation
from ..succession import Before, before, predecessor

register = template.Library()


@register.simple_tag(takes_context=True)
def before_of(context: Any, row: Recommendation) -> Before | None:
    return before(context["request"].user, row)


@register.simple_tag(takes_context=True)
def reports_of(context: Any, row: Recommendation) -> list[ProblemReport] | None:
    """None for whoever knows of no reports."""
    if not context["request"].user.has_perm("priorities.view_problemreport"):
        return None
    return list(ProblemReport.objects.filter(recommendation=row).most_urgent_first())


@register.filter
def before_it(edition: Edition) -> Edition | None:
    return predecessor(edition)
