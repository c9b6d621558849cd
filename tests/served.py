"""The site over HTTP, for browsers and other programs."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer
from pytest_django.live_server_helper import LiveServer


class Finishing(ThreadedWSGIServer):
    """Answers what it was asked before it ends: its threads share the test's connection."""

    daemon_threads = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asking: set[Any] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.asking.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.asking.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        for request in list(self.asking):
            with suppress(OSError):
                request.shutdown(socket.SHUT_RD)  # a browser keeps lines open
        super().server_close()


@contextmanager
def served() -> Iterator[str]:
    """The address of the site, which is gone afterwards, with all it was doing."""
    server = LiveServer("localhost", start=False)
    server.thread.server_class = Finishing
    server.start()
    try:
        yield server.url
    finally:
        server.stop()
