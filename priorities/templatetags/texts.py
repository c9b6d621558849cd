import re

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from regions.translated import OriginalText, Text

register = template.Library()

KEY_TERM = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


@register.filter
def to_read(row: OriginalText, name: str) -> Text:
    """The named text of a row in the reader's language, else its original."""
    return row.to_read(name)


@register.filter
def emphasise(text: str) -> SafeString:
    """Escape the text, then show its **key terms**; nothing else is markup."""
    return mark_safe(KEY_TERM.sub(r"<strong>\1</strong>", conditional_escape(text)))


@register.filter
def plain(text: str) -> str:
    """The text without its emphasis, for titles and mail."""
    return KEY_TERM.sub(r"\1", text)
