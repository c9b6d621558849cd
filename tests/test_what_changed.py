"""What changed in what is public, between two versions of the data or two editions."""

import csv
import json
from io import StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from priorities import index, rewording
from priorities.models import (
    Audience,
    PriorityArea,
    Recommendation,
    Section,
    Succession,
)
from priorities.models.recommendation import Part
from regions.models import ContentChange, Country, Edition, Region, RegionalForum
from workshops.models import NoteImport, WorkshopNote
from workshops.redacting import redact

from .factories import (
    NOON,
    make_area,
    make_audience,
    make_edition,
    make_forum,
    make_recommendation,
    make_region,
    make_section,
)
from .people import make_user

pytestmark = pytest.mark.django_db
SECRET = "zzsecret"


def version() -> str:
    return ContentChange.objects.version().name


def told(since: str, query: str = "") -> list[tuple[str, ...]]:
    """What the data say changed since a version: what, how, which, where, leads to."""
    index._current.clear()  # as a process that starts now reads what is public
    response = Client().get(f"/data/changes.json?from={since}{query}")
    assert response.status_code == 200
    return [
        (c["what"], c["change"], c["name"], c["fields"], c["leads_to"])
        for c in json.loads(response.getvalue())["changes"]
    ]


def entry(change, row, fields="", leads_to=""):
    return ("recommendation", change, row.reference, fields, leads_to)


def page(query: str = "", language: str = "en") -> str:
    response = Client().get(f"/{language}/changes/{query}")
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def row() -> Recommendation:
    return make_recommendation()


def test_what_is_published_is_told_as_it_is_now(row):
    draft = make_recommendation(status="draft", text="Fermer les **mines**.")
    since = version()

    draft.publish()

    assert told(since) == [entry("published", draft)]
    assert "Fermer les <strong>mines</strong>." in page(f"?from={since}")


def test_a_draft_leaves_nothing_whatever_happens_to_it(row):
    since = version()

    draft = make_recommendation(status="draft", text=SECRET)
    draft.text_fr = "Autre chose."
    draft.change_because("because")
    draft.send_to_review()
    draft.tag(areas=[make_area("justice")])

    assert [change for change in told(since) if change[0] == "recommendation"] == []
    draft.publish()
    assert entry("published", draft) in told(since)


def test_what_came_and_went_in_between_is_not_told(row):
    since = version()

    other = make_recommendation(text=SECRET)
    other.withdraw()

    assert told(since) == []
    assert other.reference not in page(f"?from={since}")


def test_of_what_is_withdrawn_only_its_reference_is_left(row):
    since = version()

    row.withdraw()

    assert told(since) == [entry("withdrawn", row)]
    shown = page(f"?from={since}")
    assert row.reference in shown
    assert "juges" not in shown


def test_what_is_withdrawn_and_published_again_is_told(row):
    row.withdraw()
    since = version()

    row.publish()

    assert told(since) == [entry("again", row)]


def test_what_is_changed_and_changed_back_is_the_same(row):
    since = version()
    before = row.text_fr

    row.text_en = "Train judges."
    row.save()
    row.text_en = None
    row.save()

    assert row.text_fr == before
    assert told(since) == []


def test_of_a_text_the_field_is_told_and_today_s_words_never_the_earlier(row):
    row.text_fr = f"{SECRET} demande des juges."
    row.text_en = "A survivor asks for judges."
    row.save()
    since = version()

    row.text_fr = "Une survivante demande des juges."
    row.save()

    assert told(since) == [entry("changed", row, "text_fr state_en")]
    shown = page(f"?from={since}", "fr")
    assert "Une survivante demande des juges." in shown
    assert SECRET not in shown
    assert SECRET not in page(f"?from={since}")


def test_states_of_translations_are_told_by_language(row):
    row.translate("en", {"text": "Train judges."}, 1)
    row.save()
    since = version()

    row.translate("en", {"text": "Train judges."}, 1, reviewed=True)
    row.save()

    assert told(since) == [entry("changed", row, "state_en")]
    assert "Changed: state of the translation (English)" in page(f"?from={since}")


