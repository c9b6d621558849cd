"""Who may do what: every address of the site, every role, GET and POST.

The addresses come from the URL resolver: a new one without a row here fails.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import get_resolver, reverse

from accounts.invitations import invite
from accounts.models import Invitation, User
from agenda.models import GlobalPriority, ProtectedPlace
from priorities.models import (
    Audience,
    Instrument,
    PriorityArea,
    ProblemReport,
    Recommendation,
)
from regions import operations
from regions.models import Country, Edition, Region
from workshops.ballots import casting
from workshops.models import Ballot, NoteImport, WorkshopNote

from .agenda import add_support, make_priority
from .ballots import put_to_the_vote
from .conftest import emptied
from .factories import make_edition, make_recommendation, make_region, make_section
from .halls import make_ballot
from .people import browser, make_user
from .solutions import make_solution

pytestmark = pytest.mark.django_db

FAC, REV, TRA, ORG, PAR, ADM, OBS, NOB = (
    "facilitator",  # of MENA
    "reviewer",  # of MENA
    "translator",  # a reviewer of Spanish, of no region
    "organiser",
    "partner",  # of no region; reported a solution in MENA
    "administrator",
    "observer",  # of MENA
    "nobody",  # an account without a role
)
EVERYBODY = frozenset({FAC, REV, TRA, ORG, PAR, ADM, OBS, NOB})
READERS = frozenset(
    {FAC, REV, TRA, ORG, OBS}
)  # of words and, within their wall, of entries
OF_WORDS = READERS | {PAR}
WALLED = frozenset({FAC, REV, TRA, PAR, OBS})
REGIONLESS = frozenset({TRA, PAR})
NONE: frozenset[str] = frozenset()
Args = Callable[["World"], tuple[Any, ...]]


@dataclass(frozen=True)
class Row:
    """Who is answered to GET and to POST; to all others nothing is there.

    `args`: of an address within MENA; `beyond`: of its like in another region, where
    whoever is walled in finds nothing. Who has no region finds nothing within either,
    but for what is one's `own`.
    """

    get: frozenset[str] = NONE
    post: frozenset[str] = NONE
    args: Args = lambda world: ()
    beyond: Args | None = None
    own: frozenset[str] = NONE

    @property
    def needs_region(self) -> bool:
        return self.beyond is not None and self.args is not spanish


class World:
    """Two regions, each with a draft, its list, its forum and its notes."""

    def __init__(self) -> None:
        for slug in ("mena", "asia"):
            make_region(slug)
        self.people = {
            FAC: make_user(FAC, "facilitator", regions=["mena"]),
            REV: make_user(REV, "reviewer", regions=["mena"]),
            TRA: make_user(TRA, "reviewer", languages=["es"]),
            ORG: make_user(ORG, "organiser"),
            PAR: make_user(PAR, "partner"),
            ADM: make_user(ADM, "administrator"),
            OBS: make_user(OBS, "observer", regions=["mena"]),
            NOB: make_user(NOB),
        }
        self.browsers = {role: browser(user) for role, user in self.people.items()}
        self.entries = {
            slug: make_recommendation(slug, status="draft") for slug in ("mena", "asia")
        }
        self.instrument = Instrument.objects.create(slug="ilo-29", kind="instrument")
        self.country = Country.objects.create(iso_code="LB")
        self.imports = {
            slug: upload(self.browsers[role], slug)
            for slug, role in (("mena", FAC), ("asia", ORG))
        }
        self.done = {
            slug: brought_in(self.entries[slug], self.people[role])
            for slug, role in (("mena", FAC), ("asia", ORG))
        }

        self.reports = {
            slug: ProblemReport.objects.create(
                recommendation=make_recommendation(slug), said="It names somebody."
            )
            for slug in ("mena", "asia")
        }
        self.ballots = {slug: make_ballot_of(slug) for slug in ("mena", "asia")}
        self.solutions = {
            (slug, status): make_solution(
                status,
                (Region.objects.get(slug=slug),),
                recommendation=report.recommendation,
                reported_by=self.people[role],
            )
            for (slug, report), role in zip(
                self.reports.items(), (PAR, ORG), strict=True
            )
            for status in ("draft", "in-review", "published")
        }
        self.evidence = {
            slug: self.solutions[slug, "published"].evidence.create(
                dated=date(2026, 2, 1), file_name="a.pdf", file=b"%PDF"
            )
            for slug in ("mena", "asia")
        }
        with operations.one() as self.operation:
            self.entries["asia"].send_to_review()
            self.entries["asia"].back_to_draft()
        make_edition(2024, published_at=None)
        self.priority, self.place = with_the_regions(), {}
        for slug in ("mena", "asia"):
            self.place[slug] = ProtectedPlace.objects.create(
                recommendation=make_recommendation(slug)
            )
        self.ballot = put_to_the_vote(self.entries["mena"].section, 2, opened=False)
        self.invitation = Invitation(role="observer", made_by=self.people[ADM])
        invite(self.invitation)

    def entry(self, slug: str) -> Recommendation:
        return self.entries[slug]


def with_the_regions() -> GlobalPriority:
    priority = make_priority()
    for slug in ("mena", "asia"):
        add_support(priority, make_recommendation(slug))
    priority.send_to_regions()
    return priority


def upload(client: Client, slug: str) -> NoteImport:
    text = f"region,audience,text\n{slug},governments,Train judges.\n"
    file = SimpleUploadedFile("notes.csv", text.encode())
    edition = Edition.objects.get(year=2021)
    address = reverse("admin:workshops_noteimport_add")
    client.post(address, {"edition": edition.pk, "file": file})
    return NoteImport.objects.latest("pk")


def brought_in(entry: Recommendation, user: User) -> WorkshopNote:
    note_import = NoteImport.objects.create(
        edition=Edition.objects.get(year=2021),
        uploaded_by=user,
        file_name="done.csv",
        size=1,
        status="done",
        brought_at=entry.section.regional_forum.edition.published_at,
        headings=["text"],
    )
    return WorkshopNote.objects.create(
        note_import=note_import,
        row=2,
        cells=["Train judges."],
        values={"texts": {}},
        region=entry.region,
        fingerprint=entry.pk,
        outcome="created",
        recommendation=entry,
    )


def curated(
    name: str,
    row: Callable[[World, str], Any],
    view: frozenset[str],
    change: frozenset[str] = frozenset({ORG}),
    add: frozenset[str] = frozenset({ORG}),
    delete: frozenset[str] = frozenset({ORG}),
    walled: bool = False,
    own: frozenset[str] = NONE,
) -> dict[str, Row]:
    """The pages that Django's admin and the history make for a model."""

    def of(region: str) -> Args:
        return lambda world: (row(world, region).pk,)

    def version(region: str) -> Args:
        return lambda world: (
            row(world, region).pk,
            row(world, region).history.latest("history_id").pk,
        )

    inside, beyond = of("mena"), of("asia") if walled else None
    old, old_beyond = version("mena"), version("asia") if walled else None
    pages = {
        "changelist": Row(view, view),
        "add": Row(add, add),
        "change": Row(view, change, inside, beyond, own),
        "delete": Row(delete, delete, inside, beyond, own),
        "history": Row(view, view, inside, beyond, own),
        "simple_history": Row(view, NONE, old, old_beyond, own),
        "restore": Row(NONE, change, old, old_beyond, own),
    }
    return {f"admin:{name}_{page}": given for page, given in pages.items()}


