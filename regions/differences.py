"""What changed between two texts, word by word."""

import re

from rapidfuzz.distance import Indel

# A word or sign with the space behind it: spaces alone are no common ground.
PIECES = re.compile(r"(?:[^\W_]+|\S)\s*|\s+")

Piece = tuple[str, str]  # "same", "gone" or "new", and the words


def word_by_word(before: str, after: str) -> list[Piece]:
    """The pieces of both texts in reading order, each with what became of it.

    What differs in spaces alone is the same, with the spaces of `after`.
    """
    old, new = PIECES.findall(before or ""), PIECES.findall(after or "")
    pieces: list[Piece] = []
    gone, come = "", ""
    steps = Indel.opcodes([p.strip() for p in old], [p.strip() for p in new])
    for step in steps:
        gone += "".join(old[step.src_start : step.src_end]) * (step.tag == "delete")
        come += "".join(new[step.dest_start : step.dest_end]) * (step.tag == "insert")
        if step.tag == "equal":
            pieces += changed(gone, come)
            pieces.append(("same", "".join(new[step.dest_start : step.dest_end])))
            gone, come = "", ""
    return pieces + changed(gone, come)


def changed(gone: str, come: str) -> list[Piece]:
    told = (("gone", gone), ("new", come))
    return [(what, words) for what, words in told if words]