def test_ranks_are_told_of_whoever_has_another(row):
    second = make_recommendation(text="Deux.")
    third = make_recommendation(text="Trois.")
    rows = Recommendation.objects.all()
    rows.rank([row, second, third], "a vote")
    since = version()

    rows.rank([row, third, second], "another vote")

    assert told(since) == [
        entry("changed", third, "rank"),
        entry("changed", second, "rank"),
    ]
    assert "another vote" not in page(f"?from={since}")


def test_a_move_to_another_list_is_told(row):
    other = make_section("africa", audience=make_audience("media-people"))
    since = version()

    row.move_to(other)

    assert told(since) == [entry("changed", row, "section")]


def test_another_audience_is_told(row):
    since = version()

    row.audience = make_audience("private-companies")
    row.save()

    assert told(since)[0] == entry("changed", row, "audience")


def test_tags_are_told_by_kind_and_not_by_what_they_were(row):
    country = Country.objects.create(iso_code="NP", name_en="Nepal")
    row.tag(countries=[country])
    justice = make_area("justice")
    since = version()

    row.tag(areas=[justice], countries=[])

    assert told(since) == [entry("changed", row, "areas countries")]
    assert "Nepal" not in page(f"?from={since}")


def test_tags_that_come_back_are_no_change(row):
    since = version()

    row.tag(areas=[])
    row.tag(areas=[make_area("media")])

    assert told(since) == []


def test_bulk_writes_are_told_like_single_ones(row):
    other = make_recommendation(text="Deux.")
    justice = make_area("justice")
    since = version()

    rows = Recommendation.objects.all()
    rows.tag_all("areas", {row.pk: [justice.pk]}, "many", None)
    other.is_lead = True
    rows.change_all([other], "many", None)

    assert told(since) == [
        entry("changed", row, "areas"),
        entry("changed", other, "is_lead"),
    ]


def test_a_merge_says_where_it_leads(row):
    other = make_recommendation(text="Deux.", areas=("justice",))
    since = version()

    other.merge_into(row)

    assert told(since) == [
        entry("changed", row, "areas"),
        entry("merged", other, "", row.reference),
    ]
    assert "Deux." not in page(f"?from={since}&show=merged")


def test_a_split_says_into_what(row):
    areas, audience = [make_area("media")], row.audience
    since = version()

    parts = Recommendation.objects.all().split(
        row, [Part("Un.", audience, areas), Part("Deux.", audience, areas)]
    )

    first, second = (part.reference for part in parts)
    assert told(since) == [
        entry("published", parts[0]),
        entry("published", parts[1]),
        entry("split", row, "", f"{first} {second}"),
    ]


def test_what_leads_to_something_withdrawn_since_does_not_name_it(row):
    other = make_recommendation(text="Deux.")
    since = version()
    other.merge_into(row)
    until = version()

    row.withdraw()

    assert told(since, f"&to={until}") == [entry("merged", other)]


def test_what_changed_then_and_is_withdrawn_today_shows_no_text(row):
    since = version()
    row.is_lead = True
    row.save()
    until = version()

    row.withdraw()

    assert told(since, f"&to={until}") == [entry("changed", row, "is_lead")]
    shown = page(f"?from={since}&to={until}")
    assert "withdrawn since" in shown
    assert "juges" not in shown


def test_what_was_tagged_as_a_draft_then_and_is_public_today_is_not_told(row):
    draft = make_recommendation(status="draft", text="Deux.")
    since = version()
    draft.tag(areas=[make_area("justice")])
    area = PriorityArea.objects.get(slug="justice")
    until = version()

    draft.publish()

    assert told(since, f"&to={until}") == [("area", "added", area.slug, "", "")]


def test_an_edition_is_told_as_one_and_not_entry_by_entry(row):
    edition = make_edition(2024, published_at=None)
    forum = make_forum("asia", edition=edition)
    make_recommendation("asia", section=make_section(regional_forum=forum))
    since = version()

    edition.published_at = NOON
    edition.save()

    assert told(since) == [("edition", "published", "2024", "", "")]
    assert "/en/recommendations/?edition=2024" in page(f"?from={since}")


