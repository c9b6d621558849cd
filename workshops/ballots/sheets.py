"""Answers on paper, typed into a spreadsheet: judged row by row, then cast with the rest.

A sheet says which code gave which answer, so it is kept nowhere: the preview carries it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext, ngettext, override
from django.utils.translation import gettext_lazy as _

from priorities.tables import File
from regions.translated import reading_languages

from .. import spreadsheets
from ..models import Ballot, BallotCode, CastBallot
from ..spreadsheets import Limits, Refused
from . import casting, codes
from .casting import Answer
from .notation import read_choice
from .results import ASKED

HEADINGS = {
    "code": {"fr": "code", "en": "code", "es": "código", "ar": "الرمز"},
    "choice": {"fr": "choix", "en": "choice", "es": "elección", "ar": "الاختيار"},
    "region": {"fr": "région", "en": "region", "es": "región", "ar": "المنطقة"},
    "role": {"fr": "rôle", "en": "role", "es": "función", "ar": "الدور"},
    "language": {"fr": "langue", "en": "language", "es": "idioma", "ar": "اللغة"},
}
SHOWN = {
    "code": _("Code"),
    "choice": _("Choice"),
    "region": _("Region"),
    "role": _("Role"),
    "language": _("Language"),
}
PLACE = re.compile(r"(\d{1,3})\s*(?:st|nd|rd|th|er|ere|re|e|eme|\.?\s*[oa°]|\.)")
# How a column says that it holds what came first, second and so on.
ORDINALS = (
    "first premier primero الاول الاولى premiere primera primer",
    "second deuxieme segundo الثاني الثانية seconde segunda",
    "third troisieme tercero الثالث الثالثة tercera tercer",
    "fourth quatrieme cuarto الرابع الرابعة cuarta",
    "fifth cinquieme quinto الخامس الخامسة quinta",
    "sixth sixieme sexto السادس السادسة sexta",
    "seventh septieme septimo السابع السابعة septima",
    "eighth huitieme octavo الثامن الثامنة octava",
    "ninth neuvieme noveno التاسع التاسعة novena",
    "tenth dixieme decimo العاشر العاشرة decima",
)
OF_PLACE = (
    "choice choix eleccion opcion rank rang rango place puesto lugar priority priorite "
    "prioridad الاختيار اختيار الخيار المرتبة المركز الترتيب الاولوية"
)
OF_NUMBER = "no n° no. nr number candidate candidat candidato item proposition propuesta رقم المرشح"
TICKS = frozenset({"x", "×", "✓", "✔", "1", "yes", "oui", "si", "نعم", "true", "vrai"})
NO_TICKS = frozenset({"0", "-", "–", "—", "no", "non", "لا", "false", "faux"})


def folded(text: str) -> str:
    """As headings and names are compared: without case, accents and spaces around."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).strip()


KNOWN = {
    folded(word): name for name, words in HEADINGS.items() for word in words.values()
}


PLACES = {
    folded(word): place
    for place, words in enumerate(ORDINALS, 1)
    for word in words.split()
}
WORDS_OF_PLACE = frozenset(map(folded, OF_PLACE.split()))
WORDS_OF_NUMBER = frozenset(map(folded, OF_NUMBER.split()))


def meaning(heading: str) -> str | tuple[str, int]:
    """The field of a column, or ("place", 2), or ("number", 7); "" for others.

    “2nd”, “second choice”, “rank 2” and “choix n° 2” are places; “7”, “#7” and
    “candidate 7” are numbers of candidates.
    """
    plain = folded(heading)
    if plain in KNOWN:
        return KNOWN[plain]
    words = plain.replace("#", " ").split()
    of_place = [word for word in words if word in WORDS_OF_PLACE]
    rest = [word for word in words if word not in WORDS_OF_PLACE | WORDS_OF_NUMBER]
    said = " ".join(rest)
    if place := PLACES.get(said, 0):
        return ("place", place)
    if found := PLACE.fullmatch(said):
        return ("place", int(found[1]))
    if said.isdecimal() and len(said) < 4:
        return ("place" if of_place else "number", int(said))
    return ""


def recognised(cells: list[str]) -> int:
    """Numbers are headings only beside a word that is one: rows have numbers too."""
    meanings = [meaning(cell) for cell in cells]
    has_word = any(isinstance(each, str) and each for each in meanings)
    return sum(each != "" for each in meanings) if has_word else 0


