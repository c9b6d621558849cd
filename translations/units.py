"""What there is to translate, text by text, and how far each language has come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby, islice, takewhile
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import User
from priorities.models import (
    Audience,
    Instrument,
    PriorityArea,
    Recommendation,
    Section,
)
from regions.keys import is_key
from regions.models import Country, Edition, Region, RegionalForum
from regions.translated import Text

STATES = {
    "missing": _("missing"),
    "stale": _("original changed"),
    "machine": _("by a machine"),
    "draft": _("not reviewed"),
    "reviewed": _("reviewed"),
    "there": _("in use"),
    "original": _("original"),
}
TO_DO = ("missing", "stale", "machine", "draft")
OUTSIDE = gettext_noop(
    "translated outside"
)  # in the history: by somebody who has no account here
MOST = 2_000  # texts that one person walks through at a time


def main_first() -> list[str]:
    """The content languages, the one of the application's own words first."""
    return sorted(
        settings.CONTENT_LANGUAGES, key=lambda code: code != settings.LANGUAGE_CODE
    )


@dataclass(frozen=True)
class Kind:
    """One field of one model. `key`: what names a row; `region`: how to get to it.

    `wanted`: rows whose text is worth translating. `public`: rows that participants see;
    None where all are.
    """

    name: str
    field: str
    model: type[Any]
    key: tuple[str, ...]
    region: str = ""
    label: Any = ""
    related: tuple[str, ...] = ()
    wanted: Q = Q()
    public: Q | None = None

    @property
    def slug(self) -> str:
        return f"{self.name}.{self.field}"

    @property
    def has_state(self) -> bool:
        return self.field in getattr(self.model, "texts", ())

    def rows(self, user: User | None = None) -> QuerySet[Any]:
        """All that has this text; of a user, what is public or within their wall."""
        rows = self.model._default_manager.filter(self.wanted)
        if user is not None and self.public is not None and not user.works_everywhere:
            own = Q((f"{self.region}__in", user.region_slugs())) if self.region else Q()
            rows = rows.filter(self.public | own if own else self.public)
        return rows.select_related(*self.related)

    def state(self, language: str) -> Case:
        """The state of this text as SQL; "" where there is nothing to translate."""
        if self.has_state:
            state: Case = self.model.state_expression(language, self.field)
            return state
        return self.state_of_names(language)

    def with_state(self, language: str, user: User | None = None) -> QuerySet[Any]:
        """Rows with the `state` of this text; those that have none are left out."""
        return self.rows(user).annotate(state=self.state(language)).exclude(state="")

    def regions(self) -> tuple[Any, dict[Any, str]]:
        """The column that leads to a row's region, and the region by its values."""
        column, _way, rest = self.region.partition("__")
        if not column:
            return Value(""), {}
        owner: Any = self.model._meta.get_field(column).related_model
        return F(column), dict(owner.objects.values_list("pk", rest))

    def state_of_names(self, language: str) -> Case:
        """Names are words of the application in each language: there, or missing.

        The first language that has one, the main one before all, is its original.
        """
        is_there = {code: ~Q((f"{self.field}_{code}", "")) for code in main_first()}
        before = Q()
        for code in takewhile(lambda code: code != language, is_there):
            before |= is_there[code]
        somewhere = Q()
        for there in is_there.values():
            somewhere |= there
        return Case(
            When(~somewhere, then=Value("")),
            When(~is_there[language], then=Value("missing")),
            *([When(before, then=Value("there"))] if before else []),
            default=Value("original"),
            output_field=models.CharField(),
        )

    def id_of(self, values: Iterable[Any]) -> str:
        return "/".join([self.name, *map(str, values), self.field])


FORUM = ("edition__year", "region__slug")
SECTION = ("regional_forum__edition__year", "regional_forum__region__slug", "position")
OF_SECTION = ("regional_forum__edition", "regional_forum__region", "audience")
OF_ENTRY = (
    "section__regional_forum__edition",
    "section__regional_forum__region",
    "section__audience",
    "audience",
)