def test_an_edition_in_preparation_is_told_of_nowhere(row):
    edition = make_edition(2024, published_at=None)
    forum = make_forum("africa", edition=edition)
    section = make_section(regional_forum=forum)
    since = version()

    edition.theme_en = SECRET
    edition.save()
    forum.overview_en = SECRET
    forum.save()
    other = make_recommendation(section=section, text=SECRET)
    other.withdraw()
    row.withdraw()  # without a public change there is no other version to ask for

    assert told(since) == [entry("withdrawn", row)]
    assert "2024" not in page(f"?from={since}").split("<footer")[0].split("<main")[1]


def test_what_is_moved_into_an_edition_in_preparation_is_not_told(row):
    forum = make_forum("africa", edition=make_edition(2024, published_at=None))
    section = make_section(regional_forum=forum)
    since = version()

    row.move_to(section)

    assert told(since) == []


def test_what_was_moved_into_hiding_later_is_not_told_either(row):
    forum = make_forum("africa", edition=make_edition(2024, published_at=None))
    since = version()
    row.is_lead = True
    row.save()
    until = version()

    row.move_to(make_section(regional_forum=forum))

    assert told(since, f"&to={until}") == []


def test_names_of_areas_audiences_and_regions_are_told(row):
    area = PriorityArea.objects.get(slug="media")
    audience = row.audience
    region = Region.objects.get(slug="africa")
    since = version()

    area.name_en = "Press and broadcasting"
    area.save()
    audience.name_en = "All governments"
    audience.save()
    region.name_fr = "Afrique"
    region.save()
    make_area("kafala", "labour")

    assert told(since) == [
        ("region", "changed", "africa", "name_fr", ""),
        ("audience", "changed", "governments", "name_en", ""),
        ("area", "changed", "media", "name_en synonyms", ""),
        ("area", "added", "labour", "", ""),
        ("area", "added", "kafala", "", ""),
    ]
    shown = page(f"?from={since}")
    assert "Press and broadcasting" in shown
    assert "name (English), other words for it" in shown


def test_words_that_are_merged_say_into_which(row):
    make_recommendation(text="Deux.", areas=("press",))
    word, target = (PriorityArea.objects.get(slug=s) for s in ("press", "media"))
    since = version()

    rewording.merge(word, target)

    changes = told(since)
    assert ("area", "merged", "press", "", "media") in changes
    assert "took another one in" in page(f"?from={since}")


def test_audiences_that_are_merged_say_into_which(row):
    word, target = make_audience("states"), Audience.objects.get(slug="governments")
    since = version()

    rewording.merge(word, target)

    assert told(since) == [("audience", "merged", "states", "", "governments")]


def test_overviews_headings_and_editions_are_told_by_language(row):
    forum = RegionalForum.objects.get()
    section = Section.objects.get()
    edition = Edition.objects.get()
    since = version()

    edition.theme_en = "Together"
    edition.save()
    edition.partners.create(role="organiser", name="Free the Slaves")
    forum.overview_fr = "Un aperçu."
    forum.save()
    section.heading_en = "What we ask"
    section.save()

    assert told(since) == [
        ("edition", "changed", "2021", "theme_en state_en partners", ""),
        ("regional_forum", "changed", "", "overview_fr", ""),
        ("section", "changed", "", "heading_en", ""),
    ]
    assert "Africa, 2021: list 1" in page(f"?from={since}")


def test_a_section_without_public_entries_is_not_told(row):
    hidden = make_section("africa")
    make_recommendation(section=hidden, status="draft")
    row.save()  # a version that comes after these
    since = version()

    hidden.heading_en = SECRET
    hidden.save()
    row.withdraw()  # without a public change there is no other version to ask for

    assert told(since) == [entry("withdrawn", row)]


def test_a_section_that_was_hidden_then_is_not_told_although_it_is_public_now(row):
    section = make_section("africa")
    draft = make_recommendation(section=section, status="draft")
    row.save()  # a version that comes after these
    since = version()
    section.heading_en = "Another heading"
    section.save()
    until = version()

    draft.publish()

    assert told(since, f"&to={until}") == []
    assert told(since) == [entry("published", draft)]


