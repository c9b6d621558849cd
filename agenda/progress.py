"""What became of priorities and recommendations: found, counted, told since a day."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import quote

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from priorities.filters import MAX_VALUE_LENGTH, MAX_VALUES, Chip
from priorities.index import Index
from priorities.terms import ONLY, Terms

from .models import GlobalPriority, ProgressReport, Solution
from .told import Agenda

NONE = "none"  # as a priority: of a recommendation, under no global priority
OVERDUE = "overdue"
NAMES = {
    "region": _("Region"),
    "audience": _("Who commits"),
    "edition": _("Edition"),
    "year": _("Due in"),
    "progress": _("Progress"),
    "overdue": _("Overdue"),
    "priority": _("Global priority"),
}
RUNNING = {str(progress) for progress in Solution.RUNNING}


@dataclass(frozen=True)
class Standing:
    """How a solution stands: what was reported, and whether its time is over."""

    name: str
    label: Any
    query: dict[str, list[str]]


STANDINGS = {
    standing.name: standing
    for standing in (
        Standing("done", _("Done"), {"progress": ["done"]}),
        Standing(
            "under-way",
            _("Under way"),
            {"progress": ["under-way"], "overdue": ["false"]},
        ),
        Standing(
            "planned", _("Planned"), {"progress": ["planned"], "overdue": ["false"]}
        ),
        Standing("overdue", _("Overdue"), {"overdue": ["true"]}),
        Standing("dropped", _("Dropped"), {"progress": ["dropped"]}),
    )
}


@dataclass(frozen=True)
class Light:
    """As much of a published solution as is looked for and counted."""

    pk: int
    priority: str  # its reference
    recommendation: int | None
    edition: str
    audience: str
    progress: str
    ends_on: date
    regions: frozenset[str]

    @property
    def year(self) -> str:
        return str(self.ends_on.year)

    def is_overdue(self, today: date) -> bool:
        return self.progress in RUNNING and self.ends_on < today

    def standing(self, today: date) -> str:
        return OVERDUE if self.is_overdue(today) else self.progress


def published(index: Index) -> list[Light]:
    """Every published solution, by its last day; read once for each version of the data."""
    if "solutions" not in index.kept:
        index.kept["solutions"] = read()
    found: list[Light] = index.kept["solutions"]
    return found


def read() -> list[Light]:
    where: dict[int, set[str]] = defaultdict(set)
    through = Solution.regions.through.objects.order_by()
    for pk, slug in through.values_list("solution", "region__slug"):
        where[pk].add(slug)
    rows = Solution.objects.published().values_list(
        "pk",
        Coalesce("priority__reference", Value(NONE)),
        Coalesce("recommendation__merged_into", "recommendation"),
        Coalesce(
            "priority__edition__year",
            "recommendation__section__regional_forum__edition__year",
        ),
        Coalesce("audience__merged_into__slug", "audience__slug"),
        "progress",
        "ends_on",
    )
    return [
        Light(pk, named, answered, str(year), audience, how, ends, frozenset(where[pk]))
        for pk, named, answered, year, audience, how, ends in rows
    ]


def read_whole(found: Iterable[Light]) -> list[Solution]:
    """As pages show them. One that was withdrawn meanwhile asks for the page anew."""
    pks = [row.pk for row in found]
    if not pks:
        return []
    read = Solution.objects.published().for_display().in_bulk(pks)
    return [read[pk] for pk in pks]


def under_what_is_published(rows: list[Solution], index: Index) -> list[Solution]:
    """Each with its priority as readers know it: the next version may say otherwise."""
    public = Agenda.at(index).by_reference
    for row in rows:
        if row.priority and row.priority.reference in public:
            row.priority = public[row.priority.reference].row
    return rows


def years(terms: Terms, ends: Iterable[str]) -> list[str]:
    """Those of the editions' horizons, and all in which something is due."""
    editions = [int(year) for year in terms.of("edition")]
    usual = {str(year + more) for year in editions for more in range(4)}
    return sorted(usual.union(ends))