@dataclass(frozen=True)
class Trouble:
    """What is wrong in a cell, and what to do."""

    column: str  # a name in HEADINGS
    value: str
    message: str

    @property
    def heading(self) -> str:
        return str(SHOWN[self.column])


@dataclass
class Row:
    """One answer as it stands in the sheet, and what was found of it."""

    number: int
    code: str
    answer: Answer | None = None
    troubles: list[Trouble] = field(default_factory=list)
    replaces: str = ""  # "online" or "paper": what this code had answered

    @property
    def is_good(self) -> bool:
        return not self.troubles


@dataclass(frozen=True)
class Cells:
    """One line of the sheet as it was read: all that a preview carries."""

    number: int
    code: str
    choice: str
    said: Mapping[str, str]

    def as_json(self) -> list[Any]:
        return [self.number, self.code, self.choice, dict(self.said)]


def read(ballot: Ballot, file: BinaryIO, name: str) -> list[Cells]:
    """The filled lines of a sheet. `Refused` says why it cannot be read."""
    table = spreadsheets.read(file, name, Limits.of_wizard(), recognised)
    meanings = [meaning(heading) for heading in table.headings]
    if "code" not in meanings:
        raise Refused(gettext("No column has the heading “code”."))
    lines = [in_line(ballot, meanings, line) for line in table.lines]
    if len(lines) > casting.MOST_CODES:
        raise Refused(
            ngettext(
                "%(count)s answer is too many for one sheet: %(most)s at most. Split it, and bring in the parts.",
                "%(count)s answers are too many for one sheet: %(most)s at most. Split it, and bring in the parts.",
                len(lines),
            )
            % {"count": len(lines), "most": casting.MOST_CODES}
        )
    return lines


def in_line(ballot: Ballot, meanings: list[Any], line: Any) -> Cells:
    told = {
        what: cell.strip()
        for what, cell in zip(meanings, line.cells, strict=False)
        if what and cell.strip()
    }
    choice = told.get("choice") or spread(ballot, told)
    said = {name: told[name] for name in ASKED if name in told}
    return Cells(line.number, told.get("code", ""), choice, said)


def spread(ballot: Ballot, told: Mapping[Any, str]) -> str:
    """A choice written over columns, as it would be written in one cell.

    Columns by place hold numbers of candidates; columns by number hold ranks or ticks.
    """
    places = sorted(
        (what[1], cell)
        for what, cell in told.items()
        if isinstance(what, tuple) and what[0] == "place"
    )
    if places:
        return " ".join(cell for _place, cell in places)
    marked = [
        (cell, what[1])
        for what, cell in told.items()
        if isinstance(what, tuple) and what[0] == "number"
    ]
    if ballot.method == Ballot.Method.APPROVAL:
        marked = [each for each in marked if folded(each[0]) not in NO_TICKS]
        strange = [cell for cell, _number in marked if folded(cell) not in TICKS]
        return " ".join(strange or [str(number) for _cell, number in marked])
    # What cannot be read is left as it is, and named when it is judged.
    if strange := [cell for cell, _number in marked if not cell.isdecimal()]:
        return " ".join(strange)
    by_rank: dict[int, list[str]] = {}
    for cell, number in marked:
        by_rank.setdefault(int(cell), []).append(str(number))
    return " ".join("=".join(by_rank[rank]) for rank in sorted(by_rank))


def judge(ballot: Ballot, lines: Iterable[Cells]) -> list[Row]:
    """Each line with all that is wrong in it, and whether its code answered before."""
    every = list(lines)
    read_codes = {cells.number: code_of(cells) for cells in every}
    good = [code for code in read_codes.values() if isinstance(code, str)]
    digests = [codes.digest(code) for code in good]
    given_out = set(
        BallotCode.objects.filter(
            digest__in=digests, batch__ballot=ballot, batch__cancelled_at=None
        ).values_list("digest", flat=True)
    )
    before = {
        row.key: row
        for row in CastBallot.objects.cast().filter(
            ballot=ballot, key__in=[codes.key(code) for code in good]
        )
    }
    names = {asked: names_of(asked) for asked in ASKED}
    known = casting.Known.of(ballot)
    seen: dict[str, int] = {}
    rows = []
    for cells in every:
        code = read_codes[cells.number]
        row = Row(cells.number, cells.code)
        if isinstance(code, Trouble):
            row.troubles.append(code)
        elif codes.digest(code) not in given_out:
            message = gettext("This code is not one of this ballot, or was cancelled.")
            row.troubles.append(Trouble("code", cells.code, message))
        elif code in seen:
            message = gettext("Row %s has this code too: one person, one ballot.")
            row.troubles.append(Trouble("code", cells.code, message % seen[code]))
        else:
            seen[code] = cells.number
            row.code = code
        row.answer = answer_in(ballot, cells, names, known, row.troubles)
        if row.is_good:
            row.replaces = replaced(before.get(codes.key(row.code)), row.answer)
        rows.append(row)
    return rows


