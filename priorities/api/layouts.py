"""The comparison, the matrix and the search, as objects."""

from typing import Any

from django.conf import settings

from .. import axes
from .. import matrix as matrices
from ..axes import Line
from ..comparison import Layout, Table
from ..matrix import Cell, Matrix
from ..models import Recommendation
from ..suggestions import suggest
from ..terms import ONLY, Term
from .asking import Asked
from .members import Object, name, recommendations

MOST_REFERENCES = 20  # in one cell of a comparison; its address leads to all


def line(asked: Asked, of: Line) -> Object:
    return {
        "value": of.value,
        "kind": of.term.kind,
        "name": name(asked, of.term.kind, of.value.removesuffix(ONLY)),
    }


def silent(asked: Asked, terms: list[Term]) -> list[Object]:
    return [
        {"value": t.slug, "kind": t.kind, "name": name(asked, t.kind, t.slug)}
        for t in terms
    ]


def rows_at(asked: Asked, query: str) -> Object:
    """Where exactly those rows are: here, and on the pages."""
    return {
        "self": asked.address("recommendations", query=query) if query else None,
        "url": asked.page("recommendation-list", query=query) if query else None,
    }


def matrix(asked: Asked) -> Object:
    data = asked.request.GET
    by, order = data.get("by", matrices.BY[0]), data.get("order", matrices.ORDERS[0])
    built = matrices.build(asked.filterset, "", by, order)

    def cell(of: Cell) -> Object:
        told = {"column": of.column.value, "count": of.count, "leads": of.leads}
        return told | rows_at(asked, of.url)

    return {
        "by": by,
        "order": order,
        "columns": [line(asked, column) for column in built.columns],
        "rows": [
            {
                **line(asked, row.line),
                "total": row.total,
                "speaking": row.sharing,
                **rows_at(asked, row.url),
                "cells": [cell(each) for each in row.cells],
            }
            for row in built.rows
        ],
        "counted": counted(built),
        "silent": silent(asked, built.silent),
    }


def counted(built: Matrix) -> list[str]:
    """The columns that count as one each: a part beside its whole does not."""
    return [column.value for column in axes.outermost(built.columns)]


def comparison(asked: Asked) -> Object:
    filterset = asked.filterset
    layout = Layout.asked(asked.request.GET)
    table = Table(filterset, layout, waits=False)
    held = {
        (row, head): filterset.index.by_rank(table.held(row, head), MOST_REFERENCES)
        for row in table.lines
        for head in table.columns
    }
    references = references_of(asked, [n for numbers in held.values() for n in numbers])
    addresses = axes.Addresses(filterset, "")

    def cell(row: Line, head: Line) -> Object:
        count = len(table.held(row, head))
        return {
            "column": head.value,
            "count": count,
            "references": [references[number] for number in held[row, head]],
            **rows_at(asked, addresses.of(row, [head]) if count else ""),
        }

    return {
        "by": layout.by,
        "columns_are": layout.columns,
        "show": layout.show or None,
        "columns": [line(asked, column) for column in table.columns],
        "left_out": [column.value for column in table.left_out],
        "rows": [
            {
                **line(asked, row),
                "speaking": table.speaking[row],
                "cells": [cell(row, head) for head in table.columns],
            }
            for row in table.lines
        ],
        "counted": [column.value for column in table.counted],
        "silent": silent(asked, table.silent),
    }


def references_of(asked: Asked, numbers: list[int]) -> dict[int, str]:
    index = asked.index
    pks = {index.pks[number]: number for number in numbers}
    rows = Recommendation.objects.published().filter(pk__among=list(pks))
    found = {pks[pk]: ref for pk, ref in rows.values_list("pk", "reference")}
    if len(found) < len(pks):
        raise LookupError("It was withdrawn while this page was made.")
    return found


def search(asked: Asked) -> Object:
    filterset = asked.filterset
    numbers = filterset.page(0, asked.limit)
    return {
        "recommendations": [
            asked.chosen(told) for _entry, told in recommendations(asked, numbers)
        ],
        "names": [
            {
                "kind": suggestion.kind,
                "name": suggestion.label,
                "url": f"{settings.SITE_URL}{suggestion.url}",
            }
            for suggestion in suggest(
                asked.filterset.asked["q"], asked.index, asked.terms
            )
        ],
        "other_words": [
            {"words": words, "total": total, **rows_at(asked, query)}
            for words, query, total in other_words(asked)
        ],
    }


def other_words(asked: Asked) -> list[tuple[str, str, int]]:
    """Other words that find something, where these find nothing."""
    return [] if asked.filterset.found else asked.filterset.other_words()


def editions_meant(asked: Asked) -> list[int]:
    values: Any = asked.filterset.values["edition"]
    return sorted(int(value) for value in values)
