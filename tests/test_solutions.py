"""Solutions: reported by partners, read by organisers, and only then by everybody."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agenda.models import Evidence, Solution
from regions.models import ContentChange, Country

from .factories import make_audience, make_recommendation, make_region
from .people import browser, make_user
from .solutions import make_priority, make_solution

pytestmark = pytest.mark.django_db

LIST = "/admin/agenda/solution/"


def page(row: Solution) -> str:
    return reverse("admin:agenda_solution_change", args=[row.pk])


def form(**typed: Any) -> dict[str, Any]:
    return {
        "organisation": "Union of Domestic Workers",
        "audience": make_audience().pk,
        "starts_on": "2026-01-01",
        "ends_on": "2027-01-01",
        "progress": "planned",
        "original_language": "en",
        "what_en": "Train 200 judges.",
        "sign_en": "Verdicts that cite the law.",
        "evidence-TOTAL_FORMS": "0",
        "evidence-INITIAL_FORMS": "0",
    } | typed


def typed(client: Client, row: Solution, **changed: Any) -> dict[str, Any]:
    """The form of a row as its page holds it, with something changed."""
    adminform = client.get(page(row)).context["adminform"].form
    data = {n: v for n, v in adminform.initial.items() if v not in (None, False)}
    data |= {name: adminform[name].value() for name in data}
    data["regions"] = [r.pk for r in row.regions.all()]
    data["countries"] = [c.pk for c in row.countries.all()]
    data["recommendation"] = row.recommendation.reference if row.recommendation else ""
    return (
        {
            "evidence-TOTAL_FORMS": "0",
            "evidence-INITIAL_FORMS": "0",
        }
        | data
        | changed
    )


@pytest.fixture
def partner() -> Client:
    return browser(make_user("partner", "partner"))


@pytest.fixture
def curator() -> Client:
    return browser(make_user("curator", "organiser"))


def own(**fields: Any) -> Solution:
    from accounts.models import User

    return make_solution(reported_by=User.objects.get(username="partner"), **fields)


def test_a_partner_reports_a_solution_and_sends_it_to_review(partner):
    recommendation = make_recommendation()

    response = partner.post(
        f"{LIST}add/",
        form(recommendation=recommendation.reference.lower(), _submit="1"),
    )

    assert response.status_code == 302
    row = Solution.objects.get()
    assert row.recommendation == recommendation
    assert row.reported_by.username == "partner"
    assert row.status == "in-review"
    assert not Solution.objects.published().exists()


def test_only_what_is_published_can_be_answered(partner):
    draft = make_recommendation(status="draft")

    response = partner.post(f"{LIST}add/", form(recommendation=draft.reference))

    errors = response.context["adminform"].form.errors
    assert errors["recommendation"] == [
        f"No published recommendation has the reference “{draft.reference}”. Copy it from its page, as 2021-MENA-014."
    ]
    hidden = make_priority(status="draft")
    response = partner.post(f"{LIST}add/", form(priority=hidden.pk))
    assert "priority" in response.context["adminform"].form.errors
    assert not Solution.objects.exists()


def test_it_answers_a_priority_or_a_recommendation_and_not_both(partner):
    recommendation, priority = make_recommendation(), make_priority()

    for answered in ({}, {"recommendation": recommendation, "priority": priority}):
        data = {
            name: getattr(row, "reference", row.pk)
            if name == "recommendation"
            else row.pk
            for name, row in answered.items()
        }
        response = partner.post(f"{LIST}add/", form(**data))

        assert response.context["adminform"].form.non_field_errors() == [
            "Name the global priority or the recommendation it answers: one of them."
        ]


def test_a_partner_finds_only_what_they_reported(partner):
    mine, other = own(status="draft"), make_solution(status="draft")

    found = partner.get(LIST).context["cl"].result_list

    assert list(found) == [mine]
    assert partner.get(page(other)).status_code == 404
    assert partner.post(page(other), form()).status_code == 404
    history = reverse("admin:agenda_solution_history", args=[other.pk])
    assert partner.get(history).status_code == 404


def test_a_partner_changes_drafts_alone(partner):
    draft = own(status="draft")

    assert (
        partner.post(
            page(draft), typed(partner, draft, organisation="Other")
        ).status_code
        == 302
    )
    draft.refresh_from_db()
    assert draft.organisation == "Other"
    data = typed(partner, draft, organisation="Third")
    draft.send_to_review()
    assert partner.post(page(draft), data).status_code == 404
    draft.publish()
    assert partner.post(page(draft), data).status_code == 404
    for name in ("publish", "withdraw", "confirm_personal_data"):
        chosen = {"action": name, "_selected_action": [draft.pk]}
        partner.post(LIST, chosen)
    draft.refresh_from_db()
    assert (draft.status, draft.organisation) == ("published", "Other")


def test_a_partner_takes_back_what_waits_for_review(partner):
    row, other = own(status="in-review"), make_solution(status="in-review")
    take_back = "admin:agenda_solution_take_back"

    partner.post(reverse(take_back, args=[row.pk]))
    answer = partner.post(reverse(take_back, args=[other.pk]))

    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.status, other.status, answer.status_code) == ("draft", "in-review", 404)


def test_who_also_curates_a_region_changes_nothing_of_its_other_partners():
    africa = make_region("africa")
    both = browser(make_user("both", "partner", "facilitator", regions=["africa"]))
    rows = {
        status: make_solution(status, regions=(africa,))
        for status in ("draft", "in-review", "published")
    }

    for name, status in (("begin_change", "published"), ("take_back", "in-review")):
        address = reverse(f"admin:agenda_solution_{name}", args=[rows[status].pk])
        assert both.post(address).status_code == 404
    shown = both.get(page(rows["draft"]))
    assert (shown.status_code, shown.context["has_change_permission"]) == (200, False)


def test_what_a_partner_changes_of_something_published_waits_for_review(
    partner, curator
):
    row = own(what_en="Train judges.", progress="planned")
    note = row.evidence.create(dated=date(2026, 2, 1), note_en="Begun.")
    before = ContentChange.objects.version()

    begun = partner.post(reverse("admin:agenda_solution_begin_change", args=[row.pk]))
    change = Solution.objects.get(change_of=row)
    assert begun["Location"] == page(change)
    assert [str(e) for e in change.evidence.all()] == ["Begun."]
    partner.post(
        page(change),
        typed(
            partner,
            change,
            what_en="Train all judges.",
            progress="done",
            _submit="1",
            **{
                "evidence-TOTAL_FORMS": "2",
                "evidence-INITIAL_FORMS": "1",
                "evidence-0-id": change.evidence.get().pk,
                "evidence-0-solution": change.pk,
                "evidence-0-dated": "2026-02-01",
                "evidence-0-note_en": "Begun.",
                "evidence-1-dated": "2026-05-01",
                "evidence-1-link": "https://union.example/report",
            },
        ),
    )

    row.refresh_from_db()
    change.refresh_from_db()
    assert change.status == "in-review"
    assert (row.what_en, row.progress, row.status) == (
        "Train judges.",
        "planned",
        "published",
    )
    assert list(row.evidence.all()) == [note]
    assert list(Solution.objects.published()) == [row]
    assert ContentChange.objects.version() == before

    curator.post(page(change), typed(curator, change, _publish="1"))

    row.refresh_from_db()
    assert (row.what_en, row.progress) == ("Train all judges.", "done")
    assert [str(e) for e in row.evidence.all()] == [
        "https://union.example/report",
        "Begun.",
    ]
    assert [report.progress for report in row.reports.all()] == ["done", "planned"]
    assert list(Solution.objects.all()) == [row]
    assert ContentChange.objects.version() != before


def test_while_a_change_waits_organisers_change_it_there(partner, curator):
    row = own()
    data = typed(curator, row, organisation="Other")
    row.begin_change(row.reported_by)

    assert curator.post(page(row), data).status_code == 404
    assert "A change of this one has begun" in curator.get(page(row)).content.decode()


def test_a_change_that_was_begun_is_gone_on_with():
    row = make_solution()

    assert row.begin_change(row.reported_by) == row.begin_change(row.reported_by)


def test_a_change_of_something_withdrawn_is_not_published():
    row = make_solution()
    change = row.begin_change(row.reported_by)
    change.send_to_review()
    row.withdraw()

    with pytest.raises(ValidationError, match="no longer published"):
        change.publish()

    assert not Solution.objects.published().exists()


def test_the_database_keeps_a_change_from_being_public():
    row = make_solution()
    change = row.begin_change(row.reported_by)

    with pytest.raises(IntegrityError), transaction.atomic():
        Solution.objects.filter(pk=change.pk).update(
            status="published", published_at=timezone.now()
        )


def test_organisers_see_what_waits_first(curator):
    published = make_solution(ends_on=date(2026, 1, 2))
    waiting = make_solution(status="in-review")
    draft = make_solution(status="draft")
    late = make_solution(status="draft", ends_on=date(2026, 1, 2))

    assert list(curator.get(LIST).context["cl"].result_list) == [
        waiting,
        published,
        late,
        draft,
    ]
    assert list(curator.get(f"{LIST}?waits=review").context["cl"].result_list) == [
        waiting
    ]
    assert list(curator.get(f"{LIST}?waits=overdue").context["cl"].result_list) == [
        published
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_database_as_often_for_many(
    curator, count, django_assert_num_queries
):
    for _number in range(count):
        make_solution(status="in-review")
    curator.get(LIST)

    with django_assert_num_queries(18):
        curator.get(LIST)


def test_publishing_needs_review_and_a_public_answer():
    draft = make_solution(status="draft")
    waiting = make_solution(status="in-review")
    waiting.recommendation.withdraw()

    with pytest.raises(ValidationError, match="was not sent to review"):
        draft.publish()
    with pytest.raises(ValidationError, match="is not published"):
        waiting.publish()


def test_what_is_published_goes_nowhere_but_out(partner):
    row = own()
    first = row.published_at

    with pytest.raises(ValidationError, match="is published"):
        row.send_to_review()
    partner.post(reverse("admin:agenda_solution_take_back", args=[row.pk]))
    row.refresh_from_db()
    assert row.status == "published"
    row.withdraw()
    row.send_to_review()
    row.publish()
    assert row.published_at == first


def test_what_was_published_is_never_deleted(curator):
    draft, public = make_solution("draft"), make_solution()

    for row, status in ((draft, 302), (public, 404)):
        address = reverse("admin:agenda_solution_delete", args=[row.pk])
        assert curator.post(address, {"post": "yes"}).status_code == status

    assert list(Solution.objects.all()) == [public]


def test_a_partner_with_a_region_finds_no_more_of_it():
    africa = make_region("africa")
    make_solution(regions=(africa,))
    client = browser(make_user("regional", "partner", regions=["africa"]))

    assert list(client.get(LIST).context["cl"].result_list) == []


def test_a_text_or_note_that_names_a_person_waits_until_somebody_checked_it(curator):
    row = make_solution(status="draft", what_en="Write to amina@example.org.")
    row.evidence.create(dated=date(2026, 2, 1), note_fr="Téléphone : +961 3 123 456")
    row.send_to_review()
    assert row.signs_of_people() == ["amina@example.org", "+961 3 123 456"]

    with pytest.raises(ValidationError, match="seems to hold a person’s data"):
        row.publish()
    chosen = {"_selected_action": [row.pk]}
    curator.post(LIST, chosen | {"action": "confirm_personal_data"})
    curator.post(LIST, chosen | {"action": "publish"})

    row.refresh_from_db()
    assert row.status == "published"


def test_what_was_checked_for_people_is_checked_again_when_a_note_comes():
    row = make_solution(status="in-review")
    row.confirm_personal_data()
    row.evidence.create(dated=date(2026, 2, 1), note_en="Call +961 3 123 456.")

    with pytest.raises(ValidationError):
        row.publish()


def test_a_refusal_names_the_field_and_what_was_found():
    row = make_solution(status="draft", organisation="Mrs. Amina Yusuf")
    row.evidence.create(
        dated=date(2026, 2, 1), link="https://a.example/?to=b@c.example"
    )
    row.send_to_review()

    with pytest.raises(ValidationError) as refused:
        row.publish()

    assert refused.value.messages == [
        "“Mrs. Amina Yusuf: Train 200 judges.” seems to hold a person’s data "
        "(who commits: a person’s name, “Amina Yusuf”; "
        "link: an e-mail address, “b@c.example”). "
        "Take it out, or confirm that you checked it."
    ]


def test_a_change_that_names_a_person_waits_until_somebody_checked_it():
    row = make_solution()
    change = row.begin_change(row.reported_by)
    change.what_en = "Write to amina@example.org."
    change.save()
    change.evidence.create(dated=date(2026, 2, 1), note_en="Call +961 3 123 456.")
    change.send_to_review()

    with pytest.raises(ValidationError, match="amina@example.org"):
        change.publish()
    change.confirm_personal_data()
    change.publish()

    row.refresh_from_db()
    assert row.signs_of_people() == ["amina@example.org", "+961 3 123 456"]
    assert row.evidence.get().note_en == "Call +961 3 123 456."


def test_what_is_public_names_nobody_anew_until_an_organiser_checked_it(curator):
    row = make_solution(what_fr="Former des juges.")
    named = typed(curator, row, what_en="Write to amina@example.org.")

    refused = curator.post(page(row), named)

    assert refused.context["adminform"].form.errors == {
        "what_en": [
            "“Union of Domestic Workers: Write to amina@example.org.” seems to hold a "
            "person’s data (what is done (English): an e-mail address, "
            "“amina@example.org”). Take it out, or confirm that you checked it."
        ]
    }
    assert 'name="people_checked"' in refused.content.decode()
    row.refresh_from_db()
    assert row.what_en == "Train 200 judges."

    assert curator.post(page(row), named | {"people_checked": "on"}).status_code == 302

    row.refresh_from_db()
    assert row.what_en == "Write to amina@example.org."
    last = row.history.first()
    assert last.history_change_reason == "personal data checked"
    assert last.history_user.username == "curator"
    again = typed(curator, row, what_fr="Écrire à amina@example.org.")
    assert curator.post(page(row), again).status_code == 302


def test_evidence_of_something_public_names_nobody_anew_either(curator):
    row = make_solution()
    noted = typed(
        curator, row, **sent(note_fr="Téléphone : +961 3 123 456", link="a.example")
    )

    refused = curator.post(page(row), noted)

    (errors,) = refused.context["inline_admin_formsets"][0].formset.errors
    (told,) = errors["note_fr"]
    assert "note (French): a telephone number, “+961 3 123 456”" in told
    assert not Evidence.objects.exists()
    assert curator.post(page(row), noted | {"people_checked": "on"}).status_code == 302
    assert row.evidence.get().note_fr == "Téléphone : +961 3 123 456"
    row.refresh_from_db()
    row.must_be_checked_for_people()


def test_no_other_way_leads_past_the_check(curator):
    row = make_solution(status="draft", what_en="Write to amina@example.org.")
    named = row.history.first()
    row.what_en = "Write to us."
    row.save()
    row.send_to_review()
    row.publish()
    before = ContentChange.objects.version()

    row.dropped_because_en = "Ask amina@example.org."
    with pytest.raises(ValidationError, match="dropped because"):
        row.save()
    with pytest.raises(ValidationError, match="note"):
        row.evidence.create(dated=date(2026, 2, 1), note_en="Ask amina@example.org.")
    restore = reverse("admin:agenda_solution_restore", args=[row.pk, named.pk])
    answer = curator.post(restore, follow=True)

    assert "amina@example.org" in str([*answer.context["messages"]][0])
    row.refresh_from_db()
    assert (row.what_en, row.dropped_because_en) == ("Write to us.", None)
    assert ContentChange.objects.version() == before


def test_taking_a_person_out_of_something_public_is_never_refused(curator):
    row = make_solution(
        "in-review", what_en="Ask amina@example.org.", what_fr="Écrire à b@c.example."
    )
    row.confirm_personal_data()
    row.publish()

    curator.post(page(row), typed(curator, row, what_en="Ask us."))

    row.refresh_from_db()
    assert (row.what_en, row.what_fr) == ("Ask us.", "Écrire à b@c.example.")


def test_a_tick_of_a_partner_checks_nothing(partner):
    row = own(status="draft", what_en="Write to amina@example.org.")

    partner.post(page(row), typed(partner, row, people_checked="on", _submit="1"))

    row.refresh_from_db()
    assert (row.status, row.personal_data_checked) == ("in-review", "")


def test_who_checked_it_publishes_it_at_once(curator):
    row = make_solution(status="in-review", what_en="Write to amina@example.org.")

    curator.post(page(row), typed(curator, row, people_checked="on", _publish="1"))

    row.refresh_from_db()
    assert row.status == "published"


def test_a_country_lies_in_one_of_the_regions(partner):
    mena, asia = make_region("mena"), make_region("asia")
    lebanon = Country.objects.create(iso_code="LB", name_en="Lebanon", region=mena)
    data = form(recommendation=make_recommendation().reference, countries=[lebanon.pk])

    refused = partner.post(f"{LIST}add/", data | {"regions": [asia.pk]})
    accepted = partner.post(f"{LIST}add/", data | {"regions": [asia.pk, mena.pk]})

    assert refused.context["adminform"].form.errors["countries"] == [
        "Lebanon is in none of these regions. Add: Mena."
    ]
    assert accepted.status_code == 302


def test_a_country_of_a_part_lies_in_the_whole(partner):
    whole = make_region("europe-north-america-caribbean")
    part = make_region("caribbean", parent=whole)
    haiti = Country.objects.create(iso_code="HT", name_en="Haiti", region=part)
    recommendation = make_recommendation()

    response = partner.post(
        f"{LIST}add/",
        form(
            recommendation=recommendation.reference,
            countries=[haiti.pk],
            regions=[whole.pk],
        ),
    )

    assert response.status_code == 302


def sent(file: SimpleUploadedFile | None = None, **piece: Any) -> dict[str, Any]:
    given = {"dated": "2026-05-01", "upload": file or ""} | piece
    return {
        "evidence-TOTAL_FORMS": "1",
        **{f"evidence-0-{name}": value for name, value in given.items()},
    }


def test_a_file_is_for_organisers_alone(partner, curator):
    file = SimpleUploadedFile('a"b\r\nc.html', b"<script>alert(1)</script>")
    row = own(status="draft")
    partner.post(page(row), typed(partner, row, **sent(file)))
    evidence = Evidence.objects.get()
    assert evidence.added_by == row.reported_by
    address = reverse("admin:agenda_solution_file", args=[row.pk, evidence.pk])

    answer = curator.get(address)

    assert answer.content == b"<script>alert(1)</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert partner.get(address).status_code == 404
    assert Client().get(address).status_code == 302
    elsewhere = make_solution(status="draft")
    address = reverse("admin:agenda_solution_file", args=[elsewhere.pk, evidence.pk])
    assert curator.get(address).status_code == 404
    row.send_to_review()
    row.publish()
    public = Client().get(f"/en/solutions/{row.pk}/").content.decode()
    assert evidence.file_name not in public
    assert "c.html" not in public


def test_a_file_that_is_too_large_is_refused(partner, settings):
    settings.EVIDENCE_MAX_MB = 1
    row = own(status="draft")
    file = SimpleUploadedFile("a.pdf", b"x" * 1_048_577)

    response = partner.post(page(row), typed(partner, row, **sent(file)))

    (errors,) = response.context["inline_admin_formsets"][0].formset.errors
    assert errors["upload"] == [
        "This file is too large: up to 1 MB are kept. Give a link to it, or a smaller one."
    ]


@pytest.mark.parametrize(
    "piece",
    [{}, {"link": "javascript:alert(1)"}, {"link": "ftp://example.org/a"}],
)
def test_evidence_is_a_web_address_a_note_or_a_file(partner, piece):
    row = own(status="draft")

    response = partner.post(page(row), typed(partner, row, **sent(**piece)))

    assert response.status_code == 200
    assert not Evidence.objects.exists()


def test_who_saves_second_sees_what_the_first_saved(curator):
    row = make_solution(status="in-review")
    data = typed(curator, row, organisation="Mine")
    row.organisation = "Theirs"
    row.save()

    response = curator.post(page(row), data)

    assert response.status_code == 409
    row.refresh_from_db()
    assert row.organisation == "Theirs"


def test_why_it_was_dropped_is_said(partner):
    row = own(status="draft")

    response = partner.post(page(row), typed(partner, row, progress="dropped"))

    assert response.context["adminform"].form.errors["progress"] == [
        "Say why it was dropped: others learn from it."
    ]


def test_it_is_overdue_the_day_after_its_last():
    today = timezone.localdate()
    last_day = make_solution(ends_on=today)
    past = make_solution(ends_on=today - timedelta(days=1))
    make_solution(ends_on=today - timedelta(days=1), progress="done")

    assert list(Solution.objects.overdue()) == [past]
    assert list(Solution.objects.overdue(on=today + timedelta(days=1))) == [
        past,
        last_day,
    ]
    assert (past.is_overdue, last_day.is_overdue) == (True, False)


def test_what_waits_for_review_is_work_of_organisers(curator, partner):
    row = make_solution("in-review")
    make_solution()

    lines = {line.label: line for line in curator.get("/admin/").context["work"]}

    assert lines["Solutions to review"].count == 1
    found = curator.get(lines["Solutions to review"].url)
    assert list(found.context["cl"].result_list) == [row]
    assert "Solutions to review" not in partner.get("/admin/").content.decode()
