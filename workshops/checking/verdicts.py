"""What a row of a file would do."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..problems import ERROR, SEVERITIES, TO_CONFIRM, WARNING, Problem
from ..reading import Values

TOTALS: dict[str, Promise] = {
    "rows": _("rows"),
    "new": _("new"),
    "update": _("changes"),
    "unchanged": _("unchanged"),
    "duplicate": _("repeated"),
    "error": SEVERITIES[ERROR],
    "warning": SEVERITIES[WARNING],
}
List = tuple[str, str, str]  # region, kind, audience: one list of a regional forum


@dataclass
class Verdict:
    """What a row would do. `target`: the recommendation it is about, if it is there."""

    row: int
    cells: list[str]
    verdict: str
    values: Values
    problems: list[Problem]
    target: int | None = None
    reference: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    repeats: int = 0
    fingerprint: int = 0
    section: int | None = None
    corrected: dict[str, str] | None = None

    @property
    def is_error(self) -> bool:
        return self.verdict == "error"

    @property
    def to_confirm(self) -> set[str]:
        return {problem.code for problem in self.problems} & TO_CONFIRM

    @property
    def has_warning(self) -> bool:
        return any(problem.severity == WARNING for problem in self.problems)

    @property
    def where(self) -> List:
        values = self.values
        return values["region"], values["kind"], values["audience"]

    def as_json(self) -> str:
        return json.dumps([getattr(self, name) for name in self.__dataclass_fields__])

    @classmethod
    def from_json(cls, data: str) -> "Verdict":
        verdict = cls(*json.loads(data))
        verdict.problems = [Problem(*problem) for problem in verdict.problems]
        return verdict
