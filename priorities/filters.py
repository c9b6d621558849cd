"""One filter set, many views: list, compare and matrix read the same parameters.

Values of one parameter are alternatives, parameters narrow each other. What a
parameter names and nobody knows matches nothing and is told to the reader.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import django_filters
from django import forms
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from . import search
from .models import (
    Recommendation,
    RecommendationArea,
    RecommendationCountry,
    RecommendationInstrument,
)
from .models.recommendation import RecommendationQuerySet
from .terms import Terms

MAX_VALUES = 50
MAX_VALUE_LENGTH = 80

Condition = Callable[[Terms, list[str]], Q]


class ValuesWidget(forms.Widget):
    """Reads every value of a repeated parameter; the pages draw their own choices."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return [value[:MAX_VALUE_LENGTH] for value in data.getlist(name)[:MAX_VALUES]]


class ValuesField(forms.Field):
    widget = ValuesWidget

    def clean(self, value: Any) -> list[str]:
        stripped = (text.strip() for text in value or [])
        return list(dict.fromkeys(text for text in stripped if text))


class TermsFilter(django_filters.Filter):
    """Keeps what carries any of the named terms."""

    field_class = ValuesField

    def __init__(self, condition: Condition, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.condition = condition

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        if not value:
            return qs
        terms = self.parent.terms
        known = [text for text in value if terms.get(self.field_name, text)]
        return qs.filter(self.condition(terms, known)) if known else qs.none()


class QueryField(forms.Field):
    def clean(self, value: Any) -> str:
        return str(value or "").strip()[: search.MAX_LENGTH]


class QueryFilter(django_filters.Filter):
    field_class = QueryField

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Signs without a single word ("%%%") match nothing, rather than everything."""
        if not value:
            return qs
        return qs.filter(search.matching(value)) if search.words(value) else qs.none()


def in_regions(terms: Terms, values: list[str]) -> Q:
    slugs = set().union(*(terms.within("region", value) for value in values))
    return Q(section__regional_forum__region__slug__in=sorted(slugs))


def for_audiences(terms: Terms, values: list[str]) -> Q:
    slugs = set().union(*(terms.reaching(value) for value in values))
    return Q(audience__slug__in=sorted(slugs))


def linked(link: type[Model], **lookup: Any) -> Q:
    """By subquery, so that a row with two of the terms still counts once."""
    links = link._default_manager.filter(**lookup)
    return Q(pk__in=links.values("recommendation"))


def about_areas(terms: Terms, values: list[str]) -> Q:
    slugs = set().union(*(terms.within("area", value) for value in values))
    return linked(RecommendationArea, area__slug__in=sorted(slugs))


def naming_countries(terms: Terms, values: list[str]) -> Q:
    return linked(RecommendationCountry, country__iso_code__in=values)


def naming_instruments(terms: Terms, values: list[str]) -> Q:
    return linked(RecommendationInstrument, instrument__slug__in=values)


def of_kinds(terms: Terms, values: list[str]) -> Q:
    return Q(section__kind__in=values)


def of_editions(terms: Terms, values: list[str]) -> Q:
    return Q(section__regional_forum__edition__year__in=[int(year) for year in values])


def leading(terms: Terms, values: list[str]) -> Q:
    return Q(is_lead=True)


SORTS = {
    "order": _("Region, then rank"),
    "newest": _("Newest first"),
    "reference": _("Reference"),
}


@dataclass(frozen=True)
class Chip:
    """One active choice, and the address of the page without it."""

    name: str
    label: str
    remove_url: str


class RecommendationFilter(django_filters.FilterSet):
    q = QueryFilter(label=_("Words"))
    region = TermsFilter(in_regions, label=_("Region"))
    audience = TermsFilter(for_audiences, label=_("Audience"))
    area = TermsFilter(about_areas, label=_("Priority area"))
    country = TermsFilter(naming_countries, label=_("Country"))
    instrument = TermsFilter(naming_instruments, label=_("Named instrument or body"))
    kind = TermsFilter(of_kinds, label=_("Kind"))
    lead = TermsFilter(leading, label=_("Lead"))
    edition = TermsFilter(of_editions, label=_("Edition"))

    class Meta:
        model = Recommendation
        fields: list[str] = []

    def __init__(self, data: QueryDict, terms: Terms | None = None) -> None:
        super().__init__(data, queryset=Recommendation.objects.published())
        self.terms = terms or Terms.load()

    @cached_property
    def asked(self) -> dict[str, Any]:
        """Every parameter as the reader gave it, empty ones too."""
        self.form.full_clean()
        return self.form.cleaned_data

    @cached_property
    def values(self) -> dict[str, Any]:
        """What is looked for. No edition means the latest published."""
        values = dict(self.asked)
        if not values["edition"] and self.terms.latest_edition:
            values["edition"] = [self.terms.latest_edition]
        return values

    @cached_property
    def chosen(self) -> dict[str, Any]:
        """The parameters the reader set, without the edition that goes by itself."""
        return {name: value for name, value in self.asked.items() if value}

    def matching(self, without: str | None = None) -> RecommendationQuerySet:
        """Everything that meets all parameters, or all but one."""
        found = self.queryset
        for name, value in self.values.items():
            if name != without:
                found = self.filters[name].filter(found, value)
        return found

    @property
    def qs(self) -> RecommendationQuerySet:
        return self.matching()

    def sorted(self) -> RecommendationQuerySet:
        if self.sort == "newest":
            return self.qs.order_by("-published_at", "-pk")
        if self.sort == "reference":
            return self.qs.order_by("reference")
        return self.qs.in_list_order()

    @property
    def sort(self) -> str:
        asked = self.data.get("sort", "")
        return asked if asked in SORTS else "order"

    @cached_property
    def unknown(self) -> list[tuple[str, str]]:
        """Parameter and value of everything nobody knows."""
        return [
            (str(self.filters[name].label), value)
            for name, values in self.chosen.items()
            if isinstance(values, list)
            for value in values
            if not self.terms.get(name, value)
        ]

    @property
    def unknown_sort(self) -> str:
        asked = self.data.get("sort", "")
        return "" if asked in SORTS else asked[:MAX_VALUE_LENGTH]

    def has(self, name: str, value: str) -> bool:
        return value in self.values.get(name, [])

    def query(
        self,
        changes: Mapping[str, list[str]] | None = None,
        drop: Sequence[str] = (),
    ) -> str:
        """This page's query string with parameters changed or dropped.

        Never the page, and nothing that no view reads: every link carries it.
        """
        data, known = QueryDict(mutable=True), {*self.filters, "sort", "by"}
        for name in self.data:
            if name in known and name not in drop:
                values = self.data.getlist(name)[:MAX_VALUES]
                data.setlist(name, [value[: search.MAX_LENGTH] for value in values])
        for name, values in (changes or {}).items():
            data.setlist(name, values)
        return "?" + data.urlencode(safe=":")

    def chips(self) -> list[Chip]:
        chips = []
        for name, values in self.chosen.items():
            if isinstance(values, str):
                label = gettext("“%s”") % values
                chips.append(Chip(name, label, self.query(drop=(name,))))
                continue
            for value in values:
                rest = [other for other in values if other != value]
                label = self.terms.label(name, value)
                chips.append(Chip(name, label, self.query({name: rest})))
        return chips

    def sentence(self) -> str:
        """What is shown, said: "Africa or MENA · for governments · about media"."""
        patterns = {
            "region": "{}",
            "audience": gettext("for {}"),
            "area": gettext("about {}"),
            "country": gettext("naming {}"),
            "instrument": gettext("naming {}"),
            "kind": "{}",
            "edition": gettext("edition {}"),
        }
        said = [
            pattern.format(self.alternatives(name))
            for name, pattern in patterns.items()
            if self.chosen.get(name)
        ]
        if self.chosen.get("lead"):
            said.append(gettext("said to come first"))
        if self.chosen.get("q"):
            said.append(gettext("with the words “{}”").format(self.chosen["q"]))
        return " · ".join(said) or gettext("All regions, all audiences, all areas")

    def alternatives(self, name: str) -> str:
        labels = [self.terms.label(name, value) for value in self.chosen[name]]
        return pgettext("between alternatives", " or ").join(labels)

    def lifting(self) -> list[tuple[Chip, int]]:
        """When nothing is found: how many there would be without each parameter."""
        found = []
        for name, value in self.chosen.items():
            count = self.matching(without=name).count()
            label = value if isinstance(value, str) else self.alternatives(name)
            chip = Chip(name, label, self.query(drop=(name,)))
            if count:
                found.append((chip, count))
        return found
