"""Files that take a while to make: made once for each version of the data, and kept.

They hold what is public and nothing else, under a name that says what they are made of.
When the data move on, those of earlier versions go: what was withdrawn is not kept.
One file is made at a time on the whole machine, so that pages stay quick; whoever comes
meanwhile is not kept waiting, but told to come again (`Busy`).
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from regions.models import DataVersion
from regions.release import release

PIECE = 65_536  # bytes


class Busy(Exception):
    """Another file is being made; this one can be had in a moment."""


def made(
    version: DataVersion,
    name: str,
    make: Callable[[BinaryIO], None],
    *asked: str,
    waits: bool = False,
) -> Path:
    """The file `name` of this version of the data and these parameters, made if need be.

    `asked` is all that its content depends on besides: language, filters, layout.
    Raises Busy while another is being made, unless it `waits` for its turn.
    """
    folder = Path(settings.MADE_DIR, f"{version.name}-{release()}")
    digest = hashlib.sha256("\0".join([name, *asked]).encode()).hexdigest()[:32]
    path = folder / f"{digest}{Path(name).suffix}"
    if is_there(path):
        return path
    with turn(waits):
        if is_there(path):
            return path
        forget(besides=folder)
        folder.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=folder, suffix=".unfinished")
        try:
            with open(handle, "wb") as file:
                make(file)
            os.replace(unfinished, path)
        except BaseException:
            Path(unfinished).unlink()
            raise
        make_room(folder)
    return path


def is_there(path: Path) -> bool:
    """Whether it is; then it was wanted last, and goes last."""
    with suppress(FileNotFoundError):
        os.utime(path)
        return True
    return False


@contextmanager
def turn(waits: bool) -> Iterator[None]:
    """The one turn there is on this machine; a process that dies gives it back."""
    Path(settings.MADE_DIR).mkdir(parents=True, exist_ok=True)
    with open(Path(settings.MADE_DIR, "turn"), "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
        except BlockingIOError:
            raise Busy from None
        yield


def forget(besides: Path | None = None) -> None:
    """Throw away what was made, all of it or all but one folder."""
    for folder in Path(settings.MADE_DIR).glob("*-*"):
        if folder != besides:
            shutil.rmtree(folder, ignore_errors=True)


def pieces(path: Path) -> Iterator[bytes]:
    """The file bit by bit, opened when somebody reads it and closed at its end."""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def make_room(folder: Path) -> None:
    """Keep within MADE_MB: what nobody wanted for longest goes first."""
    kept = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    size = sum(path.stat().st_size for path in kept)
    for path in kept[:-1]:
        if size <= settings.MADE_MB * 1_000_000:
            break
        size -= path.stat().st_size
        path.unlink()
