"""Two at once: imports beside imports, and a curator who edits what is being updated."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from .apart import Apart, copied, finished, invented_rows, wait_until, written

RECOMMENDATION = "priorities_recommendation"
NOTE = "workshops_workshopnote"


def command(path: Path) -> list[str]:
    return ["import_notes", str(path), "--edition", "2021", "--json"]


def both(apart: Apart, *paths: Path) -> list[dict]:
    """The reports of two imports that are started together."""
    processes = [apart.start(*command(path)) for path in paths]
    said = [finished(process) for process in processes]
    assert [status for _said, status in said] == [0, 0], said
    return [json.loads(report) for report, _status in said]


def test_two_files_at_once_come_in_whole(apart, tmp_path):
    rows = invented_rows(1_600)
    before = apart.count(RECOMMENDATION)
    for start in range(0, len(rows), 800):
        halves = rows[start : start + 400], rows[start + 400 : start + 800]
        paths = [
            written(tmp_path / f"{start}-{number}.csv", half)
            for number, half in enumerate(halves)
        ]

        reports = both(apart, *paths)

        assert [report["totals"]["new"] for report in reports] == [400, 400]

    assert apart.count(RECOMMENDATION) - before == len(rows)
    brought = apart.ask(
        "SELECT COALESCE(text_fr, text_en, text_es, text_ar), COUNT(*), COUNT(DISTINCT reference)"
        f" FROM {RECOMMENDATION} WHERE id IN (SELECT recommendation_id FROM {NOTE}) GROUP BY 1"
    )
    assert sorted(brought) == sorted((row[3], 1, 1) for row in rows)
    references = apart.ask(f"SELECT reference FROM {RECOMMENDATION}")
    assert Counter(references).most_common(1)[0][1] == 1
    # And no history of anything twice.
    assert apart.count("priorities_historicalrecommendation", "history_type = '+'") == (
        apart.count(RECOMMENDATION)
    )


def test_the_same_file_twice_at_once_comes_in_once(apart, tmp_path):
    rows = invented_rows(800, seed=2)
    for start in range(0, len(rows), 400):
        path = written(tmp_path / f"{start}.csv", rows[start : start + 400])
        before = apart.count(RECOMMENDATION)

        reports = both(apart, path, path)

        assert apart.count(RECOMMENDATION) - before == 400
        told = [
            (report["totals"]["new"], report["totals"]["unchanged"])
            for report in reports
        ]
        assert sorted(told) == [(0, 400), (400, 0)]


def test_the_same_file_twice_comes_in_once_though_a_curator_is_faster(apart, tmp_path):
    """What is committed late has older numbers in the history than the curator's edit."""
    if not apart.is_postgresql:
        pytest.skip("SQLite numbers the history in the order of the commits")
    rows = [["Africa", "Governments", "", *row[3:]] for row in invented_rows(60)]
    apart.run(*command(written(tmp_path / "list.csv", rows[:10])))
    ((reference,),) = apart.ask(f"SELECT MAX(reference) FROM {RECOMMENDATION}")
    before = apart.count(RECOMMENDATION)
    path = written(tmp_path / "notes.csv", rows[10:])
    with apart.connect() as holding:
        holding.autocommit = False
        holding.execute("SELECT id FROM regions_region FOR UPDATE")

        first = apart.start(*command(path))
        wait_until_waiting(apart)  # in its commit, which looks whether regions exist
        said, edited = finished(curator(apart, f"edit({reference!r}, note='Seen')"))
        assert edited == 0, said
        second = apart.start(*command(path))
        wait_until_waiting(apart, 2)
        holding.rollback()

        reports = [json.loads(finished(each)[0]) for each in (first, second)]
    assert [report["totals"]["new"] for report in reports] == [50, 0]
    assert apart.count(RECOMMENDATION) - before == 50


@dataclass
class Draft:
    reference: str
    rank: int | None
    areas: list[str] = field(default_factory=list)


def draft(apart: Apart, reference: str) -> Draft:
    ((pk, rank),) = apart.ask(
        f"SELECT id, rank FROM {RECOMMENDATION} WHERE reference = '{reference}'"
    )
    areas = apart.ask(
        "SELECT a.slug FROM priorities_recommendationarea l JOIN priorities_priorityarea a"
        f" ON a.id = l.area_id WHERE l.recommendation_id = {pk} ORDER BY 1"
    )
    return Draft(reference, rank, [slug for (slug,) in areas])


def codes(report: dict, reference: str) -> set[str]:
    """What the report warns of in the row about an entry."""
    (row,) = (row for row in report["rows"] if row["reference"] == reference)
    return {problem["code"] for problem in row["problems"]}


@pytest.fixture(scope="module")
def with_drafts(edition_apart: Apart, tmp_path_factory) -> Iterator[tuple[Apart, Path]]:
    """A database into which a file has come, and the file as corrected since."""
    folder = tmp_path_factory.mktemp("drafts")
    rows = invented_rows(300, seed=3)
    first = [[*row[:2], "Media", row[3], n] for n, row in enumerate(rows, 1)]
    changed = [[*row[:2], "Kafala", row[3], n] for n, row in enumerate(rows, 1001)]
    path = folder / "notes.csv"
    with copied(edition_apart, folder) as made:
        made.run(*command(written(path, first)))
        yield made, written(path, changed)


