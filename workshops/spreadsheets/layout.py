"""Where the headings of a table stand, and which rows belong to them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from django.utils.translation import gettext as _

from .limits import Limits, Refused
from .lines import ERROR, Line, trimmed

LOOKED_AT = 40  # rows among which the headings are sought

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
) -> Layout:
    """The headings, the rows above, and the rows below as they come."""
    stream = iter(lines)
    first = list(islice(stream, LOOKED_AT))
    while first and not any(line.is_filled for line in first):  # however many
        first = list(islice(stream, LOOKED_AT))
    heading = heading_line(first, recognised, chosen)
    if heading is None:
        raise Refused(_("No rows were found in this file."))
    headings = [cell.strip() for cell in trimmed(heading.cells)]
    place = first.index(heading)
    after = first[place + 1 :]
    hashtags: list[str] = []
    if after and is_hashtags(after[0].cells):
        hashtags = [cell.strip() for cell in after.pop(0).cells]
    refuse_headings(headings, limits)
    return Layout(
        heading,
        headings,
        first[:place],
        data_in(chain(after, stream), limits),
        hashtags[: len(headings)],
    )


def data_in(lines: Iterable[Line], limits: Limits) -> Iterator[Line]:
    count = 0
    for line in lines:
        if not line.is_filled:
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
