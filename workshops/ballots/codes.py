"""Codes for one person each: short enough to type, long enough that nobody guesses one.

Twelve signs of Crockford's base 32, without the letters that are taken for others; the
last one checks the eleven before it (55 bits), so that a slip is told from a code that is
not there. Kept as keyed digests only.
"""

import secrets
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
# Odd factors, so that one wrong sign always shows; different, so that most swaps do.
FACTORS = [2 * place + 1 for place in range(LENGTH - 1)]


def check_sign(signs: str) -> str:
    total = sum(
        factor * SIGNS.index(sign) for factor, sign in zip(FACTORS, signs, strict=True)
    )
    return SIGNS[total % len(SIGNS)]


def make() -> str:
    signs = "".join(secrets.choice(SIGNS) for _ in range(LENGTH - 1))
    return signs + check_sign(signs)


def spaced(code: str) -> str:
    """As it is printed: XXXX-XXXX-XXXX."""
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))


def read(typed: str) -> str:
    """The code somebody typed, in whatever digits and spelling; ValidationError says what is wrong."""
    plain = unicodedata.normalize("NFKC", typed[:200]).upper()
    digits = (str(unicodedata.decimal(sign, sign)) for sign in plain)
    code = "".join(sign for sign in digits if sign.isalnum()).translate(ALIKE)
    if not code:
        raise ValidationError(_("Type the code from your paper."))
    if len(code) != LENGTH:
        raise ValidationError(
            ngettext(
                "A code has %(length)s sign; “%(code)s” has %(count)s. Look at your paper again.",
                "A code has %(length)s signs; “%(code)s” has %(count)s. Look at your paper again.",
                LENGTH,
            )
            % {"length": LENGTH, "code": typed.strip()[:40], "count": len(code)}
        )
    if set(code) - set(SIGNS) or check_sign(code[:-1]) != code[-1]:
        raise ValidationError(
            _("“%s” has a sign that is not right. Look at your paper again.")
            % typed.strip()[:40]
        )
    return code


def digest(code: str) -> str:
    """By which the code is known to exist."""
    return salted_hmac("workshops.ballots.code", code, algorithm="sha256").hexdigest()


def key(code: str) -> str:
    """By which the answer of its holder is found: nothing leads here from `digest`."""
    return salted_hmac("workshops.ballots.answer", code, algorithm="sha256").hexdigest()
