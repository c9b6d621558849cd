"""What a request may not bring, and how long the database works for a reader."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.exceptions import SuspiciousOperation
from django.db import connection
from django.http import HttpRequest, HttpResponse
from psycopg.pq import TransactionStatus as Status

SECONDS = 15
STEPS = 50_000  # of SQLite's machine between two looks at the clock


def no_null_characters(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse what no database stores and every engine answers differently."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = [request.path, *request.GET, *request.POST]
        for data in (request.GET, request.POST):
            given += (value for _name, values in data.lists() for value in values)
        if any("\x00" in value for value in given):
            raise SuspiciousOperation("A NUL character in the request")
        return get_response(request)

    return middleware


@contextmanager
def limited_time(seconds: float = SECONDS) -> Iterator[None]:
    """Within, the database gives up after so long, with an OperationalError."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    driver = connection.connection
    if connection.vendor == "sqlite":
        deadline = time.monotonic() + seconds
        driver.set_progress_handler(lambda: time.monotonic() > deadline, STEPS)
        try:
            yield
        finally:
            driver.set_progress_handler(None, 0)
    else:
        with connection.wrap_database_errors:
            driver.execute(f"SET statement_timeout = {int(seconds * 1000)}")
        try:
            yield
        finally:
            # What was broken off takes the limit with it when it is rolled back.
            if driver.info.transaction_status in (Status.IDLE, Status.INTRANS):
                with connection.wrap_database_errors:
                    driver.execute("RESET statement_timeout")
