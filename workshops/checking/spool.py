"""Verdicts in the order of the file, on disk."""

import pickle
import tempfile
from collections.abc import Iterable, Iterator

from ..spreadsheets import Line
from .check import CHUNK, Check
from .verdicts import Verdict


class Spool:
    """Verdicts in the order of the file, on disk: memory does not grow with the rows."""

    def __init__(self, check: Check) -> None:
        self.check = check
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as this
        self.totals = check.totals

    def fill(self, lines: Iterable[Line]) -> Iterator[int]:
        """Judge all rows; says on the way how many are judged."""
        for verdict in self.check.judge(lines):
            pickle.dump(verdict, self._file, pickle.HIGHEST_PROTOCOL)
            if self.totals["rows"] % CHUNK == 0:
                yield self.totals["rows"]
        self.check.close()

    @property
    def held(self) -> int:
        """How many rows wait for somebody to confirm something."""
        return len(self.check.asking)

    def __iter__(self) -> Iterator[Verdict]:
        self._file.seek(0)
        for _number in range(self.totals["rows"]):
            yield self.check.finish(pickle.load(self._file))

    def __del__(self) -> None:
        self._file.close()
