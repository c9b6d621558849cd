"""The global agenda as a chapter of an edition's booklet."""

from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _

from priorities.booklet.content import Chapter, Grid, Item, Listing, Words
from priorities.booklet.gathering import Gathering, own, words, words_or_none
from regions.models import Edition
from regions.translated import direction, isolate, set_apart

from .coverage import RegionSays
from .told import Agenda, Told
from .views import Place, places_of


def chapters(gathered: Gathering, edition: Edition) -> list[Chapter]:
    """One, where the edition has an agenda."""
    index, terms = gathered.index, gathered.terms
    agenda = Agenda.at(index)
    priorities = agenda.of_edition(edition.year)
    if not priorities:
        return []
    address = f"{reverse('agenda:agenda')}?edition={edition.year}"
    return [
        Chapter(
            title=own(_("Global agenda %(year)s") % {"year": edition.year}),
            region="",
            about=[],
            address=gathered.address(address),
            overview=None,
            glance=[],
            listings=[
                *map(priority, priorities),
                alone(gathered, places_of(agenda, edition, index, terms)),
            ],
            grid=Grid(
                own(_("Global priority")),
                [(own(region.label), region.slug) for region in terms.forum_regions],
                [
                    (
                        f"{set_apart(told.reference)} {own(title_of(told))}",
                        said_of(told),
                    )
                    for told in priorities
                ],
            ),
        )
    ]


def title_of(told: Told) -> str:
    return told.row.to_read("title").value


def said_of(told: Told) -> list[str]:
    """A cell for each region: how far it stands behind it, and its dissent."""
    words = {"behind": _("behind"), "context": _("context"), "silent": _("silent")}
    return [
        own(
            " · ".join(
                [words[says.standing], *([says.answer] if says.dissents else [])]
            )
        )
        for says in told.regions
    ]


def point(says: RegionSays) -> str:
    """What a region has to do with it, where that was said, and why it dissents."""
    comma = _(", ")
    name = _("%(name)s: %(value)s") % {
        "name": says.region.label,
        "value": f"{says.label} · {says.answer}",
    }
    sources = comma.join(f"{set_apart(s.reference)} ({s.label})" for s in says.sources)
    reasons = [set_apart(s.to_read("reason").value) for s in says.dissents]
    return own(" · ".join(filter(None, [name, sources, *reasons])))


def priority(told: Told) -> Listing:
    years = isolate(f"{told.row.first_year}–{told.row.last_year}")
    about = [set_apart(told.reference), years]
    about += [own(term.label) for term in told.audiences]
    return Listing(
        words(told.row.to_read("title")),
        about,
        words_or_none(told.row.to_read("statement")),
        [],
        [point(says) for says in told.regions],
    )


def alone(gathered: Gathering, places: list[Place]) -> Listing:
    """Priorities of one region alone, each with its answer."""
    title = [(own(_("Priorities of one region alone")), False)]
    heading = Words(title, gathered.language, direction(gathered.language))
    items: list[Item] = []
    for place in places:
        if place.entry is not None:
            item = gathered.item(place.entry)
            items.append(replace(item, about=[*item.about, own(answer(place))]))
    none = [] if items else [own(_("None is recorded in this edition."))]
    return Listing(heading, none, None, items)


def answer(place: Place) -> str:
    if place.taken_up:
        return _("Taken up in %(reference)s") % {
            "reference": set_apart(place.taken_up.reference)
        }
    if reason := place.place.to_read("left_because").value:
        return _("Left to the region because: %(reason)s") % {"reason": reason}
    return _("Not answered yet")
