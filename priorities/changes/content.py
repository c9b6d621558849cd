"""What changed in what is public between two moments.

Compared are the two ends, and told is only what participants saw at both: nothing of a
draft's life, nothing of what came and went between. Of a change only which fields it
touched; the words before may have gone to protect somebody.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from regions.models import Edition

from ..filters import RecommendationFilter
from ..index import Index
from ..models import Audience, PriorityArea, Recommendation
from ..terms import Terms
from .history import TAGS, End, Ends, between
from .moments import Moment

ENTRY = str(Recommendation._meta.model_name)
# What may happen, in the order it is told.
KINDS = (
    "edition",
    "published",
    "again",
    "changed",
    "merged",
    "split",
    "withdrawn",
    "words",
)
TAG_FIELDS = {
    str(model._meta.model_name): field
    for model, field in zip(TAGS, ("areas", "countries", "instruments"), strict=True)
}
# What belongs to something else and is told as a field of it.
PARTS = {
    "editionpartner": ("edition", "partners"),
    "areasynonym": ("priorityarea", "synonyms"),
    "audienceinclusion": ("audience", "includes"),
}
VOCABULARIES: dict[str, Any] = {"audience": Audience, "priorityarea": PriorityArea}
WORDS = ("edition", "regionalforum", "section", "region", "audience", "priorityarea")


@dataclass
class Change:
    """`kind` says what happened to a row of the model `what`, `fields` where."""

    kind: str
    what: str
    pk: int
    fields: tuple[str, ...] = ()
    name: str = ""  # a reference, a slug or a year
    region: str = ""
    edition: str = ""
    leads_to: tuple[str, ...] = ()  # where it is found now: references or a slug
    step: str = ""  # of a word: "added", "merged" or "changed"
    position: int = 0  # of a section


class Public(NamedTuple):
    """The editions that participants see today and saw at each end: year by key."""

    before: dict[int, str]
    after: dict[int, str]

    @property
    def both(self) -> dict[int, str]:
        return {pk: year for pk, year in self.before.items() if pk in self.after}


def public_editions(since: Moment, until: Moment, terms: Terms) -> Public:
    found: list[dict[int, str]] = [{}, {}]
    history = Edition.history.filter(history_date__lte=until.at)
    told = history.order_by("history_date", "history_id").values_list(
        "id", "year", "history_date", "history_type", "published_at"
    )
    for pk, year, at, kind, published_at in told:
        is_public = kind != "-" and published_at and str(year) in terms.of("edition")
        for held, moment in zip(found, (since, until), strict=True):
            if at <= moment.at:
                held.pop(pk, None)
                if is_public:
                    held[pk] = str(year)
    return Public(*found)


def changes(
    since: Moment, until: Moment, filterset: RecommendationFilter
) -> list[Change]:
    """In the order in which they are told; entries narrowed by the filters."""
    index, terms = filterset.index, filterset.terms
    key = ("changes", since.at, until.at)
    if key not in index.kept:
        public = public_editions(since, until, terms)
        ends = between(since, until, public.both) if public.both else []
        index.kept[key] = [
            *new_editions(public),
            *of_entries(ends, public, index),
            *of_words(ends, public, index),
        ]
    found: list[Change] = index.kept[key]
    if not filterset.chosen:
        return found
    return [change for change in found if is_asked(change, filterset)]


def is_asked(change: Change, filterset: RecommendationFilter) -> bool:
    """Whether an entry meets the filters today; of what is withdrawn only its place."""
    index, chosen = filterset.index, filterset.chosen
    if change.what != ENTRY:
        return False
    if number := live_number(change.pk, index):
        without = None if "edition" in chosen else "edition"
        return number[0] in filterset.matching(without=without)
    regions = [filterset.terms.within("region", r) for r in chosen.get("region", [])]
    return (
        chosen.keys() <= {"region", "edition"}
        and (not regions or any(change.region in within for within in regions))
        and change.edition in chosen.get("edition", [change.edition])
    )


def live_number(pk: int, index: Index) -> list[int]:
    """Its number in the index, while it is published."""
    number = index.numbers.get(pk)
    return [] if number is None or number not in index.live else [number]


def new_editions(public: Public) -> list[Change]:
    return [
        Change("edition", "edition", pk, name=year, edition=year)
        for pk, year in sorted(public.after.items(), key=lambda each: each[1])
        if pk not in public.before
    ]


# Entries.


def of_entries(ends: Iterable[Ends], public: Public, index: Index) -> list[Change]:
    rows = [end for end in ends if end.kind == ENTRY]
    tags = changed_tags(ends)
    years = {*public.both.values()}
    parts: dict[int | None, list[int]] = defaultdict(list)
    for row in rows:
        if standing(row.after, years, index) == "published":
            parts[row.source].append(row.pk)
    known = references(
        {pk for row in rows for pk in (row.pk, row.leads) if pk is not None}
    )
    found = []
    for row in rows:
        kind = what_happened(
            *(standing(e, years, index) for e in (row.before, row.after))
        )
        fields = (*row.differs, *tags.get(row.pk, ()))
        if not kind or row.pk not in known or (kind == "changed" and not fields):
            continue
        place = index.places[row.after.within or 0]
        change = Change(kind, ENTRY, row.pk, name=known[row.pk])
        change.region, change.edition = place.region, place.edition
        if kind == "changed":
            change.fields = fields
        if kind == "withdrawn" and (
            others := [row.leads] if row.leads else parts[row.pk]
        ):
            change.kind = "merged" if row.leads else "split"
            change.leads_to = tuple(
                known[pk] for pk in others if pk in known and live_number(pk, index)
            )
        found.append(change)
    return sorted(found, key=lambda change: in_order(change, index))


def references(pks: Iterable[int]) -> dict[int, str]:
    """Of those whose address answers today, with a text or that it is withdrawn."""
    rows = Recommendation.objects.filter(
        pk__among=[*pks],
        published_at__isnull=False,
        section__regional_forum__edition__published_at__isnull=False,
    )
    return dict(rows.order_by().values_list("pk", "reference"))


def standing(end: End, years: set[str], index: Index) -> str | None:
    """How participants saw an entry, in an edition that they saw at both ends."""
    place = index.places.get(end.within) if end.within else None
    return end.stood if place and place.edition in years else None


def what_happened(before: str | None, after: str | None) -> str:
    """One of `KINDS`, or "" for what nobody saw or what is the same."""
    if after == "published":
        told = {None: "published", "archived": "again", "published": "changed"}
        return told[before]
    return "withdrawn" if (before, after) == ("published", "archived") else ""


def changed_tags(ends: Iterable[Ends]) -> dict[int, list[str]]:
    """By entry, the kinds of tags of which it carries others than before."""
    terms: dict[tuple[int | None, str], Counter[str | None]] = defaultdict(Counter)
    for end in ends:
        if field := TAG_FIELDS.get(end.kind):
            if end.before.stood:
                terms[end.before.within, field][end.before.stood] -= 1
            if end.after.stood:
                terms[end.after.within, field][end.after.stood] += 1
    found: dict[int, list[str]] = defaultdict(list)
    for (pk, field), counts in terms.items():
        if pk is not None and any(counts.values()):
            found[pk].append(field)
    return found


def in_order(change: Change, index: Index) -> tuple[int, bool, tuple[object, ...]]:
    """By what happened, then as in the list; what is gone from it comes last."""
    number = live_number(change.pk, index)
    key = index.key(number[0]) if number else (change.pk,)
    return KINDS.index(change.kind), not number, key


# Words: editions, forums, sections, regions, audiences and areas.


def of_words(ends: Iterable[Ends], public: Public, index: Index) -> list[Change]:
    found: dict[tuple[str, int], Change] = {}
    for end in ends:
        if end.kind in WORDS and (change := of_word(end, public)):
            found[end.kind, end.pk] = change
    for end in ends:
        if end.kind in PARTS and (end.before != end.after or end.differs):
            what, field = PARTS[end.kind]
            for pk in {end.before.within, end.after.within} - {None}:
                add_field(found, what, pk or 0, field)
    told = [change for change in found.values() if is_named(change, public, index)]
    return sorted(told, key=lambda change: (WORDS.index(change.what), change.pk))


def of_word(end: Ends, public: Public) -> Change | None:
    """What participants saw before and after, or see for the first time."""
    change = Change("words", end.kind, end.pk, step="changed")
    if end.kind == "regionalforum":
        change.region = end.after.stood or ""
        change.edition = public.both.get(end.after.within or 0, "")
    elif end.kind == "region":
        change.name = end.after.stood or ""
    was_merged = end.leads is not None and "merged_into_id" not in end.differs
    if end.after.stood is None or was_merged:
        return None
    if end.before.stood is None:
        change.step = "added"
        return None if end.kind in {"edition", "section"} else change
    if end.leads is not None:
        change.step, change.leads_to = "merged", (str(end.leads),)
        return change
    change.fields = tuple(end.differs)
    return change if change.fields else None


def add_field(
    found: dict[tuple[str, int], Change], what: str, pk: int, field: str
) -> None:
    """Tell of a part as of a field of its whole, unless that is new or merged itself."""
    whole = found.setdefault((what, pk), Change("words", what, pk, step="changed"))
    if whole.step == "changed" and field not in whole.fields:
        whole.fields = (*whole.fields, field)


def is_named(change: Change, public: Public, index: Index) -> bool:
    """Say what it is called; False for what participants do not see."""
    if change.what == "edition":
        change.name = change.edition = public.both.get(change.pk, "")
    elif change.what == "section":
        place = index.places.get(change.pk)
        if place and place.edition in public.both.values():
            change.region, change.edition = place.region, place.edition
            change.position = place.order[3]
    elif change.what in VOCABULARIES:
        label = VOCABULARIES[change.what]._meta.label_lower
        change.name = index.slugs.get((label, change.pk), "")
        targets = [index.slugs.get((label, int(pk)), "") for pk in change.leads_to]
        change.leads_to = tuple(filter(None, targets))
    return bool(change.name or change.edition)