class ProgressFilter:
    """What an address asks for. Values of one parameter are alternatives."""

    is_too_long, unknown_sort = False, ""

    def __init__(self, data: QueryDict, index: Index) -> None:
        self.data, self.terms, self.today = data, Terms.at(index), timezone.localdate()
        self.index = index
        self.public = published(index)
        self.chosen = {name: values for name in NAMES if (values := self.given(name))}

    def given(self, name: str) -> list[str]:
        values = (v[:MAX_VALUE_LENGTH].strip() for v in self.data.getlist(name))
        meant = (self.terms.meant(name, value) for value in values if value)
        return list(dict.fromkeys(meant))[:MAX_VALUES]

    @property
    def is_cut(self) -> bool:
        return any(len(self.data.getlist(name)) > MAX_VALUES for name in NAMES)

    # What there is to choose.

    @cached_property
    def editions(self) -> list[str]:
        """Without a choice, the latest one that is published."""
        latest = self.terms.latest_edition
        return self.chosen.get("edition") or ([latest] if latest else [])

    @cached_property
    def priorities(self) -> list[GlobalPriority]:
        """All of these editions."""
        agenda = Agenda.at(self.index)
        return [told.row for year in self.years for told in agenda.of_edition(year)]

    @property
    def years(self) -> list[int]:
        return [int(y) for y in self.editions if self.terms.get("edition", y)]

    @cached_property
    def labels(self) -> dict[str, dict[str, str]]:
        """Of what no vocabulary holds: every value there is, with its name."""
        due = years(self.terms, (row.year for row in self.public))
        own = {
            row.reference: f"{row.reference} {row.to_read('title').value}"
            for row in self.priorities
        }
        alone = gettext("a recommendation by itself")
        return {
            "year": {year: year for year in due},
            "progress": {v: str(label) for v, label in Solution.Progress.choices},
            "overdue": {"true": gettext("overdue"), "false": gettext("in time")},
            "priority": own | {NONE: alone},
        }

    def known(self, name: str) -> list[str]:
        return [*self.labels.get(name, self.terms.of(name))]

    def label(self, name: str, value: str) -> str:
        if name in self.labels:
            return self.labels[name].get(value, value)
        return self.terms.label(name, value)

    def is_known(self, name: str, value: str) -> bool:
        if name in self.labels:
            return value in self.labels[name]
        return self.terms.get(name, value) is not None

    @cached_property
    def unknown(self) -> list[tuple[str, str]]:
        return [
            (str(NAMES[name]), value)
            for name, values in self.chosen.items()
            for value in values
            if not self.is_known(name, value)
        ]

    # What is found.

    @cached_property
    def found(self) -> list[Light]:
        found = [row for row in self.public if row.edition in self.editions]
        for name, values in self.chosen.items():
            known = [value for value in values if self.is_known(name, value)]
            if name != "edition":
                found = self.narrowed(name, known, found)
        return found

    def narrowed(self, name: str, values: list[str], rows: list[Light]) -> list[Light]:
        """Those of the rows that carry any of the values."""
        if name == "region":
            within: set[str] = set()
            for value in values:
                within |= self.terms.within("region", value)
            return [row for row in rows if row.regions & within]
        if name == "audience":
            reaching: set[str] = set()
            for value in values:
                reaching |= self.terms.reaching(value)
            return [row for row in rows if row.audience in reaching]
        if name == "overdue":
            meant = {value == "true" for value in values}
            return [row for row in rows if row.is_overdue(self.today) in meant]
        return [row for row in rows if getattr(row, name) in values]

    # How it is said, and where to go on.

    def query(
        self,
        changes: Mapping[str, Sequence[str]] | None = None,
        drop: Iterable[str] = (),
    ) -> str:
        data = QueryDict(mutable=True)
        for name, values in (self.chosen | dict(changes or {})).items():
            if name not in drop:
                data.setlist(name, list(values))
        return "?" + data.urlencode(safe=":")

    @property
    def carried(self) -> str:
        """The reader's selection, which goes along."""
        code = self.data.get("selection", "")
        return f"&selection={quote(code)}" if code else ""

    def chips(self) -> list[Chip]:
        return [
            Chip(
                name,
                self.label(name, value),
                (self.query({name: rest}) if rest else self.query(drop=[name]))
                + self.carried,
            )
            for name, values in self.chosen.items()
            for value in values
            for rest in [[other for other in values if other != value]]
        ]

    def sentence(self) -> str:
        patterns = {
            "region": "{}",
            "audience": gettext("by {}"),
            "edition": gettext("edition {}"),
            "year": gettext("due in {}"),
            "progress": "{}",
            "overdue": "{}",
            "priority": gettext("for {}"),
        }
        said = [
            patterns[name].format(
                pgettext("between alternatives", " or ").join(
                    self.label(name, value) for value in values
                )
            )
            for name, values in self.chosen.items()
        ]
        return " · ".join(said) or gettext("All solutions of the latest edition")

    def choices(self) -> list[tuple[str, str, list[tuple[str, str, bool]]]]:
        """Name, label and values of each parameter, with what is chosen."""
        found = []
        for name, label in NAMES.items():
            values = self.known(name)
            if name == "edition" and len(values) < 2:
                continue
            chosen = self.chosen.get(name, [])
            values += [v for v in chosen if v.endswith(ONLY) and self.is_known(name, v)]
            told = [(v, self.label(name, v), v in chosen) for v in values]
            found.append((name, str(label), told))
        return found


