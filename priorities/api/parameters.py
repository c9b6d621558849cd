"""What may be asked: each parameter once, for the check, the description and the page."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_noop

from .. import axes, matrix
from ..comparison import SHOWS
from ..filters import MAX_VALUES, SORTS
from ..search import MAX_LENGTH
from ..terms import ONLY, Terms
from .paging import CURSOR

MOST, USUAL = 500, 50
# Something that is said: neither empty nor blank, and no NUL, which no database stores.
WORDS = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"


@dataclass(frozen=True)
class Parameter:
    """`known`: the values there are, where they are closed; `many`: it may be repeated."""

    name: str
    description: str
    example: Any
    known: Callable[[Terms], list[str]] | None = None
    many: bool = False
    required: bool = False
    schema: dict[str, Any] = field(default_factory=dict)

    def described(self, terms: Terms) -> dict[str, Any]:
        """As OpenAPI says it, with the values there are today."""
        schema: dict[str, Any] = {"type": "string"} | self.schema
        if self.known and (known := self.known(terms)):
            schema["enum"] = known
        if self.many:
            schema = {
                "type": "array",
                "items": schema,
                "minItems": 1,
                "maxItems": MAX_VALUES,
            }
        described = {
            "name": self.name,
            "in": "query",
            "required": self.required,
            "description": self.description,
            "example": [self.example] if self.many else self.example,
            "schema": schema,
        }
        return described | ({"style": "form", "explode": True} if self.many else {})


def of(kind: str) -> Callable[[Terms], list[str]]:
    return lambda terms: list(terms.of(kind))


def regions(terms: Terms) -> list[str]:
    slugs = list(terms.of("region"))
    return [*slugs, *(f"{slug}{ONLY}" for slug in slugs)]


def one_of(values: Any) -> Callable[[Terms], list[str]]:
    return lambda terms: list(values)


LANG = Parameter(
    "lang",
    gettext_noop(
        "Names and texts in this one language, a text in its original language where there is no translation. Without it: in all languages."
    ),
    "en",
    one_of(settings.CONTENT_LANGUAGES),
)
Q = Parameter(
    "q",
    gettext_noop(
        "Words to look for in texts and names, whatever language they are in: words, “a phrase”, this OR that, -without, begin*."
    ),
    "survivors",
    schema={"minLength": 1, "maxLength": MAX_LENGTH, "pattern": WORDS},
)
FILTERS = (
    Q,
    Parameter(
        "region",
        gettext_noop(
            "A region of the Forum with all its parts; with “:only”, the region by itself."
        ),
        "africa",
        regions,
        many=True,
    ),
    Parameter(
        "audience",
        gettext_noop(
            "Whom a recommendation addresses, joint audiences that include it too."
        ),
        "governments",
        of("audience"),
        many=True,
    ),
    Parameter(
        "area",
        gettext_noop("A priority area, or a group with all its areas."),
        "awareness",
        of("area"),
        many=True,
    ),
    Parameter(
        "country",
        gettext_noop("A country that the text names, by its ISO 3166 code."),
        "NP",
        of("country"),
        many=True,
    ),
    Parameter(
        "instrument",
        gettext_noop("A convention, law, body or programme that the text names."),
        "palermo-protocol",
        of("instrument"),
        many=True,
    ),
    Parameter(
        "kind",
        gettext_noop(
            "Recommendations, or else concerns, which are addressed to nobody. Without it: both."
        ),
        "recommendations",
        of("kind"),
        many=True,
    ),
    Parameter(
        "lead",
        gettext_noop("“true”: only what its forum said to come first."),
        "true",
        of("lead"),
        many=True,
    ),
    Parameter(
        "language",
        gettext_noop("How far a text can be read in a language."),
        "en:draft",
        of("language"),
        many=True,
    ),
    Parameter(
        "edition",
        gettext_noop("The year of an edition. Without it: the latest one."),
        "2021",
        of("edition"),
        many=True,
    ),
)
SORT = Parameter(
    "sort",
    gettext_noop(
        "The order. “best” is the usual one where words are sought, and without words the same as “order”. “reference” never changes: best for taking everything."
    ),
    "reference",
    one_of(SORTS),
)
LIMIT = Parameter(
    "limit",
    gettext_noop("How many at most, on one page of answers."),
    USUAL,
    schema={"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
)
AFTER = Parameter(
    "after",
    gettext_noop(
        "Where the page before ended. Take it from “next”; do not make one yourself."
    ),
    "0.2021.4.mena.2.0.13.1637668800000000.2021-MENA-014",
    schema={"pattern": CURSOR},
)
PAGED = (*FILTERS, SORT, LIMIT, AFTER)
ROWS = Parameter(
    "by",
    gettext_noop(
        "What the rows are. The same as the columns is no comparison: then they are areas."
    ),
    "area",
    one_of(axes.ROWS),
)
COLUMNS = Parameter(
    "columns",
    gettext_noop(
        "What the columns are. Those asked for with the parameter of that name, else all of them; eight at most, the others are named in “left_out”."
    ),
    "region",
    one_of(axes.COLUMNS),
)
SHOW = Parameter(
    "show",
    gettext_noop(
        "“shared”: only rows in which every column speaks; “different”: only those in which some are silent."
    ),
    "shared",
    one_of(SHOWS),
)
COMPARED = (*FILTERS, ROWS, COLUMNS, SHOW, LANG)
MATRIX_ROWS = replace(
    ROWS, description=gettext_noop("What the rows are."), known=one_of(matrix.BY)
)
ORDER = Parameter(
    "order",
    gettext_noop(
        "Rows by how many regions share them, by how much is said, or as in the vocabulary."
    ),
    "weight",
    one_of(matrix.ORDERS),
)
COUNTED = (*FILTERS, MATRIX_ROWS, ORDER, LANG)
SOUGHT = (
    replace(Q, required=True),
    *FILTERS[1:],
    replace(
        LIMIT,
        description=gettext_noop("How many recommendations at most, best match first."),
        example=10,
        schema={"type": "integer", "minimum": 1, "maximum": 50, "default": 10},
    ),
)


def fields(names: list[str]) -> Parameter:
    """Only these members of each object."""
    return Parameter(
        "fields",
        gettext_noop("Only these members of each object. Without it: all of them."),
        names[0],
        one_of(names),
        many=True,
    )
