"""What is not public leaves no trace in anything that somebody without an account gets."""

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agenda.models import ProtectedPlace
from forum.caching import drawn
from priorities import index, made
from priorities.models import (
    Audience,
    Autosave,
    Comment,
    ProblemReport,
    Recommendation,
    Resemblance,
    Section,
    Succession,
)
from regions.models import Country, Edition, Region, RegionalForum
from workshops.models import Ballot, CheckedRow, ImportFile, NoteImport, WorkshopNote

from .addresses import ADDRESSES, API_ADDRESSES, DATA, file_addresses
from .agenda import answer, make_priority
from .ballots import answered
from .factories import make_recommendation
from .people import make_user
from .solutions import make_solution

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition_2021")]

WORD = "zzcanary"
BALLOT = 987_654  # the hidden ones: this and the next
# How often something was saved is part of a version's name, and told by day.
VERSION = re.compile(
    rb"\b[0-9a-f]{16}-[0-9]+\b|<span class=.saves.>[^<]*</span>"
    rb'|"changed_at":"[^"]*"'
)
DIGEST = re.compile(rb"\b[0-9a-f]{64}\b")
CREATED = re.compile(rb'"created": "[^"]*"')
SEARCHES = [
    f"/{code}/{path}"
    for code in ("fr", "en", "es", "ar")
    for path in (
        f"recommendations/?q={WORD}",
        f"suggestions/?q={WORD}",
        f"compare/?q={WORD}",
        f"matrix/?q={WORD}",
        f"recommendations.csv?q={WORD}",
        "recommendations/?edition=2024",
        "recommendations/?sort=newest",
        "compare/?edition=2024&region=asia",
        "selection/?selection=2024ASI1.2021ASI900",
        f"new.atom?q={WORD}",
        "new.atom?edition=2024",
        "changes/?from=empty&edition=2024",
        "changes/?from_edition=2021&to_edition=2024",
        "data/?edition=2024",
        f"progress/?priority={WORD}",
        "progress/?since=2021-01-01&progress=done",
        "progress.atom?edition=2024",
    )
]
OTHERS = [
    f"/data/2021/recommendations.csv?q={WORD}",
    "/data/2021/recommendations.jsonl?instrument=zz",
    "/data/2024/recommendations.csv",
    "/data/2024/everything.zip",
    "/api/v1/recommendations/2024-ASI-001/",
    "/api/v1/recommendations/2021-ASI-900/",
    "/api/v1/recommendations/?edition=2024",
    f"/api/v1/recommendations/?q={WORD}",
    f"/api/v1/search/?q={WORD}",
    "/api/v1/recommendations/?instrument=hidden-treaty",
    "/api/v1/editions/2024/",
    "/api/v1/sections/2024/asia/1/",
    "/api/v1/sections/2021/asia/90/",
    "/robots.txt",
    "/healthz",
    "/sitemap.xml",
    "/sitemap-pages.xml",
    "/data/concepts.ttl",
    "/data/concepts.jsonld",
    "/id/areas/media",
    f"/id/areas/{WORD}",
    "/en/recommendations/2024-ASI-001.bib",
    "/en/recommendations/2021-ASI-900.ris",
    "/en/booklet/2024.json",
    "/en/pictures/recommendations/2024-ASI-001.png",
    "/en/pictures/recommendations/2021-ASI-900.png",
    "/en/pictures/editions/2024.png",
    "/favicon.ico",
    "/en/agenda/?edition=2024",
    "/en/agenda/2021-GLOBAL-01/",
    "/ar/agenda/2021-GLOBAL-02/",
    "/api/v1/global-priorities/2021-GLOBAL-02/",
    "/en/solutions/1/",
    "/api/v1/solutions/1/",
    "/api/v1/solutions/?edition=2024",
    "/en/recommendations/2024-ASI-001/",
    "/en/recommendations/2021-ASI-900/",
    "/en/recommendations/2024-ASI-001/beside/2021-ASI-001/",
    "/en/recommendations/2021-ASI-001/beside/2021-ASI-900/",
    f"/en/regions/{WORD}/",
    "/en/areas/nowhere/",
    "/en/vote/",
    "/en/vote/?code=ABC",
    *(f"/en/ballots/{BALLOT}{ending}" for ending in ("/", ".json", ".csv")),
    *(f"/fr/ballots/{BALLOT + 1}{ending}" for ending in ("/", ".json", ".csv")),
    "/data/changes.csv",
    "/data/changes.json?from=empty",
    "/data/changes.json?from_edition=2021&to_edition=2024",
    "/admin/",
    "/admin/login/",
]
FILES = [
    address for code in ("fr", "en", "es", "ar") for address in file_addresses(code)
]
ALL = [*ADDRESSES, *FILES, *DATA, *SEARCHES, *OTHERS, *API_ADDRESSES]
Answer = tuple[int, dict[str, bytes], dict[str, str]]


