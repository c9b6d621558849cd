"""Every count is a true count, on the real content, against the models alone."""

import random
from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from priorities import facets
from priorities.filters import RecommendationFilter
from priorities.models import Recommendation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition_2021")]

NAMES = ("region", "audience", "area", "kind", "lead", "country", "instrument")


class Naive:
    """One recommendation, read through the models alone."""

    def __init__(self, row):
        self.row = row
        self.areas = {area.slug for area in row.areas.all()}
        self.areas |= {area.parent.slug for area in row.areas.all()}
        region, self.regions = row.region, set()
        while region:
            self.regions.add(region.slug)
            region = region.parent
        self.audiences = set()
        if row.audience:
            included = row.audience.inclusions.values_list("included__slug", flat=True)
            self.audiences = {row.audience.slug, *included}
        self.values = {
            "region": self.regions | {f"{row.region.slug}:only"},
            "audience": self.audiences,
            "area": self.areas,
            "kind": {row.section.kind},
            "lead": {"true"} if row.is_lead else set(),
            "country": {country.iso_code for country in row.countries.all()},
            "instrument": {item.slug for item in row.instruments.all()},
            "language": {f"{c}:{row.state_in(c)}" for c in ("fr", "en", "es", "ar")},
        }

    def meets(self, filters):
        return all(not v or self.values[n] & set(v) for n, v in filters.items())


def test_counts_equal_a_naive_recount_for_random_filters():
    """Every facet count is what one finds by choosing it, however one has filtered."""
    pick = random.Random(2)
    rows = [Naive(row) for row in Recommendation.objects.published()]
    terms = RecommendationFilter(QueryDict()).terms
    known = {name: list(terms.of(name)) for name in (*NAMES, "language")}
    known["region"] += ["europe-north-america-caribbean:only"]

    for _round in range(25):
        filters = {
            name: pick.sample(values, k=min(len(values), pick.choice([0, 0, 0, 1, 2])))
            for name, values in known.items()
        }
        query = urlencode([(n, v) for n, values in filters.items() for v in values])
        filterset = RecommendationFilter(QueryDict(query))
        assert len(filterset.found) == sum(row.meets(filters) for row in rows), query
        for facet in facets.of(filterset):
            for choice in facet.every():
                alone = filters | {facet.name: [choice.term.slug]}
                assert choice.count == sum(row.meets(alone) for row in rows), query


def test_each_page_of_a_list_is_what_the_database_has_there():
    rows = Recommendation.objects.published().in_list_order()
    references = list(rows.values_list("reference", flat=True))
    filterset = RecommendationFilter(QueryDict())

    for start in (0, 30, 120, 300):
        numbers = filterset.page(start, start + 30)
        pks = [filterset.index.pks[number] for number in numbers]
        read = Recommendation.objects.in_bulk(pks)
        assert [read[pk].reference for pk in pks] == references[start : start + 30]