def kinds_of(
    name: str,
    model: type[Any],
    key: tuple[str, ...],
    fields: dict[str, Any],
    **more: Any,
) -> list[Kind]:
    """The texts of one model. `fields`: what each is, as translators read it."""
    return [
        Kind(name, field, model, key, label=label, **more)
        for field, label in fields.items()
    ]


KINDS = [
    *kinds_of(
        "edition",
        Edition,
        ("year",),
        {
            "theme": _("theme of the edition"),
            "introduction": _("introduction of the edition"),
            "place": _("place of the global forum"),
        },
        public=Q(published_at__isnull=False),
    ),
    *kinds_of(
        "forum",
        RegionalForum,
        FORUM,
        {"overview": _("overview of the forum"), "place": _("place of the forum")},
        region="region__slug",
        related=("edition", "region"),
        public=Q(edition__published_at__isnull=False),
    ),
    *kinds_of(
        "section",
        Section,
        SECTION,
        {
            "heading": _("heading of a section"),
            "introduction": _("introduction of a section"),
        },
        region="regional_forum__region__slug",
        related=OF_SECTION,
        public=Q(pk__in=Recommendation.objects.published().values("section")),
    ),
    *kinds_of(
        "recommendation",
        Recommendation,
        ("reference",),
        {"text": _("recommendation or concern")},
        region="section__regional_forum__region__slug",
        related=OF_ENTRY,
        wanted=~Q(status=Recommendation.Status.ARCHIVED),
        public=Q(pk__in=Recommendation.objects.published().values("pk")),
    ),
    *kinds_of("region", Region, ("slug",), {"name": _("name of a region")}),
    *kinds_of(
        "audience",
        Audience,
        ("slug",),
        {"name": _("name of an audience")},
        wanted=Q(merged_into=None),
    ),
    *kinds_of(
        "area",
        PriorityArea,
        ("slug",),
        {"name": _("name of an area"), "description": _("description of an area")},
        wanted=Q(merged_into=None),
    ),
    *kinds_of(
        "instrument", Instrument, ("slug",), {"name": _("name of an instrument")}
    ),
    *kinds_of("country", Country, ("iso_code",), {"name": _("name of a country")}),
]  # and those of apps that stand on this one, which add theirs


def by_slug() -> dict[str, Kind]:
    return {kind.slug: kind for kind in KINDS}


