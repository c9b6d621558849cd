"""An organiser opens the next edition; nothing of the one before moves."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from accounts.models import User
from accounts.roles import assign
from priorities import next_edition
from priorities.models import Recommendation, Section
from regions.models import ContentChange, Edition, EditionPartner, Region, RegionalForum

from .factories import (
    NOON,
    make_audience,
    make_edition,
    make_forum,
    make_recommendation,
    make_region,
    make_section,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english_pages")]

CANARY = "Kanarienvogel"


@pytest.fixture
def source(db):
    """2021: Africa, and Europe with a part that spoke within its forum."""
    edition = make_edition(2021, theme_en="Together", horizon_years=4)
    edition.report_email = "forum@example.org"
    edition.save()
    EditionPartner.objects.create(edition=edition, role="sponsor", name="A fund")
    make_recommendation("africa", text="Écouter.")
    whole = make_forum("europe")
    part = make_region("caribbean", parent=whole.region)
    make_forum("caribbean", held_within=whole)
    make_section(part, heading_fr="Îles", introduction_fr="Bonjour")
    return edition


def address(edition):
    return reverse("curation:open-next", args=[edition.pk])


def typed(edition, **fields):
    """What the form sends as it stands, with a year."""
    forums = [str(f.pk) for f in edition.forums.own()]
    return {
        "year": "2024",
        "forums": forums,
        "parts": "on",
        "sections": "on",
    } | fields


def with_role(*slugs, name="someone"):
    user = User.objects.create_user(name, password="a long phrase", is_staff=True)
    assign(user, slugs)
    client = Client()
    client.force_login(user)
    return client


def everything(edition):
    """Every row of an edition, as the database has it."""
    path = "regional_forum__edition"
    found = [
        *Edition.objects.filter(pk=edition.pk).values(),
        *EditionPartner.objects.filter(edition=edition).values(),
        *RegionalForum.objects.filter(edition=edition).values(),
        *Section.objects.filter(**{path: edition}).values(),
        *Recommendation.objects.filter(**{f"section__{path}": edition}).values(),
        *Region.objects.values(),
    ]
    return json.dumps(found, default=str)


def test_what_was_ticked_comes_along(organiser, source):
    africa = source.forums.get(region__slug="africa")
    sent = typed(
        source,
        theme_es="Juntos",
        place_es="Lima",
        **{f"starts_{africa.pk}": "2024-03-01", f"ends_{africa.pk}": "2024-03-02"},
    )

    answer = organiser.post(address(source), sent)

    new = Edition.objects.get(year=2024)
    assert answer.url == reverse("admin:regions_edition_change", args=[new.pk])
    assert (new.theme_es, new.place_es, new.original_language) == (
        "Juntos",
        "Lima",
        "es",
    )
    assert (new.published_at, new.horizon_years) == (None, 4)
    assert new.report_email == "forum@example.org"
    assert not new.partners.exists()
    told = {
        forum.region.slug: (
            forum.held_within and forum.held_within.region.slug,
            str(forum.starts_on),
            str(forum.ends_on),
            [s.heading_fr for s in forum.sections.all()],
        )
        for forum in new.forums.all()
    }
    assert told == {
        "africa": (None, "2024-03-01", "2024-03-02", ["Actions prioritaires"]),
        "europe": (None, "None", "None", []),
        "caribbean": ("europe", "None", "None", ["Îles"]),
    }
    assert all(
        f.held_within.edition == new for f in new.forums.exclude(held_within=None)
    )
    assert not Section.objects.filter(
        regional_forum__edition=new, introduction_fr__isnull=False
    ).exists()


def test_what_was_not_ticked_stays_behind(organiser, source):
    europe = source.forums.get(region__slug="europe")
    sent = typed(source, forums=[str(europe.pk)])
    del sent["parts"], sent["sections"]

    organiser.post(address(source), sent)

    new = Edition.objects.get(year=2024)
    assert [forum.region.slug for forum in new.forums.all()] == ["europe"]
    assert not Section.objects.filter(regional_forum__edition=new).exists()


def test_introductions_and_partners_come_when_asked_for(organiser, source):
    organiser.post(address(source), typed(source, introductions="on", partners="on"))

    new = Edition.objects.get(year=2024)
    section = Section.objects.get(
        regional_forum__edition=new, regional_forum__region__slug="caribbean"
    )
    assert (section.heading_fr, section.introduction_fr) == ("Îles", "Bonjour")
    assert [partner.name for partner in new.partners.all()] == ["A fund"]
    assert [partner.name for partner in source.partners.all()] == ["A fund"]


def test_translations_keep_their_states(organiser, source):
    forum = source.forums.get(region__slug="africa")
    section = make_section(
        regional_forum=forum,
        heading_fr="Former",
        heading_en="Train",
        heading_es="Formar",
        reviewed_es=True,
    )
    section.translate("ar", {"heading": "تدريب"}, 1, by_machine=True)
    section.save()
    section.heading_fr = "Former mieux"
    section.save()
    section.heading_en = "Train better"
    section.save()
    states = [section.state_in(code) for code in ("fr", "en", "es", "ar")]
    assert states == ["original", "draft", "stale", "stale"]

    organiser.post(address(source), typed(source))

    copy = Section.objects.get(
        regional_forum__edition__year=2024, heading_en="Train better"
    )
    assert [copy.state_in(code) for code in ("fr", "en", "es", "ar")] == states
    assert copy.versions() == section.versions()


def test_kinds_and_audiences_are_carried(organiser, source):
    forum = source.forums.get(region__slug="europe")
    make_section(regional_forum=forum, kind="concerns", position=3)
    make_section(regional_forum=forum, audience=make_audience("media"), position=7)

    organiser.post(address(source), typed(source))

    rows = Section.objects.filter(
        regional_forum__edition__year=2024, regional_forum__region__slug="europe"
    )
    assert list(
        rows.order_by("position").values_list("position", "kind", "audience__slug")
    ) == [(3, "concerns", None), (7, "recommendations", "media")]


def test_references_begin_anew(organiser, source):
    organiser.post(address(source), typed(source))

    section = Section.objects.get(
        regional_forum__edition__year=2024, regional_forum__region__slug="africa"
    )
    row = make_recommendation(section=section, status="draft")

    assert row.reference == "2024-AFRIC-001"


def test_it_is_one_operation(organiser, source):
    organiser.post(address(source), typed(source))

    new = Edition.objects.get(year=2024)
    operations = {
        new.history.get().operation,
        *RegionalForum.history.filter(edition_id=new.pk).values_list(
            "operation", flat=True
        ),
        *Section.history.filter(regional_forum__in=new.forums.all()).values_list(
            "operation", flat=True
        ),
    }
    assert len(operations) == 1
    assert None not in operations


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"year": ""}, "year", "This field is required."),
        ({"year": "soon"}, "year", "Enter a whole number."),
        ({"year": "2021"}, "year", "The next edition comes after 2021."),
        ({"year": "2019"}, "year", "The next edition comes after 2021."),
        ({"year": "2023"}, "year", "There is an edition 2023 already."),
        (
            {"year": "2300"},
            "year",
            "Ensure this value is less than or equal to 2200.",
        ),
        (
            {"introductions": "on", "sections": ""},
            "introductions",
            "Introductions come with their sections: tick both.",
        ),
        (
            {"starts": "2024-03-02", "ends": "2024-03-01"},
            "ends",
            "The last day comes before the first.",
        ),
        ({"ends": "2024-03-01"}, "starts", "Say the first day too."),
        ({"forums": ["0"]}, "forums", "Select a valid choice."),
    ],
)
def test_wrong_input_names_its_field(organiser, source, fields, field, message):
    make_edition(2023, published_at=None)
    pk = source.forums.get(region__slug="africa").pk
    days = {"starts": f"starts_{pk}", "ends": f"ends_{pk}"}
    sent = typed(source, **{days.get(n, n): value for n, value in fields.items()})

    answer = organiser.post(address(source), sent, headers={"accept-language": "en"})

    (found,) = answer.context["form"].errors[days.get(field, field)]
    assert found.startswith(message)
    assert escape(found) in answer.content.decode()
    assert not Edition.objects.filter(year=2024).exists()


def test_of_two_at_once_one_wins(organiser, source, monkeypatch):
    monkeypatch.setattr(
        next_edition.NextEditionForm,
        "clean_year",
        lambda form: form.cleaned_data["year"],
    )
    organiser.post(address(source), typed(source))
    before = RegionalForum.objects.count()

    answer = organiser.post(address(source), typed(source))

    assert answer.context["form"].errors["year"] == [
        "There is an edition 2024 already."
    ]
    assert Edition.objects.filter(year=2024).count() == 1
    assert RegionalForum.objects.count() == before


@pytest.mark.parametrize(
    "role", ["facilitator", "reviewer", "observer", "administrator"]
)
def test_only_organisers_open_an_edition(source, role):
    client = with_role(role)

    assert client.get(address(source)).status_code == 404
    assert client.post(address(source), typed(source)).status_code == 404
    assert Edition.objects.count() == 1


def test_visitors_are_asked_to_sign_in_and_unknown_editions_are_unknown(
    client, source, organiser
):
    visitor = Client()
    assert visitor.get(address(source)).status_code == 302
    assert visitor.post(address(source), typed(source)).status_code == 302
    assert organiser.get("/admin/regions/edition/999/open-next/").status_code == 404
    assert Edition.objects.count() == 1


def test_the_page_of_an_edition_leads_there_for_organisers_alone(organiser, source):
    page = reverse("admin:regions_edition_change", args=[source.pk])

    assert address(source) in organiser.get(page).content.decode()
    assert address(source) not in with_role("facilitator").get(page).content.decode()


PUBLIC = [
    "/en/",
    "/fr/",
    "/en/regions/",
    "/en/regions/africa/",
    "/en/recommendations/",
    "/en/recommendations/?edition=2024",
    f"/en/recommendations/?q={CANARY}",
    f"/en/suggestions/?q={CANARY[:5]}",
    "/en/suggestions/?q=2024-AFRIC",
    "/en/matrix/",
    "/en/areas/",
    "/en/compare/?region=africa&region=europe",
    "/en/convergences/",
    "/en/recommendations.csv",
    "/en/matrix.csv",
    "/en/recommendations/2021-AFRIC-001/",
    "/robots.txt",
]


def read(client):
    pages = {}
    for page in PUBLIC:
        answer = client.get(page)
        body = answer.getvalue() if answer.streaming else answer.content
        pages[page] = (answer.status_code, answer.headers.get("ETag"), body)
    return pages


def fill(edition, status="draft"):
    """An edition in preparation with the canary in every text there is."""
    for name in ("theme_en", "introduction_en", "place_en"):
        setattr(edition, name, CANARY)
    edition.save()
    forum = edition.forums.get(region__slug="africa")
    forum.overview_en, forum.place_en = CANARY, CANARY
    forum.save()
    section = forum.sections.get()
    section.heading_en = section.introduction_en = CANARY
    section.save()
    return make_recommendation(section=section, text=CANARY, status=status)


@pytest.mark.parametrize("status", ["draft", "in_review", "published", "archived"])
def test_nothing_of_the_old_edition_moves_and_nothing_of_the_new_shows(
    organiser, source, status
):
    visitor = Client()
    pages, rows = read(visitor), everything(source)
    version = ContentChange.objects.version()

    organiser.post(address(source), typed(source, theme_en=CANARY, partners="on"))
    fill(Edition.objects.get(year=2024), status)

    assert everything(source) == rows
    assert ContentChange.objects.version() == version
    assert read(visitor) == pages
    assert visitor.get("/en/recommendations/2024-AFRIC-001/").status_code == 404


def test_an_edition_that_is_published_shows_itself_but_not_its_drafts(
    organiser, source
):
    organiser.post(address(source), typed(source, theme_en="Hope"))
    new = Edition.objects.get(year=2024)
    section = new.forums.get(region__slug="africa").sections.get()
    section.heading_en = CANARY
    section.save()
    make_recommendation(section=section, text=CANARY, status="draft")
    visitor = Client()
    assert b"Together" in read(visitor)["/en/"][2]

    new.published_at = NOON
    new.save()

    pages = read(visitor)
    assert b"Hope" in pages["/en/"][2]
    asking = (f"/en/recommendations/?q={CANARY}", f"/en/suggestions/?q={CANARY[:5]}")
    for page, (_status, _etag, body) in pages.items():
        if page not in asking:
            assert CANARY.encode() not in body, page
    assert visitor.get("/en/recommendations/2024-AFRIC-001/").status_code == 404
    assert visitor.get("/en/recommendations/2021-AFRIC-001/").status_code == 200


def test_what_waited_in_it_is_public_with_it_and_hides_again_with_it(organiser, source):
    organiser.post(address(source), typed(source))
    new = Edition.objects.get(year=2024)
    row = fill(new, "published")
    visitor = Client()
    before = ContentChange.objects.version()

    new.published_at = NOON
    new.save()
    published = ContentChange.objects.version()
    assert visitor.get(row.get_absolute_url()).status_code == 200
    assert CANARY.encode() in visitor.get("/en/recommendations/").content

    new.published_at = None
    new.save()
    assert visitor.get(row.get_absolute_url()).status_code == 404
    assert CANARY.encode() not in visitor.get("/en/recommendations/").content
    assert len({before, published, ContentChange.objects.version()}) == 3


def test_what_moves_into_an_edition_in_preparation_is_seen_to_go(organiser, source):
    organiser.post(address(source), typed(source))
    row = Recommendation.objects.get(reference="2021-AFRIC-001")
    hidden = Section.objects.get(
        regional_forum__edition__year=2024, regional_forum__region__slug="africa"
    )
    visitor = Client()
    assert "Écouter." in visitor.get("/en/recommendations/").content.decode()

    row.move_to(hidden)

    assert "Écouter." not in visitor.get("/en/recommendations/").content.decode()
