"""How letters stand beside each other, which tells apart encodings of one byte."""

import re
from itertools import pairwise

# Signs that French, Spanish and English put beside their letters, outside ASCII.
USUAL = frozenset("àâäçéèêëîïôöùûüÿœæñáíóúÀÂÇÉÈÊËÎÏÔÙÛÜŒÑÁÍÓÚ")
PUNCTUATION = frozenset("’‘“”«»–—…•¿¡€£©®°ºª·²³½¼¾\u00a0")
SELDOM = frozenset("§¶±×÷")
# The apostrophe of Windows is the í of a Mac. Where French and English put one, no
# Spanish í stands, but for some words that could be either (día, país, París).
APOSTROPHE = re.compile(
    r"(?:(?<=\b[cdjlmnst])|(?<=\bqu)|(?<=[srl]qu))[’í]"
    r"(?=[aeiouyhàâéèêëîïôœ])(?![ao]s?\b)"
    r"|(?<=[^\W\d])[’í](?=h)"  # aujourd’hui
    r"|(?<=[^\W\d])(?<!\bpa)(?<!\bpar)[’í](?=(?:[sdmt]|re|ve|ll)\b)"
    r"|(?<=[^\W\d]{2}s)[’í](?!\w)"
    r"|(?<=[^\W\d])[’í](?-i:(?=[A-Z]))",  # N’Djamena
    re.I,
)
ARABIC = re.compile(r"[\u0600-\u06ff]")
OF_ANOTHER_SCRIPT = re.compile(r"[a-z][\u0370-\u05ff]|[\u0370-\u05ff][a-z]", re.I)


def points(text: str) -> list[float]:
    """For each sign of a text, from -1 to 1, how usual it is there; 0 for ASCII."""
    apostrophes = {match.start() for match in APOSTROPHE.finditer(text)}
    found = []
    for place, (before, sign) in enumerate(pairwise(" " + text)):
        after = text[place + 1 : place + 2] or " "
        if sign < "\x80":
            found.append(0.0)
        elif ARABIC.match(sign):
            found.append(points_in_arabic(before, after))
        elif sign in "’í" and place in apostrophes:
            found.append(1.0 if sign == "’" else -1.0)
        elif sign in USUAL:
            found.append(points_of_letter(before, sign, after))
        elif sign in PUNCTUATION:
            inside = before.isalpha() and after.isalpha()
            found.append(-0.5 if inside and sign != "’" else 0.9)
        elif sign in SELDOM:
            found.append(0.2)
        else:
            found.append(-1.0)
    return found


def points_of_letter(before: str, sign: str, after: str) -> float:
    # A capital inside a small word, or a letter alone, is seldom meant.
    odd = sign.isupper() and (
        before.islower() or (before.isupper() and after.islower())
    )
    out_of_place = (sign == "ë" and not before.isalpha()) or (
        sign == "î" and not after.isalpha()
    )
    strange = ARABIC.match(before) or ARABIC.match(after)
    if odd or out_of_place or strange:
        return -1.0
    return 1.0 if before.isalpha() or after.isalpha() else 0.2


def points_in_arabic(before: str, after: str) -> float:
    neighbours = [n for n in (before, after) if n.isalpha() or ARABIC.match(n)]
    return 1.0 if neighbours and all(map(ARABIC.match, neighbours)) else -1.0


def mean(points: list[float], text: str) -> float:
    """Over the signs beyond ASCII."""
    signs = sum(sign >= "\x80" for sign in text)
    return sum(points) / signs if signs else 1.0


def is_mixed(text: str) -> bool:
    """Whether most signs beyond ASCII are Greek to Hebrew, glued to Latin letters.

    So l’école of a Mac looks, which happens to be UTF-8 too.
    """
    signs = sum(sign >= "\x80" for sign in text)
    return len(OF_ANOTHER_SCRIPT.findall(text)) * 2 > signs