@dataclass(frozen=True)
class Unit:
    """One text of one row, in whatever language."""

    kind: Kind
    row: Any

    @cached_property
    def id(self) -> str:
        row, values = self.row, []
        for path in self.kind.key:
            value = row
            for name in path.split("__"):
                value = getattr(value, name)
            values.append(value)
        return self.kind.id_of(values)

    @property
    def version(self) -> int:
        version: int = getattr(self.row, "original_version", 0)
        return version

    @property
    def original(self) -> Text:
        """What is translated; of names the one in the main language, if it has one."""
        if self.kind.has_state:
            text: Text = self.row.original(self.kind.field)
            return text
        for code in main_first():
            if value := self.value(code):
                return Text(value, code, "original")
        return Text("", settings.LANGUAGE_CODE, "original")

    @property
    def has_one_text(self) -> bool:
        """Whether nothing but this text counts in the version of the original."""
        return len(getattr(self.row, "texts", ())) == 1

    def value(self, language: str) -> str:
        return getattr(self.row, f"{self.kind.field}_{language}") or ""

    def state(self, language: str) -> str:
        if self.kind.has_state:
            state: str = self.row.state_in(language)
            is_there = self.value(language) or state == "original"
            return state if is_there else "missing"
        if not self.value(language):
            return "missing"
        return "original" if self.original.language == language else "there"

    def others(self, language: str) -> list[Text]:
        """The text in further languages, to look at where the original leaves doubts."""
        known = (language, self.original.language)
        return [
            Text(value, code, self.state(code))
            for code in settings.CONTENT_LANGUAGES
            if code not in known and (value := self.value(code))
        ]

    def mark(self, language: str) -> str:
        """A name for original and translation as they are: another after any change."""
        return f"{self.version}-{self.digest(language)}"

    def digest(self, language: str) -> str:
        return blake2b(self.value(language).encode(), digest_size=4).hexdigest()

    def get_admin_url(self) -> str:
        row = getattr(self.row, "part_of", self.row)
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
        return reverse(name, args=[row.pk])

    def original_before(self, language: str) -> str:
        """The original that a stale translation was made from; "" if nobody kept it."""
        return self.original_at(getattr(self.row, f"made_from_{language}", None))

    def original_at(self, version: int | None) -> str:
        if version == self.version:
            return self.original.value
        original = f"{self.kind.field}_{self.row.original_language}"
        records = self.row.history.filter(original_version=version)
        said = records.order_by("-history_id").values_list(original, flat=True).first()
        return said or ""

    def author(self, language: str) -> int | None:
        """The key of the account that wrote the translation as it is; None: no account."""
        names = [f"{name}_{language}" for name in self.row.texts]
        now = tuple(getattr(self.row, name) for name in names)
        author = None
        records = self.row.history.order_by("-history_id").values_list(
            "history_user", "history_change_reason", *names
        )
        for user, reason, *texts in records.iterator(50):
            if tuple(texts) != now:
                break
            author = None if reason == OUTSIDE else user
        return author

    def leaves_others_behind(self, language: str) -> bool:
        """Whether another text of the row was not translated anew since its original changed."""
        since = getattr(self.row, f"made_from_{language}")
        records = self.row.history.filter(original_version__gte=since)
        for name in set(self.row.texts) - {self.kind.field}:
            original = f"{name}_{self.row.original_language}"
            translation = f"{name}_{language}"
            other = records.exclude((original, getattr(self.row, original)))
            before = other.order_by("-history_id").values_list(translation, flat=True)
            now = getattr(self.row, translation)
            if now and before.first() == now:
                return True
        return False

    def clean(self, language: str, value: str) -> str | None:
        """As its field keeps it. ValidationError when it is too long for that."""
        field = self.row._meta.get_field(f"{self.kind.field}_{language}")
        if not isinstance(field, models.TextField):
            value = " ".join(value.splitlines())
        clean: str | None = field.clean(value.strip(), self.row)
        return clean or (None if field.null else "")

    def write(
        self,
        language: str,
        value: str,
        made_from: int,
        *,
        reviewed: bool = False,
        by_machine: bool = False,
    ) -> None:
        """Set the translation on the row; whoever calls saves the row."""
        clean = self.clean(language, value)
        if self.kind.has_state:
            own = getattr(self.row, f"made_from_{language}")
            if own and not reviewed and self.leaves_others_behind(language):
                made_from = min(made_from, own)
            self.row.translate(
                language,
                {self.kind.field: clean},
                made_from,
                reviewed=reviewed,
                by_machine=by_machine,
            )
        else:
            setattr(self.row, f"{self.kind.field}_{language}", clean)


def find_many(
    ids: Iterable[str], user: User | None = None, lock: bool = False
) -> dict[str, Unit]:
    """The texts of these names, by name; what no row has is left out.

    So is what `user`, if one is given, may not know of.
    """
    known = by_slug()
    wanted: dict[Kind, list[str]] = {}
    for name in ids:
        first, _slash, rest = name.partition("/")
        field = rest.rpartition("/")[2]
        if (kind := known.get(f"{first}.{field}")) is not None:
            wanted.setdefault(kind, []).append(name)
    found: dict[str, Unit] = {}
    for kind, names in wanted.items():
        for batch in batched(names, 200):
            rows = kind.rows(user).filter(named(kind, batch))
            if lock:
                rows = rows.select_for_update(of=("self",))
            units = (Unit(kind, row) for row in rows)
            found |= {unit.id: unit for unit in units}
    return found


