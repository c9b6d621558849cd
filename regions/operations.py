"""What was done at once belongs together in the history, however many rows it wrote."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID, uuid4

from django.db import models
from django.http import HttpRequest, HttpResponse

running: ContextVar[UUID | None] = ContextVar("operation", default=None)


def current() -> UUID | None:
    return running.get()


@contextmanager
def one(operation: UUID | None = None) -> Iterator[UUID]:
    """Whatever is written meanwhile is one operation: a new one, or this one going on."""
    operation = operation or uuid4()
    token = running.set(operation)
    try:
        yield operation
    finally:
        running.reset(token)


def one_per_request(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method in {"GET", "HEAD"}:
            return get_response(request)
        with one():
            return get_response(request)

    return middleware


class Operated(models.Model):
    """Every row of history says which operation wrote it; NULL: one by itself."""

    operation = models.UUIDField(
        null=True, default=current, editable=False, db_index=True
    )

    class Meta:
        abstract = True