@pytest.fixture
def corrected(with_drafts) -> Path:
    return with_drafts[1]


@pytest.fixture
def shelf(with_drafts, tmp_path: Path) -> Iterator[Apart]:
    with copied(with_drafts[0], tmp_path) as made:
        yield made


@pytest.fixture
def drafts(shelf: Apart) -> list[str]:
    """The references of what came in: rank and row are one number, the area is Media."""
    brought = (
        f"SELECT reference FROM {RECOMMENDATION} r JOIN {NOTE} n"
        " ON n.recommendation_id = r.id ORDER BY n.row"
    )
    return [reference for (reference,) in shelf.ask(brought)]


def curator(apart: Apart, step: str):
    """A curator who has come so far that only a line is waited for."""
    process = apart.start(
        "shell",
        "--no-imports",
        "--command",
        f"from tests import curator; curator.{step}",
    )
    assert process.stdout is not None
    said = process.stdout.readline().strip()
    assert said in {"edited", "opened", "ready"}, finished(process)
    return process


def wait_until_waiting(apart: Apart, count: int = 1) -> None:
    """Until so many processes stand before what another holds."""
    if apart.is_postgresql:
        waiting = (
            "SELECT COUNT(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        wait_until(lambda: apart.ask(waiting) == [(count,)])
    else:  # which has one lock for all and does not say who waits
        time.sleep(1)


@pytest.mark.parametrize(
    "edit",
    ["rank=77", "note='Seen', areas=['media', 'stigma']"],
    ids=["rank", "areas"],
)
def test_what_a_curator_commits_during_an_import_is_not_overwritten_in_silence(
    shelf, drafts, corrected, edit
):
    """The import has judged, and waits for the row: what it saw is not so any more."""
    editing = curator(shelf, f"edit({drafts[0]!r}, {edit})")
    importing = shelf.start(*command(corrected))
    wait_until_waiting(shelf)

    _said, edited = finished(editing)
    said, status = finished(importing)

    assert (edited, status) == (0, 0), said
    # The file asks for something else: the import does it and says so.
    assert draft(shelf, drafts[0]) == Draft(drafts[0], 1001, ["kafala"])
    assert "changed_since" in codes(json.loads(said), drafts[0])
    assert draft(shelf, drafts[1]) == Draft(drafts[1], 1002, ["kafala"])
    assert "changed_since" not in codes(json.loads(said), drafts[1])


@pytest.mark.parametrize(
    ("option", "status", "left"), [("", 1, 300), ("--keep-edited", 0, 1)]
)
def test_an_undo_keeps_what_a_curator_commits_meanwhile(
    shelf, drafts, option, status, left
):
    others = shelf.count(RECOMMENDATION) - len(drafts)
    ((number,),) = shelf.ask("SELECT id FROM workshops_noteimport")
    editing = curator(shelf, f"edit({drafts[0]!r}, rank=77)")
    undoing = shelf.start("undo_import", str(number), *filter(None, [option]))
    wait_until_waiting(shelf)

    _said, edited = finished(editing)
    said, ended = finished(undoing)

    assert (edited, ended) == (0, status), said
    assert option or drafts[0] in said
    assert draft(shelf, drafts[0]) == Draft(drafts[0], 77, ["media"])
    assert shelf.count(RECOMMENDATION) - others == left


def test_a_curator_who_edits_all_the_time_loses_nothing(shelf, drafts, corrected):
    edited = drafts[::10]
    editing = curator(shelf, f"keep_editing({edited!r})")
    editing.stdin.write("\n")
    editing.stdin.flush()

    reports = []
    while editing.poll() is None:
        said, status = finished(shelf.start(*command(corrected)))
        if status:
            assert "The edition kept changing meanwhile" in said
        else:
            reports.append(json.loads(said))
    assert finished(editing)[1] == 0
    reports.append(json.loads(shelf.run(*command(corrected))))

    for number, reference in enumerate(edited):
        survived = draft(shelf, reference).rank == 9000 + number
        told = any("changed_since" in codes(report, reference) for report in reports)
        assert survived or told, reference
    for reference in set(drafts) - set(edited):
        assert draft(shelf, reference).rank > 1000


@pytest.mark.parametrize("pause", [0, 0.15])
def test_a_form_sent_during_an_import_wins_or_is_shown_what_changed(
    shelf, drafts, corrected, pause
):
    filling = curator(shelf, f"use_the_form({drafts[150]!r}, rank=77)")
    importing = shelf.start(*command(corrected))
    wait_until(lambda: shelf.count("workshops_noteimport") == 2)
    time.sleep(pause)

    answer, _status = finished(filling)
    said, status = finished(importing)

    assert status == 0, said
    found = draft(shelf, drafts[150]).rank
    told = "changed_since" in codes(json.loads(said), drafts[150])
    assert (answer.split()[0], found, told) in [
        ("409", 1151, False),  # the import came first, and the curator sees that
        ("302", 1151, True),  # the curator came first, and the report says that
    ]
