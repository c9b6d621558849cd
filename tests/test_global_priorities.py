"""How a global priority comes about: drafted, sent to the regions, answered, published."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agenda import drafting
from agenda.answering import unanswered_by
from agenda.models import GlobalPriority, ProtectedPlace, Stance, Support
from priorities.models import Recommendation
from regions.models import ContentChange, Edition, Region
from workshops.ballots import casting
from workshops.models import Ballot, Candidate

from .agenda import add_support, answer, make_priority, published, sent
from .factories import (
    make_area,
    make_audience,
    make_edition,
    make_recommendation,
    make_region,
)
from .people import browser, make_user
from .test_matrix import brought_in
from .voters import make_ballot

pytestmark = pytest.mark.django_db

ANSWERS = "/admin/agenda/globalpriority/answers/"
DRAFT = "/admin/agenda/globalpriority/draft/"


def change_url(priority: GlobalPriority) -> str:
    return reverse("admin:agenda_globalpriority_change", args=[priority.pk])


def form_of(client: Client, priority: GlobalPriority) -> dict[str, object]:
    """What the browser would send back unchanged."""
    response = client.get(change_url(priority))
    form = response.context["adminform"].form
    data = {
        bound.html_name: value
        for bound in form
        if (value := bound.value()) not in (None, False)
    }
    for formset in response.context["inline_admin_formsets"]:
        for part in (formset.formset.management_form, *formset.formset.initial_forms):
            data |= {
                bound.html_name: value
                for bound in part
                if (value := bound.value()) is not None
            }
    return data


def test_references_are_given_once_and_never_again():
    make_priority()
    second = make_priority()
    assert second.reference == "2021-GLOBAL-02"

    second.delete()

    assert make_priority().reference == "2021-GLOBAL-03"


def test_regions_are_asked_before_anything_is_published():
    priority = make_priority(make_recommendation())

    with pytest.raises(ValidationError, match="was not sent to the regions"):
        priority.publish()
    priority.send_to_regions()
    priority.publish()

    assert (priority.status, priority.version, priority.published_version) == (
        "published",
        1,
        1,
    )
    assert priority.is_published
    assert list(GlobalPriority.objects.published()) == [priority]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"title_fr": None}, "title (French)” is empty"),
        ({"statement_fr": ""}, "statement (French)” is empty"),
    ],
)
def test_what_says_nothing_is_not_sent(fields, told):
    priority = make_priority(make_recommendation(), **fields)

    with pytest.raises(ValidationError) as refused:
        priority.send_to_regions()

    assert told in str(refused.value)


def test_what_stands_on_nothing_public_is_not_sent():
    priority = make_priority()

    with pytest.raises(ValidationError, match="stands on no regional recommendation"):
        priority.send_to_regions()
    draft = make_recommendation("asia", status="draft")
    add_support(priority, draft)
    with pytest.raises(ValidationError, match=f"{draft.reference}, which is not"):
        priority.send_to_regions()

    assert GlobalPriority.objects.get().status == "draft"


def test_what_is_withdrawn_meanwhile_carries_no_publication():
    row = make_recommendation()
    priority = sent(row)
    row.withdraw()

    with pytest.raises(ValidationError, match="which is not published"):
        priority.publish()


def test_the_same_is_not_sent_twice():
    priority = sent(make_recommendation())

    with pytest.raises(ValidationError, match="says what version 1 says"):
        priority.send_to_regions()


@pytest.mark.parametrize(
    "what", ["text", "lineage", "kind", "horizon", "audience", "ballot"]
)
def test_what_changed_since_it_was_sent_is_sent_again_before_it_is_published(what):
    priority = sent(make_recommendation())
    if what == "text":
        priority.statement_fr = "La moitié des juges sont formés."
        priority.save()
    elif what == "lineage":
        add_support(priority, make_recommendation("asia"))
    elif what == "kind":
        Support.objects.update(kind="context")
    elif what == "horizon":
        priority.last_year += 1
        priority.save()
    elif what == "audience":
        priority.audience_links.create(audience=make_audience())
    else:
        priority.ballot_supports.create(ballot=make_ballot())

    with pytest.raises(ValidationError, match="changed since version 1 was sent"):
        priority.publish()
    priority.send_to_regions()
    priority.publish()

    assert priority.published_version == 2
    assert [v.number for v in priority.versions_sent.all()] == [1, 2]


def test_a_translation_is_no_other_version():
    priority = sent(make_recommendation())
    priority.title_en, priority.statement_en = "Train judges", "All judges are trained."
    priority.save()

    priority.publish()

    assert priority.published_version == 1


def test_the_published_version_stays_public_while_the_next_is_with_the_regions():
    priority = published(make_recommendation())
    priority.statement_fr = "La moitié des juges sont formés."
    priority.save()
    priority.send_to_regions()

    assert priority.status == "consulted"
    assert list(GlobalPriority.objects.published()) == [priority]
    first = priority.versions_sent.get(number=1)
    told = priority.as_said(first.said)
    assert told.to_read("statement").value == "Tous les juges sont formés."
    assert told.to_read("statement").state == "original"
    assert priority.to_read("statement").value == "La moitié des juges sont formés."


def test_a_withdrawn_priority_is_gone_for_good():
    priority = published(make_recommendation())
    priority.withdraw()
    priority.last_year += 1
    priority.save()

    assert list(GlobalPriority.objects.published()) == []
    for act in (priority.withdraw, priority.publish, priority.send_to_regions):
        with pytest.raises(ValidationError):
            act()
    assert GlobalPriority.objects.get().status == "withdrawn"


def test_what_is_published_again_keeps_its_first_day():
    priority = published(make_recommendation())
    first = priority.published_at
    priority.last_year += 1
    priority.save()
    priority.send_to_regions()
    priority.publish()

    assert priority.published_at == first


def test_the_database_keeps_the_version_of_what_is_public():
    priority = published(make_recommendation())

    for fields in ({"published_at": None}, {"published_version": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            GlobalPriority.objects.filter(pk=priority.pk).update(**fields)


def test_a_region_answers_with_a_reason_unless_it_assents():
    priority = sent(make_recommendation())

    with pytest.raises(ValidationError, match="needs its reason"):
        answer(priority, "africa", "objection")
    answer(priority, "africa", "objection", "Not without courts.")
    again = answer(priority, "africa", "assent")

    assert list(Stance.objects.all()) == [again]
    assert [h.kind for h in Stance.history.all()] == ["assent", "objection"]


def test_what_a_region_said_to_an_earlier_version_stays():
    priority = sent(make_recommendation())
    answer(priority, "africa", "objection", "Not without courts.")
    priority.statement_fr = "Il y a des tribunaux."
    priority.save()
    priority.send_to_regions()
    answer(priority, "africa")

    assert list(priority.stances.values_list("version", "kind")) == [
        (2, "assent"),
        (1, "objection"),
    ]


def test_drafts_give_the_data_no_new_version():
    before = ContentChange.objects.count()
    row = make_recommendation()
    changed = ContentChange.objects.count()
    assert changed > before

    priority = sent(row)
    answer(priority, "africa")
    assert ContentChange.objects.count() == changed

    priority.publish()
    assert ContentChange.objects.count() > changed


# In the admin.


def test_an_organiser_drafts_from_a_convergence(organiser):
    rows = [make_recommendation(slug) for slug in ("africa", "asia")]
    other = make_recommendation("asia", areas=("kafala",))
    hidden = make_recommendation("africa", status="draft")
    make_region("mena")
    area = make_area("media")
    area.name_fr = "Médias"
    area.save()

    shown = organiser.get(DRAFT, {"edition": 2021, "area": "media"})
    proposals = {p.region.slug: p.rows for p in shown.context["proposed"]}
    assert proposals == {"africa": rows[:1], "asia": rows[1:], "mena": []}

    made = organiser.post(
        DRAFT,
        {
            "edition": 2021,
            "area": "media",
            "title": "Former les médias",
            f"kind-{rows[0].pk}": "same",
            f"kind-{rows[1].pk}": "context",
            f"kind-{other.pk}": "same",  # not of this area
            f"kind-{hidden.pk}": "same",  # not published
        },
    )

    priority = GlobalPriority.objects.get()
    assert made.url == change_url(priority)
    assert (priority.title_fr, priority.area, priority.status) == (
        "Former les médias",
        area,
        "draft",
    )
    assert (priority.first_year, priority.last_year) == (2021, 2024)
    assert list(priority.supports.values_list("recommendation", "kind")) == [
        (rows[0].pk, "same"),
        (rows[1].pk, "context"),
    ]


def test_more_of_a_region_than_is_proposed_is_counted(organiser, monkeypatch):
    monkeypatch.setattr(drafting, "MOST_PROPOSED", 1)
    row, _second, third = (make_recommendation() for _ in range(3))
    make_recommendation(status="draft")

    def proposed() -> list[tuple[list[Recommendation], int]]:
        shown = organiser.get(DRAFT, {"edition": 2021, "area": "media"})
        return [(each.rows, each.all) for each in shown.context["proposed"]]

    assert proposed() == [([row], 3)]
    third.withdraw()
    assert proposed() == [([row], 2)]


def test_a_draft_comes_from_a_convergence_or_a_closed_ballot(organiser):
    make_recommendation()
    ballot = make_ballot()
    asked = {"edition": 2021, "ballot": ballot.pk}

    def refused(**more: str) -> list[str]:
        return list(organiser.get(DRAFT, asked | more).context["form"].errors)

    assert refused() == ["ballot"]
    ballot.close()
    assert refused() == []
    assert refused(area="media") == ["__all__"]


def test_the_first_three_places_of_a_ballot_are_proposed(organiser):
    ballot = make_ballot()
    for code in casting.give_out(ballot, 5, None):
        casting.cast(code, casting.Answer([2, 4, 1, 3]))
    ballot.close()

    shown = organiser.get(DRAFT, {"edition": 2021, "ballot": ballot.pk})

    (proposed,) = shown.context["proposed"]
    first = ballot.candidates.exclude(number=3).order_by("number")
    assert proposed.rows == [candidate.recommendation for candidate in first]


def test_facilitators_draft_nothing_and_read_no_history_of_drafts():
    draft = make_priority(make_recommendation("mena"))
    client = browser(make_user("sara", "facilitator", regions=["mena"]))
    history = reverse("admin:agenda_globalpriority_history", args=[draft.pk])

    for address in (DRAFT, history):
        assert client.get(address).status_code == 404


def test_a_draft_needs_a_title(organiser):
    row = make_recommendation()

    response = organiser.post(
        DRAFT,
        {"edition": 2021, "area": "media", "title": " ", f"kind-{row.pk}": "same"},
    )

    assert response.status_code == 400
    assert not GlobalPriority.objects.exists()


def test_an_organiser_drafts_from_what_a_closed_ballot_put_first(organiser):
    rows = [make_recommendation() for _ in range(5)]
    ballot = Ballot.objects.create(
        edition=make_edition(),
        scope="shortlist",
        method="borda",
        question_en="What first?",
        closes_at=timezone.now() + timezone.timedelta(hours=1),
        asks_region=False,
    )
    for number, row in enumerate(rows, start=1):
        Candidate.objects.create(ballot=ballot, number=number, recommendation=row)
    ballot.open()
    for code in casting.give_out(ballot, 6, None):
        casting.cast(code, casting.Answer([2, 4]))
    ballot.refresh_from_db()
    ballot.close()

    shown = organiser.get(DRAFT, {"edition": 2021, "ballot": ballot.pk})
    assert [p.rows for p in shown.context["proposed"]] == [[rows[1], rows[3]]]
    organiser.post(
        DRAFT,
        {
            "edition": 2021,
            "ballot": ballot.pk,
            "title": "Former",
            f"kind-{rows[1].pk}": "same",
        },
    )

    priority = GlobalPriority.objects.get()
    assert [s.recommendation for s in priority.supports.all()] == [rows[1]]
    assert [s.ballot for s in priority.ballot_supports.all()] == [ballot]


def test_an_organiser_sends_and_publishes_from_the_form(organiser, english_pages):
    priority = make_priority(make_recommendation())

    organiser.post(change_url(priority), form_of(organiser, priority) | {"_send": "1"})
    priority.refresh_from_db()
    assert (priority.status, priority.version) == ("consulted", 1)
    typed = form_of(organiser, priority) | {"statement_fr": "Autre chose."}
    organiser.post(change_url(priority), typed | {"_publish": "1"})
    priority.refresh_from_db()
    assert priority.status == "consulted"
    page = organiser.get(change_url(priority)).content.decode()
    assert "Changed since version 1 was sent." in page
    for name in ("_send", "_publish"):
        organiser.post(change_url(priority), form_of(organiser, priority) | {name: "1"})

    priority.refresh_from_db()
    assert (priority.status, priority.published_version) == ("published", 2)
    assert priority.statement_fr == "Autre chose."


def test_organisers_reach_the_workshop_notes_in_two_clicks(organiser):
    row = make_recommendation("asia")
    note = brought_in(row, make_user("fatima", "facilitator", regions=["asia"]))
    priority = published(row)

    def links(address: str) -> set[str]:
        return set(
            re.findall(r'href="([^"?]*)', organiser.get(address).content.decode())
        )

    entry = reverse("admin:priorities_recommendation_change", args=[row.pk])
    assert entry in links(change_url(priority))
    source = reverse("admin:workshops_workshopnote_change", args=[note.pk])
    assert source in links(entry)
    assert "Train judges." in organiser.get(source).content.decode()


def test_a_priority_that_names_somebody_waits_until_somebody_looked(organiser):
    priority = make_priority(
        make_recommendation("asia"), rationale_fr="Écrire à Maria González."
    )
    page = change_url(priority)

    organiser.post(page, form_of(organiser, priority) | {"_send": "1"})
    priority.refresh_from_db()
    assert priority.status == "draft"
    text = organiser.get(page).content.decode()
    assert "Maria González" in text
    assert 'name="people_checked"' in text

    checked = form_of(organiser, priority) | {"_send": "1", "people_checked": "on"}
    organiser.post(page, checked)
    priority.refresh_from_db()
    assert priority.status == "consulted"

    answer(priority, "asia", "objection", "Ask Juan Pérez.")
    with pytest.raises(ValidationError, match="Juan Pérez"):
        priority.publish()
    priority.confirm_personal_data()
    priority.publish()
    priority.rationale_es = "Escribir a Ana Martínez."
    with pytest.raises(ValidationError, match="Ana Martínez"):
        priority.save()


def test_the_second_to_save_sees_what_the_first_saved(organiser):
    priority = make_priority(make_recommendation())
    typed = form_of(organiser, priority)
    priority.title_fr = "Par une autre"
    priority.save()

    refused = organiser.post(change_url(priority), typed | {"title_fr": "Par moi"})

    assert refused.status_code == 409
    priority.refresh_from_db()
    assert priority.title_fr == "Par une autre"


def test_facilitators_answer_for_their_own_regions_alone():
    priority = sent(make_recommendation("mena"), make_recommendation("asia"))
    client = browser(make_user("sara", "facilitator", regions=["mena"]))
    address = reverse("admin:agenda_globalpriority_answer", args=[priority.pk])
    typed = {"version": 1, "kind": "objection", "language": "ar", "reason": "لا"}

    assert "Former les juges" in client.get(ANSWERS).content.decode()
    assert client.post(address, typed | {"region": "asia"}).status_code == 404
    assert client.post(address, typed | {"region": "nowhere"}).status_code == 404
    assert client.get(address).status_code == 405
    refused = client.post(address, typed | {"region": "mena", "reason": " "})
    assert refused.status_code == 400
    assert "needs its reason" in refused.content.decode()
    stale = client.post(address, typed | {"region": "mena", "version": 2})
    assert stale.status_code == 400
    assert not Stance.objects.exists()
    assert client.post(address, typed | {"region": "mena"}).status_code == 302

    stance = Stance.objects.get()
    assert (stance.region.slug, stance.kind, stance.reason_ar) == (
        "mena",
        "objection",
        "لا",
    )
    assert stance.reason_fr is None
    assert stance.given_by
    assert stance.given_by.username == "sara"


def test_a_draft_takes_answers_no_more_than_one_that_is_not_there():
    draft = make_priority(make_recommendation("mena"))
    client = browser(make_user("sara", "facilitator", regions=["mena"]))
    typed = {"version": 1, "kind": "assent", "language": "fr", "region": "mena"}

    for pk in (draft.pk, draft.pk + 1):
        address = reverse("admin:agenda_globalpriority_answer", args=[pk])
        assert client.post(address, typed).status_code == 404


def test_a_facilitator_of_a_whole_answers_once_for_it_and_its_parts():
    whole = make_region("europe-north-america-caribbean", code="ENAC")
    make_region("europe", parent=whole)
    sent(make_recommendation("europe"))
    of_whole = browser(make_user("a", "facilitator", regions=[whole.slug]))
    of_part = browser(make_user("b", "facilitator", regions=["europe"]))

    def own(client: Client) -> list[str]:
        (waiting,) = client.get(ANSWERS).context["waiting"]
        return [each.region.slug for each in waiting.own]

    assert own(of_whole) == ["europe-north-america-caribbean"]
    assert own(of_part) == ["europe"]


def test_drafts_are_the_organisers_alone():
    draft = make_priority(make_recommendation("mena"))
    waiting = sent(make_recommendation("mena"))
    public = published(make_recommendation("mena"))
    listed = "/admin/agenda/globalpriority/"

    def seen(role: str) -> list[GlobalPriority]:
        client = browser(make_user(role, role, regions=["mena"]))
        page = client.get(listed)
        return sorted(page.context["cl"].result_list, key=lambda row: row.pk)

    assert seen("organiser") == [draft, waiting, public]
    assert seen("facilitator") == [waiting, public]
    assert seen("observer") == [waiting, public]
    assert seen("partner") == [public]


def test_the_list_counts_the_answers_to_the_present_version(organiser):
    priority = sent(make_recommendation("mena"), make_recommendation("asia"))
    for slug in ("asia", "mena"):
        answer(priority, slug)
    priority.last_year += 1
    priority.save()
    priority.send_to_regions()
    answer(priority, "mena")

    listed = organiser.get("/admin/agenda/globalpriority/").context["cl"].result_list

    assert [row.answer_count for row in listed] == [1]


def test_an_answer_to_an_earlier_version_is_no_answer_to_the_next():
    make_region("asia")
    priority = sent(make_recommendation("mena"))
    answer(priority, "mena")
    priority.last_year += 1
    priority.save()
    priority.send_to_regions()
    sara = make_user("sara", "facilitator", regions=["asia", "mena"])

    (waiting,) = browser(sara).get(ANSWERS).context["waiting"]

    assert [each.stance for each in waiting.own] == [None, None]
    assert unanswered_by(sara) == 1


def test_what_organisers_edit_meanwhile_is_theirs_alone(organiser):
    priority = sent(make_recommendation("mena"))
    priority.statement_fr = "Encore un brouillon."
    priority.save()
    facilitator = browser(make_user("sara", "facilitator", regions=["mena"]))

    def since(client: Client) -> int:
        return len(client.get(change_url(priority)).context["since"])

    assert (since(organiser), since(facilitator)) == (1, 0)


def test_regions_read_what_was_sent_and_not_what_is_edited_meanwhile():
    priority = sent(make_recommendation("mena"))
    priority.statement_fr = "Encore un brouillon."
    priority.save()
    client = browser(make_user("sara", "facilitator", regions=["mena"]))

    page = client.get(ANSWERS).content.decode()

    assert "Tous les juges sont formés." in page
    assert "Encore un brouillon." not in page


def test_who_has_not_answered_is_listed(organiser):
    priority = sent(make_recommendation("mena"), make_recommendation("asia"))
    answer(priority, "asia")

    (waiting,) = organiser.get(ANSWERS).context["waiting"]

    assert [each.region.slug for each in waiting.unanswered] == ["mena"]


def test_what_was_sent_cannot_be_deleted(organiser):
    new, asked = make_priority(), sent(make_recommendation())

    def delete(priority: GlobalPriority) -> int:
        address = reverse("admin:agenda_globalpriority_delete", args=[priority.pk])
        return organiser.post(address, {"post": "yes"}).status_code

    assert delete(asked) == 404
    assert delete(new) == 302
    assert list(GlobalPriority.objects.all()) == [asked]


def test_my_work_tells_what_waits():
    priority = sent(make_recommendation("mena"))
    ProtectedPlace.objects.create(recommendation=Recommendation.objects.get())
    sara = browser(make_user("sara", "facilitator", regions=["mena"]))
    olga = browser(make_user("olga", "organiser"))

    def waits(client: Client) -> dict[str, int]:
        lines = client.get("/admin/").context["work"]
        return {str(line.label): line.count for line in lines if "agenda" in line.url}

    label = "Global priorities that wait for an answer of your regions"
    assert waits(sara) == {label: 1}
    assert waits(olga) == {
        label: 1,
        "Priorities of one region that have no answer yet": 1,
    }
    answer(priority, "mena")
    assert waits(sara) == {}


def test_the_horizon_ends_after_it_begins():
    with pytest.raises(IntegrityError), transaction.atomic():
        make_priority(first_year=2025, last_year=2024)


def test_the_form_by_hand_begins_with_the_horizon_of_the_edition(organiser):
    Edition.objects.filter(pk=make_edition().pk).update(horizon_years=3)

    form = (
        organiser.get(reverse("admin:agenda_globalpriority_add"))
        .context["adminform"]
        .form
    )

    assert (form["first_year"].value(), form["last_year"].value()) == (2021, 2024)
    assert Region.objects.count() == 0
