"""Texts that are the same, nearly the same, or the same in another language."""

from collections.abc import Collection, Iterator
from hashlib import blake2b

from django.conf import settings

from priorities.alike import Alike, content_words, meanings, sameness
from regions.models import Edition

from ..models import NoteImport, WorkshopNote
from ..names import Names
from ..problems import Problem
from ..reading import plain
from ..spreadsheets.text import normal
from .edition import beginning
from .verdicts import List, Verdict

KIN = 0.43  # of the concepts of a text and its translation: 94 % of 2021's pairs share more
RARE = 6  # of its concepts make pairs: more than of its words, for fewer stay the same
NOBODY = (0, "", 0.0)
FEWEST = 4  # concepts; two texts may share two of three by chance


def fingerprint(of: List, text: str) -> int:
    """63 bits that are the same for the same words of the same list."""
    told = "\x1f".join((*of, sameness(text)))
    return int.from_bytes(blake2b(told.encode(), digest_size=8).digest(), "big") >> 1


def sameness_exact(text: str) -> str:
    return " ".join(text.split())


def as_read(text: str) -> str:
    """A stored text as it comes back from a file: marks and spellings may differ."""
    return sameness_exact(plain(normal(text)))


class Texts:
    """Those of the edition and of a file, each asked for its like when it comes in.

    `column`: where a file has its texts.
    """

    def __init__(
        self, edition: Edition, names: Names, lineage: str, column: int
    ) -> None:
        self.edition, self.names, self.lineage = edition, names, lineage
        self.column = column
        self.alike = Alike()
        self.kin = Alike(KIN, RARE, FEWEST)
        self.spoken: list[str] = []  # the language of each text in `kin`
        self.written: list[str] = []  # and of each in `alike`
        self.owners: list[int] = []  # by number in `alike`: row, or minus a known pk
        self.kin_owners: list[int] = []
        self.known: dict[int, str] = {}  # pk: reference
        self.by_text: dict[int, int] = {}
        self.rows_by_text: dict[int, int] = {}
        self.exact: set[int] = set()
        self.similar: dict[int, tuple[int, Problem]] = {}

    def take_in(
        self, pk: int, reference: str, where: List, original: str, texts: list[str]
    ) -> None:
        """A recommendation that is there, in all its languages."""
        for language, text in zip(settings.CONTENT_LANGUAGES, texts, strict=True):
            if text:
                self.known[pk] = reference
                self.by_text.setdefault(fingerprint(where, text), pk)
                words = content_words(text)
                self.resembling(-pk, where[0], language, words)
                if language == original:  # its translations mean the same
                    self.translating(-pk, where[0], language, words)

    def resembling(
        self, owner: int, region: str, language: str, words: list[str]
    ) -> tuple[int, str, float]:
        """Take the words of a text in; whose were the nearest before (0: nobody's), in
        which language, and how near."""
        near, share = self.alike.add(self.names.pks["region"][region], words)
        self.owners.append(owner)
        self.written.append(language)
        return (self.owners[near], self.written[near], share) if near >= 0 else NOBODY

    def translating(
        self, owner: int, region: str, language: str, words: list[str]
    ) -> tuple[int, str]:
        """Take its meaning in; whose text in another language means the same (0:
        nobody's), and which language."""
        kin, _share = self.kin.add(
            self.names.pks["region"][region], sorted(meanings(language, words))
        )
        self.kin_owners.append(owner)
        self.spoken.append(language)
        is_kin = kin >= 0 and self.spoken[kin] != language
        return (self.kin_owners[kin], self.spoken[kin]) if is_kin else (0, "")

    def repeat(self, verdict: Verdict, text: str) -> None:
        """Of rows about one recommendation that say the same, the first counts."""
        if other := self.rows_by_text.get(verdict.fingerprint):
            verdict.verdict, verdict.repeats, verdict.changes = "duplicate", other, {}
            verdict.problems.append(
                Problem(self.column, text[:80], "duplicate_row", {"other": other})
            )
        self.rows_by_text.setdefault(verdict.fingerprint, verdict.row)

    def seek(self, verdict: Verdict, text: str, is_new: bool) -> None:
        """What a new text is like. `is_new`: a person said that it is not the same."""
        values, problems = verdict.values, verdict.problems
        if other := self.rows_by_text.get(verdict.fingerprint):
            verdict.verdict, verdict.repeats = "duplicate", other
            problems.append(
                Problem(self.column, text[:80], "duplicate_row", {"other": other})
            )
            return
        self.rows_by_text[verdict.fingerprint] = verdict.row
        if pk := self.by_text.get(verdict.fingerprint):
            verdict.verdict, verdict.target = "duplicate", pk
            verdict.reference = self.known[pk]
            self.exact.add(pk)
            problems.append(
                Problem(
                    self.column,
                    text[:80],
                    "duplicate",
                    {"reference": verdict.reference},
                )
            )
            return
        language = values.get("reads_as") or values["language"]
        words = content_words(text)
        region = values["region"]
        near, tongue, share = self.resembling(verdict.row, region, language, words)
        kin, other_tongue = self.translating(verdict.row, region, language, words)
        if is_new:
            return
        if near > 0:
            problems.append(
                Problem(
                    self.column,
                    text[:200],
                    "near_row",
                    {"other": near, "share": round(share, 2)},
                )
            )
        elif near < 0:
            reference, said = self.known[-near], beginning(-near, tongue)
            problem = Problem(
                self.column,
                text[:200],
                "near",
                {"reference": reference, "share": round(share, 2), "text": said},
            )
            note = self.earlier_note(-near)
            if note is not None:
                self.similar[verdict.row] = (-near, problem)
                told = {
                    "reference": reference,
                    "other": note.row,
                    "file": note.note_import.file_name,
                }
                problem = Problem(self.column, text[:200], "similar_match", told)
            problems.append(problem)
        elif kin > 0:
            problems.append(
                Problem(self.column, text[:200], "translation_row", {"other": kin})
            )
        elif kin < 0:
            reference, said = self.known[-kin], beginning(-kin, other_tongue)
            problems.append(
                Problem(
                    self.column,
                    text[:200],
                    "translation",
                    {"reference": reference, "text": said},
                )
            )

    def earlier_note(self, pk: int) -> WorkshopNote | None:
        """The note of an earlier version of this very file that became this entry."""
        notes = WorkshopNote.objects.filter(
            recommendation=pk,
            note_import__status=NoteImport.Status.DONE,
            note_import__edition=self.edition,
        ).select_related("note_import")
        return next(
            (n for n in notes.order_by("-pk") if n.note_import.lineage == self.lineage),
            None,
        )

    def unsure(self, broken: Collection[int]) -> Iterator[int]:
        """Rows that somebody must say of whether they are new wordings."""
        for row, (pk, _problem) in self.similar.items():
            if pk not in self.exact and row not in broken:
                yield row

    def sure(self, verdict: Verdict) -> None:
        """Nothing to ask about a row when what it resembles is another row."""
        similar = self.similar.get(verdict.row)
        if similar is not None and similar[0] in self.exact:
            verdict.problems = [
                similar[1] if problem.code == "similar_match" else problem
                for problem in verdict.problems
            ]
