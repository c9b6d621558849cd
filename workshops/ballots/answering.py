"""The form of a ballot: its fields, what was typed into them, and what that says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.http import QueryDict
from django.utils.translation import gettext as _

from ..models import Ballot, CastBallot
from .casting import RANKED, Answer, group_regions
from .shown import Shown

CHOOSE = "choose"  # the one field that holds several values
Method = Ballot.Method


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Line:
    """A candidate to choose or place; of a pair, two."""

    name: str
    candidates: Sequence[Shown]
    options: list[Option]
    error: str

    @property
    def choices(self) -> list[tuple[Option, Shown]]:
        """Of a pair: each of the two with what is chosen by it."""
        return list(zip(self.options, self.candidates, strict=True))

    @property
    def is_empty(self) -> bool:
        return not any(option.is_chosen for option in self.options)


@dataclass(frozen=True)
class Question:
    """What a person may say about themselves."""

    name: str
    label: str
    options: list[Option]
    error: str


@dataclass
class Form:
    """`given`: what was typed, or what is kept, by field. `errors`: by field; "": of none."""

    ballot: Ballot
    candidates: Sequence[Shown]
    given: Mapping[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def numbers(self) -> list[int]:
        return [each.number for each in self.candidates]

    @property
    def most(self) -> int:
        return min(self.ballot.most or len(self.candidates), len(self.candidates))

    @property
    def is_ranked(self) -> bool:
        return self.ballot.method in RANKED

    @property
    def error(self) -> str:
        return self.errors.get("", "") or self.errors.get(CHOOSE, "")

    @property
    def named(self) -> list[tuple[str, str]]:
        """The fields that something is wrong with, and what, each thing said once."""
        said: dict[str, str] = {}
        for name, error in self.errors.items():
            if name not in {"", CHOOSE}:
                said.setdefault(error, name)
        return [(name, error) for error, name in said.items()]

    def lines(self) -> list[Line]:
        if self.ballot.method == Method.PAIRS:
            return [
                self.line(pair_name(a.number, b.number), [a, b], [a.number, b.number])
                for a, b in combinations(self.candidates, 2)
            ]
        if self.ballot.method == Method.APPROVAL:
            return [
                self.line(CHOOSE, [each], [each.number]) for each in self.candidates
            ]
        places = range(1, self.most + 1)
        return [
            self.line(place_name(each.number), [each], places)
            for each in self.candidates
        ]

    def line(
        self, name: str, candidates: Sequence[Shown], values: Sequence[int]
    ) -> Line:
        given = self.given.get(name, [])
        options = [Option(str(v), str(v), str(v) in given) for v in values]
        return Line(name, candidates, options, self.errors.get(name, ""))

    def questions(self) -> list[Question]:
        labels = {
            "region": _("Your region"),
            "role": _("Your role"),
            "language": _("Your language"),
        }
        return [
            Question(
                name,
                labels[name],
                [
                    Option(value, label, value in self.given.get(name, []))
                    for value, label in answers.items()
                ],
                self.errors.get(name, ""),
            )
            for name, answers in asked(self.ballot).items()
        ]

    def allowed(self) -> dict[str, set[str]]:
        """What each field can hold; all but one can be left empty."""
        found: dict[str, set[str]] = {}
        for line in self.lines():
            values = {option.value for option in line.options}
            found[line.name] = found.get(line.name, set()) | values
        for question in self.questions():
            found[question.name] = {option.value for option in question.options}
        return {
            name: values if name == CHOOSE else values | {""}
            for name, values in found.items()
        }


def place_name(number: int) -> str:
    return f"place-{number}"


def pair_name(first: int, second: int) -> str:
    return f"pair-{min(first, second)}-{max(first, second)}"


def asked(ballot: Ballot) -> dict[str, dict[str, str]]:
    """What this ballot asks people about themselves, and what they can answer."""
    found: dict[str, dict[str, str]] = {}
    if ballot.asks_region:
        found["region"] = {region.slug: str(region) for region in group_regions()}
    if ballot.asks_role:
        found["role"] = {value: str(said) for value, said in CastBallot.Role.choices}
    if ballot.asks_language:
        found["language"] = {
            code: LANG_INFO[code]["name_local"] for code in settings.CONTENT_LANGUAGES
        }
    return found


def filled(ballot: Ballot, kept: CastBallot) -> dict[str, list[str]]:
    """What is kept, as it was typed."""
    choice: Any = kept.answer or []
    given = {name: [getattr(kept, name)] for name in ("region", "role", "language")}
    if ballot.method == Method.APPROVAL:
        given[CHOOSE] = [str(number) for number in choice]
    elif ballot.method == Method.PAIRS:
        given |= {pair_name(*pair): [str(pair[0])] for pair in choice}
    else:
        given |= {
            place_name(number): [str(place)]
            for place, number in enumerate(choice, start=1)
        }
    return given


def typed(form: Form, data: QueryDict) -> Form:
    """The form with what was typed into it, and what of that cannot be."""
    given = {name: values for name, values in data.lists() if name != "code"}
    found = Form(form.ballot, form.candidates, given)
    allowed = form.allowed()
    for name, values in given.items():
        if name not in allowed:
            found.errors[""] = (
                _("This ballot has no field “%s”. Nothing was kept.") % (name[:40])
            )
        elif name != CHOOSE and len(values) > 1:
            found.errors[name] = _("Choose one answer.")
        elif wrong := [value for value in values if value not in allowed[name]]:
            found.errors[name] = _("“%s” cannot be chosen here.") % wrong[0][:40]
    if not found.errors and form.is_ranked:
        found.errors |= given_twice(placed(found))
    return found


def placed(form: Form) -> dict[int, list[int]]:
    """Which numbers stand in each place, the first place first."""
    found: dict[int, list[int]] = {}
    for number in form.numbers:
        (value,) = form.given.get(place_name(number)) or [""]
        if value:
            found.setdefault(int(value), []).append(number)
    return dict(sorted(found.items()))


def given_twice(places: Mapping[int, list[int]]) -> dict[str, str]:
    return {
        place_name(number): _("Place %(place)s is given to numbers %(numbers)s.")
        % {"place": place, "numbers": _(", ").join(map(str, numbers))}
        for place, numbers in places.items()
        if len(numbers) > 1
        for number in numbers
    }


def has_gaps(form: Form) -> bool:
    """Whether a place before another is empty: what follows moves up."""
    places = list(placed(form)) if form.is_ranked else []
    return places != list(range(1, len(places) + 1))


def answer(form: Form) -> Answer:
    """What a form without errors says."""
    choice: list[Any]
    if form.is_ranked:
        choice = [number for numbers in placed(form).values() for number in numbers]
    elif form.ballot.method == Method.APPROVAL:
        choice = [int(value) for value in form.given.get(CHOOSE, [])]
    else:
        choice = []
        for first, second in combinations(form.numbers, 2):
            (value,) = form.given.get(pair_name(first, second)) or [""]
            if value:
                choice.append(
                    [first, second] if value == str(first) else [second, first]
                )
    said = {name: form.given.get(name, [""])[0] for name in asked(form.ballot)}
    return Answer(choice, **said)