def replaced(kept: CastBallot | None, answer: Answer | None) -> str:
    """How the answer was given whose place another takes; the same paper takes none."""
    if kept is None:
        return ""
    if not kept.on_paper:
        return "online"
    same = Answer(kept.answer, kept.region, kept.role, kept.language)
    return "" if same == answer else "paper"


def code_of(cells: Cells) -> str | Trouble:
    try:
        return codes.read(cells.code)
    except ValidationError as error:
        return Trouble("code", cells.code, " ".join(error.messages))


def answer_in(
    ballot: Ballot,
    cells: Cells,
    names: Mapping[str, Mapping[str, str]],
    known: casting.Known,
    troubles: list[Trouble],
) -> Answer | None:
    said = {}
    for asked in ASKED:
        typed = cells.said.get(asked, "") if getattr(ballot, f"asks_{asked}") else ""
        value = names[asked].get(folded(typed), "") if typed else ""
        if typed and not value:
            message = gettext("No such answer. Write one of: %s.") % gettext(", ").join(
                sorted(set(names[asked].values()))
            )
            troubles.append(Trouble(asked, typed, message))
        said[asked] = value
    try:
        return casting.check(
            ballot, Answer(read_choice(ballot.method, cells.choice), **said), known
        )
    except ValidationError as error:
        message = " ".join(error.messages)
        troubles.append(Trouble("choice", cells.choice, message))
    return None


def names_of(asked: str) -> dict[str, str]:
    """Every spelling of every answer about oneself: slugs, and names in four languages."""
    found: dict[str, str] = {}
    for code in settings.CONTENT_LANGUAGES:
        with override(code):
            for value, label in choices_of(asked):
                found |= {folded(value): value, folded(str(label)): value}
    return found


def choices_of(asked: str) -> list[tuple[str, Any]]:
    """What can be said, as a form offers it in the language that is active."""
    if asked == "region":
        return [(region.slug, str(region)) for region in casting.group_regions()]
    if asked == "role":
        return list(CastBallot.Role.choices)
    return list(settings.LANGUAGES)


class Confirm(ValidationError):
    """Codes have answered meanwhile: whoever brings the sheet in looks again."""


@transaction.atomic
def bring_in(
    ballot: Ballot,
    lines: Iterable[Cells],
    replacing: frozenset[int] = frozenset(),
    only_good: bool = False,
) -> int:
    """Cast what is in the sheet, all or nothing unless `only_good`. Says how many.

    `replacing`: the rows that may take the place of an answer that was given before.
    """
    ballot.locked()
    rows = judge(ballot, lines)
    wrong = [row for row in rows if not row.is_good]
    if wrong and not only_good:
        raise ValidationError(
            ngettext(
                "%s row is wrong. Nothing was brought in.",
                "%s rows are wrong. Nothing was brought in.",
                len(wrong),
            )
            % len(wrong)
        )
    good = [row for row in rows if row.is_good]
    asked = [row for row in good if row.replaces and row.number not in replacing]
    if asked:
        raise Confirm(
            gettext(
                "Row %s would replace an answer that was given before. Confirm it below; nothing was brought in."
            )
            % asked[0].number
        )
    casting.cast_on_paper(ballot, {row.code: row.answer for row in good if row.answer})
    return len(good)


def blank(ballot: Ballot) -> File:
    """A sheet to fill in, in the language that is active."""
    names = ["code", "choice", *(n for n in ASKED if getattr(ballot, f"asks_{n}"))]
    language = reading_languages()[0]
    headings = [HEADINGS[name][language].capitalize() for name in names]
    return File(f"ballot-{ballot.pk}", headings, [])


def from_json(told: Iterable[Any]) -> Iterator[Cells]:
    for number, code, choice, said in told:
        yield Cells(number, code, choice, said)
