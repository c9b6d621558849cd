"""What a reader may mean while still typing: areas, regions, references."""

import re
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from .index import Index
from .models import Recommendation
from .search import Names, words_in
from .terms import Term, Terms
from .words import fold_word

MOST, FEWEST_LETTERS = 8, 2
READ = 100  # references looked at, hidden ones among them
KINDS = ("area", "region", "audience", "country", "instrument")
BEGUN = re.compile(r"([0-9]{4})-([A-Z]{2,5})-([0-9]{0,9})")


@dataclass(frozen=True)
class Suggestion:
    kind: str
    label: str
    url: str


def suggest(typed: str, index: Index, terms: Terms) -> list[Suggestion]:
    """At most `MOST`; names whose words begin as typed, and references likewise."""
    if match := BEGUN.match(typed.strip().upper()):
        return begun_references(match[0], index)
    words = [fold_word(word) for word in words_in(typed)]
    if not words or len("".join(words)) < FEWEST_LETTERS:
        return []
    names = Names.at(index)
    found = names.words.beginning(words[-1])
    found = found | names.words.related(words[-1], settings.CONTENT_LANGUAGES)
    for word in words[:-1]:
        found = found & names.words.exactly(word)
    known = dict.fromkeys(names.terms[number] for number in found)
    held = [
        (kind, term)
        for kind, slug in known
        if (term := terms.of(kind).get(slug))
        and index.live.intersect(terms.rows(index, kind, slug))
    ]

    def place(item: tuple[str, Term]) -> tuple[int, bool, int, str]:
        """Kind by kind; those whose own name begins so come first."""
        kind, term = item
        begins = fold_word(term.label).startswith(words[0])
        return (KINDS.index(kind), not begins, term.position, term.slug)

    return [
        Suggestion(kind, term.label, address(kind, term))
        for kind, term in sorted(held, key=place)[:MOST]
    ]


def address(kind: str, term: Term) -> str:
    if kind in ("area", "region"):
        return reverse(f"priorities:{kind}-detail", args=[term.slug])
    return f"{reverse('priorities:recommendation-list')}?{kind}={term.slug}"


def begun_references(start: str, index: Index) -> list[Suggestion]:
    rows = Recommendation.objects.filter(reference__startswith=start)
    read = rows.order_by("reference").values_list("pk", "reference")[:READ]
    page = reverse("priorities:recommendation-list")
    return [
        Suggestion("reference", reference, f"{page}{reference}/")
        for pk, reference in read
        if pk in index.numbers and index.numbers[pk] in index.live
    ][:MOST]
