"""What became of the entries of one edition in the next."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.roles import assign
from priorities.models import Recommendation, Succession
from priorities.nearest import nearest
from regions.models import ContentChange, Edition, Region

from .factories import (
    NOON,
    make_edition,
    make_forum,
    make_recommendation,
    make_section,
)

pytestmark = pytest.mark.django_db

PAGE = "/admin/priorities/succession/2024/"
TEXT = "Les gouvernements devraient former les juges."


@pytest.fixture
def old(db):
    make_edition(2021)
    return make_recommendation("africa", text=TEXT)


@pytest.fixture
def new(old):
    """A draft of 2024 that says the same."""
    return make_new()


def make_old(**fields):
    """Another entry of Africa's list of 2021."""
    section = Recommendation.objects.get(reference="2021-AFRIC-001").section
    return make_recommendation(section=section, **fields)


def edition():
    return make_edition(2024, published_at=None)


def make_new(region="africa", **fields):
    forum = make_forum(region, edition=edition())
    section = forum.sections.first() or make_section(regional_forum=forum)
    fields = {"status": "draft", "text": TEXT} | fields
    return make_recommendation(region, section=section, **fields)


def somebody(*slugs, regions=(), name="someone"):
    user = User.objects.create_user(name, password="a long phrase", is_staff=True)
    assign(user, slugs)
    user.regions.set(Region.objects.filter(slug__in=regions))
    client = Client()
    client.force_login(user)
    return client


def decide(client, old, kind, new=None, **fields):
    sent = {"earlier": old.reference, "kind": kind} | fields
    if new:
        sent["later"] = new.reference
    return client.post(
        f"{PAGE}decide/", sent, follow=True, headers={"accept-language": "en"}
    )


def take_back(client, verdict):
    return client.post(f"{PAGE}take-back/", {"verdict": verdict.pk})


def verdicts():
    return [
        (v.earlier.reference, v.kind, v.later and v.later.reference)
        for v in Succession.objects.order_by("pk")
    ]


def link(old, new, kind="repeats"):
    return Succession.objects.create(
        edition=edition(), earlier=old, later=new, kind=kind
    )


# Deciding.


def test_an_organiser_says_that_it_is_repeated(organiser, old, new):
    decide(organiser, old, "repeats", new, note="word for word")

    verdict = Succession.objects.get()
    assert verdicts() == [("2021-AFRIC-001", "repeats", "2024-AFRIC-001")]
    assert (verdict.note, verdict.decided_by.username) == ("word for word", "organiser")
    assert verdict.history.get().history_user.username == "organiser"


def test_deciding_again_about_a_pair_changes_the_verdict(organiser, old, new):
    decide(organiser, old, "repeats", new)
    decide(organiser, old, "changes", new, note="adds prosecutors")

    assert verdicts() == [("2021-AFRIC-001", "changes", "2024-AFRIC-001")]
    assert Succession.objects.get().history.count() == 2


def test_one_entry_may_become_several(organiser, old, new):
    decide(organiser, old, "changes", new)
    decide(organiser, old, "changes", make_new())

    assert [later for _e, _k, later in verdicts()] == [
        "2024-AFRIC-001",
        "2024-AFRIC-002",
    ]


def test_what_is_dropped_is_not_linked_and_the_other_way_round(organiser, old, new):
    decide(organiser, old, "drops")
    page = decide(organiser, old, "repeats", new).content.decode()

    assert "2021-AFRIC-001 is dropped: take that back before you link it." in page
    assert verdicts() == [("2021-AFRIC-001", "drops", None)]

    take_back(organiser, Succession.objects.get())
    decide(organiser, old, "repeats", new)
    page = decide(organiser, old, "drops").content.decode()

    assert "is asked again: take that back before you drop it." in page
    assert verdicts() == [("2021-AFRIC-001", "repeats", "2024-AFRIC-001")]


def test_what_is_taken_back_is_undecided_and_in_the_history(organiser, old, new):
    decide(organiser, old, "repeats", new)
    take_back(organiser, Succession.objects.get())

    assert verdicts() == []
    assert [r.history_type for r in Succession.history.all()] == ["-", "+"]


