"""How gunicorn serves: the program and the index are loaded once, before the workers."""

import gc
from typing import Any

preload_app = True


def when_ready(server: Any) -> None:
    """Read what is published, so that no reader waits for it and workers share it."""
    from django.db import connections

    from priorities.index import current
    from priorities.search import words_of

    words_of(current())
    connections.close_all()
    gc.collect()
    gc.freeze()
