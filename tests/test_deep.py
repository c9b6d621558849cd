"""The long checks: thousands of random and hostile addresses. Not in CI: `make deep`."""

import random
from urllib.parse import urlencode

import pytest

pytestmark = [pytest.mark.deep, pytest.mark.django_db]

HOSTILE = [
    "",
    "'",
    '"',
    "%",
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
    "show",
    "order",
    "language",
    "country",
    "instrument",
    "selection",
    "nonsense",
]


def test_no_address_breaks_a_page(client, edition_2021):
    pick = random.Random(1)
    for _round in range(3000):
        query = [
            (pick.choice(PARAMETERS), pick.choice(HOSTILE) + pick.choice(HOSTILE))
            for _pair in range(pick.randint(1, 6))
        ]
        page = pick.choice(
            ["recommendations", "compare", "matrix", "convergences", "suggestions"]
        )
        response = client.get(f"/en/{page}/?{urlencode(query)}")
        assert response.status_code == 200, query
