"""The small pieces that ballots hold by the hundred; made in Python as in pieces.py."""

from collections.abc import Iterable, Sequence
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from priorities.templatetags.pieces import original_in, span
from priorities.templatetags.texts import emphasise, one_line, shortened
from regions.translated import Text

from ..ballots.answering import Option
from ..ballots.shown import Cell, Shown

register = template.Library()
NAME = 50  # signs


def spoken_in(text: Text) -> str:
    """How a text says its language, where it is not the page's own."""
    if text.language == get_language():
        return ""
    return f' lang="{text.language}" dir="{text.direction}"'


@register.simple_tag
def candidate(shown: Shown) -> SafeString:
    """Its number and its whole text, within a label or a paragraph."""
    number = span("number", str(shown.number))
    if shown.text:
        said = f'<span class="text"{spoken_in(shown.text)}>{emphasise(shown.text.value)}</span>'
    else:
        gone = escape(gettext("This text is not public any more."))
        said = f'<span class="silent">{gone} {reference(shown)}</span>'
    return mark_safe(f"{number} {said}")


def reference(shown: Shown) -> str:
    return f'<bdi dir="ltr">{escape(shown.reference)}</bdi>' if shown.reference else ""


@register.simple_tag
def about_candidate(shown: Shown, is_mixed: bool) -> SafeString:
    """Below its text on a ballot: where it comes from, how far to trust the words."""
    about = []
    if is_mixed and shown.region:
        name = f"region-mark region-{shown.region.slug}"
        about.append(span(name, str(shown.region)))
    if shown.state:
        about.append(escape(shown.state))
    html = f'<p class="about">{" · ".join(about)}</p>' if about else ""
    original = shown.text.original if shown.text else None
    if original:
        html += (
            f'<details class="original"><summary>{escape(original_in(original))}</summary>'
            f'<p class="text" lang="{original.language}" dir="{original.direction}">'
            f"{emphasise(original.value)}</p></details>"
        )
    return mark_safe(html)


@register.simple_tag
def named(shown: Shown) -> SafeString:
    """A link down to what a number stands for, which says where it begins to be its own."""
    if shown.text:
        own = one_line(shown.text.value)[shown.opening :]
        said = escape("… " * bool(shown.opening) + shortened(own, NAME))
        spoken = spoken_in(shown.text)
        said = f"<span{spoken}>{said}</span>" if spoken else said
    else:
        said = reference(shown)
    return mark_safe(f'<a href="#c{shown.number}">{shown.number} · {said}</a>')


@register.simple_tag
def options(options: Iterable[Option]) -> SafeString:
    """What a field can hold, after its empty choice."""
    return mark_safe(
        "".join(
            f'<option value="{escape(option.value)}"{" selected" if option.is_chosen else ""}>'
            f"{escape(option.label)}</option>"
            for option in options
        )
    )


@register.simple_tag
def placed_cells(cells: Sequence[Cell]) -> SafeString:
    """Where each group placed one candidate."""
    nobody = escape(gettext("nobody chose it"))
    return mark_safe("".join(f"<td>{placed(cell, nobody)}</td>" for cell in cells))


def placed(cell: Cell, nobody: str) -> str:
    if not cell.place:
        return f'<span title="{nobody}">–<span class="hidden">{nobody}</span></span>'
    return f"<strong>{cell.place}</strong>" if cell.is_high else cell.place


@register.simple_tag
def listed(names: Iterable[str]) -> SafeString:
    """Names one after the other, each in its own direction."""
    return mark_safe(
        escape(gettext(", ")).join(f"<bdi>{escape(n)}</bdi>" for n in names)
    )