def make_ballot_of(slug: str) -> Ballot:
    """A draft whose codes are printed, on a list of its own."""
    ballot = make_ballot(2, section=make_section(slug))
    casting.give_out(ballot, 1, None)
    return ballot


def ballot(slug: str) -> Args:
    return lambda world: (world.ballots[slug].pk,)


def balloting(get: frozenset[str], post: frozenset[str]) -> Row:
    return Row(get, post, ballot("mena"), ballot("asia"))


def batch(slug: str) -> Args:
    return lambda world: (
        world.ballots[slug].pk,
        world.ballots[slug].batches.get().pk,
    )


def noteimport(slug: str) -> Args:
    return lambda world: (world.imports[slug].pk,)


def note(slug: str) -> Args:
    return lambda world: (world.done[slug].pk,)


def entry(slug: str) -> Args:
    return lambda world: (world.entries[slug].pk,)


def solution(status: str, slug: str) -> Args:
    return lambda world: (world.solutions[slug, status].pk,)


def somebody(world: World) -> tuple[int]:
    return (world.people[NOB].pk,)


def invited(world: World) -> tuple[int]:
    return (world.invitation.pk,)


def importing(get: frozenset[str], post: frozenset[str]) -> Row:
    return Row(get, post, noteimport("mena"), noteimport("asia"))