def test_a_person_s_data_taken_out_of_the_history_leave_nothing(row):
    row.text_fr = f"{SECRET} demande des juges."
    row.save()
    curator = make_user("curator", "organiser")
    brought = NoteImport.objects.create(
        edition=Edition.objects.get(),
        uploaded_by=curator,
        file_name="notes.csv",
        sha256="0",
        size=1,
        status="done",
        brought_at=NOON,
    )
    note = WorkshopNote.objects.create(
        note_import=brought,
        row=1,
        cells=[],
        values={},
        region=row.region,
        fingerprint=1,
        outcome="created",
        recommendation=row,
    )
    since = version()

    redact(note, [SECRET], "asked to", curator)

    assert told(since) == []
    assert SECRET not in page("?from=2000-01-01")


def test_who_why_and_when_are_not_told(row):
    since = version()

    row.note = SECRET
    row.assigned_to = make_user("someone", "organiser")
    row.change_because(SECRET)

    assert told(since) == []
    assert SECRET not in page(f"?from={since}")


def test_two_versions_and_two_days_can_be_asked_for(row):
    first = version()
    row.is_lead = True
    row.save()
    second = version()
    other = make_recommendation(text="Deux.")

    assert told(first, f"&to={second}") == [entry("changed", row, "is_lead")]
    assert told(second) == [entry("published", other)]
    assert told(first.split("-")[0], f"&to={second}")[0][1] == "changed"
    assert told("2020-01-01") == [("edition", "published", "2021", "", "")]
    assert told("2020-01-01", "&to=2020-12-31") == []
    assert told("empty") == told("2020-01-01")
    today = ContentChange.objects.latest("pk").changed_at.date().isoformat()
    assert told(today) == told("2020-01-01")


def test_without_dates_the_last_thirty_days_are_meant(row):
    assert 'Editions published <span class="count">1</span>' in page()


def test_a_site_without_data_says_so():
    assert "Nothing that can be read has changed between the two." in page()


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("?from=yesterday", 400, "“⁨yesterday⁩” is neither a day nor a version"),
        ("?to=2026-13-01", 400, "“⁨2026-13-01⁩” is neither a day nor a version"),
        ("?to=9999-12-31", 400, "“⁨9999-12-31⁩” is neither a day nor a version"),
        (
            "?from=0123456789abcdef-7",
            404,
            "No version of the data is called “⁨0123456789abcdef-7⁩”",
        ),
        (
            "?from=2026-01-02&to=2026-01-01",
            400,
            "“⁨2026-01-02⁩” is later than “⁨2026-01-01⁩”. Exchange the two.",
        ),
        ("?from_edition=2019", 404, "There is no edition “⁨2019⁩” here. Editions: 2021."),
        ("?to_edition=2021", 404, "There is no edition before “⁨2021⁩”"),
        ("?to_edition=2024", 404, "There is no edition “⁨2024⁩” here. Editions: 2021."),
        (
            "?from_edition=2021&to_edition=2021",
            400,
            "Edition “2021” does not come before “2021”. Exchange the two.",
        ),
        ("?from=2021-01-01&to_edition=2021", 400, "not for both at once"),
        ("?show=secrets", 400, "“⁨secrets⁩” is nothing to show."),
    ],
)
def test_what_cannot_be_compared_is_named_and_helped(row, query, status, message):
    make_edition(2024, published_at=None)

    for address in ("/en/changes/", "/data/changes.json", "/data/changes.csv"):
        response = Client().get(address + query, headers={"accept-language": "en"})

        assert response.status_code == status
        assert message in response.content.decode()


def test_filters_narrow_entries_by_what_they_carry_today(row):
    other = make_recommendation("asia", areas=("justice",), text="Deux.")
    gone = make_recommendation("asia", text="Trois.")
    since = version()
    for each in (row, other):
        each.is_lead = True
        each.save()
    gone.withdraw()

    assert told(since, "&region=africa") == [entry("changed", row, "is_lead")]
    assert told(since, "&region=asia") == [
        entry("changed", other, "is_lead"),
        entry("withdrawn", gone),
    ]
    assert told(since, "&area=justice") == [entry("changed", other, "is_lead")]
    assert told(since, "&region=asia&edition=2021&show=withdrawn") == [
        entry("withdrawn", gone)
    ]
    assert told(since, "&region=atlantis") == []
    assert "nobody knows “⁨atlantis⁩”" in page(f"?from={since}&region=atlantis")


