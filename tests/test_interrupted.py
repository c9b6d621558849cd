"""kill -9 at any moment of an import, or of an undo: all of it is there, or nothing."""

import random
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from .apart import Apart, copied, finished, invented_rows, wait_until, written

ROWS = 3_000
IMPORT = "workshops_noteimport"
# An import and its file are recorded before anything is written, and may stay.
LOG = {IMPORT, "workshops_importfile", "sqlite_sequence"}
# Kills fall ever more often towards the end of the writing: even would be 1.
TOWARDS_THE_END = 0.6
# On a busy machine the kills may come too late: as many more, each aimed earlier.
PATIENCE = 12


@dataclass
class Work:
    """A command; how to see that it began and ended writing, and how long that takes."""

    words: list[str]
    has_begun: Callable[[Apart], bool]
    is_over: Callable[[Apart], bool]
    start: float = 60
    writing: float = 60

    def run(self, apart: Apart) -> None:
        """Undisturbed, to its end. The shortest times seen are kept: kills at a share
        of them come in time, however busy the machine is."""
        start = time.monotonic()
        process = apart.start(*self.words)
        begun = wait_until(lambda: self.has_begun(apart))
        over = wait_until(lambda: self.is_over(apart))
        said, status = finished(process)
        assert status == 0, said
        self.start = min(self.start, begun - start)
        self.writing = min(self.writing, over - begun)
        apart.let_go()

    def killed(self, apart: Apart, share: float) -> bool:
        """Killed at a share of the writing, or (below 0) of what comes before it.

        Whether all of it had been done by then.
        """
        moment = time.monotonic() + self.start * (1 + share)
        process = apart.start(*self.words)
        if share >= 0:
            moment = wait_until(lambda: self.has_begun(apart)) + self.writing * share
        time.sleep(max(0, moment - time.monotonic()))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        apart.let_go()
        is_over = self.is_over(apart)
        assert process.returncode == -signal.SIGKILL or is_over
        if is_over:  # the measured run was slower: aim earlier from now on
            self.writing *= 0.8
        return is_over


def shares(count: int) -> list[float]:
    """As many random shares of the writing, one in each part, denser towards the end."""
    pick = random.Random(count)
    return [((n + pick.random()) / count) ** TOWARDS_THE_END for n in range(count)]


def counts(apart: Apart) -> dict[str, int]:
    """Rows of every table that an import writes but once.

    The notes of a second import, which only tell of rows that were there, are left out.
    """
    found = {name: count for name, count in apart.counts().items() if name not in LOG}
    again = apart.count("workshops_workshopnote", "outcome = 'unchanged'")
    found["workshops_workshopnote"] -= again
    return found


def is_locked(apart: Apart) -> bool:
    """Whether somebody writes (SQLite), or holds an import for writing (PostgreSQL)."""
    if apart.is_postgresql:
        return not apart.ask(f"SELECT id FROM {IMPORT} FOR UPDATE SKIP LOCKED")
    with closing(apart.connect()) as connection:
        connection.execute("PRAGMA busy_timeout = 0")
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        return False


def imports(apart: Apart, status: str) -> int:
    return apart.count(IMPORT, f"status = '{status}'")


@dataclass
class Scene:
    """Databases before and after an import that nobody disturbed, and the command."""

    before: Apart
    after: Apart
    importing: Work


@pytest.fixture(scope="module")
def scene(
    edition_apart: Apart, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("interrupted")
    path = written(folder / "notes.csv", invented_rows(ROWS))
    importing = Work(
        ["import_notes", str(path), "--edition", "2021"],
        has_begun=lambda apart: apart.count(IMPORT) > 0,
        is_over=lambda apart: imports(apart, "done") > 0,
    )
    with copied(edition_apart, folder) as after:
        importing.run(after)
        yield Scene(edition_apart, after, importing)


def interrupt_imports(scene: Scene, folder: Path, kills: int) -> None:
    before, after = counts(scene.before), counts(scene.after)
    assert after["workshops_workshopnote"] == ROWS
    assert (
        after["priorities_recommendation"] - before["priorities_recommendation"] == ROWS
    )
    open_at_the_kill = 0
    for number, share in enumerate([-0.5, *shares(kills - 1), *[0.5] * PATIENCE]):
        if number >= kills and open_at_the_kill >= kills // 2:
            break
        with copied(scene.before, folder) as apart:
            was_over = scene.importing.killed(apart, share)

            assert counts(apart) == (after if was_over else before), share
            open_at_the_kill += imports(apart, "checked")

            if was_over:
                apart.run(*scene.importing.words)
            else:
                scene.importing.run(apart)
            assert counts(apart) == after, share
            assert imports(apart, "done") == 1 + was_over
    # They found the import recorded and its transaction open, or else just closed.
    assert open_at_the_kill >= kills // 2


def interrupt_undoing(scene: Scene, folder: Path, kills: int) -> None:
    ((number,),) = scene.after.ask(f"SELECT id FROM {IMPORT}")
    undoing = Work(
        ["undo_import", str(number)],
        has_begun=is_locked,
        is_over=lambda apart: imports(apart, "undone") == 1,
    )
    with copied(scene.after, folder) as apart:
        undoing.run(apart)
        before, after = counts(scene.after), counts(apart)
    public = ("priorities_recommendation", "priorities_recommendationarea")
    assert {name: after[name] for name in public} == {
        name: counts(scene.before)[name] for name in public
    }
    assert after["workshops_workshopnote"] == 0
    open_at_the_kill = 0
    for killed, share in enumerate([*shares(kills), *[0.5] * PATIENCE]):
        if killed >= kills and open_at_the_kill >= kills // 2:
            break
        with copied(scene.after, folder) as apart:
            was_over = undoing.killed(apart, share)

            assert counts(apart) == (after if was_over else before), share
            assert imports(apart, "done") == (not was_over)
            open_at_the_kill += not was_over

            if not was_over:
                undoing.run(apart)
            assert counts(apart) == after, share
    assert open_at_the_kill >= kills // 2


def test_an_import_killed_at_any_moment_is_there_whole_or_not_at_all(scene, tmp_path):
    interrupt_imports(scene, tmp_path, kills=5)


def test_an_undo_killed_at_any_moment_is_done_whole_or_not_at_all(scene, tmp_path):
    interrupt_undoing(scene, tmp_path, kills=2)


@pytest.mark.deep
def test_fifty_killed_imports_are_there_whole_or_not_at_all(scene, tmp_path):
    interrupt_imports(scene, tmp_path, kills=50)


@pytest.mark.deep
def test_twenty_killed_undos_are_done_whole_or_not_at_all(scene, tmp_path):
    interrupt_undoing(scene, tmp_path, kills=20)
