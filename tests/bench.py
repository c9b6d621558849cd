"""How long pages take, as figures: one JSON object per line {name, n, engine, value, unit}.

`python -m tests.bench [N …]` fills a throw-away database with the real edition and
invented recommendations up to N (default: as it is, 10,000, 250,000) and measures each
page under gunicorn as it is shipped: cold (an address nobody asked for before), warm
(asked for again) and unchanged (304), p50 and p95 of the whole request; and, in this
process, the time of the program alone. On SQLite, Datasette answers the like questions
over the same rows, as a ratio of its p50 to ours.
"""

import json
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

COLD, WARM = 40, 40
DATASETTE = Path(".venv/datasette/bin/datasette")
THREE = "?region=africa&region=mena&audience=governments&area=survivors"
COMPARED = "?region=africa&region=asia&region=mena"
PAGES = {
    "home": "/en/",
    "list": "/en/recommendations/",
    "list, deep page": "/en/recommendations/?page={deep}",
    "list, one filter": "/en/recommendations/?region=africa",
    "list, three filters": f"/en/recommendations/{THREE}",
    "search": "/en/recommendations/?q=children",
    "search, three words": "/en/recommendations/?q=migrant+workers+police",
    "search, phrase": "/en/recommendations/?q=%22migrant+workers%22",
    "filter and search": "/en/recommendations/?region=africa&q=children",
    "compare by audience": f"/en/compare/{COMPARED}",
    "compare by area": f"/en/compare/{COMPARED}&by=area",
    "matrix": "/en/matrix/",
    "convergences": "/en/convergences/",
    "region": "/en/regions/europe/",
    "area": "/en/areas/kafala/",
    "recommendation": "/en/recommendations/2021-MENA-014/",
    "suggestions": "/en/suggestions/?q=surv",
    "agenda": "/en/agenda/",
    "global priority": "/en/agenda/2021-GLOBAL-01/",
    "progress": "/en/progress/",
    "progress, filtered": "/en/progress/?region=africa&audience=governments",
    "solution": "/en/solutions/{solution}/",
    "ballots": "/en/ballots/",
    "results of a ballot": "/en/ballots/{ballot}/",
    "feed": "/en/new.atom",
    "sitemap": "/sitemap.xml",
    "sitemap, one list": "/sitemap-0.xml",
    "what changed, 100 entries": "/en/changes/?from={since}",
    "data": "/en/data/",
    "api: list": "/api/v1/recommendations/",
    "api: list, deep": "/api/v1/recommendations/?after={cursor}",
    "api: by reference": "/api/v1/recommendations/?sort=reference",
    "api: by reference, deep": "/api/v1/recommendations/?sort=reference&after={cursor}",
    "api: newest, deep": "/api/v1/recommendations/?sort=newest&after={cursor}",
    "api: search, deep": "/api/v1/recommendations/?q=children&after={cursor}",
    "api: 500 rows in one language": "/api/v1/recommendations/?limit=500&lang=en",
    "api: recommendation": "/api/v1/recommendations/2021-MENA-014/",
    "api: matrix": "/api/v1/matrix/",
    "api: comparison by area": f"/api/v1/comparison/{COMPARED}&by=area",
    "api: search": "/api/v1/search/?q=children",
    "api: global priorities": "/api/v1/global-priorities/",
    "api: solutions": "/api/v1/solutions/",
    "bare framework": "/healthz",
}
LIKE = {
    "list": "?_facet=region&_facet=audience&_facet=kind&_facet=area",
    "list, one filter": "?region=africa&_facet=region&_facet=audience&_facet=kind",
    "search": "?_search=children&_facet=region&_facet=audience&_facet=kind",
}
TABLE = """
DROP TABLE IF EXISTS entries;
CREATE TABLE entries AS
SELECT r.id, r.reference, g.slug AS region, a.slug AS audience, s.kind, r.rank, r.is_lead,
  r.text_fr, r.text_en, r.text_es, r.text_ar,
  (SELECT p.slug FROM priorities_recommendationarea l JOIN priorities_priorityarea p
    ON p.id = l.area_id WHERE l.recommendation_id = r.id LIMIT 1) AS area
FROM priorities_recommendation r JOIN priorities_section s ON s.id = r.section_id
JOIN regions_regionalforum f ON f.id = s.regional_forum_id
JOIN regions_region g ON g.id = f.region_id
LEFT JOIN priorities_audience a ON a.id = r.audience_id WHERE r.status = 'published';
CREATE INDEX entries_region ON entries(region);
CREATE INDEX entries_audience ON entries(audience);
CREATE INDEX entries_kind ON entries(kind);
CREATE INDEX entries_area ON entries(area);
DROP TABLE IF EXISTS entries_fts;
CREATE VIRTUAL TABLE entries_fts USING fts5
  (text_fr, text_en, text_es, text_ar, content='entries', content_rowid='id');
INSERT INTO entries_fts(entries_fts) VALUES ('rebuild');
"""