# Counts.


@dataclass(frozen=True)
class Count:
    standing: Standing
    count: int
    url: str
    x: float
    width: float


@dataclass
class Row:
    """One line of a chart: what it is, how many of each standing, where they are."""

    label: str
    url: str
    total: int
    counts: list[Count] = field(default_factory=list)
    about: Any = None


class Counted:
    """The found solutions, counted by priority, region, audience and year."""

    def __init__(self, filterset: ProgressFilter, page: str) -> None:
        self.filterset, self.page = filterset, page
        self.rows = filterset.found

    def row(
        self,
        label: str,
        rows: list[Light],
        narrowed: Mapping[str, Sequence[str]],
        most: int,
        about: Any = None,
    ) -> Row:
        """`narrowed`: what of the address makes it exactly these. `most`: the full width."""
        held = Counter(row.standing(self.filterset.today) for row in rows)
        counts, x = [], 0.0
        for name, each in STANDINGS.items():
            if held[name]:
                width = held[name] * 100 / most
                url = self.address({**narrowed, **each.query})
                counts.append(
                    Count(each, held[name], url, round(x, 2), round(width, 2))
                )
                x += width
        return Row(label, self.address(narrowed), len(rows), counts, about)

    def address(self, narrowed: Mapping[str, Sequence[str]]) -> str:
        return self.page + self.filterset.query(narrowed) + "#solutions"

    @cached_property
    def whole(self) -> Row:
        return self.row("", self.rows, {}, max(1, len(self.rows)))

    @cached_property
    def by_priority(self) -> list[Row]:
        own = {row.reference: row for row in self.filterset.priorities}
        usual = [*own, NONE] if any(r.priority == NONE for r in self.rows) else own
        return self.chart("priority", usual, own)

    @cached_property
    def by_region(self) -> list[Row]:
        """A solution in several regions counts in each."""
        usual = (term.slug for term in self.filterset.terms.forum_regions)
        return self.chart("region", usual)

    @cached_property
    def by_audience(self) -> list[Row]:
        return self.chart("audience", self.filterset.terms.of("audience"))

    @cached_property
    def by_year(self) -> list[Row]:
        return self.chart("year", sorted({row.year for row in self.rows}))

    def chart(
        self, name: str, usual: Iterable[str], about: Mapping[str, Any] | None = None
    ) -> list[Row]:
        """A line for each value that was chosen of a parameter, else for all usual ones."""
        filterset = self.filterset
        values = [
            value
            for value in filterset.chosen.get(name) or usual
            if filterset.is_known(name, value)
        ]
        held = {v: filterset.narrowed(name, [v], self.rows) for v in values}
        most = max(map(len, held.values()), default=0)
        about = about or {}
        return [
            self.row(
                about[v].to_read("title").value
                if v in about
                else filterset.label(name, v),
                rows,
                {name: [v]},
                max(1, most),
                about.get(v),
            )
            for v, rows in held.items()
        ]

    @cached_property
    def unclaimed(self) -> list[GlobalPriority]:
        """Priorities that nobody has taken up, whatever else is asked for."""
        rows = [row.about for row in self.by_priority if row.about]
        taken = {row.priority for row in self.filterset.public}
        return [row for row in rows if row.reference not in taken]


# What changed.


def reports(solutions: list[Light]) -> QuerySet[ProgressReport]:
    """What everybody could read anew, newest first, with what was said before."""
    earlier = ProgressReport.objects.filter(
        solution=OuterRef("solution"), pk__lt=OuterRef("pk")
    ).order_by("-pk")
    pks = [row.pk for row in solutions]
    rows = ProgressReport.objects.filter(solution__in=pks).select_related("solution")
    return rows.annotate(before=Subquery(earlier.values("progress")[:1]))


def told(report: Any) -> str:
    """Newly published: under way; or from one progress to another."""
    labels = dict(Solution.Progress.choices)
    now = labels[report.progress]
    if report.before is None:
        return gettext("newly published: %(progress)s") % {"progress": now}
    return gettext("from “%(before)s” to “%(now)s”") % {
        "before": labels[report.before],
        "now": now,
    }
