"""One filter set, many views: list, compare and matrix read the same parameters.

Values of one parameter are alternatives, parameters narrow each other. What a
parameter names and nobody knows matches nothing and is told to the reader.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import and_
from typing import Any
from urllib.parse import quote

import django_filters
from django import forms
from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from pyroaring import BitMap

from regions.translated import isolate

from .index import Index, current
from .models import Recommendation
from .search import MAX_LENGTH, Search
from .terms import Terms

# What pages read beside the filters: how to show what is found.
VIEW = ("sort", "by", "columns", "show", "order", "selection")
MAX_VALUES = 50
MAX_VALUE_LENGTH = 80


# The pages that read the filters; what others are asked with changes nothing of them.
FILTERED = {
    "agenda",
    "recommendation-list",
    "compare",
    "matrix",
    "convergences",
    "booklet",
    "new",
}


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
    """Keeps the rows that carry any of the named terms."""

    field_class = ValuesField

    def filter(self, found: BitMap, value: list[str]) -> BitMap:
        index, terms = self.parent.index, self.parent.terms
        known = (text for text in value if terms.get(self.field_name, text))
        rows = (terms.rows(index, self.field_name, text) for text in known)
        return found & BitMap.union(BitMap(), *rows) if value else found


class QueryField(forms.Field):
    def clean(self, value: Any) -> str:
        return str(value or "").strip()


class QueryFilter(django_filters.Filter):
    field_class = QueryField

    def filter(self, found: BitMap, value: str) -> BitMap:
        """Signs without a single word ("%%%") match nothing, rather than everything."""
        return found & self.parent.search.found if value else found


SORTS = {
    "best": _("Best match first"),
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
    region = TermsFilter(label=_("Region"))
    audience = TermsFilter(label=_("Audience"))
    area = TermsFilter(label=_("Priority area"))
    country = TermsFilter(label=_("Country"))
    instrument = TermsFilter(label=_("Named instrument or body"))
    kind = TermsFilter(label=_("Kind"))
    lead = TermsFilter(label=_("Lead"))
    language = TermsFilter(label=_("Language of the text"))
    edition = TermsFilter(label=_("Edition"))

    class Meta:
        model = Recommendation
        fields: list[str] = []

    def __init__(
        self, data: QueryDict, index: Index | None = None, edition: str = ""
    ) -> None:
        """`edition`: the one that goes by itself, where it is not the latest."""
        super().__init__(data, queryset=Recommendation.objects.published())
        self.usual_edition = edition
        self.index = index or current()
        self.terms = Terms.at(self.index)

    @cached_property
    def asked(self) -> dict[str, Any]:
        """Every parameter as the reader gave it, empty ones too."""
        self.form.full_clean()
        asked = dict(self.form.cleaned_data)
        if self.is_too_long:
            asked["q"] = ""
        return {name: self.meant(name, value) for name, value in asked.items()}

    def meant(self, name: str, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return list(dict.fromkeys(self.terms.meant(name, text) for text in value))

    @property
    def is_too_long(self) -> bool:
        """Whether the words asked for are more than are read; then none are."""
        return len(self.form.cleaned_data["q"]) > MAX_LENGTH

    @cached_property
    def values(self) -> dict[str, Any]:
        """What is looked for. No edition means the latest published."""
        values = dict(self.asked)
        edition = self.usual_edition or self.terms.latest_edition
        if not values["edition"] and edition:
            values["edition"] = [edition]
        return values

    @cached_property
    def chosen(self) -> dict[str, Any]:
        """The parameters the reader set, without the edition that goes by itself."""
        return {name: value for name, value in self.asked.items() if value}

    @cached_property
    def search(self) -> Search:
        return Search(self.asked["q"], self.index, self.terms)

    @cached_property
    def meeting(self) -> dict[str, BitMap]:
        """What meets each parameter that is set."""
        live = self.index.live
        return {
            name: self.filters[name].filter(live, value)
            for name, value in self.values.items()
            if value
        }

    def matching(self, without: str | None = None) -> BitMap:
        """Everything that meets all parameters, or all but one."""
        sets = (found for name, found in self.meeting.items() if name != without)
        return reduce(and_, sets, self.index.live)

    @cached_property
    def found(self) -> BitMap:
        return self.matching()

    def page(self, start: int, stop: int) -> list[int]:
        """Numbers of the found rows, in the order asked for."""
        if self.sort == "best":
            return self.search.best_first(self.found, start, stop)
        if self.sort == "order":
            return self.index.in_order(self.found, start, stop)
        return self.index.sorted_by(self.sort, self.found, start, stop)

    @property
    def sorts(self) -> dict[str, Any]:
        """The orders there are: the best match first only where words are sought."""
        return {n: s for n, s in SORTS.items() if n != "best" or self.asked["q"]}

    @property
    def sort(self) -> str:
        asked = self.data.get("sort", "")
        return asked if asked in self.sorts else next(iter(self.sorts))

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
    def is_cut(self) -> bool:
        """Whether a parameter has more values than are read."""
        return any(len(self.data.getlist(n)) > MAX_VALUES for n in self.filters)

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
        data, known = QueryDict(mutable=True), {*self.filters, *VIEW}
        for name in self.data:
            if name in known and name not in drop:
                values = self.data.getlist(name)[:MAX_VALUES]
                data.setlist(name, [value[:MAX_LENGTH] for value in values])
        for name, values in (changes or {}).items():
            data.setlist(name, values)
        return "?" + data.urlencode(safe=":")

    @property
    def newest_query(self) -> str:
        """The list of what is narrowed like this, newest first: what a feed follows."""
        return self.query({"sort": ["newest"]}, drop=VIEW)

    @property
    def narrowing(self) -> str:
        """The query string of what narrows, and nothing of how it is shown."""
        query = self.query(drop=VIEW)
        return query if query != "?" else ""

    @property
    def open_data_url(self) -> str:
        """What is found, in a form to work with; "" where no one file holds it."""
        editions = self.values["edition"]
        cannot = self.unknown or self.unknown_sort or self.is_cut or self.is_too_long
        if cannot or len(editions) != 1:
            return ""
        apart = [name for name in VIEW if name != "sort"]
        address = reverse("data:table", args=[*editions, "recommendations", "csv"])
        return address + self.query(drop=["edition", *apart]).rstrip("?")

    def chips(self) -> list[Chip]:
        chips = []
        for name, values in self.chosen.items():
            if isinstance(values, str):
                label = gettext("“%s”") % isolate(values)
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
            "language": "{}",
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
            said.append(
                gettext("with the words “{}”").format(isolate(self.chosen["q"]))
            )
        return " · ".join(said) or gettext("All regions, all audiences, all areas")

    def alternatives(self, name: str) -> str:
        labels = [self.terms.label(name, value) for value in self.chosen[name]]
        return pgettext("between alternatives", " or ").join(labels)

    def other_words(self) -> list[tuple[str, str, int]]:
        """When nothing is found: other words, their address, and what they would find."""
        if not self.asked["q"]:
            return []
        rest = self.matching(without="q")
        found = []
        for words in self.search.others:
            count = len(rest & Search(words, self.index, self.terms).found)
            if count:
                found.append((words, self.query({"q": [words]}), count))
        return found

    def lifting(self) -> list[tuple[Chip, int]]:
        """When nothing is found: how many there would be without each parameter."""
        found = []
        for name, value in self.chosen.items():
            count = len(self.matching(without=name))
            label = (
                isolate(value) if isinstance(value, str) else self.alternatives(name)
            )
            chip = Chip(name, label, self.query(drop=(name,)))
            if count:
                found.append((chip, count))
        return found


def canonical(path: str, name: str, asked: QueryDict) -> str:
    """The one address of a content: without selections, empty or unread parameters."""
    data = QueryDict(mutable=True)
    known = {*RecommendationFilter.base_filters, *VIEW, "page"} - {"selection"}
    for parameter in sorted(known & asked.keys()) if name in FILTERED else ():
        values = [value for value in asked.getlist(parameter)[:MAX_VALUES] if value]
        if values and (parameter, values) != ("page", ["1"]):
            data.setlist(parameter, values)
    query = data.urlencode(safe=":")
    return settings.SITE_URL + quote(path) + (f"?{query}" if query else "")
