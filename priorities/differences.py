"""What changed between two texts, word by word."""

import re
from difflib import SequenceMatcher

PIECES = re.compile(r"\s+|[^\W_]+|.", re.S)
LONGEST = 2_000  # pieces; beyond, the texts are shown whole, one after the other

Piece = tuple[str, str]  # "same", "gone" or "new", and the words


def word_by_word(before: str, after: str) -> list[Piece]:
    """The pieces of both texts in reading order, each with what became of it."""
    old, new = PIECES.findall(before or ""), PIECES.findall(after or "")
    if max(len(old), len(new)) > LONGEST:
        return [("gone", before), ("new", after)]
    pieces: list[Piece] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            pieces.append(("same", "".join(old[a:b])))
            continue
        if a < b:
            pieces.append(("gone", "".join(old[a:b])))
        if c < d:
            pieces.append(("new", "".join(new[c:d])))
    return pieces
