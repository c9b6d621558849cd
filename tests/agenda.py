"""Global priorities with dull defaults; a test names only what it is about."""

from typing import Any

from accounts.models import User
from agenda.models import GlobalPriority, Stance, Support
from priorities.models import Recommendation
from regions.models import Region

from .factories import make_edition


def make_priority(*supports: Recommendation, **fields: Any) -> GlobalPriority:
    """A draft that asks for the same as each of these recommendations."""
    edition = fields.pop("edition", None) or make_edition()
    fields = {
        "edition": edition,
        "position": edition.global_priorities.count() + 1,
        "first_year": edition.year,
        "last_year": edition.year + 3,
        "title_fr": "Former les juges",
        "statement_fr": "Tous les juges sont formés.",
    } | fields
    priority = GlobalPriority.objects.create(**fields)
    for recommendation in supports:
        add_support(priority, recommendation)
    return priority


def add_support(
    priority: GlobalPriority, recommendation: Recommendation, kind: str = "same"
) -> Support:
    return Support.objects.create(
        priority=priority, recommendation=recommendation, kind=kind
    )


def sent(*supports: Recommendation, **fields: Any) -> GlobalPriority:
    priority = make_priority(*supports, **fields)
    priority.send_to_regions()
    return priority


def published(*supports: Recommendation, **fields: Any) -> GlobalPriority:
    priority = sent(*supports, **fields)
    priority.publish()
    return priority


def answer(
    priority: GlobalPriority, region: str, kind: str = "assent", reason: str = ""
) -> Stance:
    by, _created = User.objects.get_or_create(username="facilitator of a region")
    return Stance.give(
        priority, Region.objects.get(slug=region), kind, by, reason, "en"
    )