def parts(body: bytes) -> dict[str, bytes]:
    """A body by its parts; of a workbook those that do not tell when it was written."""
    if not body.startswith(b"PK"):
        return {"": body}
    with zipfile.ZipFile(BytesIO(body)) as archive:
        return {
            f"{name}/{part}": content
            for name in archive.namelist()
            if name != "docProps/core.xml"
            for part, content in parts(archive.read(name)).items()
        }


def answers(
    method: str = "get", addresses: Sequence[str] = ALL
) -> Iterator[tuple[str, Answer]]:
    """Every address as nobody in particular gets it, drawn anew."""
    drawn.pages.clear()
    drawn.bytes = 0
    made.forget()
    index._current.clear()
    client = Client(headers={"accept-language": "en"})
    for address in addresses:
        response = getattr(client, method)(address)
        left = {"Date", "Expires", "Last-Modified", "Content-Length", "RateLimit"}
        told = {n: v for n, v in response.headers.items() if n not in left}
        yield address, (response.status_code, without_token(response), told)


def without_token(response: Any) -> dict[str, bytes]:
    found = parts(response.getvalue())
    token = str((response.context or {}).get("csrf_token", "")).encode()
    return {n: p.replace(token, b"") if token else p for n, p in found.items()}


def without_version(answer: Answer) -> tuple[int, dict[str, bytes]]:
    """What is told, but for the version of the data that told it, and its digests."""
    status, body, _head = answer
    return status, {
        name: CREATED.sub(b"", DIGEST.sub(b"", VERSION.sub(b"", part)))
        for name, part in body.items()
    }


def traces(told: dict[str, Answer]) -> list[str]:
    """The addresses that answer with the word, though nobody asked with it."""
    return [
        address
        for address, (_status, body, head) in told.items()
        if WORD not in address
        and (
            any(WORD.encode() in part for part in body.values())
            or WORD in str([*head.values()])
        )
    ]


def texts(*names: str) -> dict[str, Any]:
    codes = ("fr", "en", "es", "ar")
    return {f"{name}_{code}": f"{WORD} {name}" for name in names for code in codes}


def hide_in_2021() -> None:
    """What nobody has published yet, among what is public."""
    curator = make_user("curator", "organiser")
    forum = RegionalForum.objects.get(edition__year=2021, region__slug="asia")
    section = Section.objects.create(
        regional_forum=forum, kind="concerns", position=90, **texts("heading")
    )
    public = Recommendation.objects.get(reference="2021-MENA-014")
    beside = Recommendation.objects.filter(section__regional_forum=forum)[0]
    spoken = {name: text for name, text in texts("text").items() if "_fr" not in name}
    draft = make_recommendation(
        section=section,
        areas=("media", "kafala"),
        status="draft",
        text=f"{WORD}, survivants",
        note=WORD,
        rank=1,
        is_lead=True,
        assigned_to=curator,
        **spoken,
    )
    draft.tag(countries=[Country.objects.all()[0]])
    waiting = make_recommendation(
        section=beside.section, status="in_review", text=f"{WORD} {WORD}", **spoken
    )
    for row in (draft, waiting, public):
        row.comment(curator, Comment.Kind.COMMENT, WORD)
        Autosave.objects.create(
            user=curator, recommendation=row, data={"text_fr": WORD}
        )
    for status in ("draft", "in-review"):
        solution = make_solution(
            status,
            (forum.region,),
            recommendation=public,
            organisation=WORD,
            progress="done",
            audience=Audience.objects.get(slug="governments"),
            **texts("what", "sign"),
        )
        solution.evidence.create(dated=date(2026, 1, 1), link=f"https://{WORD}.example")
    ProblemReport.objects.create(recommendation=public, kind="harmful", said=WORD)
    first, second = sorted([public, draft], key=lambda row: row.pk)
    Resemblance.objects.create(first=first, second=second, share=90).decide(
        "same", curator
    )
    brought = NoteImport.objects.create(
        edition=forum.edition,
        uploaded_by=curator,
        file_name=f"{WORD}.csv",
        sha256="0",
        size=1,
        status="done",
        brought_at=timezone.now(),
    )
    file = ImportFile.objects.create(note_import=brought, content=WORD.encode())
    CheckedRow.objects.create(
        file=file,
        row=1,
        verdict="new",
        to_confirm=False,
        has_warning=False,
        data=f'{{"said": "{WORD}"}}',
    )
    for number, row in enumerate((draft, public), start=1):
        WorkshopNote.objects.create(
            note_import=brought,
            row=number,
            cells=[WORD],
            values={"texts": {"fr": WORD}},
            region=forum.region,
            workshop=WORD,
            fingerprint=number,
            outcome="created",
            recommendation=row,
        )


