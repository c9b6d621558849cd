"""A room that answers at once, as figures: one JSON object per line.

`python -m tests.bench_ballots`: 200 people with a code each answer within ten seconds, through
gunicorn as `make demo` starts it; each tenth one presses twice. What the database holds
afterwards is compared with what was sent. Then the count of 10,000 ballots.
"""

import random
import statistics
import sys
import threading
import time
from collections import Counter
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, build_opener

from tests.bench import on_its_own_database, p95, say, served

PEOPLE, SECONDS, CANDIDATES = 200, 10, 12


class Stay(HTTPRedirectHandler):
    def redirect_request(self, *_request: Any) -> None:
        return None


def send(port: int, code: str, choice: list[int]) -> tuple[int, float]:
    """The status of the answer, and how long it took."""
    said = {"code": code, "region": "asia"} | {
        f"place-{number}": place for place, number in enumerate(choice, start=1)
    }
    start = time.perf_counter()
    try:
        build_opener(Stay).open(
            f"http://127.0.0.1:{port}/en/vote/", urlencode(said).encode(), timeout=60
        )
        status = 200
    except HTTPError as error:
        status = error.code
    return status, (time.perf_counter() - start) * 1000


def measure_room(port: int, codes: list[str], **about: Any) -> dict[str, list[int]]:
    """Everybody answers at a moment of their own within the ten seconds."""
    pick = random.Random(8)
    sent = {code: pick.sample(range(1, CANDIDATES + 1), 5) for code in codes}
    told: list[tuple[int, float]] = []

    def person(number: int, code: str, moment: float) -> None:
        time.sleep(moment)
        for _press in range(2 if number % 10 == 0 else 1):
            told.append(send(port, code, sent[code]))

    room = [
        threading.Thread(target=person, args=(n, code, pick.uniform(0, SECONDS)))
        for n, code in enumerate(codes)
    ]
    start = time.perf_counter()
    for each in room:
        each.start()
    for each in room:
        each.join()
    took = time.perf_counter() - start
    assert {status for status, _ms in told} == {303}, Counter(s for s, _ms in told)
    times = [ms for _status, ms in told]
    say(name="room: all answered after", value=round(took, 1), unit="s", **about)
    for kind, value in (("p50", statistics.median(times)), ("p95", p95(times))):
        say(name=f"room: an answer: {kind}", value=round(value), unit="ms", **about)
    return sent


def measure_count(**about: Any) -> None:
    from workshops.ballots.counting import count

    pick, numbers = random.Random(9), list(range(1, 31))
    rankings = [pick.sample(numbers, 7) for _ballot in range(10_000)]
    for method in ("borda", "schulze", "approval"):
        start = time.perf_counter()
        count(method, rankings, numbers)
        took = (time.perf_counter() - start) * 1000
        say(
            name=f"count: {method}",
            value=round(took),
            unit="ms",
            **about | {"n": 10_000},
        )


def run() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, connections

    from tests.ballots import make_ballot
    from workshops.ballots import casting

    call_command("migrate", verbosity=0)
    ballot = make_ballot(CANDIDATES)
    codes = casting.give_out(ballot, PEOPLE, None)
    about = {"n": PEOPLE, "engine": connection.vendor}
    connections.close_all()
    command = (sys.executable, "-m", "gunicorn", "forum.wsgi", "--workers", "2")
    bind = ("--threads", "4", "--bind", "127.0.0.1:{port}", "--log-level", "error")
    with served(*command, *bind, ready="/healthz") as port:
        sent = measure_room(port, codes, **about)
    kept = Counter(tuple(row.answer or []) for row in ballot.cast_ballots.cast())
    lost = Counter(map(tuple, sent.values())) - kept
    twice = kept - Counter(map(tuple, sent.values()))
    say(name="room: answers lost", value=lost.total(), unit="answers", **about)
    say(
        name="room: answers counted twice", value=twice.total(), unit="answers", **about
    )
    measure_count(**about)


if __name__ == "__main__":
    with on_its_own_database():
        run()