def test_a_count_leads_to_exactly_those_changes(row):
    others = [make_recommendation(text=f"{n}.") for n in range(3)]
    since = version()
    others[0].withdraw()
    for each in others[1:]:
        each.is_lead = True
        each.save()

    shown = page(f"?from={since}")
    narrowed = page(f"?from={since}&show=changed")

    assert (
        f'<a href="?from={since}&amp;show=changed">Changed <span class="count">2</span></a>'
        in shown
    )
    assert "<strong>2 changes</strong>" in narrowed
    assert others[0].reference not in narrowed


def test_days_with_changes_are_listed(row):
    day = ContentChange.objects.latest("pk").changed_at.date().isoformat()
    count = ContentChange.objects.count()

    shown = page()

    assert f'href="/en/changes/?from={day}&amp;to={day}"' in shown
    assert f"saved {count} times" in shown


def test_of_a_day_with_very_many_changes_no_wrong_number_is_told(row):
    day = ContentChange.objects.latest("pk").changed_at.date().isoformat()
    ContentChange.objects.bulk_create(ContentChange() for _n in range(700))

    shown = page()

    assert f'href="/en/changes/?from={day}&amp;to={day}"' in shown
    assert "saved" not in shown


def test_the_foot_of_every_page_leads_there(row):
    foot = Client().get("/en/areas/").content.decode().split("<footer")[1]

    assert 'href="/en/changes/">What changed</a>' in foot


def test_the_same_as_a_table(row):
    since = version()
    row.is_lead = True
    row.save()

    response = Client().get(f"/data/changes.csv?from={since}")

    table = StringIO(response.getvalue().decode().removeprefix("\ufeff"))
    assert list(csv.DictReader(table)) == [
        {
            "what": "recommendation",
            "change": "changed",
            "name": row.reference,
            "region": "africa",
            "edition": "2021",
            "fields": "is_lead",
            "leads_to": "",
            "url": f"http://127.0.0.1:8000/fr/recommendations/{row.reference}/",
        }
    ]


def test_the_data_say_between_which_versions_and_under_which_licence(row):
    since = version()
    row.withdraw()

    response = Client().get(f"/data/changes.json?from={since}")

    data = json.loads(response.getvalue())
    day = ContentChange.objects.latest("pk").changed_at.date().isoformat()
    assert data["from"] == {"name": since, "date": day}
    assert data["to"] == {"name": version(), "date": day}
    assert data["licence"] == "CC BY 4.0"
    assert response["Content-Type"] == "application/json"


@pytest.mark.parametrize("count", [1, 3])
def test_few_questions_are_asked_however_much_changed(client, row, count):
    others = [make_recommendation(text=f"{n}.") for n in range(2 * count)]
    since = version()
    for each in others[:count]:
        each.withdraw()
    for each in others[count:]:
        each.tag(areas=[make_area("justice")])
    client.get("/en/recommendations/")

    with CaptureQueriesContext(connection) as queries:
        client.get(f"/en/changes/?from={since}")

    assert len(queries) == 7


# Between two editions.


@pytest.fixture
def two():
    """Entries of 2021 by what became of them in 2024, and what those became."""
    old = {
        kind: make_recommendation(text=f"{kind} en 2021.")
        for kind in ("continued", "reworded", "dropped", "open")
    }
    edition = make_edition(2024)
    section = make_section(regional_forum=make_forum("africa", edition=edition))
    new = {
        kind: make_recommendation(section=section, text=f"{kind} en 2024.")
        for kind in ("continued", "reworded", "new")
    }
    for kind, verdict in (("continued", "repeats"), ("reworded", "changes")):
        Succession.objects.create(
            edition=edition,
            earlier=old[kind],
            later=new[kind],
            kind=verdict,
            note=SECRET,
        )
    Succession.objects.create(
        edition=edition, earlier=old["dropped"], kind="drops", note=SECRET
    )
    return old, new