def say(**figure: Any) -> None:
    sys.stdout.write(json.dumps(figure) + "\n")
    sys.stdout.flush()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(*command: str, ready: str = "/") -> Iterator[int]:
    """A server of its own on a free port, stopped afterwards."""
    port = free_port()
    filled = [part.format(port=port) for part in command]
    process = subprocess.Popen(
        filled, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _wait in range(600):
            try:
                get(HTTPConnection("127.0.0.1", port, timeout=60), ready)
                break
            except OSError:
                time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait()


def get(
    connection: HTTPConnection, path: str, **headers: str
) -> tuple[float, int, str | None]:
    """Milliseconds of one whole request, its status and its ETag."""
    start = time.perf_counter()
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"} | headers)
    response = connection.getresponse()
    response.read()
    spent = (time.perf_counter() - start) * 1000
    return spent, response.status, response.headers["ETag"]


def another(path: str, number: int) -> str:
    """The same page at an address nobody has asked for; of the API nothing is kept."""
    if path.startswith("/api/"):
        return path
    return f"{path}{'&' if '?' in path else '?'}nobody={number}"


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def measure(port: int, path: str) -> dict[str, float]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    cold = [get(connection, another(path, number)) for number in range(COLD)]
    get(connection, path)
    get(connection, path)  # by both workers
    warm = [get(connection, path) for _number in range(WARM)]
    assert {status for _time, status, _etag in cold + warm} == {200}, path
    etag = warm[0][2]
    again = (
        [get(connection, path, **{"If-None-Match": etag}) for _n in range(WARM)]
        if etag
        else warm
    )
    times = {"cold": cold, "warm": warm, "unchanged": again}
    figures: dict[str, float] = {}
    for name, taken in times.items():
        spent = [milliseconds for milliseconds, _status, _etag in taken]
        figures |= {f"{name} p50": statistics.median(spent), f"{name} p95": p95(spent)}
    return figures


def program(path: str) -> float:
    """Median milliseconds of the program alone, each page drawn anew."""
    from django.test import Client

    client, times = Client(), []
    for number in range(15):
        start = time.perf_counter()
        response = client.get(another(path, number))
        times.append((time.perf_counter() - start) * 1000)
        assert response.status_code == 200, path
    return statistics.median(times)


def deep_cursor() -> str:
    """Where nine tenths of the list have been read."""
    from priorities import entries
    from priorities.api.paging import Cursor
    from priorities.index import current
    from priorities.terms import Terms

    index = current()
    place = len(index.live) * 9 // 10
    numbers = index.in_order(index.live, place, place + 1)
    (entry,) = entries.read(index, Terms.at(index), numbers)
    return str(Cursor.at(index, entry))


def measure_index(**about: Any) -> None:
    from django.db import connection

    from priorities.index import Index
    from priorities.search import words_of
    from regions.models import ContentChange

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    start, before = time.perf_counter(), resident()
    index = Index.build(ContentChange.objects.version())
    say(name="index", value=round(time.perf_counter() - start, 2), unit="s", **about)
    start = time.perf_counter()
    words_of(index)
    say(name="words", value=round(time.perf_counter() - start, 2), unit="s", **about)
    say(name="index memory", value=resident() - before, unit="MB", **about)
    start = time.perf_counter()
    changed = next(iter(index.numbers))
    ContentChange.objects.create(model="priorities.recommendation", row=changed)
    assert index.caught_up(ContentChange.objects.version()) is not None
    spent = (time.perf_counter() - start) * 1000
    say(name="one change taken in", value=round(spent, 1), unit="ms", **about)


def measure_translators(**about: Any) -> None:
    """Milliseconds of the program for the translators' pages, as an organiser."""
    from django.test import Client

    from accounts.models import User
    from translations.units import Selection

    client = Client()
    client.force_login(User.objects.get_or_create(username="b", is_superuser=True)[0])
    User.objects.filter(username="b").update(is_staff=True)
    first = next(Selection("es", kind="recommendation.text").ids(), "")
    pages = {
        "progress": "/admin/translations/",
        "a language": "/admin/translations/es/",
        "a text": f"/admin/translations/es/text/{first}/",
    }
    for name, path in pages.items() if first else ():
        times = []
        for _round in range(3):
            start = time.perf_counter()
            assert client.get(path).status_code == 200, path
            times.append((time.perf_counter() - start) * 1000)
        value = round(statistics.median(times), 1)
        say(name=f"translations, {name}: program", value=value, unit="ms", **about)


def resident() -> int:
    """Megabytes this process holds."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) // 1024
    return 0


def measure_export(port: int, **about: Any) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=600)
    start = time.perf_counter()
    connection.request("GET", "/en/recommendations.csv")
    response = connection.getresponse()
    response.read(1)
    first = (time.perf_counter() - start) * 1000
    size = len(response.read())
    spent = time.perf_counter() - start
    say(name="csv export, first byte", value=round(first, 1), unit="ms", **about)
    say(name="csv export", value=round(spent, 2), unit="s", **about)
    say(name="csv export", value=round(size / 1e6, 1), unit="MB", **about)


def measure_open_data(port: int, **about: Any) -> None:
    """Rows a second as they come over the line, and the first of them."""
    connection = HTTPConnection("127.0.0.1", port, timeout=600)
    for kind in ("csv", "jsonl", "json"):
        start = time.perf_counter()
        connection.request("GET", f"/data/2021/recommendations.{kind}")
        response = connection.getresponse()
        response.read(1)
        first = (time.perf_counter() - start) * 1000
        lines = 0
        while part := response.read(1 << 20):
            lines += part.count(b"\n")
        rate = lines / (time.perf_counter() - start)
        name = f"open data, {kind}"
        say(name=f"{name}: first byte", value=round(first, 1), unit="ms", **about)
        say(name=f"{name}: export", value=round(rate), unit="rows/s", **about)


def measure_open_data_memory(**about: Any) -> None:
    """How much more this process holds at most while it streams all rows."""
    from priorities.index import current
    from priorities.opendata import asking, writing

    extract = asking.edition("2021", current())["recommendations"]
    before = most = resident()
    for _chunk in writing.as_csv(extract):
        most = max(most, resident())
    value = most - before
    say(name="open data, csv: memory", value=value, unit="MB", **about)


def measure_datasette(database: Path, ours: dict[str, float], **about: Any) -> None:
    with sqlite3.connect(database) as connection:
        connection.executescript(TABLE)
    limits = ["sql_time_limit_ms", "facet_time_limit_ms"]
    options = [part for name in limits for part in ("--setting", name, "60000")]
    command = [str(DATASETTE), "serve", str(database), "-p", "{port}", *options]
    with served(*command, ready="/-/versions.json") as port:
        connection_ = HTTPConnection("127.0.0.1", port, timeout=120)
        for name, query in LIKE.items():
            path = f"/{database.stem}/entries{query}&_size=30"
            taken = [get(connection_, path) for _number in range(7)]
            assert {status for _time, status, _etag in taken} == {200}, path
            median = statistics.median(spent for spent, _status, _etag in taken)
            say(name=f"Datasette: {name}", value=round(median, 1), unit="ms", **about)
            ratio = round(median / ours[name], 1)
            say(name=f"Datasette: {name} / ours", value=ratio, unit="ratio", **about)


def changed_since() -> str:
    """The version of the data after which a hundred entries changed."""
    from priorities import bulk
    from priorities.models import Recommendation
    from regions.changes import record_change
    from regions.models import ContentChange

    keys = Recommendation.objects.published().order_by("-pk")[:100]
    rows = Recommendation.objects.filter(pk__in=[row.pk for row in keys])
    bulk.record_history(rows, "as it was", None, "+")
    record_change()
    since = ContentChange.objects.version().name
    for row in rows:
        row.is_lead = not row.is_lead
        row.save()
    return since


def run(sizes: list[int], database: Path | None) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, connections

    from agenda.models import Solution
    from priorities.models import Recommendation
    from tests.invented import invent
    from tests.invented_agenda import invent_agenda
    from workshops.models import Ballot

    call_command("migrate", verbosity=0)
    call_command("load_edition", 2021, verbosity=0, stdout=StringIO())
    invent_agenda()
    seen: dict[str, dict[str, float]] = {}
    for size in sizes:
        start = time.perf_counter()
        invent(size)
        about: dict[str, Any] = {
            "n": Recommendation.objects.count(),
            "engine": connection.vendor,
        }
        filled = round(time.perf_counter() - start, 1)
        say(name="fill", value=filled, unit="s", **about)
        measure_index(**about)
        known = {
            "deep": max(1, about["n"] // 30 - 1),
            "since": changed_since(),
            "cursor": deep_cursor(),
            "solution": Solution.objects.published()[0].pk,
            "ballot": Ballot.objects.told()[0].pk,
        }
        pages = {n: p.format(**known) for n, p in PAGES.items()}
        for name, path in pages.items():
            value = round(program(path), 1)
            say(name=f"{name}: program", value=value, unit="ms", **about)
        measure_translators(**about)
        measure_open_data_memory(**about)
        connections.close_all()
        gunicorn = [sys.executable, "-m", "gunicorn", "forum.wsgi", "--workers", "2"]
        options = [
            "--threads",
            "4",
            "--log-level",
            "error",
            "--bind",
            "127.0.0.1:{port}",
        ]
        ours = {}
        with served(*gunicorn, *options, ready="/healthz") as port:
            for name, path in pages.items():
                figures = measure(port, path)
                ours[name] = figures["cold p50"]
                for kind, value in figures.items():
                    say(
                        name=f"{name}: {kind}",
                        value=round(value, 1),
                        unit="ms",
                        **about,
                    )
                if name in seen:
                    growth = round(figures["cold p50"] / seen[name]["cold p50"], 2)
                    say(name=f"{name}: growth", value=growth, unit="ratio", **about)
                seen[name] = figures
            measure_export(port, **about)
            measure_open_data(port, **about)
        if database and DATASETTE.exists():
            measure_datasette(database, ours, **about)
    connections.close_all()


@contextmanager
def postgresql_of_its_own(url: SplitResult) -> Iterator[None]:
    """A database beside the one the address names, for the length of the bench."""
    import psycopg

    with psycopg.connect(url.geturl(), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS bench_priorities")
        connection.execute("CREATE DATABASE bench_priorities")
        os.environ["DATABASE_URL"] = url._replace(path="/bench_priorities").geturl()
        yield
        connection.execute("DROP DATABASE bench_priorities WITH (FORCE)")


@contextmanager
def on_its_own_database() -> Iterator[Path | None]:
    """The settings point at an empty database; its file, where it is one."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
    os.environ["ALLOWED_HOSTS"] = "127.0.0.1,localhost,testserver"
    os.environ["SECOND_FACTOR_REQUIRED"] = "false"
    os.environ["API_PER_MINUTE"] = "1000000"
    url = urlsplit(os.environ.get("DATABASE_URL", ""))
    if url.scheme.startswith("postgres"):
        with postgresql_of_its_own(url):
            yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder, "bench.sqlite3")
        os.environ["DATABASE_URL"] = f"sqlite:///{database}"
        yield database


if __name__ == "__main__":
    with on_its_own_database() as database:
        run([int(size) for size in sys.argv[1:]] or [0, 10_000, 250_000], database)
