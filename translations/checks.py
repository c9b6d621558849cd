"""Signs that a translation does not say what its original says."""

import re

from django.utils.translation import gettext as _

from priorities import personal_data
from priorities.templatetags.texts import KEY_TERM
from priorities.words import fold
from regions.translated import Text, direction
from workshops.languages import guess
from workshops.reading import digits

from .forms import language_name

NUMBER = re.compile(r"\d{1,3}(?: \d{3})+|\d+(?:[.,\u00a0\u202f]\d+)*")
LETTER = re.compile(r"[^\W\d_]")
ARABIC = re.compile(r"[\u0600-\u06ff]")
SHORT, LONG = 0.4, 2.5  # of the original's letters
ENOUGH = 40  # letters, before lengths say anything


def numbers_in(text: str) -> list[str]:
    """Without their separators, which languages write differently."""
    return [re.sub(r"\D", "", number) for number in NUMBER.findall(digits(text))]


def doubts(original: Text, language: str, value: str) -> list[str]:
    """What somebody should look at, in sentences; none when nothing seems wrong."""
    if not value:
        return []
    found = []
    terms = [len(KEY_TERM.findall(text)) for text in (original.value, value)]
    if terms[0] != terms[1]:
        found.append(
            _(
                "The original has %(original)s key terms between asterisks, the translation %(own)s."
            )
            % {"original": terms[0], "own": terms[1]}
        )
    numbers = [sorted(numbers_in(text)) for text in (original.value, value)]
    if numbers[0] != numbers[1]:
        found.append(
            _("The numbers differ: %(original)s there, %(own)s here.")
            % {
                "original": _(", ").join(numbers[0]) or "—",
                "own": _(", ").join(numbers[1]) or "—",
            }
        )
    letters = [len(LETTER.findall(text)) for text in (original.value, value)]
    is_same = letters[0] > ENOUGH and fold(original.value) == fold(value)
    if is_same:
        found.append(_("It says the same, word for word, as the original."))
    elif letters[0] > ENOUGH and not SHORT <= letters[1] / letters[0] <= LONG:
        found.append(_("It is much shorter or much longer than the original."))
    is_rtl = direction(language) == "rtl"
    if letters[1] > ENOUGH and is_rtl != (len(ARABIC.findall(value)) * 2 > letters[1]):
        found.append(_("Most of its letters are of another script."))
    elif letters[1] > ENOUGH and not is_same:
        other = guess(value)
        if other not in ("", language):
            said = _("It seems to be in another language: %s.")
            found.append(said % language_name(other))
    told = set(personal_data.kinds(value)) - set(personal_data.kinds(original.value))
    if told:
        kinds = _(", ").join(str(personal_data.KINDS[kind]) for kind in sorted(told))
        found.append(_("It may name or reach a person: %(kinds)s.") % {"kinds": kinds})
    return found
