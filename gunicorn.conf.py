"""How gunicorn serves: program and index are loaded once, before the workers part."""

import gc
from typing import Any

preload_app = True


def when_ready(server: Any) -> None:
    """Read what is published, so that no reader waits for it and workers share it."""
    from django.db import DatabaseError, connections

    from priorities.index import current
    from priorities.search import words_of

    try:
        words_of(current())
    except DatabaseError:
        server.log.warning("The database is not ready; the first reader will wait.")
    connections.close_all()
    gc.collect()
    gc.freeze()
