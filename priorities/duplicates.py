"""Entries that may ask the same, found among many without comparing each with each.

A text is the set of what its words mean: a concept of the lexicon, which is the same in
every language, a number, or else the stem. Two texts are compared when they share two
of their rarest meanings, and weighed by how rare is what they share. What one says of
other people, other numbers or another audience, or with a "not", is another demand;
so is the same sentence around another **key term**.
"""

import re
from array import array
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, reduce
from itertools import combinations
from math import log
from operator import and_

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from .alike import meaning
from .models import AudienceInclusion, Recommendation, RecommendationArea, Resemblance
from .words import STOP, WORD, fold_word, stems

ALIKE = 0.45  # of the weight of two texts of one language, what both have
KIN = 0.40  # of two texts in different languages, counting concepts alone
KEY = 0.4  # of the weight of their key terms
SHARED_AREA = 0.05  # what a priority area in common adds, or none takes away
RARE = 5  # meanings of a text that make pairs
SLOTS = 1 << 22
WALK = 8  # earlier texts that are looked at for each pair of meanings
MOST = 10  # pairs of one entry
FEWEST, FEWEST_CONCEPTS = 3, 3
CHANGED_A_LOT = 20  # by how much more alike two texts are to be asked about again
BATCH = 2000
NOTHING, NEGATION = -1, -2  # instead of the number of a meaning
KEY_TERM = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)

NOT = frozenset(
    fold_word(word)
    for word in [
        "not",
        "no",
        "never",
        "nor",
        "ne",
        "pas",
        "jamais",
        "nunca",
        "لا",
        "لم",
        "لن",
    ]
)
# Whom a demand is about: "train judges" is no duplicate of "train teachers".
PEOPLE = [
    "judge",
    "prosecutor",
    "lawyer",
    "police",
    "teacher",
    "student",
    "doctor",
    "nurse",
    "journalist",
    "inspector",
    "woman",
    "man",
    "girl",
    "boy",
    "child",
    "youth",
    "family",
    "parent",
    "refugee",
    "migrant",
    "farmer",
    "fisher",
    "fisherman",
    "worker",
    "domestic",
    "survivor",
    "victim",
    "trafficker",
    "employer",
    "recruiter",
    "soldier",
    "union",
    "employee",
    "religious",
    "indigenous",
    "disabled",
    "orphan",
    "street",
    "caregiver",
]


@cache
def people() -> frozenset[str]:
    return frozenset(filter(None, (meaning("en", word) for word in PEOPLE)))


def meant_by(code: str, word: str) -> str:
    """What a word means; "" for one that carries no meaning."""
    folded = fold_word(word)
    if folded in STOP or len(folded) < 2:
        return ""
    return meaning(code, folded) or f"{code}:{min(stems(code, folded))}"


def is_shared(meant: str) -> bool:
    """Whether a meaning is one in every language."""
    return meant[0] == "#" or meant.isdigit()


@dataclass(frozen=True)
class Found:
    first: int
    second: int
    share: int
    across_languages: bool


class Known(dict[str, int]):
    """The number of what each word of a language means, worked out once."""

    def __init__(self, sayings: "Sayings", code: str) -> None:
        self.sayings, self.code = sayings, code

    def __missing__(self, word: str) -> int:
        if fold_word(word) in NOT:
            self[word] = NEGATION
        else:
            meant = meant_by(self.code, word)
            self[word] = self.sayings.number_of(meant) if meant else NOTHING
        return self[word]