@pytest.mark.parametrize(
    "later", ["", "2024-AFRIC-999", "2021-AFRIC-001", "2024-MENA-001", "x"]
)
def test_a_reference_nobody_knows_is_named(old, new, later):
    make_new("mena")
    client = somebody("facilitator", regions=["africa"])

    page = decide(client, old, "repeats", later=later).content.decode()

    assert "Write the reference of an entry of 2024, such as 2024-AFR-001." in page
    assert verdicts() == []


def test_the_database_keeps_its_rules(old, new):
    at = edition()
    verdict = link(old, new)
    rows = Succession.objects
    for wrong in (
        {"kind": "drops", "later": new},
        {"kind": "repeats", "later": None},
        {"kind": "repeats", "later": new},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.bulk_create([Succession(edition=at, earlier=old, **wrong)])
    verdict.delete()
    twice = [Succession(edition=at, earlier=old, kind="drops") for _n in range(2)]
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.bulk_create(twice)


def test_ends_lie_in_the_right_editions(old, new):
    with pytest.raises(ValidationError, match="an earlier edition"):
        Succession.objects.create(
            edition=Edition.objects.get(year=2021),
            earlier=old,
            later=old,
            kind="repeats",
        )
    with pytest.raises(ValidationError, match="of the edition 2024"):
        link(old, make_old())


def test_a_draft_that_is_deleted_takes_its_links_along(old, new):
    link(old, new)

    assert Recommendation.objects.remove_all([new.pk], "undone", None) == 1

    assert verdicts() == []


def test_the_earlier_entry_stays(old, new):
    link(old, new)

    with pytest.raises(ProtectedError):
        Recommendation.objects.filter(pk=old.pk).delete()


# The page of a region.


def test_the_page_counts_and_filters(organiser, old, new):
    changed, dropped, other = (make_old(text=f"T {n}") for n in range(3))
    make_old(status="draft")
    decide(organiser, old, "repeats", new)
    decide(organiser, changed, "changes", make_new())
    decide(organiser, dropped, "drops")

    def shown(name):
        context = organiser.get(f"{PAGE}?region=africa&show={name}").context
        assert {n: c for n, _label, c in context["filters"]} == {
            "all": 4,
            "undecided": 1,
            "repeats": 1,
            "changes": 1,
            "drops": 1,
        }
        return [line.row for line in context["lines"]]

    assert shown("all") == [old, changed, dropped, other]
    assert shown("undecided") == [other]
    assert shown("repeats") == [old]
    assert shown("changes") == [changed]
    assert shown("drops") == [dropped]


def test_the_nearest_new_entry_is_suggested(organiser, old, new):
    make_new(text="Soutenir les coopératives de pêche.", areas=("fishing",))
    make_new("mena")

    (line,) = organiser.get(f"{PAGE}?region=africa").context["lines"]

    assert line.suggestions == [new]


def test_likeness_reaches_across_languages(old):
    arabic = make_new(text=None, text_es="Formar a los jueces", original_language="es")
    other = make_new(
        text=None,
        text_es="Pesca justa",
        original_language="es",
        areas=("fishing",),
    )

    assert nearest([old], [other, arabic])[old.pk] == [arabic]


def test_the_whole_of_a_region_and_its_parts_are_looked_at(organiser, old):
    whole = Region.objects.get(slug="africa")
    forum = make_forum("west-africa", edition=edition())
    Region.objects.filter(pk=forum.region_id).update(parent=whole)
    part = make_new("west-africa")

    (line,) = organiser.get(f"{PAGE}?region=africa").context["lines"]

    assert line.suggestions == [part]


def test_the_page_is_paged_and_keeps_its_number_of_queries(organiser, old, new):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert organiser.get(f"{PAGE}?region=africa").status_code == 200
        return len(captured)

    organiser.get(f"{PAGE}?region=africa")
    one = queries()
    for number in range(25):
        row = make_old(text=f"{TEXT} {number}")
        if number % 2:
            link(row, make_new())

    assert queries() == one == 15
    page = organiser.get(f"{PAGE}?region=africa&page=2")
    assert len(page.context["lines"]) == 6


def test_unknown_editions_regions_and_lists_are_404(organiser, old, new):
    make_forum("mena", edition=edition())
    for address in (
        "/admin/priorities/succession/1999/",
        "/admin/priorities/succession/2021/",
        f"{PAGE}?region=nowhere",
        f"{PAGE}?region=mena",
        f"{PAGE}?show=secret",
    ):
        assert organiser.get(address).status_code == 404, address
    assert organiser.get(f"{PAGE}decide/").status_code == 405
    assert organiser.get(f"{PAGE}take-back/").status_code == 405
    assert organiser.post(f"{PAGE}take-back/", {"verdict": "x"}).status_code == 404
    assert decide(organiser, old, "forgets", new).status_code == 404


# Who may.


def test_a_facilitator_decides_within_their_regions(old, new):
    client = somebody("facilitator", regions=["africa"])

    decide(client, old, "repeats", new)
    assert verdicts() == [("2021-AFRIC-001", "repeats", "2024-AFRIC-001")]
    take_back(client, Succession.objects.get())
    decide(client, old, "drops")
    assert verdicts() == [("2021-AFRIC-001", "drops", None)]


def test_beyond_their_wall_nothing_is_there(old, new):
    theirs = make_recommendation("mena", text=TEXT)
    decided = link(theirs, make_new("mena"))
    client = somebody("facilitator", regions=["africa"])

    assert client.get(f"{PAGE}?region=mena").status_code == 404
    assert decide(client, theirs, "drops").status_code == 404
    assert take_back(client, decided).status_code == 404
    sent = {"earlier": old.reference, "kind": "drops", "entry": "2024-MENA-001"}
    assert client.post(f"{PAGE}decide/", sent).status_code == 404
    page = client.get(PAGE)
    assert [region.slug for region in page.context["regions"]] == ["africa"]
    assert Succession.objects.filter(later__isnull=False).count() == 1


def test_what_another_region_made_of_an_entry_is_not_told_beyond_its_wall(
    organiser, old, new
):
    link(old, make_new("mena", text="Secret"))
    client = somebody("facilitator", regions=["africa"])

    page = client.get(PAGE)

    assert "2024-MENA-001" not in page.content.decode()
    assert "Secret" not in page.content.decode()
    assert {n: c for n, _l, c in page.context["filters"]}["undecided"] == 1
    assert "2024-MENA-001" in organiser.get(PAGE).content.decode()


def test_a_facilitator_changes_nothing_that_participants_see(old, new):
    new.publish()
    at = edition()
    at.published_at = NOON
    at.save()
    client = somebody("facilitator", regions=["africa"])
    verdict = link(old, new)

    assert take_back(client, verdict).status_code == 404
    assert decide(client, old, "changes", new).status_code == 404
    other = make_old()
    assert decide(client, other, "drops").status_code == 404
    assert verdicts() == [("2021-AFRIC-001", "repeats", "2024-AFRIC-001")]
    page = client.get(PAGE).content.decode()
    assert "Decide again" not in page
    assert 'value="drops"' not in page


@pytest.mark.parametrize("role", ["reviewer", "observer", "administrator"])
def test_others_link_nothing(old, new, role):
    client = somebody(role, regions=["africa"])

    assert client.get(PAGE).status_code == 404
    assert decide(client, old, "repeats", new).status_code == 404
    assert take_back(client, link(old, new)).status_code == 404
    assert len(verdicts()) == 1


def test_visitors_are_asked_to_sign_in(client, old, new):
    assert client.get(PAGE).status_code == 302
    assert client.post(f"{PAGE}decide/").status_code == 302
    assert client.post(f"{PAGE}take-back/").status_code == 302


# The page of a new draft.


def change(row):
    return reverse("admin:priorities_recommendation_change", args=[row.pk])


def test_a_new_draft_shows_what_it_may_repeat_and_links_it_in_one_click(old, new):
    client = somebody("facilitator", regions=["africa"])
    english = {"accept-language": "en"}
    page = client.get(change(new), headers=english).content.decode()
    assert "Earlier, perhaps:" in page
    assert "2021-AFRIC-001" in page

    answer = client.post(
        f"{PAGE}decide/",
        {
            "earlier": old.reference,
            "later": new.reference,
            "kind": "repeats",
            "entry": new.reference,
        },
    )

    assert answer.url == change(new)
    page = client.get(change(new), headers=english).content.decode()
    assert "Earlier, perhaps:" not in page
    assert "Earlier:" in page
    assert "Decide again" in page


def test_the_page_of_the_earlier_entry_suggests_nothing(organiser, old, new):
    assert "Earlier" not in organiser.get(change(old)).content.decode()


def test_reviewers_read_the_draft_without_it(old, new):
    client = somebody("reviewer", regions=["africa"])

    page = client.get(change(new))

    assert page.status_code == 200
    assert "2021-AFRIC-001" not in page.content.decode()


# What participants read.


def publish_edition():
    at = edition()
    at.published_at = NOON
    at.save()


def page_of(row):
    return Client().get(f"/en/recommendations/{row.reference}/").content.decode()


def words(html):
    return " ".join(html.split())


def test_participants_read_of_it_once_both_are_public(old, new):
    link(old, new)
    before = page_of(old)
    version = ContentChange.objects.version()

    publish_edition()
    new.publish()

    assert ContentChange.objects.version() != version
    assert "Asked" not in before
    assert (
        'Asked again in 2024: <a href="/en/recommendations/2024-AFRIC-001/">'
        in words(page_of(old))
    )
    assert (
        'Asked already in 2021: <a href="/en/recommendations/2021-AFRIC-001/">'
        in words(page_of(new))
    )


@pytest.mark.parametrize("hidden", ["edition", "later", "withdrawn"])
def test_never_while_one_end_is_hidden(old, new, hidden):
    link(old, new)
    if hidden != "later":
        new.publish()
    if hidden != "edition":
        publish_edition()
    if hidden == "withdrawn":
        new.withdraw()

    assert "2024" not in page_of(old).split("<footer")[0]


def test_a_changed_one_says_how_it_read(old, new):
    link(old, new, "changes")
    publish_edition()
    new.publish()

    text = words(page_of(new))
    assert f'In 2021 it read: <q lang="fr" dir="ltr">{TEXT}</q>' in text
    assert "Said in other words in 2024: <a" in words(page_of(old))


def test_what_is_dropped_is_told_with_the_edition(old):
    Succession.objects.create(edition=edition(), earlier=old, kind="drops")
    assert "Not asked again" not in page_of(old)

    publish_edition()

    assert "Not asked again in 2024" in page_of(old)


def test_concerns_are_raised_not_asked(old):
    forums = [make_forum("africa"), make_forum("africa", edition=edition())]
    sections = [make_section(regional_forum=forum, kind="concerns") for forum in forums]
    first, again, dropped = (
        make_recommendation(section=section) for section in (*sections, sections[0])
    )
    link(first, again)
    Succession.objects.create(edition=edition(), earlier=dropped, kind="drops")
    publish_edition()

    assert "Raised again in 2024:" in words(page_of(first))
    assert "Raised already in 2021:" in words(page_of(again))
    assert "Not raised again in 2024" in words(page_of(dropped))


def test_a_verdict_moves_the_data_version_when_it_is_public_and_only_then(old, new):
    start = ContentChange.objects.version()
    link(old, new).delete()
    assert ContentChange.objects.version() == start

    publish_edition()
    new.publish()
    public = ContentChange.objects.version()
    verdict = link(old, new)
    linked = ContentChange.objects.version()
    assert linked != public
    assert "Asked again" in page_of(old)

    verdict.delete()
    assert ContentChange.objects.version() != linked
    assert "Asked again" not in page_of(old)


def test_the_note_stays_with_the_curators(old, new):
    verdict = link(old, new, "changes")
    verdict.note = "Kanarienvogel"
    verdict.save()
    publish_edition()
    new.publish()

    assert "Kanarienvogel" not in page_of(old) + page_of(new)