def withdrawn(ids: Iterable[str]) -> set[str]:
    """Those that name a text which was taken back, or merged into another."""
    kind = by_slug()["recommendation.text"]
    archived = Recommendation.Status.ARCHIVED
    gone = Recommendation.objects.filter(
        status=archived,
        published_at__isnull=False,
        section__regional_forum__edition__published_at__isnull=False,
    )
    found: set[str] = set()
    for batch in batched(ids, 200):
        rows = gone.filter(named(kind, batch)).values_list(*kind.key)
        found |= {kind.id_of(row) for row in rows}
    return found


def named(kind: Kind, ids: Iterable[str]) -> Q:
    """The rows that these names name; a name that cannot be one names none."""
    keys = [
        key
        for name in ids
        if len(key := name.split("/")[1:-1]) == len(kind.key)
        and all(map(fits, kind.key, key))
    ]
    if len(kind.key) == 1:
        return Q((f"{kind.key[0]}__in", [value for (value,) in keys]))
    found = Q(pk__in=[])
    for key in keys:
        found |= Q(*zip(kind.key, key, strict=True))
    return found


def fits(path: str, part: str) -> bool:
    """Whether a part of a name can be what it names: a year is a number, and no long one."""
    if path == "pk":
        return part.isascii() and is_key(part)
    is_number = path.rpartition("__")[2] in {"year", "position", "version"}
    return not is_number or (part.isascii() and part.isdecimal() and len(part) < 6)


def find(name: str, user: User | None = None, lock: bool = False) -> Unit:
    """ObjectDoesNotExist when no text has this name."""
    try:
        return find_many([name], user, lock)[name]
    except KeyError:
        raise ObjectDoesNotExist(name) from None


def batched(items: Iterable[str], size: int) -> Iterator[list[str]]:
    stream = iter(items)
    while batch := list(islice(stream, size)):
        yield batch


@dataclass(frozen=True)
class Selection:
    """Which texts somebody works on. What is empty leaves nothing out."""

    language: str
    states: tuple[str, ...] = TO_DO
    region: str = ""
    kind: str = ""

    def kinds(self) -> list[Kind]:
        return [
            kind
            for kind in KINDS
            if self.kind in ("", kind.slug) and (not self.region or kind.region)
        ]

    def rows(self, kind: Kind, user: User | None) -> QuerySet[Any]:
        rows = kind.with_state(self.language, user).filter(state__in=self.states)
        if self.region:
            rows = rows.filter(**{kind.region: self.region})
        return rows.order_by(*kind.key)

    def ids(self, user: User | None = None) -> Iterator[str]:
        for kind in self.kinds():
            values = self.rows(kind, user).values_list(*kind.key)
            yield from map(kind.id_of, values.iterator(MOST))

    def units(self, user: User | None = None) -> Iterator[Unit]:
        for kind in self.kinds():
            for row in self.rows(kind, user).iterator(500):
                yield Unit(kind, row)

    def count(self, user: User | None = None) -> int:
        return sum(self.rows(kind, user).count() for kind in self.kinds())


Counts = dict[tuple[str, str], dict[str, int]]  # by kind and region, then state


def progress(languages: Iterable[str], user: User | None = None) -> dict[str, Counts]:
    """By language: how many texts of each kind and region are in which state.

    Each table is read once for all languages; regions are joined here, not there.
    """
    codes = list(languages)
    found: dict[str, Counts] = {code: {} for code in codes}
    for _model, of_model in groupby(KINDS, key=lambda kind: kind.model):
        kinds = list(of_model)
        owner, regions = kinds[0].regions()
        told = {
            f"{kind.field}_state_{code}": kind.state(code)
            for kind in kinds
            for code in codes
        }
        rows = kinds[0].rows(user).select_related(None).order_by().annotate(**told)
        places = [(kind.slug, code) for kind in kinds for code in codes]
        for where, *row, count in rows.values_list(owner, *told).annotate(
            count=Count("pk")
        ):
            for (slug, code), state in zip(places, row, strict=True):
                if state:
                    place = (slug, regions.get(where, ""))
                    counts = found[code].setdefault(place, {})
                    counts[state] = counts.get(state, 0) + count
    return found