def became(query: str = "") -> list[tuple[str, str, str]]:
    response = Client().get(f"/data/changes.json?to_edition=2024{query}")
    assert response.status_code == 200
    return [
        (c["change"], c["earlier"], c["later"])
        for c in json.loads(response.getvalue())["changes"]
    ]


def test_each_entry_of_two_editions_is_told_by_what_became_of_it(two):
    old, new = two

    assert became() == [
        ("continued", old["continued"].reference, new["continued"].reference),
        ("reworded", old["reworded"].reference, new["reworded"].reference),
        ("dropped", old["dropped"].reference, ""),
        ("new", "", new["new"].reference),
        ("open", old["open"].reference, ""),
    ]


def test_both_texts_stand_side_by_side_and_lead_to_their_words(two):
    old, new = two

    shown = page("?from_edition=2021&to_edition=2024&show=reworded")

    assert "reworded en 2021." in shown
    assert "reworded en 2024." in shown
    first, second = (rows["reworded"].reference for rows in two)
    assert f"/en/recommendations/{first}/beside/{second}/" in shown
    assert SECRET not in page("?to_edition=2024")


def test_figures_by_region_lead_to_their_entries(two):
    shown = page("?from_edition=2021&to_edition=2024")

    link = "?from_edition=2021&amp;to_edition=2024&amp;show=dropped&amp;region=africa"
    assert f'<a href="{link}">1</a>' in shown
    narrowed = page(link.replace("&amp;", "&"))
    assert "<strong>1 entry</strong>" in narrowed
    assert "dropped en 2021." in narrowed


def test_what_leads_to_a_draft_is_not_decided_for_readers(two):
    old, new = two
    draft = make_recommendation(section=new["new"].section, status="draft", text=SECRET)
    before = became()

    Succession.objects.create(
        edition=make_edition(2024), earlier=old["open"], later=draft, kind="changes"
    )

    assert became() == before
    draft.publish()
    assert ("reworded", old["open"].reference, draft.reference) in became()


def test_what_is_withdrawn_at_either_end_is_gone_from_both(two):
    old, new = two
    old["continued"].withdraw()
    new["reworded"].withdraw()

    assert became() == [
        ("dropped", old["dropped"].reference, ""),
        ("new", "", new["continued"].reference),
        ("new", "", new["new"].reference),
        ("open", old["reworded"].reference, ""),
        ("open", old["open"].reference, ""),
    ]


def test_one_entry_may_become_two(two):
    old, new = two
    Succession.objects.create(
        edition=make_edition(2024),
        earlier=old["reworded"],
        later=new["new"],
        kind="changes",
    )

    assert became("&show=reworded") == [
        ("reworded", old["reworded"].reference, new["reworded"].reference),
        ("reworded", old["reworded"].reference, new["new"].reference),
    ]
    assert became("&show=new") == []


def test_editions_are_narrowed_by_the_filters_of_every_list(two):
    make_recommendation("asia", text="Ailleurs.")
    make_region("asia")

    assert [each[0] for each in became("&region=asia")] == ["open"]
    assert became("&area=nowhere") == []


def test_the_texts_of_both_editions_are_data(two):
    response = Client().get("/data/changes.csv?to_edition=2024&show=reworded")

    table = StringIO(response.getvalue().decode().removeprefix("\ufeff"))
    (line,) = csv.DictReader(table)
    assert (line["region"], line["earlier_language"]) == ("africa", "fr")
    assert line["earlier_text"] == "reworded en 2021."
    assert line["later_text"] == "reworded en 2024."


@pytest.mark.parametrize("count", [1, 3])
def test_few_questions_are_asked_between_editions(client, two, count):
    _old, new = two
    for number in range(count):
        make_recommendation(section=new["new"].section, text=f"{number}.")
    client.get("/en/recommendations/")

    with CaptureQueriesContext(connection) as queries:
        client.get("/en/changes/?to_edition=2024")

    assert len(queries) == 3
