"""How a language sets its signs, for what is printed."""

import re

NARROW, FULL = "\u202f", "\u00a0"
BEFORE_HIGH = re.compile(r"(?<=[^\s?!;])[ \u00a0\u202f]*([;?!]+)(?=[\s»)\]*]|$)")
BEFORE_COLON = re.compile(r"[ \u202f]+:(?=\s|$)")
QUOTED = re.compile(r'"([^"\n]+)"')
INNER = re.compile(r"«[ \u202f]*|[ \u202f]*»")


def in_french(text: str) -> str:
    """Spaces that do not break before ; ? ! : and within « », and curled apostrophes.

    Source: the rules of the Imprimerie nationale.
    """
    text = QUOTED.sub(r"« \1 »", text.replace("'", "’"))
    text = BEFORE_HIGH.sub(rf"{NARROW}\1", text)
    text = BEFORE_COLON.sub(f"{FULL}:", text)
    return INNER.sub(
        lambda sign: f"«{FULL}" if "«" in sign[0] else f"{FULL}»", text
    ).replace(FULL * 2, FULL)


def spaced(text: str, language: str) -> str:
    return in_french(text) if language == "fr" else text
