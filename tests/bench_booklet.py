"""How long a booklet takes, and what pages notice of ten readers who ask for theirs.

`python -m tests.bench_booklet`: the real edition under gunicorn as it is shipped.
"""

import os
import statistics
import sys
import tempfile
import threading
from http.client import HTTPConnection
from typing import Any

from .bench import another, get, on_its_own_database, p95, say, served

READERS, PAGES = 10, 120
PAGE = "/en/recommendations/?region=africa"


def measure_files(port: int, **about: Any) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    for language in ("fr", "en", "es", "ar"):
        for kind in ("pdf", "docx", "html"):
            path = f"/{language}/booklet/2021.{kind}"
            for name in ("made", "again"):
                spent, status, _etag = get(connection, path)
                assert status == 200, path
                say(
                    name=f"booklet, {kind} in {language}: {name}",
                    value=round(spent / 1000, 3),
                    unit="s",
                    **about,
                )


def pages(port: int, start: int) -> list[float]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    asked = [get(connection, another(PAGE, start + n)) for n in range(PAGES)]
    assert {status for _spent, status, _etag in asked} == {200}
    return [spent for spent, _status, _etag in asked]


def measure_crowd(port: int, **about: Any) -> None:
    """Pages alone, and while ten readers each want a booklet nobody has made."""
    from forum.caching import AGAIN

    done = threading.Event()
    made: list[int] = []
    told: list[int] = []

    def reader(number: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        turn = 0
        while not done.is_set():
            path = f"/en/booklet/2021.pdf?q=people+OR+x{number}y{turn}"
            _spent, status, _etag = get(connection, path)
            (made if status == 200 else told).append(status)
            turn += status == 200
            done.wait(0 if status == 200 else AGAIN)

    alone = pages(port, 0)
    crowd = [threading.Thread(target=reader, args=(n,)) for n in range(READERS)]
    for thread in crowd:
        thread.start()
    beside = pages(port, PAGES)
    done.set()
    for thread in crowd:
        thread.join()
    assert set(told) <= {503}
    for name, times in (("alone", alone), (f"beside {READERS} readers", beside)):
        for kind, value in (("p50", statistics.median(times)), ("p95", p95(times))):
            say(name=f"page {name}: {kind}", value=round(value, 1), unit="ms", **about)
    say(name="booklets made meanwhile", value=len(made), unit="files", **about)


def run() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, connections

    call_command("migrate", verbosity=0)
    call_command("load_edition", 2021, verbosity=0)
    about = {"n": 305, "engine": connection.vendor}
    connections.close_all()
    command = (sys.executable, "-m", "gunicorn", "forum.wsgi", "--workers", "2")
    bind = ("--threads", "4", "--bind", "127.0.0.1:{port}", "--log-level", "error")
    with served(*command, *bind, ready="/healthz") as port:
        measure_files(port, **about)
        measure_crowd(port, **about)


if __name__ == "__main__":
    with on_its_own_database(), tempfile.TemporaryDirectory() as folder:
        os.environ["MADE_DIR"] = folder
        run()
