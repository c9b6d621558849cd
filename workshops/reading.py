"""One row of a file: what its cells mean, and everything that is wrong with them."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from babel.dates import get_month_names
from django.conf import settings
from django.conf.locale import LANG_INFO

from priorities import personal_data
from priorities.formats import unescape
from priorities.models.recommendation import MAX_RANK
from priorities.words import WORD, fold_word

from .columns import Mapping
from .languages import guess
from .names import Names
from .problems import EVERY, ROW, Problem
from .spreadsheets import Line
from .spreadsheets.text import looks_damaged

DOUBTFUL = "perhaps_no_recommendation"
MOST_TO_PUBLISH = 2_000  # characters of a text, as its model has it
MARKS = "\u200e\u200f\u061c\ufeff\u200b"  # that stand at the edges of pasted cells
SPACE = " \t\r\n\u00a0\u202f" + MARKS
OVERRIDES = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
BREAKS = re.compile(r"[\x0b\x0c\x85\u2028\u2029]")
UNSTORABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
FORMULA = re.compile(r"^'?(?:[=@＝＠]|[+\-＋－]\s*[\d(=@]|[|%]|[+\-]?cmd\|)", re.I)
# Hyphens and spaces of no width, within words. Joiners are not: Persian needs them.
INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
PECULIAR = re.compile(
    f"{OVERRIDES.pattern}|{BREAKS.pattern}|{UNSTORABLE.pattern}|{INVISIBLE.pattern}"
)
RANK = re.compile(
    r"[(\[]?\s*(?:n[°ºo]?\.?|no\.?|#|rang|rank|priority|priorité|prioridad|الأولوية|رقم)?\s*0*(\d{1,5})(?:[.,٫]0+)?\s*"
    r"(?:er|ère|re|ère|e|è|ème|eme|st|nd|rd|th|[º°ª.]|ro|do|to)?\s*[)\]]?",
    re.I,
)
NUMERIC_DATE = re.compile(
    r"(\d{1,4})[./\- ](\d{1,2})[./\- ](\d{1,4})(?:[ T]\d{1,2}:\d\d.*)?"
)
NAMED_DATE = re.compile(
    r"(\d{1,2})(?:er|st|nd|rd|th|º)?[\s-]+(?:de\s+)?([^\W\d]+)\.?,?[\s-]+(?:de\s+|del\s+)?(\d{4}|\d\d)"
)
NAMED_FIRST = re.compile(r"([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
OUR_REFERENCE = re.compile(r"\d{4}-[A-Z]{2,5}-\d+")
# What programs write where a formula failed or a column is narrow, and people where
# nothing is to be said.
NO_TEXT = re.compile(
    r"[\W_]*|#{2,}|#(?:value|valeur|wert|valor|n/?[ad]|ref|name|nom|nombre|¿nombre|div/0|num|null|nul|nulo|spill|calc|error)[!?¡¿]*"
    r"|err:\d+|[(\[<]?(?:n[./]?a\.?|n/d|s/o|tb[adc]|todo|null|none|nil|nan|x{2,}|\.{2,}|vide|blank|empty|vac[ií]o|n[ée]ant|aucune?|ningun[oa]|فارغ|لا شيء|لا يوجد|غير متوفر)[)\]>]?"
    r"|à (?:compléter|définir|préciser)|por (?:completar|definir)|to be (?:completed|confirmed|defined|determined)|lorem ipsum.*"
    r"|(?:no|sin|pas de) (?:texte?|texto|recommendations?|recommandations?|recomendaci[oó]n)",
    re.I,
)
# Words in place of a text that stands elsewhere.
ELSEWHERE = re.compile(
    r"\W*(?:idem|ibid|ditto|(?:same )?as above|same as .*|see (?:above|below|row|line|annex|attached).*|(?:cf\.?|voir) (?:ci-?dessus|ci-?dessous|ligne|annexe).*"
    r"|ver (?:arriba|abajo|fila|anexo).*|lo mismo|انظر أعلاه|كما سبق|نفس (?:السابق|ما سبق|أعلاه))\W*",
    re.I,
)
FOOTNOTE = re.compile(
    r"[\s*(]*(?:sources?|notes?|nb|n\.b\.|remarks?|remarques?|fuentes?|notas?|المصدر|ملاحظ(?:ة|ات))\s*[:：]",
    re.I,
)
YEARS = range(1900, 2101)  # a day of the Hijri year 1443 is none of ours
LISTS = (
    ("countries", "country_unknown"),
    ("instruments", "instrument_unknown"),
)

SHORT = 60
MOST_KNOWN = 10_000  # cells whose meaning is remembered
# Columns whose cells tell of nobody.
IMPERSONAL = frozenset(["date", "reference", "key", "fix", "votes", "rank"])

Values = dict[str, Any]


def digits(text: str) -> str:
    """Arabic-Indic and other digits as 0 to 9."""
    return "".join(
        str(unicodedata.digit(sign)) if sign.isdigit() and not sign.isascii() else sign
        for sign in text
    )


def plain(text: str) -> str:
    """The same words, without what no page can show and no file brings."""
    if not text.isprintable() and PECULIAR.search(text):
        text = OVERRIDES.sub("", BREAKS.sub("\n", text))
        text = INVISIBLE.sub("", UNSTORABLE.sub(" ", text))
    return text.replace("\r\n", "\n").replace("\r", "\n").strip(SPACE)


@lru_cache(maxsize=10_000)
def read_rank(cell: str) -> int | None:
    """A whole number from 1 in any usual dress; None when it is none."""
    match = RANK.fullmatch(digits(cell.strip(SPACE)))
    rank = int(match[1]) if match else 0
    return rank if 1 <= rank <= MAX_RANK else None


@cache
def months() -> dict[str, int]:
    return {
        fold_word(name.rstrip(".")): number
        for code in settings.CONTENT_LANGUAGES
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, "format", code).items()
    }


@lru_cache(maxsize=10_000)
def read_date(cell: str, month_first: bool = False) -> str | None:
    """A day as 2021-06-15. Day before month, as the Forum's languages write it, but
    in a column that does otherwise (`month_first`)."""
    text = digits(cell.strip(SPACE))
    if match := NUMERIC_DATE.fullmatch(text):
        first, second, third = match.groups()
        if len(first) == 4:
            parts = (first, second, third)
        else:
            parts = (third, first, second) if month_first else (third, second, first)
    elif match := NAMED_DATE.fullmatch(text):
        parts = (match[3], str(months().get(fold_word(match[2]), 0)), match[1])
    elif match := NAMED_FIRST.fullmatch(text):
        parts = (match[3], str(months().get(fold_word(match[1]), 0)), match[2])
    else:
        return None
    year, month, day = map(int, parts)
    if month > 12 >= day:
        month, day = day, month
    year = year + 2000 if year < 100 else year
    try:
        return datetime(year, month, day).date().isoformat() if year in YEARS else None
    except ValueError:
        return None


def month_comes_first(cells: Iterable[str]) -> bool:
    """Whether some of these dates make sense only so (9/27/2021), and none only else."""
    orders = set()
    for cell in cells:
        match = NUMERIC_DATE.fullmatch(digits(cell.strip(SPACE)))
        if match and len(match[1]) < 4:
            first, second = int(match[1]), int(match[2])
            if first <= 12 < second:
                orders.add("month")
            elif second <= 12 < first:
                orders.add("day")
    return orders == {"month"}


def is_doubtful(text: str, kind: str) -> bool:
    """A word in place of a text, a footnote, only a number or a day; or too short.

    A concern may be two words, "child marriage"; a recommendation says more.
    """
    if len(text) > 60:
        return bool(FOOTNOTE.match(text))
    return bool(
        FOOTNOTE.match(text)
        or ELSEWHERE.fullmatch(text)
        or not any(sign.isalpha() for sign in text)
        or read_date(text)
        or (kind != "concerns" and len(WORD.findall(text)) < 3)
    )


class Reader:
    """Reads rows by a mapping. Made once per file: what cells mean is remembered."""

    def __init__(
        self,
        names: Names,
        mapping: Mapping,
        kind: str,
        language: str,
        most_characters: int,
    ) -> None:
        """`language`: what the file seems to be in, for texts too short to tell."""
        self.names, self.mapping = names, mapping
        self.is_text = kind == "csv"
        self.language = language
        self.most = most_characters
        self.width = len(mapping.columns)
        self.places: dict[str, list[int]] = {}
        for place, name in enumerate(mapping.columns):
            self.places.setdefault(name, []).append(place)
        self.texts = {
            name.partition(":")[2]: places[0]
            for name, places in self.places.items()
            if name.partition(":")[0] == "text"
        }
        self.asks_audience = "audience" in self.places
        self.above: dict[str, str] = {}
        self.month_first = False
        self.told_of_months = False
        self.last: dict[str, tuple[str, int]] = {}  # by region: audience and rank above
        self.unmapped = [*self.places.get("", ())]
        self.unread: set[int] = set()  # columns that hold something and mean nothing
        self._known: dict[tuple[str, str], tuple[Any, list[Problem]]] = {}

    def look_ahead(self, lines: Iterable[Line]) -> None:
        """What only several rows tell: whether dates put the month first."""
        for place in self.places.get("date", ())[:1]:
            cells = (line.cells[place] for line in lines if place < len(line.cells))
            self.month_first = month_comes_first(cells)

    def read(self, line: Line, cells: list[str]) -> tuple[Values, list[Problem]]:
        """What the row says, and its problems. `cells`: as corrected by a person."""
        problems: list[Problem] = []
        beyond = sum(bool(cell.strip()) for cell in cells[self.width :])
        if cells is line.cells:  # and nobody corrected it
            beyond = beyond or line.surplus
        if beyond or (self.is_text and len(cells) < self.width):
            code = "cells_too_many" if beyond else "cells_too_few"
            found = self.width + beyond if beyond else len(cells)
            told: dict[str, Any] = {"found": found, "expected": self.width}
            if beyond:
                told["cells"] = " | ".join(cell[:60] for cell in cells)[:400]
            return {"texts": {}}, [Problem(ROW, "", code, told)]
        cells = [*cells, *[""] * (self.width - len(cells))]
        for place, stored in line.formulas.items():
            if place < self.width and cells[place] == "" and not stored:
                problems.append(Problem(place, "", "formula_empty", {}))
            elif place < self.width and stored and self.mapping.columns[place]:
                problems.append(Problem(place, cells[place], "formula_value", {}))
        if line.hidden:
            problems.append(Problem(ROW, "", "row_hidden", {}))
        values: Values = {}
        for place, cell in enumerate(cells):
            if cell and (
                len(cell) > 60 or not cell.isprintable() or not cell.isascii()
            ):
                self.look(place, cell, problems)
        for place in [*self.unmapped]:
            if cells[place] and not cells[place].isspace():
                self.unread.add(place)
                self.unmapped.remove(place)
        is_guess = self.name_things(values, cells, line, problems)
        self.read_texts(values, cells, problems)
        self.read_figures(values, cells, problems)
        self.doubt_kind(values, cells, is_guess, problems)
        self.look_for_people(cells, problems)
        return values, problems

    def look(self, place: int, cell: str, problems: list[Problem]) -> None:
        """Signs that cannot be stored, and cells beyond measure."""
        if len(cell) > self.most:
            told: dict[str, Any] = {"count": len(cell), "most": self.most}
            problems.append(Problem(place, cell[:80] + "…", "text_too_long", told))
        match = UNSTORABLE.search(cell)
        if match:
            told = {"code": f"{ord(match[0]):04X}"}
            value = UNSTORABLE.sub("\ufffd", cell[:80])
            problems.append(Problem(place, value, "control_character", told))
        if not cell.isascii() and looks_damaged(cell):
            problems.append(Problem(place, cell[:80], "letters_damaged", {}))

    def cell(self, cells: list[str], name: str) -> tuple[int, str]:
        """The one cell of a field, with the spaces and marks at its edges gone."""
        for place in self.places.get(name, ()):
            return place, cells[place].strip(SPACE)
        return ROW, ""

    def constant(self, name: str) -> str:
        return self.mapping.constants.get(name, "")

    def name_things(
        self, values: Values, cells: list[str], line: Line, problems: list[Problem]
    ) -> bool:
        """Region, kind, audience and tags; whether the kind was only inferred."""
        place, cell = self.cell(cells, "region")
        if self.mapping.fill_down:
            if cell:
                self.above["region"] = cell
            else:
                cell = self.above.get("region", "")
        if cell:
            match = (
                self.names.of_region(cell)
                if ("region", cell) not in self._known
                else self._known["region", cell][0]
            )
            self._known["region", cell] = (match, [])
            values["region"] = match.slug
            if not match.slug:
                told: dict[str, Any] = {
                    "hint": {"region": match.nearest},
                    "known": {"region": EVERY},
                }
                problems.append(Problem(place, cell, "region_unknown", told))
        else:
            values["region"] = self.constant("region")
        if place in line.filled:
            problems.append(Problem(place, cell, "region_filled", {}))

        place, cell = self.cell(cells, "kind")
        kind = ""
        if cell:
            kind = self.names.of("kind", cell).slug
            if not kind:
                problems.append(Problem(place, cell, "kind_unknown", {}))
        kind = kind or self.constant("kind")

        place, cell = self.cell(cells, "audience")
        audience = ""
        if cell:
            if ("audience", cell) not in self._known:
                self._known["audience", cell] = (self.names.of_audience(cell), [])
            match = self._known["audience", cell][0]
            audience = match.slug
            if not audience:
                told = {
                    "hint": {"audience": match.nearest},
                    "known": {"audience": EVERY},
                }
                problems.append(Problem(place, cell, "audience_unknown", told))
            elif match.told:
                told = {"label": {"audience": audience}}
                problems.append(Problem(place, cell, "audience_wider", told))
            region = values["region"]
            if region and match.region and not self.names.are_kin(region, match.region):
                told = {
                    "other": {"region": match.region},
                    "region": {"region": region},
                }
                problems.append(Problem(place, cell, "audience_elsewhere", told))
        elif kind != "concerns":
            audience = self.constant("audience")
        is_guess = not kind and self.asks_audience and not cell and not audience
        if not kind:
            kind = "concerns" if is_guess else "recommendations"
        values["kind"], values["audience"] = kind, audience
        if kind == "concerns" and audience:
            problems.append(Problem(place, cell, "audience_of_concern", {}))
        elif kind == "recommendations" and not audience and not cell:
            told = {"known": {"audience": EVERY}}
            problems.append(Problem(place, "", "audience_missing", told))

        for name in ("areas", "countries", "instruments"):
            found: list[str] = []
            for place in self.places.get(name, ()):
                cell = cells[place].strip(SPACE)
                if cell:
                    if (name, cell) not in self._known:
                        if len(self._known) >= MOST_KNOWN:
                            self._known.clear()
                        self._known[name, cell] = self.read_several(name, place, cell)
                    slugs, told_of = self._known[name, cell]
                    found += slugs
                    problems += told_of
            values[name] = list(dict.fromkeys(found))
        return is_guess

    def doubt_kind(
        self,
        values: Values,
        cells: list[str],
        is_guess: bool,
        problems: list[Problem],
    ) -> None:
        """A row without an audience is a concern, but for signs that it was left out.

        Concerns rank from 1; a rank that goes on from the row above, which has an
        audience, speaks for a cell somebody merged or did not fill.
        """
        region, rank = values["region"], values["rank"]
        audience, above = self.last.get(region, ("", 0))
        if is_guess and not values.get("section"):
            place = self.places["audience"][0]
            if audience and rank == above + 1:
                told = {"label": {"audience": audience}, "rank": rank}
                problems.append(Problem(place, "", "audience_left_out", told))
            else:
                audience = ""
                problems.append(Problem(place, "", "read_as_concern", {}))
            self.doubt_lonely(cells, problems)
        else:
            audience = values["audience"]
        self.last[region] = (audience, rank or 0)

    def doubt_lonely(self, cells: list[str], problems: list[Problem]) -> None:
        """Nothing but a text in the whole row: a footnote, a total, a day's banner?"""
        filled = [place for place, cell in enumerate(cells) if cell.strip(SPACE)]
        if (
            len(filled) == 1
            and filled[0] in self.texts.values()
            and not {p.code for p in problems} & {"text_is_no_text", DOUBTFUL}
        ):
            (place,) = filled
            problems.append(Problem(place, cells[place][:80], DOUBTFUL, {}))

    def read_several(
        self, name: str, place: int, cell: str
    ) -> tuple[list[str], list[Problem]]:
        slugs, problems = [], []
        for part, match in self.names.several(name, cell):
            if match.slug:
                slugs.append(match.slug)
                continue
            told: dict[str, Any] = {"part": part, "hint": {name: match.nearest}}
            if name == "areas":
                code = "area_near" if match.nearest else "area_unknown"
                if self.names.of("groups", part).slug:
                    code = "area_group"
                told = {"part": part, "nearest": {name: match.nearest}}
            else:
                code = dict(LISTS)[name]
            problems.append(Problem(place, cell, code, told))
        return slugs, problems

    def read_texts(
        self, values: Values, cells: list[str], problems: list[Problem]
    ) -> None:
        """The text, cleaned; its language as stated, as it reads, or as the file is."""
        texts: dict[str, str] = {}
        for language, place in self.texts.items():
            text = self.clean(place, cells[place], problems)
            if text:
                self.weigh(place, text, values["kind"], problems)
                texts[language] = text
        place, cell = self.cell(cells, "language")
        stated = (
            self.names.of("language", cell).slug if cell else self.constant("language")
        )
        if cell and not stated:
            problems.append(Problem(place, cell, "language_unknown", {}))
        own = texts.pop("", "")
        if own and texts.get(stated) == own:
            texts.pop(stated)
        if not own and texts:
            original = stated if stated in texts else next(iter(texts))
            values["texts"], values["language"] = texts, original
            return
        first = next(iter(self.texts.values()), ROW)
        if not own:
            problems.append(Problem(first, "", "text_missing", {}))
            values["texts"], values["language"] = {}, stated or self.language
            return
        found = guess(own)
        language = stated or found or self.language
        if stated and found and stated != found:
            told = {
                "stated": LANG_INFO[stated]["name"],
                "found": LANG_INFO[found]["name"],
            }
            problems.append(
                Problem(
                    place if cell else first, cell or own[:80], "language_differs", told
                )
            )
            values["reads_as"] = found
        elif not language:
            language = settings.LANGUAGE_CODE
            told = {"language": LANG_INFO[language]["name"]}
            problems.append(Problem(first, own[:80], "language_unclear", told))
        values["texts"], values["language"] = {language: own, **texts}, language

    def weigh(self, place: int, text: str, kind: str, problems: list[Problem]) -> None:
        if len(text) < 60 and NO_TEXT.fullmatch(text):
            problems.append(Problem(place, text, "text_is_no_text", {}))
        elif is_doubtful(text, kind) and not FORMULA.match(text):
            problems.append(Problem(place, text[:80], DOUBTFUL, {}))

    def clean(self, place: int, cell: str, problems: list[Problem]) -> str:
        """A text as it will be stored, and what was peculiar about it."""
        text = unescape(cell)
        if FORMULA.match(text):
            problems.append(Problem(place, cell[:80], "formula", {}))
        if not text.isprintable() and PECULIAR.search(text):
            for match in [*BREAKS.finditer(text)][:1]:
                told = {"code": f"{ord(match[0]):04X}"}
                problems.append(
                    Problem(place, BREAKS.sub("⏎", cell[:80]), "line_break", told)
                )
            for match in [*OVERRIDES.finditer(text)][:1]:
                told = {"code": f"{ord(match[0]):04X}"}
                problems.append(
                    Problem(
                        place, OVERRIDES.sub("", cell[:80]), "direction_override", told
                    )
                )
        text = plain(text)
        if MOST_TO_PUBLISH < len(text) <= self.most:
            size = {"count": len(text), "most": MOST_TO_PUBLISH}
            problems.append(Problem(place, text[:80] + "…", "text_long", size))
        return text

    def read_figures(
        self, values: Values, cells: list[str], problems: list[Problem]
    ) -> None:
        place, cell = self.cell(cells, "rank")
        rank = read_rank(cell) if cell else None
        if cell and rank is None:
            problems.append(Problem(place, cell[:80], "rank_unreadable", {}))
        values["rank"] = rank
        place, cell = self.cell(cells, "lead")
        answer = self.names.of("yesno", cell).slug if cell else ""
        if cell and not answer:
            problems.append(Problem(place, cell[:80], "lead_unclear", {}))
        values["lead"] = answer == "yes"
        for name, most in (
            ("workshop", 200),
            ("key", 60),
            ("reference", 20),
            ("section", 60),
        ):
            place, cell = self.cell(cells, name)
            if cell or self.constant(name):
                values[name] = (cell or self.constant(name))[:most]
        reference = values.get("reference", "")
        if reference and not OUR_REFERENCE.fullmatch(reference.upper()):
            place, cell = self.cell(cells, "reference")
            del values["reference"]
            values.setdefault("key", cell[:60])
            problems.append(Problem(place, cell[:60], "reference_own", {}))
        place, cell = self.cell(cells, "date")
        if cell := cell or self.constant("date"):
            day = read_date(cell, self.month_first)
            if day is None:
                problems.append(Problem(place, cell[:80], "date_unreadable", {}))
            elif (
                self.month_first and not self.told_of_months and day != read_date(cell)
            ):
                self.told_of_months = True
                problems.append(Problem(place, cell, "date_month_first", {"day": day}))
            values["date"] = day or cell[:60]
        place, cell = self.cell(cells, "page")
        page = 0 if digits(cell) == "0" else read_rank(cell)
        if page is not None:
            values["page"] = page
        place, cell = self.cell(cells, "status")
        if cell and self.names_a_publication(cell):
            problems.append(Problem(place, cell[:80], "status_ignored", {}))

    def names_a_publication(self, cell: str) -> bool:
        return cell.casefold() not in {"draft", "brouillon", "borrador", "مسودة"}

    def look_for_people(self, cells: list[str], problems: list[Problem]) -> None:
        """Signs of a person anywhere in the row: notes are kept, and read by others."""
        for place, cell in enumerate(cells):
            if len(cell) < 6 or self.mapping.columns[place] in IMPERSONAL:
                continue
            if len(cell) < SHORT:  # names of areas, workshops and the like come again
                kinds = kinds_in_short(cell)
            else:
                kinds = personal_data.kinds(cell[: self.most])
            if kinds:
                problems.append(Problem(place, "", "personal_data", {"kinds": kinds}))


@lru_cache(maxsize=10_000)
def kinds_in_short(cell: str) -> list[str]:
    return personal_data.kinds(cell)


def majority_language(texts: Iterable[str]) -> str:
    votes: dict[str, int] = {}
    for text in texts:
        if found := guess(text):
            votes[found] = votes.get(found, 0) + 1
    return max(votes, key=lambda code: votes[code]) if votes else ""
