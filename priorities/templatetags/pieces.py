"""The small pieces that pages hold by the hundred.

They are made in Python: as templates they took four fifths of the time of a page.
"""

from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.conf.locale import LANG_INFO
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from regions.translated import Text

from ..comparison import Cell as Compared
from ..entries import Entry
from ..facets import Choice, Facet
from ..likeness import Side
from ..matrix import Cell, Row
from ..search import Search
from .texts import KEY_TERM, emphasise, emphasise_marked

register = template.Library()


@lru_cache(maxsize=64)
def _address(name: str, language: str | None) -> str:
    return reverse(f"priorities:{name}")


def address(name: str) -> str:
    """Where a kind of page begins, in the reader's language."""
    return _address(name, get_language())


@register.simple_block_tag
def titled(content: str) -> SafeString:
    """The title of a page, for browsers and for whoever shares it."""
    said = content.strip()
    return mark_safe(
        f"<title>{said} · {escape(gettext('Forum priorities'))}</title>\n    "
        f'<meta property="og:title" content="{quoted(said)}">'
    )


@register.simple_block_tag
def described(content: str) -> SafeString:
    """What a page is about, else what the site is; its picture says the same."""
    said = quoted(" ".join(content.split())) or escape(
        gettext(
            "What people who work to end modern slavery ask, region by region: the recommendations of the regional forums of the Freedom From Slavery Forum."
        )
    )
    return mark_safe(
        f'<meta name="description" property="og:description" content="{said}">\n    '
        f'<meta property="og:image:alt" content="{said}">'
    )


def quoted(html: str) -> str:
    return html.replace('"', "&quot;")


@register.simple_tag
def text(text: Text, heading: Text | None = None, alone: bool = False) -> SafeString:
    """A text with its language, how far it can be trusted, and its original.

    The original of its `heading` goes along. `alone`: the page shows originals itself.
    """
    translated = shown(text, emphasise(text.value))
    originals = [t.original for t in (heading, text) if t and t.original and t.value]
    if alone or not originals:
        return translated
    said = "".join(
        f'<p class="text" lang="{original.language}" dir="{original.direction}">'
        f"{emphasise(original.value)}</p>"
        for original in originals
    )
    summary = escape(original_in(originals[-1]))
    return mark_safe(
        f'{translated}<details class="original"><summary>{summary}</summary>{said}</details>'
    )


@register.simple_tag
def original_in(original: Text) -> str:
    name = gettext(LANG_INFO[original.language]["name"])
    return gettext("Original: %(language)s") % {"language": name}


def about_state(text: Text) -> str:
    """What a reader should know of a translation before trusting it; "" where nothing."""
    if text.state == "draft":
        return gettext("Translation not yet reviewed.")
    if text.state == "machine":
        return gettext("Translated by a program, not yet reviewed.")
    if text.state == "stale":
        return gettext("The original has changed since this translation was made.")
    if text.language != get_language():
        return gettext("Not translated yet; this is the original.")
    return ""


def shown(text: Text, html: str, url: str = "") -> SafeString:
    """`url`: where the original of a translation is."""
    said = escape(about_state(text))
    if text.original is not None and url:
        told = escape(original_in(text.original))
        said += f' <a class="original" href="{url}">{told}</a>'
    state = f'<p class="state">{said}</p>' if said else ""
    return mark_safe(
        f'<p class="text" lang="{text.language}" dir="{text.direction}">{html}</p>{state}'
    )


@register.simple_tag(takes_context=True)
def recommendation(context: Any, entry: Entry, hide: str = "") -> SafeString:
    """One recommendation, the same everywhere. `hide` names what the page says already."""
    row, carried = entry.recommendation, context.get("carried", "")
    filterset = context.get("filter")
    search = filterset.search if filterset and filterset.asked["q"] else None
    to_read = row.to_read("text")
    html, is_marked = emphasise_marked(to_read, search)
    reference = escape(row.reference)
    url = f"{address('recommendation-list')}{reference}/{carried}"
    about = [f'<a class="reference" href="{url}"><bdi dir="ltr">{reference}</bdi></a>']
    if "region" not in hide:
        about.append(span("region-mark", entry.region.label))
    if entry.is_joint and entry.audience:
        said = gettext("jointly: %(audience)s") % {"audience": entry.audience.label}
        about.append(span("joint", said))
    elif "audience" not in hide:
        about.append(span("audience", addressed(entry)))
    if row.is_lead:
        about.append(span("lead", gettext("said to come first")))
    if row.rank:
        about.append(span("rank", gettext("ranked %(rank)s") % {"rank": row.rank}))
    areas = "" if "areas" in hide else links_to_areas(entry, carried)
    why = ""
    if search and not is_marked:
        why = f'<p class="why">{escape(because(search, entry))}</p>'
    marking = "" if "select" in hide else " " + mark_box(context, reference)
    return mark_safe(
        f'<article class="recommendation region-{entry.region.slug}">'
        f"{shown(to_read, html, f'{url}#original')}{why}"
        f'<p class="about">{" ".join(about)}{marking}</p>{areas}</article>'
    )


