"""From one entry to the next, in the order and with the filters of the list one came from."""

from copy import copy
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ALL_VAR, PAGE_VAR, ChangeList
from django.core.exceptions import SuspiciousOperation
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from regions.keys import is_key

FILTERS = "_changelist_filters"
PAGES = (
    3  # of the list that are looked at: the one an entry stood on, and its neighbours
)


class Asked(ChangeList):
    """The rows that a list of the admin shows, not yet read."""

    def get_results(self, request: HttpRequest) -> None:
        pass


@dataclass(frozen=True)
class Step:
    """An entry beside this one, and the page of the list it stands on."""

    pk: int
    page: int
    list_filters: QueryDict

    @property
    def filters(self) -> str:
        """The list's, on the page where this entry stands."""
        there = self.list_filters.copy()
        there.pop(PAGE_VAR, None)
        if self.page > 1:
            there[PAGE_VAR] = str(self.page)
        return there.urlencode()

    @property
    def told(self) -> str:
        """As the button “save and next” carries it."""
        return f"{self.pk}-{self.page}"

    @property
    def url(self) -> str:
        page = reverse("admin:priorities_recommendation_change", args=[self.pk])
        return f"{page}?{urlencode({FILTERS: self.filters})}" if self.filters else page


@dataclass(frozen=True)
class Walk:
    place: int
    count: int
    previous: Step | None
    next: Step | None


def asked(
    model_admin: ModelAdmin, request: HttpRequest, filters: QueryDict
) -> QuerySet[Any] | None:
    """The list of these filters, or None if they are none that the list knows."""
    there = copy(request)
    there.GET = filters  # type: ignore[assignment]
    shown = [*model_admin.get_list_display(request)]
    if model_admin.get_actions(request):  # `o=2` counts the boxes as a column
        shown.insert(0, "action_checkbox")
    try:
        return Asked(
            there,
            model_admin.model,
            shown,
            model_admin.get_list_display_links(request, shown),
            model_admin.get_list_filter(request),
            model_admin.date_hierarchy,
            model_admin.get_search_fields(request),
            False,
            model_admin.list_per_page,
            model_admin.list_max_show_all,
            (),
            model_admin,
            None,
            None,
        ).queryset
    except (IncorrectLookupParameters, SuspiciousOperation):
        return None


def page_of(filters: QueryDict) -> int:
    told = filters.get(PAGE_VAR, "")
    return max(int(told), 1) if told.isdecimal() and len(told) < 8 else 1


def walk(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> Walk | None:
    """Where an entry stands in the list; None when it is not near where it stood.

    Reads the keys of three pages of the list, however long that is.
    """
    filters = QueryDict(request.GET.get(FILTERS, ""))
    rows = asked(model_admin, request, filters)
    if rows is None:
        return None
    size = model_admin.list_per_page
    if ALL_VAR in filters:
        first, most = 0, model_admin.list_max_show_all
    else:
        first, most = max(page_of(filters) - 2, 0) * size, PAGES * size
    keys = list(rows.values_list("pk", flat=True)[first : first + most])
    if pk not in keys:
        return None
    at = keys.index(pk)

    def step(index: int) -> Step | None:
        if not 0 <= index < len(keys):
            return None
        page = 1 if ALL_VAR in filters else (first + index) // size + 1
        return Step(keys[index], page, filters)

    return Walk(first + at + 1, rows.count(), step(at - 1), step(at + 1))


def step_told(model_admin: ModelAdmin, request: HttpRequest, told: str) -> Step | None:
    """Where “save and next” leads; nowhere when that entry is gone meanwhile."""
    pk, _dash, page = told.partition("-")
    if not (is_key(pk) and page.isdecimal() and len(page) < 8):
        return None
    if not model_admin.get_queryset(request).filter(pk=pk).exists():
        return None
    return Step(int(pk), int(page), QueryDict(request.GET.get(FILTERS, "")))