def hide_an_agenda() -> None:
    """A draft, what is with the regions and their answer, a place with its answer."""
    said = texts("title", "statement", "rationale")
    public = Recommendation.objects.get(reference="2021-MENA-014")
    make_priority(public, **said)
    waiting = make_priority(public, **said)
    waiting.send_to_regions()
    answer(waiting, "mena", "objection", WORD)
    ProtectedPlace.objects.create(
        recommendation=public, taken_up_in=waiting, **texts("left_because")
    )


def hide_ballots() -> None:
    """One that people answer, and one that is closed and not told, both of 2021."""
    edition = Edition.objects.get(year=2021)
    entries = Recommendation.objects.published()[:2]
    for pk in (BALLOT, BALLOT + 1):
        ballot = Ballot.objects.create(
            pk=pk,
            edition=edition,
            scope="shortlist",
            method="borda",
            closes_at=timezone.now() + timedelta(hours=1),
            **texts("question", "for_whom"),
        )
        for number, entry in enumerate(entries, start=1):
            ballot.candidates.create(number=number, recommendation=entry)
        ballot.open()
        answered(ballot, *[[1, 2]] * 5, region="asia")
    ballot.close()


def hide_in_2024() -> None:
    """An edition in preparation, whose entries say that they are published."""
    edition = Edition.objects.create(
        year=2024, **texts("theme", "introduction", "place")
    )
    forum = RegionalForum.objects.create(
        edition=edition,
        region=Region.objects.get(slug="asia"),
        **texts("place", "overview"),
    )
    section = Section.objects.create(
        regional_forum=forum,
        kind="concerns",
        position=1,
        **texts("heading", "introduction"),
    )
    row = make_recommendation(section=section, text=WORD)
    earlier = Recommendation.objects.get(reference="2021-MENA-014")
    dropped = Recommendation.objects.get(reference="2021-AFR-003")
    Succession.objects.create(
        edition=edition, earlier=earlier, later=row, kind="changes", note=WORD
    )
    Succession.objects.create(edition=edition, earlier=dropped, kind="drops", note=WORD)


def test_what_is_hidden_changes_not_one_byte_of_what_anybody_gets() -> None:
    before = dict(answers())

    hide_in_2021()
    hide_an_agenda()
    hide_ballots()
    hide_in_2024()
    after = dict(answers())

    assert [address for address in ALL if before[address] != after[address]] == []
    assert traces(after) == []
    assert sum("ETag" in head for _status, _body, head in after.values()) > 100


def test_heads_and_other_methods_tell_nothing_either() -> None:
    def told() -> list[dict[str, Answer]]:
        methods = ("head", "options", "post", "delete")
        return [dict(answers(method, few)) for method in methods]

    few = [address for address in ALL if address.startswith("/en/")][::3] + OTHERS
    before = told()

    hide_in_2021()
    hide_an_agenda()
    hide_ballots()
    hide_in_2024()

    assert told() == before


def test_what_was_withdrawn_or_is_for_curators_alone_is_nowhere() -> None:
    before = dict(answers())
    section = Recommendation.objects.get(reference="2021-ASI-001").section
    withdrawn = make_recommendation(
        section=section, text=f"{WORD} survivants", audience=section.audience
    )
    withdrawn.withdraw()
    withdrawn.note = WORD
    withdrawn.translate("en", {"text": f"{WORD} too"}, 1)
    withdrawn.save()
    public = Recommendation.objects.get(reference="2021-MENA-014")
    public.note = WORD
    public.assigned_to = make_user(WORD, "organiser")
    public.change_because(WORD)
    merged = make_recommendation(section=section, text=WORD, status="draft", areas=())
    merged.merge_into(public)
    emptied = make_recommendation(section=section, text=WORD, status="draft")
    Recommendation.objects.all().remove_all([emptied.pk], WORD, None)

    after = dict(answers())
    page = Client().get(f"/en/recommendations/{withdrawn.reference}/")

    assert traces(after) == []
    assert [
        address
        for address in ALL
        if without_version(before[address]) != without_version(after[address])
    ] == []
    assert WORD not in page.content.decode()
    for row in (merged, emptied):
        hidden = Client().get(f"/en/recommendations/{row.reference}/")
        assert hidden.status_code == 404
