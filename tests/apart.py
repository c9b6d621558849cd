"""Databases that several processes open at once, on the engine under test.

A SQLite file, or on PostgreSQL a database beside the one that DATABASE_URL names. The
edition is loaded once into a first one, of which each test takes a copy.
"""

import csv
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

numbers = count(1)


@dataclass(frozen=True)
class Apart:
    """One such database. What is asked of it here goes around the program."""

    url: str

    @property
    def is_postgresql(self) -> bool:
        return self.url.startswith("postgres")

    def connect(self) -> Any:
        if self.is_postgresql:
            import psycopg

            return psycopg.connect(self.url, autocommit=True)
        path = self.url.removeprefix("sqlite:///")
        return sqlite3.connect(path, timeout=20, isolation_level=None)

    def ask(self, question: str) -> list[Any]:
        with closing(self.connect()) as connection:
            rows: list[Any] = connection.execute(question).fetchall()
            return rows

    def tell(self, order: str) -> None:
        with closing(self.connect()) as connection:
            connection.execute(order)

    def count(self, table: str, which: str = "TRUE") -> int:
        ((rows,),) = self.ask(f"SELECT COUNT(*) FROM {table} WHERE {which}")
        return int(rows)

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        names = (
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            if self.is_postgresql
            else "SELECT name FROM sqlite_master WHERE type = 'table'"
        )
        found = " UNION ALL ".join(
            f"SELECT '{name}', COUNT(*) FROM {name}" for (name,) in self.ask(names)
        )
        return dict(self.ask(found))

    def rows(self, table: str) -> list[Any]:
        return self.ask(f"SELECT * FROM {table} ORDER BY id")

    def start(self, *words: str, **environment: str) -> "subprocess.Popen[str]":
        """`manage.py` with these words, on this database, in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *words],
            env=os.environ
            | {
                "DATABASE_URL": self.url,
                "LC_ALL": "en",
                "SECOND_FACTOR_REQUIRED": "false",
            }
            | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str) -> str:
        """The same seen through to its good end; what it says."""
        said, status = finished(self.start(*words))
        assert status == 0, said
        return said

    def let_go(self) -> None:
        """Until the server has noticed that the processes of before are dead."""
        if self.is_postgresql:
            others = (
                "SELECT COUNT(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            wait_until(lambda: self.ask(others) == [(0,)])


def finished(process: "subprocess.Popen[str]") -> tuple[str, int]:
    """What a process said, and its exit status."""
    out, errors = process.communicate(timeout=120)
    return out + errors, process.returncode


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> float:
    """The moment (`time.monotonic`) at which it was seen to hold."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.003)
    return time.monotonic()


@contextmanager
def copied(of: Apart | None, folder: Path) -> Iterator[Apart]:
    """A copy of a database that nobody has open, or a new one; gone afterwards."""
    name = f"apart_{os.getpid()}_{next(numbers)}"
    url = urlsplit(os.environ.get("DATABASE_URL", ""))
    if not url.scheme.startswith("postgres"):
        path = folder / f"{name}.sqlite3"
        if of is not None:
            with closing(of.connect()) as old, closing(sqlite3.connect(path)) as new:
                old.backup(new)
        yield Apart(f"sqlite:///{path}")
        for left in folder.glob(f"{name}.sqlite3*"):
            left.unlink()
        return
    server, template = Apart(url.geturl()), "template1"
    if of is not None:
        of.let_go()
        template = urlsplit(of.url).path.removeprefix("/")
    server.tell(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield Apart(url._replace(path=f"/{name}").geturl())
    finally:
        server.tell(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def with_edition(folder: Path) -> Iterator[Apart]:
    """A new database that holds edition 2021."""
    with copied(None, folder) as made:
        made.run("migrate", "--verbosity", "0")
        made.run("load_edition", "2021", "--verbosity", "0")
        yield made


HEADINGS = ["Region", "Audience", "Area", "Recommendation", "Rank"]
REGIONS = ["Africa", "Asia", "Europe", "Latin America", "MENA", "North America"]
AUDIENCES = {
    "governments": "Governments",
    "regional-movement": "Regional movement",
    "international-community": "International community",
}
AREAS = ["Media", "Kafala", "Media; Kafala", ""]


def invented_rows(count: int, seed: int = 1) -> list[list[str]]:
    """Rows of a facilitator's file, no two of which say the same."""
    from tests.invented import OPENINGS, invented_text

    pick = random.Random(seed)
    said: set[str] = set()
    rows: list[list[str]] = []
    while len(rows) < count:
        slug, audience = pick.choice([*AUDIENCES.items()])
        text = pick.choice(invented_text(pick, OPENINGS[slug]))
        if text not in said:
            said.add(text)
            area = pick.choice(AREAS)
            rows.append([pick.choice(REGIONS), audience, area, text, ""])
    return rows


def written(path: Path, rows: Iterable[Iterable[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADINGS, *rows])
    return path
