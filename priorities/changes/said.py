"""Changes in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf.locale import LANG_INFO
from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from ..entries import Entry
from ..terms import Terms
from .content import ENTRY, Change

KINDS = {
    "edition": _("Editions published"),
    "published": pgettext_lazy("entries", "Published"),
    "again": _("Published again"),
    "changed": pgettext_lazy("entries", "Changed"),
    "merged": _("Merged into others"),
    "split": _("Made into several"),
    "withdrawn": pgettext_lazy("entries", "Withdrawn"),
    "words": _("Names, headings and overviews"),
}
FIELDS = {
    "areas": _("priority areas"),
    "audience_id": _("audience"),
    "countries": _("countries named"),
    "description": _("description"),
    "heading": _("heading"),
    "horizon_years": _("horizon"),
    "includes": _("audiences it includes"),
    "instruments": _("named instruments and bodies"),
    "introduction": _("introduction"),
    "is_lead": _("said to come first"),
    "merged_into_id": _("no longer merged"),
    "name": _("name"),
    "original_language": _("original language"),
    "overview": _("overview"),
    "parent_id": _("what it is part of"),
    "partners": _("partners"),
    "place": _("place"),
    "rank": _("rank"),
    "section_id": _("the list it stands in"),
    "source_page": _("page of the source"),
    "starts_on": _("first day"),
    "state": _("state of the translation"),
    "synonyms": _("other words for it"),
    "text": _("text"),
    "theme": _("theme"),
}
STEPS = {"added": pgettext_lazy("a term", "new"), "merged": _("took another one in")}


@dataclass(frozen=True)
class Line:
    """A change as a page shows it: an entry whole, anything else as a line."""

    change: Change
    said: str
    label: str = ""
    url: str = ""
    entry: Entry | None = None

    @property
    def is_gone(self) -> bool:
        """Whether a reference of which only that is left to say."""
        return self.change.what == ENTRY and self.entry is None


def field(code: str) -> str:
    name, _line, language = code.rpartition("_")
    if name in FIELDS and language in LANG_INFO:
        return gettext("%(field)s (%(language)s)") % {
            "field": FIELDS[name],
            "language": gettext(LANG_INFO[language]["name"]),
        }
    return str(FIELDS[code])


def fields(codes: Iterable[str]) -> str:
    return gettext(", ").join(map(field, codes))


def line(change: Change, entry: Entry | None, terms: Terms) -> Line:
    if change.what == ENTRY:
        url = reverse("priorities:recommendation-detail", args=[change.name])
        return Line(change, fields(change.fields), change.name, url, entry)
    said = str(STEPS.get(change.step, "")) or fields(change.fields)
    label, url = named(change, terms)
    return Line(change, said, label, url)


def named(change: Change, terms: Terms) -> tuple[str, str]:
    """What a word is called today, and its page."""
    listed = reverse("priorities:recommendation-list")
    slug = "".join(change.leads_to) or change.name
    if change.what == "priorityarea":
        url = reverse("priorities:area-detail", args=[slug])
        return terms.label("area", slug), url
    if change.what == "audience":
        return terms.label("audience", slug), f"{listed}?audience={slug}"
    if change.what == "edition":
        label = gettext("Edition %(year)s") % {"year": change.edition}
        return label, f"{listed}?edition={change.edition}"
    region = terms.label("region", change.region or change.name)
    url = reverse("priorities:region-detail", args=[change.region or change.name])
    if change.what == "region":
        return region, url
    said = {"region": region, "year": change.edition, "number": change.position}
    if change.what == "section":
        label = gettext("%(region)s, %(year)s: list %(number)s") % said
        return label, f"{url}#section-{change.position}"
    return gettext("%(region)s, %(year)s") % said, url


def counted(n: int) -> str:
    return ngettext("%(n)s change", "%(n)s changes", n) % {"n": n}
