"""One row as it came, and what can be said of it whatever its headings."""

import re
from dataclasses import dataclass, field

UNSEEN = re.compile(r"[\s\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*")
UNTICKED = frozenset({"FALSE", "FAUX", "FALSO", "☐"})
# What spreadsheet programs write when a formula fails, or a number finds no room.
ERROR = re.compile(
    r"#(?:VALUE!|VALEUR!|¡VALOR!|¡?REF!|N/[AD]|NAME\?|NOM\s?\?|¿NOMBRE\?|DIV/0\s?!"
    r"|¡DIV/0!|NULL!|NUL\s?!|¡NULO!|NUM!|NOMBRE\s?!|¡NUM!|SPILL!|CALC!|ERROR!|#{2,})"
)


@dataclass(slots=True)
class Line:
    """One row as it came: its number as the spreadsheet shows it, its cells."""

    number: int
    cells: list[str]
    formulas: dict[int, bool] = field(default_factory=dict)
    filled: list[int] = field(default_factory=list)  # from a merged cell above
    surplus: int = 0  # cells of a text file beyond its headings, empty ones too
    hidden: bool = False

    @property
    def errors(self) -> list[int]:
        """The columns whose cell is no text, but the error of a formula."""
        return [
            place
            for place, cell in enumerate(self.cells)
            if cell.startswith("#") and ERROR.fullmatch(cell.strip())
        ]

    @property
    def is_filled(self) -> bool:
        """Whether anybody wrote anything: an unticked box says nothing."""
        return not all(self.formulas.values()) or any(
            cell not in UNTICKED and not is_blank(cell) for cell in self.cells
        )


def is_blank(cell: str) -> bool:
    return not cell or bool(UNSEEN.fullmatch(cell))


def trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells at the end."""
    width = len(cells)
    while width and is_blank(cells[width - 1]):
        width -= 1
    return cells[:width]
