"""Where the headings of a table stand, and which rows belong to them."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from django.utils.translation import gettext as _

from .limits import Limits, Refused
from .lines import ERROR, Line, is_blank, trimmed

LOOKED_AT = 40  # rows among which the headings are sought
BRACKETED = re.compile(r"[(\[（].*[)\]）]", re.S)

Recognised = Callable[[list[str]], int]


@dataclass(frozen=True)
class Merged:
    """A merged cell: its columns from 0, its rows from 1, the last ones included."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass
class Layout:
    heading: Line
    headings: list[str]
    before: list[Line]
    lines: Iterator[Line]
    hashtags: list[str] = field(default_factory=list)


def laid_out(
    lines: Iterable[Line],
    limits: Limits,
    recognised: Recognised,
    chosen: int,
    merged: Sequence[Merged] = (),
) -> Layout:
    """The headings, the rows above, and the rows below as they come.

    Rows that repeat the headings, or go on with them, are no data.
    """
    stream = iter(lines)
    first = list(islice(stream, LOOKED_AT))
    while first and not any(line.is_filled for line in first):  # however many
        first = list(islice(stream, LOOKED_AT))
    heading = heading_line(first, recognised, chosen)
    if heading is None:
        raise Refused(_("No rows were found in this file."))
    headings = [cell.strip() for cell in trimmed(heading.cells)]
    groups = {
        column: box.left
        for box in merged
        if box.top == heading.number and box.right > box.left
        for column in range(box.left, min(box.right, limits.columns) + 1)
    }
    place = first.index(heading)
    after = first[place + 1 :]
    hashtags: list[str] = []
    while after:
        if not hashtags and is_hashtags(after[0].cells):
            hashtags = [cell.strip() for cell in after.pop(0).cells]
        elif goes_on(after[0], headings, groups, recognised):
            headings = joined(headings, after.pop(0), groups)
        else:
            break
    refuse_headings(headings, limits)
    return Layout(
        heading,
        headings,
        first[:place],
        data_in(chain(after, stream), headings, limits),
        hashtags[: len(headings)],
    )


def data_in(
    lines: Iterable[Line], headings: list[str], limits: Limits
) -> Iterator[Line]:
    count = 0
    for line in lines:
        if not line.is_filled or repeats(line, headings):
            continue
        count += 1
        if count > limits.rows:
            raise Refused(
                _(
                    "This file has more than %(most)s rows. Split it, and send the parts."
                )
                % {"most": limits.rows}
            )
        yield line
    if not count:
        raise Refused(_("No rows were found under the headings."))


def refuse_headings(headings: list[str], limits: Limits) -> None:
    if len(headings) > limits.columns:
        raise Refused(
            _("This table has %(found)s columns; up to %(most)s can be read.")
            % {"found": len(headings), "most": limits.columns}
        )
    named: dict[str, int] = {}
    for column, label in enumerate(headings):
        if label and label.casefold() in named:
            raise Refused(
                _(
                    "Column “%(heading)s” appears twice (columns %(first)s and "
                    "%(second)s). Rename one of them, or take it out."
                )
                % {
                    "heading": label,
                    "first": named[label.casefold()] + 1,
                    "second": column + 1,
                }
            )
        named.setdefault(label.casefold(), column)


def heading_line(first: list[Line], recognised: Recognised, chosen: int) -> Line | None:
    """The row with the most known headings; else the first as wide as the rest."""
    if chosen:
        return next((line for line in first if line.number == chosen), None)
    filled = [line for line in first if line.is_filled]
    if not filled:
        return None
    for line, following in zip(filled, filled[1:], strict=False):
        if is_hashtags(following.cells):
            return line
    best = max(filled, key=lambda line: recognised(line.cells))
    if recognised(best.cells) >= min(2, len(trimmed(best.cells))):
        return best
    widest = max(sum(bool(cell.strip()) for cell in line.cells) for line in filled)
    return next(
        line
        for line in filled
        if sum(bool(cell.strip()) for cell in line.cells) >= max(1, widest * 2 // 3)
    )


def is_hashtags(cells: list[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    return len(filled) > 1 and all(
        cell.startswith("#") and cell[1:2].isalpha() and not ERROR.fullmatch(cell)
        for cell in filled
    )


def goes_on(
    line: Line, headings: list[str], groups: dict[int, int], recognised: Recognised
) -> bool:
    """Whether a row under the headings is a second row of them.

    It is when a heading is merged down into it, when all it says stands under one
    heading merged across (Text: French, English), when it is made of headings, or of
    hints in brackets to those who fill it in.
    """
    if any(
        headings[place : place + 1] == [line.cells[place].strip()]
        for place in line.filled
    ):
        return True
    own = own_cells(line)
    if own and groups.keys() >= own.keys():
        return True
    if len(own) > 1 and all(BRACKETED.fullmatch(cell) for cell in own.values()):
        return True
    return recognised(list(own.values())) >= max(2, len(own) / 2)


def own_cells(line: Line) -> dict[int, str]:
    return {
        place: cell.strip()
        for place, cell in enumerate(line.cells)
        if place not in line.filled and not is_blank(cell)
    }


def joined(headings: list[str], below: Line, groups: dict[int, int]) -> list[str]:
    """Two rows of headings as one: each part under the title of its group."""
    own = own_cells(below)
    width = max(len(headings), *(place + 1 for place in own), 0)
    above = [*headings, *[""] * (width - len(headings))]
    return [
        f"{above[groups[place]]} {own[place]}".strip()
        if place in groups and place in own
        else label or own.get(place, "")
        for place, label in enumerate(above)
    ]


def repeats(line: Line, headings: list[str]) -> bool:
    """Whether a row is the headings once more, as at the top of a printed page."""
    own = own_cells(line)
    return len(own) >= min(2, len(headings)) and all(
        place < len(headings) and cell.casefold() == headings[place].casefold()
        for place, cell in own.items()
    )