def span(name: str, said: str) -> str:
    return f'<span class="{name}">{escape(said)}</span>'


def addressed(entry: Entry) -> str:
    if entry.audience is None:
        return gettext("a concern, addressed to nobody")
    return gettext("to: %(audience)s") % {"audience": entry.audience.label}


def links_to_areas(entry: Entry, carried: str) -> str:
    label, start = escape(gettext("Priority areas")), address("area-list")
    links = "".join(
        f'<li><a href="{start}{area.slug}/{carried}">{escape(area.label)}</a></li>'
        for area in entry.areas
    )
    return f'<ul class="areas" aria-label="{label}">{links}</ul>' if links else ""


def mark_box(context: Any, reference: str) -> str:
    """The box that puts it in the reader's selection."""
    if reference in context.get("selection", ()):
        return span("selected", gettext("in your selection"))
    label = escape(gettext("select"))
    return (
        '<label class="select"><input type="checkbox" name="add" form="selection" '
        f'value="{reference}"> {label} <bdi class="hidden" dir="ltr">{reference}</bdi></label>'
    )


def because(search: Search, entry: Entry) -> str:
    """Why a row is found although the text shown has none of the words."""
    languages = search.languages_of(entry.recommendation)
    if languages:
        return gettext("found in its text in: %s") % gettext(", ").join(languages)
    return gettext("found through: %s") % gettext(", ").join(search.names_of(entry))


@register.simple_tag(takes_context=True)
def select_box(context: Any, reference: str) -> SafeString:
    return mark_safe(mark_box(context, reference))


@register.simple_tag
def alike(side: Side) -> SafeString:
    """A text with the words that the other has too marked, and its key terms."""
    pieces = (
        f"<mark>{escape(p)}</mark>" if both else escape(p) for p, both in side.pieces
    )
    return mark_safe(KEY_TERM.sub(r"<strong>\1</strong>", "".join(pieces)))


@register.simple_tag
def choices(facet: Facet) -> SafeString:
    """The boxes of one filter, parts under their whole."""
    return mark_safe(listed(facet.name, facet.choices))


def listed(name: str, choices: list[Choice]) -> str:
    items = (f"<li>{box(name, c)}{listed(name, c.choices)}</li>" for c in choices)
    return f"<ul>{''.join(items)}</ul>" if choices else ""


def box(name: str, choice: Choice) -> str:
    slug, label = escape(choice.term.slug), escape(choice.term.label)
    if choice.value != choice.term.slug:
        label = escape(gettext("%(region)s itself") % {"region": choice.term.label})
    state = " checked" if choice.is_chosen else "" if choice.count else " disabled"
    none = " none" if state == " disabled" else ""
    return (
        f'<label class="choice{none}" for="{name}-{slug}">'
        f'<input type="checkbox" id="{name}-{slug}" name="{name}" value="{escape(choice.value)}"{state}>'
        f'<span class="name">{label}</span><span class="count">{choice.count}</span></label>'
    )


@register.simple_tag(takes_context=True)
def compared_cell(context: Any, cell: Compared) -> SafeString:
    """What one column says in one row: its count, its first entries; or its silence."""
    column = cell.column
    name = (
        '<p class="column-name" aria-hidden="true">'
        f'<span class="region-name region-{column.term.slug}">{escape(column.label)}</span></p>'
    )
    if not cell.entries:
        return mark_safe(
            f'{name}<p class="silent">{escape(gettext("Nothing recorded."))}</p>'
        )
    url, hide = escape(cell.url), context["layout"].hides
    said = ngettext("%(n)s entry", "%(n)s entries", cell.count) % {"n": cell.count}
    entries = "".join(
        f"<li>{recommendation(context, entry, hide)}</li>" for entry in cell.entries
    )
    more = ""
    if cell.more:
        see = gettext("See all %(n)s") % {"n": cell.count}
        more = f'<p><a href="{url}">{escape(see)}</a></p>'
    return mark_safe(
        f'{name}<p class="cell-count"><a href="{url}">{said}</a></p>'
        f"<ol>{entries}</ol>{more}"
    )


@register.simple_tag
def figures(row: Row) -> SafeString:
    """The cells of one row of a matrix: each figure a link to what it counts."""
    return mark_safe("".join(figure(row, cell) for cell in row.cells))


def figure(row: Row, cell: Cell) -> str:
    if not cell.count:
        said = escape(gettext("nothing recorded"))
        return (
            f'<td class="step-0"><span class="silent" title="{said}">'
            f'<span aria-hidden="true">–</span><span class="hidden">{said}</span></span></td>'
        )
    said = ngettext(
        "%(region)s · %(area)s: %(n)s entry",
        "%(region)s · %(area)s: %(n)s entries",
        cell.count,
    ) % {"region": cell.column.label, "area": row.line.label, "n": cell.count}
    if cell.leads:
        said += gettext(", said to come first")
    lead = '<sup aria-hidden="true">•</sup>' if cell.leads else ""
    return (
        f'<td class="step-{cell.step}"><a href="{escape(cell.url)}" title="{escape(said)}">'
        f"{cell.count}{lead}</a></td>"
    )
