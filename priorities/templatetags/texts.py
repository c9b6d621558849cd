import re

from django import template
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from regions.translated import CONTROL, OriginalText, Text, isolate

from ..search import Search

register = template.Library()

NUMBER = re.compile(r"[0-9]+")
TURNING = re.compile(
    "[\u202a-\u202e\u2066-\u2069]"
)  # signs that turn what follows them
KEY_TERM = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


@register.filter
def to_read(row: OriginalText, name: str) -> Text:
    """The named text of a row in the reader's language, else its original."""
    return row.to_read(name)


@register.filter
def emphasise(text: str) -> SafeString:
    """Escape the text, then show its **key terms**; nothing else is markup."""
    return mark_safe(KEY_TERM.sub(r"<strong>\1</strong>", conditional_escape(text)))


def emphasise_marked(text: Text, search: Search | None) -> tuple[str, bool]:
    """The text with its key terms and the words sought marked; whether any was."""
    if search is None:
        return emphasise(text.value), False
    marks, spans = search.marks(text.value, text.language), []
    end = 0
    for start, stop in marks:
        spans += [
            escape(text.value[end:start]),
            f"<mark>{escape(text.value[start:stop])}</mark>",
        ]
        end = stop
    spans.append(escape(text.value[end:]))
    return KEY_TERM.sub(r"<strong>\1</strong>", "".join(spans)), bool(marks)


@register.filter
def isolated(text: str) -> str:
    """What a reader typed, so that its direction moves nothing around it."""
    return isolate(text)


@register.filter
def reason(told: str) -> str:
    """Why the history says a row changed: our own reasons in the reader's words."""
    said = gettext(NUMBER.sub("%s", told))
    for number in NUMBER.findall(told):
        said = said.replace("%s", number, 1)
    return said


@register.filter
def plain(text: str) -> str:
    """The text without its emphasis, for titles and mail."""
    return KEY_TERM.sub(r"\1", text)


@register.filter
def one_line(text: str) -> str:
    """The plain text in one line, without signs that would turn or break what is around."""
    return " ".join(TURNING.sub("", CONTROL.sub(" ", plain(text))).split())


@register.filter
def shortened(text: str, most: int) -> str:
    """One line of so many signs at most, cut after a word."""
    line = one_line(text)
    if len(line) <= most:
        return line
    kept = line[: most - 1]
    if not line[most - 1].isspace():
        kept = kept.rpartition(" ")[0] or kept
    return kept.rstrip(" ,;:–—-") + "…"
