"""Global priorities and solutions with dull defaults."""

from datetime import date
from itertools import count
from typing import Any

from agenda.models import GlobalPriority, Solution
from regions.models import Region

from .agenda import make_priority as drafted
from .agenda import published
from .factories import make_audience, make_edition, make_recommendation

numbers = count(1)


def make_priority(status: str = "published", **fields: Any) -> GlobalPriority:
    edition = fields.pop("edition", None) or make_edition()
    fields = {
        "title_en": f"Priority {next(numbers)}",
        "statement_en": "Every country trains those who judge.",
        "original_language": "en",
        "first_year": 2022,
        "last_year": 2024,
    } | fields
    if status == "draft":
        return drafted(edition=edition, **fields)
    return published(make_recommendation(), edition=edition, **fields)


def make_solution(
    status: str = "published", regions: tuple[Region, ...] = (), **fields: Any
) -> Solution:
    """Under a recommendation of its own, unless a test names what it answers."""
    if not fields.keys() & {"priority", "recommendation"}:
        fields["recommendation"] = make_recommendation()
    fields = {
        "what_en": "Train 200 judges.",
        "sign_en": "Verdicts that cite the law.",
        "original_language": "en",
        "organisation": "Union of Domestic Workers",
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2099, 1, 1),
    } | fields
    fields.setdefault("audience", make_audience())
    solution = Solution.objects.create(**fields)
    solution.regions.set(regions)
    if status != "draft":
        solution.send_to_review()
    if status in {"published", "withdrawn"}:
        solution.publish()
    if status == "withdrawn":
        solution.withdraw()
    return solution
