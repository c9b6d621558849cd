"""Text search: words, accents and case ignored, all of them wanted."""

import re
import unicodedata

from django.db.models import Q

MAX_LENGTH = 200
TATWEEL = "\u0640"


def fold(text: str) -> str:
    """Reduce text to what two spellings of it share: no case, no marks, no tatweel."""
    decomposed = unicodedata.normalize("NFKD", text.replace(TATWEEL, "").casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+(?:[-’']\w+)*", bare.replace("’", "'")))


def words(query: str) -> list[str]:
    """The words asked for, folded; what is longer than MAX_LENGTH is not read."""
    return fold(query[:MAX_LENGTH]).split()


def matching(query: str) -> Q:
    """Rows whose folded text has every word, anywhere in any language or reference."""
    condition = Q()
    for word in words(query):
        condition &= Q(search_text__contains=word)
    return condition