FACILITATORS, ORGANISERS = frozenset({ORG, FAC}), frozenset({ORG})
ADMINISTRATORS = frozenset({ADM})
TRANSLATORS = frozenset({ORG, TRA})


AGENDA_READERS = frozenset({ORG, FAC, OBS})


def asked_about(world: "World") -> tuple[int]:
    return (world.priority.pk,)


def spanish(world: "World") -> tuple[str]:
    return ("es",)


PUBLIC: dict[str, Args] = {
    "healthz": lambda w: (),
    "robots": lambda w: (),
    "priorities:home": lambda w: (),
    "priorities:region-list": lambda w: (),
    "priorities:region-detail": lambda w: ("mena",),
    "priorities:recommendation-list": lambda w: (),
    "priorities:area-list": lambda w: (),
    "priorities:area-detail": lambda w: ("media",),
    "priorities:compare": lambda w: (),
    "priorities:matrix": lambda w: (),
    "priorities:convergences": lambda w: (),
    "priorities:selection": lambda w: (),
    "priorities:suggestions": lambda w: (),
    "agenda:agenda": lambda w: (),
    "ballots:list": lambda w: (),
    "agenda:progress": lambda w: (),
    "agenda:progress-feed": lambda w: (),
    "agenda:solution": lambda w: (w.solutions["mena", "published"].pk,),
    "priorities:booklet": lambda w: (2021,),
    "priorities:booklet-file": lambda w: (2021, "html"),
    "priorities:compare-file": lambda w: ("html",),
    "priorities:selection-file": lambda w: ("html",),
    "priorities:new": lambda w: (),
    "priorities:edition-citation": lambda w: (2021, "bib"),
    "priorities:picture": lambda w: ("regions", "mena"),
    "sitemap:index": lambda w: (),
    "sitemap:pages": lambda w: (),
    "sitemap:entries": lambda w: (Recommendation.objects.published()[0].pk // 500,),
    "data:concepts": lambda w: ("ttl",),
    "id:scheme": lambda w: ("areas",),
    "id:concept": lambda w: ("areas", "media"),
    "priorities:changes": lambda w: (),
    "data:changes": lambda w: ("csv",),
    "priorities:data": lambda w: (),
    "data:table": lambda w: ("2021", "recommendations", "csv"),
    "data:everything": lambda w: ("2021",),
    "data:datapackage": lambda w: ("2021",),
    "data:checksums": lambda w: ("2021",),
    "priorities:api": lambda w: (),
    "api:description": lambda w: (),
    "api:root": lambda w: (),
    "api:api-root": lambda w: (),
    **{
        f"api:{name}": lambda w: ()
        for name in (
            "editions",
            "regions",
            "audiences",
            "areas",
            "countries",
            "instruments",
            "sections",
            "recommendations",
            "solutions",
            "comparison",
            "matrix",
            "search",
            "global_priorities",
        )
    },
    "api:solution": lambda w: (w.solutions["mena", "published"].pk,),
    "api:edition": lambda w: (2021,),
    "api:region": lambda w: ("mena",),
    "api:audience": lambda w: ("governments",),
    "api:area": lambda w: ("media",),
    **{
        f"priorities:{page}-download": lambda w: ("csv",)
        for page in ("recommendations", "compare", "matrix", "selection")
    },
}
# Of drafts the public pages know nothing, whoever asks.
HIDDEN: dict[str, Args] = {
    "priorities:recommendation-detail": lambda w: (w.entries["mena"].reference,),
    "priorities:recommendation-citation": lambda w: (
        w.entries["mena"].reference,
        "bib",
    ),
    "priorities:likeness": lambda w: tuple(e.reference for e in w.entries.values()),
    "api:recommendation": lambda w: (w.entries["mena"].reference,),
    "agenda:priority": lambda w: (w.priority.reference,),
    "api:global_priority": lambda w: (w.priority.reference,),
    "api:country": lambda w: ("LB",),
    "api:instrument": lambda w: ("ilo-29",),
    "api:section": lambda w: (2021, "mena", 99),
    "ballots:results": lambda w: (w.ballot.pk,),
    "ballots:file": lambda w: (w.ballot.pk, "csv"),
}
ROWS: dict[str, Row] = {
    "admin:index": Row(EVERYBODY, EVERYBODY),
    "admin:logout": Row(NONE, EVERYBODY),
    "admin:password_change": Row(EVERYBODY, EVERYBODY),
    "admin:password_change_done": Row(EVERYBODY),
    "admin:autocomplete": Row(),  # alone it names no list; see the test of its lists
    "admin:jsi18n": Row(EVERYBODY),
    "admin:app_list": Row(OF_WORDS, OF_WORDS, lambda w: ("priorities",)),
    **curated(
        "regions_edition", lambda w, r: Edition.objects.get(year=2021), ORGANISERS
    ),
    **curated("regions_region", lambda w, r: Region.objects.get(slug=r), OF_WORDS),
    **curated("regions_country", lambda w, r: w.country, OF_WORDS),
    **curated(
        "regions_regionalforum",
        lambda w, r: w.entry(r).section.regional_forum,
        OF_WORDS,
        walled=True,
        delete=NONE,  # it gave references
    ),
    **curated("priorities_audience", lambda w, r: Audience.objects.get(), OF_WORDS),
    **curated(
        "priorities_priorityarea",
        lambda w, r: PriorityArea.objects.get(slug="media"),
        OF_WORDS,
    ),
    **curated("priorities_instrument", lambda w, r: w.instrument, OF_WORDS),
    **curated(
        "priorities_section", lambda w, r: w.entry(r).section, READERS, walled=True
    ),
    **curated(
        "priorities_recommendation",
        lambda w, r: w.entry(r),
        READERS,
        change=FACILITATORS,
        add=FACILITATORS,
        walled=True,
    ),
    "admin:priorities_recommendation_say": Row(
        NONE, frozenset({FAC, REV, ORG}), entry("mena"), entry("asia")
    ),
    "admin:priorities_recommendation_empty": Row(FACILITATORS, NONE),
    "admin:priorities_recommendation_import": Row(ORGANISERS, ORGANISERS),
    "admin:priorities_recommendation_process_import": Row(NONE, ORGANISERS),
    "admin:priorities_recommendation_export": Row(READERS, READERS),
    "admin:workshops_noteimport_changelist": Row(
        FACILITATORS | {ADM}, FACILITATORS | {ADM}
    ),
    "admin:workshops_noteimport_add": Row(FACILITATORS, FACILITATORS),
    "admin:workshops_noteimport_blank": Row(NONE, NONE),  # needs a choice
    "admin:workshops_noteimport_change": importing(
        FACILITATORS | {ADM}, FACILITATORS | {ADM}
    ),
    "admin:workshops_noteimport_history": importing(
        FACILITATORS | {ADM}, FACILITATORS | {ADM}
    ),
    "admin:workshops_noteimport_delete": Row(args=noteimport("mena")),
    "admin:workshops_noteimport_map": importing(FACILITATORS, FACILITATORS),
    "admin:workshops_noteimport_undo": importing(FACILITATORS, FACILITATORS),
    "admin:workshops_noteimport_back": importing(FACILITATORS | {ADM}, NONE),
    "admin:workshops_noteimport_outcome": Row(
        FACILITATORS | {ADM},
        NONE,
        lambda w: (w.done["mena"].note_import_id,),
        lambda w: (w.done["asia"].note_import_id,),
    ),
    **{
        f"admin:workshops_noteimport_{step}": importing(NONE, FACILITATORS)
        for step in ("read", "words", "bring", "sheet", "forget")
    },
    "admin:workshops_noteimport_row": Row(args=noteimport("mena")),  # needs its row
    **curated(
        "workshops_ballot",
        lambda w, r: w.ballots[r],
        FACILITATORS | {OBS},
        change=FACILITATORS,
        add=FACILITATORS,
        delete=NONE,  # its codes are printed
        walled=True,
    ),
    "admin:workshops_ballot_candidates": balloting(FACILITATORS | {OBS}, FACILITATORS),
    **{
        f"admin:workshops_ballot_{step}": balloting(FACILITATORS, FACILITATORS)
        for step in ("open", "close", "codes", "paper")
    },
    **{
        f"admin:workshops_ballot_{step}": balloting(NONE, FACILITATORS)
        for step in ("sheet", "bring")
    },
    **{
        f"admin:workshops_ballot_{step}": balloting(ORGANISERS, ORGANISERS)
        for step in ("tell", "accept")
    },
    **{
        f"admin:workshops_ballot_{page}": balloting(FACILITATORS | {OBS}, NONE)
        for page in ("room", "numbers", "results")
    },
    "admin:workshops_ballot_cancel": Row(
        FACILITATORS, FACILITATORS, batch("mena"), batch("asia")
    ),
    "admin:workshops_ballot_blank": Row(
        FACILITATORS,
        NONE,
        lambda w: (w.ballots["mena"].pk, "csv"),
        lambda w: (w.ballots["asia"].pk, "csv"),
    ),
    "admin:workshops_workshopnote_changelist": Row(
        FACILITATORS | {ADM}, FACILITATORS | {ADM}
    ),
    "admin:workshops_workshopnote_add": Row(),
    "admin:workshops_workshopnote_change": Row(
        FACILITATORS | {ADM}, FACILITATORS | {ADM}, note("mena"), note("asia")
    ),
    "admin:workshops_workshopnote_history": Row(
        FACILITATORS | {ADM}, FACILITATORS | {ADM}, note("mena"), note("asia")
    ),
    "admin:workshops_workshopnote_delete": Row(args=note("mena")),
    "admin:workshops_workshopnote_redact": Row(
        frozenset({ADM}), frozenset({ADM}), note("mena")
    ),
    "admin:workshops_redaction_changelist": Row(
        frozenset({ADM, ORG}), frozenset({ADM, ORG})
    ),
    "admin:workshops_redaction_add": Row(),
    **{
        f"admin:workshops_redaction_{page}": Row(args=lambda w: (1,))
        for page in ("change", "history", "delete")
    },
    "admin:priorities_recommendation_bulk": Row(args=lambda w: ("move",)),  # needs rows
    "admin:priorities_recommendation_preview": Row(
        NONE, READERS, entry("mena"), entry("asia")
    ),
    "admin:priorities_recommendation_autosave": Row(
        NONE, FACILITATORS, entry("mena"), entry("asia")
    ),
    "admin:priorities_recommendation_discard": Row(
        NONE, FACILITATORS, entry("mena"), entry("asia")
    ),
    "admin:priorities_recommendation_merge": Row(),  # needs rows
    "admin:priorities_recommendation_split": Row(
        ORGANISERS, ORGANISERS, entry("mena"), entry("asia")
    ),
    "admin:priorities_recommendation_operations": Row(ORGANISERS, ORGANISERS),
    "admin:priorities_recommendation_operation": Row(
        ORGANISERS, ORGANISERS, lambda w: (w.operation,)
    ),
    "admin:priorities_section_rank": Row(
        FACILITATORS,
        ORGANISERS,  # it has something published
        lambda w: (w.entries["mena"].section_id,),
        lambda w: (w.entries["asia"].section_id,),
    ),
    "admin:priorities_audience_merge": Row(
        ORGANISERS, ORGANISERS, lambda w: (Audience.objects.get().pk,)
    ),
    "admin:priorities_priorityarea_merge": Row(
        ORGANISERS, ORGANISERS, lambda w: (PriorityArea.objects.get(slug="media").pk,)
    ),
    "admin:priorities_resemblance_changelist": Row(ORGANISERS),  # a POST names a pair
    **{
        f"admin:priorities_resemblance_{page}": Row(args=args)
        for page, args in (
            ("add", lambda w: ()),
            *((page, lambda w: (1,)) for page in ("change", "delete", "history")),
        )
    },
    **curated(
        "priorities_problemreport",
        lambda w, r: w.reports[r],
        FACILITATORS,
        add=FACILITATORS,
        delete=NONE,
        walled=True,
    ),
    **{
        f"admin:priorities_problemreport_{step}": Row(
            NONE,
            ORGANISERS,
            lambda w: (w.reports["mena"].pk,),
            lambda w: (w.reports["asia"].pk,),
        )
        for step in ("withdraw", "reopen")
    },
    **curated(
        "agenda_solution",
        lambda w, r: w.solutions[r, "draft"],
        frozenset({FAC, ORG, PAR, OBS}),
        change=frozenset({ORG, PAR}),
        add=frozenset({ORG, PAR}),
        walled=True,
        own=frozenset({PAR}),
    ),
    "admin:agenda_solution_begin_change": Row(
        NONE,
        frozenset({PAR}),
        solution("published", "mena"),
        solution("published", "asia"),
        frozenset({PAR}),
    ),
    "admin:agenda_solution_take_back": Row(
        NONE,
        frozenset({ORG, PAR}),
        solution("in-review", "mena"),
        solution("in-review", "asia"),
        frozenset({PAR}),
    ),
    "admin:agenda_solution_file": Row(
        ORGANISERS,
        NONE,
        lambda w: (w.evidence["mena"].solution_id, w.evidence["mena"].pk),
        lambda w: (w.evidence["asia"].solution_id, w.evidence["asia"].pk),
    ),
    "curation:open-next": Row(
        ORGANISERS, ORGANISERS, lambda w: (Edition.objects.get(year=2021).pk,)
    ),
    "curation:succession": Row(FACILITATORS, NONE, lambda w: (2024,)),
    "curation:decide": Row(args=lambda w: (2024,)),  # needs its entries
    "curation:take-back": Row(args=lambda w: (2024,)),
    **curated(
        "agenda_globalpriority",
        lambda w, r: w.priority,
        AGENDA_READERS,
        delete=NONE,  # regions were asked
    ),
    # Partners find what is published, to answer it.
    "admin:agenda_globalpriority_changelist": Row(
        AGENDA_READERS | {PAR}, AGENDA_READERS | {PAR}
    ),
    "admin:agenda_globalpriority_draft": Row(ORGANISERS, ORGANISERS),
    "admin:agenda_globalpriority_answers": Row(AGENDA_READERS, NONE),
    "admin:agenda_globalpriority_answer": Row(args=asked_about),  # needs a region
    **curated(
        "agenda_protectedplace",
        lambda w, r: w.place[r],
        AGENDA_READERS,
        add=NONE,
        delete=NONE,
        walled=True,
    ),
    "admin:agenda_protectedplace_protect": Row(ORGANISERS, ORGANISERS),
    "accounts:invitation": Row(args=lambda w: ("no-such-link",)),
    "accounts:second-factor": Row(EVERYBODY),
    "accounts:set-up": Row(EVERYBODY, EVERYBODY),
    "accounts:verify": Row(EVERYBODY, EVERYBODY),  # on to the page where one is made
    "accounts:recovery-codes": Row(EVERYBODY, EVERYBODY),
    "accounts:remove": Row(EVERYBODY, EVERYBODY),
    "admin:accounts_user_delete": Row(args=somebody),
    "admin:accounts_user_changelist": Row(ADMINISTRATORS, ADMINISTRATORS),
    "admin:accounts_user_add": Row(),
    "admin:accounts_user_change": Row(ADMINISTRATORS, ADMINISTRATORS, somebody),
    "admin:accounts_user_history": Row(ADMINISTRATORS, ADMINISTRATORS, somebody),
    **{
        f"admin:accounts_user_{step}": Row(NONE, ADMINISTRATORS, somebody)
        for step in ("close", "open", "reset-second-factor", "new-link")
    },
    "admin:accounts_invitation_changelist": Row(ADMINISTRATORS, ADMINISTRATORS),
    "admin:accounts_invitation_add": Row(ADMINISTRATORS, ADMINISTRATORS),
    "admin:accounts_invitation_change": Row(ADMINISTRATORS, NONE, invited),
    "admin:accounts_invitation_history": Row(ADMINISTRATORS, ADMINISTRATORS, invited),
    "admin:accounts_invitation_withdraw": Row(NONE, ADMINISTRATORS, invited),
    "admin:accounts_invitation_delete": Row(args=invited),
    "translations:overview": Row(TRANSLATORS, NONE),
    "translations:language": Row(TRANSLATORS, NONE, spanish, lambda w: ("ar",)),
    "translations:export": Row(TRANSLATORS, NONE, spanish, lambda w: ("ar",)),
    "translations:preview": Row(NONE, TRANSLATORS, spanish, lambda w: ("ar",)),
    "translations:bring": Row(NONE, TRANSLATORS, spanish, lambda w: ("ar",)),
    "translations:text": Row(
        ORGANISERS,
        ORGANISERS,
        lambda w: ("es", f"recommendation/{w.entries['mena'].reference}/text"),
    ),
    "voting:vote": Row(EVERYBODY, EVERYBODY),  # a POST without a code is told so
    **{name: Row(EVERYBODY, NONE, args) for name, args in PUBLIC.items()},
    **{name: Row(NONE, NONE, args) for name, args in HIDDEN.items()},
}
OPEN = {
    *PUBLIC,
    *HIDDEN,
    "voting:vote",
    "accounts:invitation",
    "admin:login",
    "admin:logout",
}  # also to whoever is not signed in


def addresses(resolver: Any = None, space: str = "") -> Iterator[str]:
    """The name of every address; Django's own catch-alls have none."""
    patterns: list[Any] = (resolver or get_resolver()).url_patterns
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from addresses(pattern, space + inner)
        elif pattern.name:
            yield space + pattern.name


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock():
        with override_settings(SECOND_FACTOR_REQUIRED=False):
            made = World()
        yield made
        emptied()


def answer(client: Client, method: str, address: str) -> HttpResponse:
    """What is written meanwhile is taken back, and nobody is signed out by it."""
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        found: Any = getattr(client, method)(address)
        if found.streaming:
            assert found.getvalue()
        transaction.set_rollback(True)
    client.cookies = cookies
    return found


def asks_to_sign_in(response: HttpResponse) -> bool:
    return response.status_code == 302 and "/admin/login/" in response["Location"]


def is_answered(response: HttpResponse) -> bool:
    return response.status_code in {
        200,
        204,
        302,
        303,
        400,
        409,
    } and not asks_to_sign_in(response)


def test_every_address_has_its_row():
    assert set(addresses()) - {"admin:login"} == set(ROWS)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_who_is_answered_where(name, world):
    row = ROWS[name]
    address = reverse(name, args=row.args(world))
    told = {}
    for role, client in world.browsers.items():
        for method, allowed in (("get", row.get), ("post", row.post)):
            response = answer(client, method, address)
            outside = row.needs_region and role in REGIONLESS - row.own
            may = role in allowed and not outside
            told[role, method] = response.status_code
            if may:
                assert is_answered(response), (role, method, told)
            else:
                assert response.status_code in {404, 405}, (role, method, told)


@pytest.mark.parametrize("name", sorted(n for n, row in ROWS.items() if row.beyond))
def test_beyond_the_wall_nothing_is_there(name, world):
    """The answer is the one to an address that leads to nothing, to the letter."""
    row = ROWS[name]
    beyond = row.beyond(world)
    nothing = tuple("zz" if isinstance(arg, str) else 999_999_999 for arg in beyond)
    for role in sorted(WALLED):
        for method in ("get", "post"):
            found = answer(world.browsers[role], method, reverse(name, args=beyond))
            none = answer(world.browsers[role], method, reverse(name, args=nothing))
            assert found.status_code == none.status_code, (role, method)
            assert found.status_code in {404, 405}, (role, method)
            assert found.content == none.content, (role, method)


@pytest.mark.parametrize("name", sorted(set(ROWS) - OPEN))
def test_who_is_not_signed_in_is_asked_to(name, world):
    address = reverse(name, args=ROWS[name].args(world))

    for method in ("get", "post"):
        found = answer(Client(), method, address)
        assert asks_to_sign_in(found) or found.status_code == 405, method
