"""What a reader types finds what they mean, in four languages, the same on both engines."""

import csv
from pathlib import Path

import pytest
from django.http import QueryDict
from django.utils import translation

from priorities.entries import read
from priorities.filters import RecommendationFilter

from .factories import references

CORPUS = list(
    csv.DictReader(
        Path(__file__).with_name("search_corpus.csv").read_text("utf-8").splitlines()
    )
)


def asked(words, language="en"):
    query = QueryDict(mutable=True)
    query["q"] = words
    with translation.override(language):
        return RecommendationFilter(query)


def best(filterset, most):
    read_ = read(filterset.index, filterset.terms, filterset.page(0, most))
    return [entry.recommendation.reference for entry in read_]


@pytest.mark.django_db
@pytest.mark.usefixtures("edition_2021")
@pytest.mark.parametrize(
    "row", CORPUS, ids=[f"{row['language']}:{row['query']}" for row in CORPUS]
)
def test_the_corpus(row):
    with translation.override(row["language"]):
        filterset = asked(row["query"], row["language"])
        found = references(filterset)

        assert set(row["includes"].split()) - found == set()
        assert set(row["excludes"].split()) & found == set()
        if row["count"]:
            assert len(found) == int(row["count"])
        if row["first"]:
            assert row["first"] in best(filterset, 3)
