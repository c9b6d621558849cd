"""The long checks: thousands of random and hostile addresses. Not in CI: `make deep`."""

import random
from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from priorities import facets
from priorities.filters import RecommendationFilter
from priorities.models import Recommendation

pytestmark = [pytest.mark.deep, pytest.mark.django_db]

HOSTILE = [
    "",
    "'",
    '"',
    "%",
    "\x00",
    "\\",
    "${7*7}",
    "<script>",
    "א",
    "🙂",
    "a" * 5000,
    "-1",
    "1e9",
    ":only",
    "../..",
    "NULL",
]
PARAMETERS = [
    "q",
    "region",
    "audience",
    "area",
    "country",
    "instrument",
    "kind",
    "lead",
    "edition",
    "sort",
    "page",
    "by",
    "columns",
    "nonsense",
]


def test_no_address_breaks_a_page(client, edition_2021):
    pick = random.Random(1)
    for _round in range(3000):
        query = [
            (pick.choice(PARAMETERS), pick.choice(HOSTILE) + pick.choice(HOSTILE))
            for _pair in range(pick.randint(1, 6))
        ]
        page = pick.choice(["recommendations", "compare", "matrix"])
        response = client.get(f"/en/{page}/?{urlencode(query)}")
        assert response.status_code == 200, query


def test_counts_equal_a_naive_recount_for_random_filters(edition_2021):
    """Every facet count is what one finds by choosing it, however one has filtered."""
    pick = random.Random(2)
    entries = list(
        Recommendation.objects.published().for_display().prefetch_related("countries")
    )
    terms = RecommendationFilter(QueryDict("")).terms

    def naive(entry, filters):
        region, audience = entry.region.slug, entry.audience and entry.audience.slug
        areas = {area.slug for area in entry.areas.all()}
        checks = {
            "region": lambda v: region in terms.within("region", v),
            "audience": lambda v: audience in terms.reaching(v),
            "area": lambda v: bool(areas & terms.within("area", v)),
            "kind": lambda v: entry.section.kind == v,
        }
        return all(any(checks[n](v) for v in vs) for n, vs in filters.items() if vs)

    for _round in range(150):
        filters = {
            name: pick.sample(list(terms.of(name)), k=pick.choice([0, 0, 1, 2]))
            for name in ("region", "audience", "area", "kind")
        }
        query = urlencode([(n, v) for n, values in filters.items() for v in values])
        filterset = RecommendationFilter(QueryDict(query))
        assert len(filterset.found) == sum(naive(entry, filters) for entry in entries)
        for facet in facets.of(filterset):
            if facet.name not in filters:
                continue
            for choice in facet.every():
                alone = filters | {facet.name: [choice.term.slug]}
                assert choice.count == sum(naive(e, alone) for e in entries), query
