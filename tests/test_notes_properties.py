"""What holds for any file of notes: nothing comes in half, all of it can be undone."""

import csv
import io
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as site
from django.core.management import call_command
from django.db import models, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from priorities.formats import CSV
from priorities.models import (
    Instrument,
    PriorityArea,
    Recommendation,
    RecommendationArea,
    RecommendationCountry,
    RecommendationInstrument,
    Section,
)
from priorities.resources import RecommendationResource
from regions.models import ContentChange, Country, RegionalForum
from workshops.models import CheckedRow, ImportFile, NoteImport, WorkshopNote

from .conftest import emptied
from .invented import LANGUAGES, OPENINGS, invented_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]

# What an import leaves behind though it was undone, or brought nothing new.
LOG = {NoteImport, ImportFile, CheckedRow}
MODELS = [
    model
    for app in ("regions", "priorities", "workshops")
    for model in apps.get_app_config(app).get_models()
]
HISTORIES = {model.history.model for model in MODELS if hasattr(model, "history")}
# Numbers that are never given twice: of references, and of links taken off and set again.
COUNTERS = {
    (RegionalForum, "last_number"),
    (RecommendationArea, "id"),
    (RecommendationCountry, "id"),
    (RecommendationInstrument, "id"),
}


@pytest.fixture(scope="module")
def vocabulary(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """All words and lists of 2021, and the entries of one region: a small edition."""
    with django_db_blocker.unblock():
        names = ["vocabulary", "edition_2021", "edition_2021_europe"]
        call_command("loaddata", *names, verbosity=0)
    yield
    with django_db_blocker.unblock():
        emptied()


Tables = dict[str, set[Any]]


def tables(
    without: set[type[models.Model]] | None = None,
    columns: set[tuple[type[models.Model], str]] | None = None,
) -> Tables:
    """Every row of every model, a new one's too, but for those named."""
    found = {}
    for model in MODELS:
        if model in (without or ()):
            continue
        fields = [
            field.attname
            for field in model._meta.concrete_fields
            if (model, field.name) not in (columns or ())
        ]
        rows = model._base_manager.values_list(*fields)
        found[model._meta.label] = set(map(repr, rows))
    return found


def differences(before: Tables, after: Tables) -> dict[str, Any]:
    """By table: the rows that are gone, and those that have come."""
    return {
        name: (sorted(rows - after[name]), sorted(after[name] - rows))
        for name, rows in before.items()
        if rows != after[name]
    }


# Rows made from the real vocabulary.


def words(*kinds: str) -> list[str]:
    """The names of a vocabulary in four languages, and its slugs."""
    path = Path(__file__).parent.parent / "fixtures" / "vocabulary.json"
    found = [row for row in json.loads(path.read_bytes()) if row["model"] in kinds]
    return [
        name
        for row in found
        for field, name in row["fields"].items()
        if field == "slug" or field.startswith("name_")
        if name and (row["fields"].get("parent") or "parent" not in row["fields"])
    ]


REGIONS = [
    "Africa", "Afrique", "África", "أفريقيا", "Asia", "آسيا", "MENA", "latin-america",
    "Europe", "Europa", "AFRIQUE", " Asie\u200f",
]  # fmt: skip
HEADINGS = [
    "Region", "Audience", "Area", "Recommendation", "Language", "Rank", "Lead",
    "Countries", "Page", "ID", "Workshop", "Date",
]  # fmt: skip
# Marks, joiners, ligatures, directions, look-alikes of separators, signs of formulas.
ODD = [
    "é", "e\u0301", "ﬁ", "Ａ", "ﷺ", "أ", "ـ", "\u064b", "🙂", "👩\u200d🔧", "\xad", "\xa0",
    "\u202f", "\u200b", "\u200e", "\u200f", "\ufeff", "\u202b", "\u202c", "\u2066",
    "\u2069", "\u2028", "\x85", "\x7f", "'", '"', "’", "«", "»", "=", "+", "-", "@", ";",
    ",", "|", "\t", "\n", "\\", "%", "~", "*", "**", "8", "٣",
]  # fmt: skip

odd = st.lists(st.sampled_from(ODD), max_size=4).map("".join)
languages = st.sampled_from(LANGUAGES)
ranks = st.one_of(
    st.just(""), st.integers(1, 32767).map(str), st.sampled_from(["1er", "n° 2", "٣"])
)


@st.composite
def texts(draw: Any, language: str = "") -> str:
    number = draw(st.integers(0, 40))
    audience = draw(st.sampled_from(sorted(OPENINGS)))
    said = invented_text(random.Random(number), OPENINGS[audience])
    text = said[LANGUAGES.index(language or draw(languages))]
    return draw(odd) + text + draw(odd)


def several(names: list[str]) -> Any:
    return st.lists(st.sampled_from(names), max_size=3, unique=True).map("; ".join)


rows = st.tuples(
    st.sampled_from(REGIONS),
    st.sampled_from(["", *words("priorities.audience")]),
    several(words("priorities.priorityarea")),
    texts(),
    st.sampled_from(["", "", "fr", "English", "español", "العربية"]),
    ranks,
    st.sampled_from(["", "yes", "non", "نعم"]),
    several(["MA", "Nepal", "Haïti", "السودان"]),
    st.sampled_from(["", "0", "7", "32767"]),
    st.just(""),
    st.sampled_from(["", "Atelier de Dakar"]),
    st.sampled_from(["", "15/06/2021", "3 يونيو 2021", "yesterday"]),
).map(list)


@st.composite
def files(draw: Any) -> list[list[str]]:
    found = draw(st.lists(rows, min_size=1, max_size=5))
    if draw(st.booleans()):  # with the file's own numbers
        for number, row in enumerate(found, start=1):
            row[9] = f"N{number}"
    return found


@st.composite
def files_with_a_wrong_row(draw: Any) -> list[list[str]]:
    found = draw(files())
    wrong = draw(rows)
    kind = draw(st.integers(0, 6))
    if kind == 0:
        wrong[0] = draw(st.sampled_from(["Africca", "", "Atlantis", "الأندلس"]))
    elif kind == 1:
        wrong[1] = "Gouvernments of the moon"
    elif kind == 2:
        wrong[3] = draw(st.sampled_from(["", "\u200f", " \u00a0"]))
    elif kind == 3:
        wrong[3] = "Open \x07 a door"
    elif kind == 4:
        wrong = [*wrong, "one cell", "too many"]
    elif kind == 5:
        wrong = wrong[:-2]
    else:
        wrong[4] = "Klingon"
    found.insert(draw(st.integers(0, len(found))), wrong)
    return found


@st.composite
def edits(draw: Any) -> dict[str, Any]:
    """What a curator may do to a draft."""
    return {
        "texts": {
            code: draw(st.one_of(st.none(), texts(code)))
            for code in site.CONTENT_LANGUAGES
        },
        "rank": draw(st.one_of(st.none(), st.integers(1, 32767))),
        "is_lead": draw(st.booleans()),
        "source_page": draw(st.one_of(st.none(), st.integers(0, 32767))),
        "note": draw(odd),
        "section": draw(st.integers(0, 1000)),
        "areas": draw(st.lists(st.integers(0, 1000), max_size=3)),
        "countries": draw(st.lists(st.integers(0, 1000), max_size=2)),
        "instruments": draw(st.lists(st.integers(0, 1000), max_size=2)),
    }


def some(found: models.QuerySet[Any], numbers: list[int]) -> list[Any]:
    every = list(found.order_by("pk"))
    return [every[number % len(every)] for number in numbers]


def curate(row: Recommendation, edit: dict[str, Any]) -> None:
    said = {code: text for code, text in edit["texts"].items() if text}
    if said:
        for code in site.CONTENT_LANGUAGES:
            setattr(row, f"text_{code}", said.get(code))
    for name in ("is_lead", "source_page", "note"):
        setattr(row, name, edit[name])
    (section,) = some(Section.objects.all(), [edit["section"]])
    if section != row.section:
        row.move_to(section)
    row.rank = edit["rank"]
    row.save()
    row.tag(
        areas=some(PriorityArea.objects.within_groups(), edit["areas"]),
        countries=some(Country.objects.all(), edit["countries"]),
        instruments=some(Instrument.objects.all(), edit["instruments"]),
    )


# What is done with them.


@contextmanager
def forgotten() -> Iterator[Path]:
    """A folder, and a database in which nothing of this stays."""
    with TemporaryDirectory() as folder, transaction.atomic():
        yield Path(folder)
        transaction.set_rollback(True)


def bring(path: Path, *options: str) -> tuple[dict[str, Any], int]:
    """What `import_notes --json` says of a file, and its exit status."""
    out, status = io.StringIO(), 0
    try:
        call_command(
            "import_notes",
            str(path),
            "--edition",
            "2021",
            "--json",
            *options,
            stdout=out,
        )
    except SystemExit as stop:
        status = int(str(stop.code))
    return json.loads(out.getvalue()), status


def bring_the_good(path: Path) -> dict[str, int]:
    """Every row that can come in; the totals."""
    report, status = bring(path, "--good-rows", "--checked-personal-data")
    assert status < 2, report
    totals: dict[str, int] = report["totals"]
    return totals


def written(path: Path, table: list[list[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADINGS, *table])
    return path


def brought_rows() -> models.QuerySet[Recommendation]:
    return Recommendation.objects.filter(notes__isnull=False).order_by("pk").distinct()


def undo_last() -> None:
    last = NoteImport.objects.filter(status="done").order_by("-pk").first()
    assert last is not None
    call_command("undo_import", last.pk, stdout=io.StringIO())


def a_wrong_row_leaves_every_table_equal(table: list[list[str]]) -> None:
    with forgotten() as folder:
        before = tables()

        _report, status = bring(written(folder / "notes.csv", table))

        assert status in {1, 2}
        assert differences(before, tables()) == {}


def undo_leaves_every_table_equal(
    table: list[list[str]], corrected: list[list[str]]
) -> None:
    aside: dict[str, Any] = {
        "without": LOG | HISTORIES | {ContentChange},
        "columns": COUNTERS,
    }
    with forgotten() as folder:
        empty = tables(**aside)
        bring_the_good(written(folder / "notes.csv", table))
        before = tables(**aside)
        # The same rows, by their texts or the file's numbers, with other cells.
        again = [
            [row[0], row[1], *other[2:3], row[3], row[4], *other[5:9], *row[9:]]
            for row, other in zip(table, corrected, strict=False)
        ]
        bring_the_good(written(folder / "notes.csv", again + corrected))

        undo_last()
        assert differences(before, tables(**aside)) == {}

        undo_last()
        assert differences(empty, tables(**aside)) == {}


def export_and_import_change_nothing(
    table: list[list[str]], changes: list[dict[str, Any]]
) -> None:
    with forgotten() as folder:
        bring_the_good(written(folder / "notes.csv", table))
        drafts = brought_rows().filter(status="draft")
        for row, edit in zip(drafts, changes, strict=False):
            curate(row, edit)
        exported = CSV().export_data(RecommendationResource().export(queryset=drafts))
        path = folder / "export.csv"
        path.write_text(exported, encoding="utf-8", newline="")
        if not drafts:
            return
        before = tables(without=LOG | {WorkshopNote})

        report, status = bring(path, "--checked-personal-data")

        totals = report["totals"]
        assert (status, totals["rows"]) == (0, len(drafts)), report
        wrong = [
            r for r in report["rows"] if r["verdict"] not in {"unchanged", "duplicate"}
        ]
        assert wrong == []
        assert differences(before, tables(without=LOG | {WorkshopNote})) == {}


def the_same_file_twice_changes_nothing(
    table: list[list[str]], changes: list[dict[str, Any]]
) -> None:
    """Whatever a curator did to the drafts between the two."""
    with forgotten() as folder:
        path = written(folder / "notes.csv", table)
        bring_the_good(path)
        drafts = brought_rows().filter(status="draft")
        for row, edit in zip(drafts, changes, strict=False):
            curate(row, edit)
        before = tables(without=LOG | {WorkshopNote})

        totals = bring_the_good(path)

        assert (totals["new"], totals["update"]) == (0, 0)
        assert differences(before, tables(without=LOG | {WorkshopNote})) == {}


def examples(count: int) -> settings:
    """The same ones in every run; a database is no argument and is left as it was."""
    return settings(
        max_examples=count,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


FEW, MANY = examples(20), examples(500)


@FEW
@given(files_with_a_wrong_row())
def test_a_file_with_a_wrong_row_leaves_every_table_equal(table):
    a_wrong_row_leaves_every_table_equal(table)


@FEW
@given(files(), files())
def test_undo_leaves_every_table_equal(table, corrected):
    undo_leaves_every_table_equal(table, corrected)


@FEW
@given(files(), st.lists(edits(), max_size=5))
def test_export_and_import_change_nothing(table, changes):
    export_and_import_change_nothing(table, changes)


@FEW
@given(files(), st.lists(edits(), max_size=3))
def test_the_same_file_twice_changes_nothing(table, changes):
    the_same_file_twice_changes_nothing(table, changes)


@pytest.mark.deep
@MANY
@given(files_with_a_wrong_row())
def test_many_files_with_a_wrong_row_leave_every_table_equal(table):
    a_wrong_row_leaves_every_table_equal(table)


@pytest.mark.deep
@MANY
@given(files(), files())
def test_many_undos_leave_every_table_equal(table, corrected):
    undo_leaves_every_table_equal(table, corrected)


@pytest.mark.deep
@MANY
@given(files(), st.lists(edits(), max_size=5))
def test_many_exports_and_imports_change_nothing(table, changes):
    export_and_import_change_nothing(table, changes)


@pytest.mark.deep
@MANY
@given(files(), st.lists(edits(), max_size=3))
def test_many_files_twice_change_nothing(table, changes):
    the_same_file_twice_changes_nothing(table, changes)