class Sayings:
    """Texts as sets of numbered meanings, in little memory."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.known = [Known(self, code) for code in settings.CONTENT_LANGUAGES]
        self.counts, self.shared, self.is_number = array("I"), bytearray(), bytearray()
        self.is_people = bytearray()
        self.flow, self.starts = array("I"), array("Q", [0])
        self.is_key = bytearray()  # whether a meaning stands in a key term of its text
        self.owners, self.languages = array("I"), bytearray()
        self.negated = bytearray()
        # Row by row.
        self.pks, self.audiences = array("q"), array("q")
        self.spoken = bytearray()  # its languages, a bit each
        self.areas: list[int] = []

    def add_row(
        self, pk: int, audience: int | None, texts: Iterable[str | None], areas: int = 0
    ) -> None:
        spoken = 0
        for language, text in enumerate(texts):
            if text:
                spoken |= 1 << language
                self.add_text(language, text)
        self.pks.append(pk)
        self.audiences.append(audience or 0)
        self.areas.append(areas)
        self.spoken.append(spoken)

    def add_text(self, language: int, text: str) -> None:
        known = self.known[language]
        told = [known[word] for word in WORD.findall(text)]
        bold = " ".join(KEY_TERM.findall(text))
        key_terms = {known[word] for word in WORD.findall(bold)}
        for number in dict.fromkeys(told):
            if number >= 0:
                self.counts[number] += 1
                self.flow.append(number)
                self.is_key.append(number in key_terms)
        self.starts.append(len(self.flow))
        self.owners.append(len(self.pks))
        self.languages.append(language)
        self.negated.append(NEGATION in told)

    def number_of(self, meant: str) -> int:
        number = self.numbers.get(meant)
        if number is None:
            number = self.numbers[meant] = len(self.counts)
            self.counts.append(0)
            self.shared.append(is_shared(meant))
            self.is_number.append(meant.isdigit())
            self.is_people.append(meant in people())
        return number

    def __len__(self) -> int:
        return len(self.owners)

    def of(self, saying: int) -> array:
        return self.flow[self.starts[saying] : self.starts[saying + 1]]

    def key_terms(self, saying: int) -> set[int]:
        begin, end = self.starts[saying], self.starts[saying + 1]
        return {self.flow[n] for n in range(begin, end) if self.is_key[n]}

    def weigh(self) -> None:
        """Once all are in: the rarer a meaning, the more it weighs."""
        every = len(self)
        self.weights = array("f", (log(1 + every / count) for count in self.counts))

    def weight(self, meant: Iterable[int]) -> float:
        return sum(map(self.weights.__getitem__, meant))


def likeness(sayings: Sayings, one: int, other: int) -> float:
    """The part of their weight that two texts share; 0 for what is another demand."""
    own, its = set(sayings.of(one)), set(sayings.of(other))
    is_across = sayings.languages[one] != sayings.languages[other]
    fewest = FEWEST
    if is_across:
        own = {n for n in own if sayings.shared[n]}
        its = {n for n in its if sayings.shared[n]}
        fewest = FEWEST_CONCEPTS
    common = own & its
    if len(own) < fewest or len(its) < fewest or len(common) < 2:
        return 0.0
    share = sayings.weight(common) / sayings.weight(own | its)
    if (
        share < min(ALIKE, KIN) - SHARED_AREA
        or sayings.negated[one] != sayings.negated[other]
    ):
        return 0.0
    for kind in (sayings.is_number, sayings.is_people):
        mine = {n for n in own - common if kind[n]}
        theirs = {n for n in its - common if kind[n]}
        if mine and theirs:
            return 0.0
    own_terms = sayings.key_terms(one) & own
    its_terms = sayings.key_terms(other) & its
    if own_terms and its_terms:
        both = sayings.weight(own_terms & its_terms)
        if both < KEY * sayings.weight(own_terms | its_terms):
            return 0.0
    return share


def find(
    sayings: Sayings, includes: Collection[tuple[int, int]] = ()
) -> Iterator[Found]:
    """The pairs of rows that are alike, each once."""
    sayings.weigh()
    slots = array("i", [-1]) * SLOTS
    earlier, left_by = array("i"), array("I")  # postings: the one before, and whose
    held = array("H", [0]) * len(sayings.pks)
    told: set[tuple[int, int]] = set()
    one_language = reduce(and_, sayings.spoken, -1)
    for saying in range(len(sayings)):
        row, language = sayings.owners[saying], sayings.languages[saying]
        seen = {row}
        best: dict[int, Found] = {}
        for slot in keys(sayings, saying, not one_language):
            posting, steps = slots[slot], 0
            while posting >= 0 and steps < WALK:
                other, steps = left_by[posting], steps + 1
                posting = earlier[posting]
                mate = sayings.owners[other]
                is_across = sayings.languages[other] != language
                both = sayings.spoken[row] & sayings.spoken[mate]
                if mate in seen or (is_across and both):
                    continue
                seen.add(mate)
                share = compared(sayings, saying, other, includes)
                if share:
                    pks = sorted((sayings.pks[row], sayings.pks[mate]))
                    per_cent = min(100, round(100 * share))
                    best[mate] = Found(pks[0], pks[1], per_cent, is_across)
            earlier.append(slots[slot])
            slots[slot] = len(earlier) - 1
            left_by.append(saying)
        for mate, found in best.items():
            if (mate, row) in told or max(held[row], held[mate]) >= MOST:
                continue
            told |= {(mate, row), (row, mate)}
            held[row] += 1
            held[mate] += 1
            yield found


def keys(sayings: Sayings, saying: int, across: bool) -> list[int]:
    """The places where two texts that share two of their rarest meanings meet."""
    rarest = sorted(sayings.of(saying), key=sayings.counts.__getitem__)
    shared = [number for number in rarest if across and sayings.shared[number]]
    chosen = {
        pair
        for some in (rarest[:RARE], shared[:RARE])
        for pair in combinations(sorted(some), 2)
    }
    return [hash(pair) % SLOTS for pair in chosen]


def compared(
    sayings: Sayings, one: int, other: int, includes: Collection[tuple[int, int]]
) -> float:
    """How alike two texts are as demands, or 0 when that is not enough to ask."""
    row, mate = sayings.owners[one], sayings.owners[other]
    audiences = sayings.audiences[row], sayings.audiences[mate]
    if audiences[0] != audiences[1] and not (
        audiences in includes or audiences[::-1] in includes
    ):
        return 0.0
    share = likeness(sayings, one, other)
    if not share:
        return 0.0
    areas = sayings.areas[row], sayings.areas[mate]
    if all(areas):
        share += SHARED_AREA if areas[0] & areas[1] else -SHARED_AREA
    is_across = sayings.languages[one] != sayings.languages[other]
    return share if share >= (KIN if is_across else ALIKE) else 0.0


def read(edition: int | None = None) -> Sayings:
    """What everybody could find twice: the entries that are not archived."""
    rows = Recommendation.objects.exclude(status=Recommendation.Status.ARCHIVED)
    if edition is not None:
        rows = rows.filter(section__regional_forum__edition__year=edition)
    bits: dict[int, int] = {}
    areas: dict[int, int] = {}
    links = RecommendationArea.objects.order_by().values_list("recommendation", "area")
    for pk, area in links.iterator(chunk_size=BATCH):
        areas[pk] = areas.get(pk, 0) | 1 << bits.setdefault(area, len(bits))
    sayings = Sayings()
    columns = (f"text_{code}" for code in settings.CONTENT_LANGUAGES)
    told = rows.order_by("pk").values_list("pk", "audience", *columns)
    for pk, audience, *texts in told.iterator(chunk_size=BATCH):
        sayings.add_row(pk, audience, texts, areas.get(pk, 0))
    return sayings


@dataclass(frozen=True)
class Looked:
    new: int
    asked_again: int
    gone: int


def look(edition: int | None = None) -> Looked:
    """Find pairs and keep them. What was decided stays, unless the texts changed a lot."""
    sayings = read(edition)
    inclusions = AudienceInclusion.objects.values_list("joint", "included")
    pairs = {(p.first, p.second): p for p in find(sayings, set(inclusions))}
    now = timezone.now()
    with transaction.atomic():
        known = Resemblance.objects.select_for_update().in_bulk()
        again = gone = 0
        read_rows = set(sayings.pks)
        for pk, held in known.items():
            pair = pairs.pop((held.first_id, held.second_id), None)
            is_open = held.verdict == Resemblance.Verdict.OPEN
            if pair is None:
                if is_open and {held.first_id, held.second_id} <= read_rows:
                    gone += Resemblance.objects.filter(pk=pk).delete()[0]
            elif is_open and held.share != pair.share:
                Resemblance.objects.filter(pk=pk).update(share=pair.share)
            elif (
                held.verdict == Resemblance.Verdict.DIFFERENT
                and pair.share >= held.share + CHANGED_A_LOT
            ):
                held.share, held.found_at = pair.share, now
                held.decide(Resemblance.Verdict.OPEN, None)
                again += 1
        Resemblance.objects.bulk_create(
            [
                Resemblance(
                    first_id=pair.first,
                    second_id=pair.second,
                    share=pair.share,
                    across_languages=pair.across_languages,
                    found_at=now,
                )
                for pair in pairs.values()
            ],
            batch_size=BATCH,
            ignore_conflicts=True,
        )
    return Looked(len(pairs), again, gone)


def share_of(first: Recommendation, second: Recommendation) -> int:
    """How alike two entries are that somebody put side by side."""
    sayings = Sayings()
    for row in (first, second):
        texts = [getattr(row, f"text_{code}") for code in settings.CONTENT_LANGUAGES]
        sayings.add_row(row.pk, None, texts)
    sayings.weigh()
    mates = [n for n in range(len(sayings)) if sayings.owners[n] == 1]
    shares = [
        likeness(sayings, one, other)
        for one in range(len(sayings))
        if sayings.owners[one] == 0
        for other in mates
    ]
    return min(100, round(100 * max(shares, default=0.0)))
