"""Readers say that a text is wrong or harmful; organisers see to it."""

import json
from datetime import UTC, datetime
from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.roles import assign
from priorities.models import ProblemReport, Recommendation, Succession
from regions.conflicts import latest
from regions.models import ContentChange, Edition, Region
from workshops.redacting import Eraser, out_of_text

from .factories import make_edition, make_forum, make_recommendation, make_section

pytestmark = pytest.mark.django_db

LIST = "/admin/priorities/problemreport/"
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def row(db):
    return make_recommendation("africa", text="Kanarienvogel singt.")


def somebody(*slugs, regions=(), name="someone"):
    user = User.objects.create_user(name, password="a long phrase", is_staff=True)
    assign(user, slugs)
    user.regions.set(Region.objects.filter(slug__in=regions))
    client = Client()
    client.force_login(user)
    return client


def make_report(row, **fields):
    fields = {"kind": "wrong", "said": "This is not so."} | fields
    return ProblemReport.objects.create(recommendation=row, **fields)


def url(page, *args):
    return reverse(f"admin:priorities_problemreport_{page}", args=args)


def note(client, row, **fields):
    sent = {
        "recommendation": row.pk,
        "kind": "harmful",
        "said": "They can be found by this.",
        "received_on": "2024-05-01",
    } | fields
    return client.post(url("add"), sent, headers=ENGLISH)


def settle(client, report, outcome, answer=""):
    sent = {
        "kind": report.kind,
        "said": report.said,
        "received_on": "2024-05-01",
        "outcome": outcome,
        "answer": answer,
        "version": latest(report),
    }
    return client.post(url("change", report.pk), sent, headers=ENGLISH)


# Where readers write.


def mail(page):
    html = unescape(page.content.decode())
    return html.split('href="mailto:')[1].split('"')[0] if "mailto:" in html else ""


def test_readers_write_to_the_address_of_the_edition(client, row, settings):
    settings.REPORT_EMAIL = "site@example.org"
    page = row.get_absolute_url()
    assert (
        mail(client.get(page)) == "site@example.org?subject=2021-AFRIC-001%20%28en%29"
    )

    edition = Edition.objects.get()
    edition.report_email = "2021@example.org"
    edition.save()

    assert (
        mail(client.get(page.replace("/en/", "/ar/")))
        == "2021@example.org?subject=2021-AFRIC-001%20%28ar%29"
    )
    settings.REPORT_EMAIL = edition.report_email = ""
    edition.save()
    assert mail(client.get(page)) == ""


def test_the_mail_holds_nothing_of_the_text_and_escapes_its_address(client, row):
    edition = Edition.objects.get()
    edition.report_email = "a&b?c=d'e@example.org"
    edition.save()

    link = mail(client.get(row.get_absolute_url()))

    assert link == "a%26b%3Fc%3Dd%27e@example.org?subject=2021-AFRIC-001%20%28en%29"


def test_an_address_that_is_none_is_refused(organiser, row):
    edition = Edition.objects.get()
    page = reverse("admin:regions_edition_change", args=[edition.pk])
    sent = {
        "horizon_years": 3,
        "original_language": "fr",
        "partners-TOTAL_FORMS": 0,
        "partners-INITIAL_FORMS": 0,
        "report_email": "nobody",
        "version": latest(edition),
    }

    answer = organiser.post(page, sent, headers=ENGLISH)

    assert "Enter a valid email address." in answer.content.decode()
    assert answer.context["adminform"].form.errors.keys() == {"report_email"}
    edition.refresh_from_db()
    assert edition.report_email == ""


# Noting.


def test_a_report_is_noted_from_the_page_of_the_text(organiser, row):
    page = reverse("admin:priorities_recommendation_change", args=[row.pk])
    way = f"{url('add')}?recommendation={row.pk}"
    assert way in organiser.get(page).content.decode()
    form = organiser.get(way, headers=ENGLISH).content.decode()
    assert "Leave out their name" in form
    assert f'<option value="{row.pk}" selected' in form

    note(organiser, row)

    report = ProblemReport.objects.get()
    assert (report.recommendation, report.kind, str(report.received_on)) == (
        row,
        "harmful",
        "2024-05-01",
    )
    assert (report.noted_by.username, report.is_open) == ("organiser", True)
    assert "Open report of" in organiser.get(page, headers=ENGLISH).content.decode()


def test_what_readers_never_saw_has_no_reports(organiser, row):
    draft = make_recommendation("africa", status="draft")
    page = reverse("admin:priorities_recommendation_change", args=[draft.pk])
    assert url("add") not in organiser.get(page).content.decode()

    answer = note(organiser, draft)

    assert "Readers never saw this text" in answer.content.decode()
    assert not ProblemReport.objects.exists()


def test_a_report_says_something(organiser, row):
    assert note(organiser, row, said="  ").context["adminform"].form.errors.keys() == {
        "said"
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        make_report(row, said="")


def test_reports_change_nothing_that_participants_see(client, row):
    page = row.get_absolute_url()
    before = client.get(page)
    version = ContentChange.objects.version()

    report = make_report(row, said="Secret")
    report.settle("kept", None)
    report.reopen()

    after = client.get(page)
    assert (after.content, after["ETag"]) == (before.content, before["ETag"])
    assert ContentChange.objects.version() == version


# The list.


def test_open_ones_come_first_and_harmful_ones_before_others(organiser, row):
    days = [f"2024-05-0{day}" for day in range(1, 6)]
    settled = make_report(row, kind="harmful", received_on=days[0])
    wrong = make_report(row, received_on=days[1])
    other = make_report(row, kind="other", received_on=days[2])
    late = make_report(row, kind="harmful", received_on=days[4])
    early = make_report(row, kind="harmful", received_on=days[3])
    settled.settle("kept", None)

    shown = organiser.get(LIST).context["cl"].result_list

    assert list(shown) == [early, late, wrong, other, settled]
    only_open = organiser.get(f"{LIST}?state=open").context["cl"].result_list
    assert list(only_open) == [early, late, wrong, other]
    only_settled = organiser.get(f"{LIST}?state=settled").context["cl"].result_list
    assert list(only_settled) == [settled]


def test_the_list_needs_the_same_queries_however_long_it_is(organiser, row):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            organiser.get(LIST)
        return len(captured)

    make_report(row)
    queries()
    one = queries()
    for _number in range(3):
        make_report(make_recommendation("africa"))

    assert queries() == one


# Settling.


@pytest.mark.parametrize("outcome", ["kept", "changed"])
def test_an_organiser_settles_it_and_opens_it_again(organiser, row, outcome):
    report = make_report(row)

    settle(organiser, report, outcome, "Looked at with the region.")

    report.refresh_from_db()
    assert (report.outcome, report.answer, report.settled_by.username) == (
        outcome,
        "Looked at with the region.",
        "organiser",
    )
    assert report.history.first().history_change_reason == "settled"

    organiser.post(url("reopen", report.pk))

    report.refresh_from_db()
    assert (report.outcome, report.settled_at, report.settled_by) == ("", None, None)
    assert report.answer == "Looked at with the region."
    assert report.history.first().history_change_reason == "opened again"


def test_emptying_the_outcome_opens_it_again(organiser, row):
    report = make_report(row)
    settle(organiser, report, "kept")

    settle(organiser, report, "")

    report.refresh_from_db()
    assert report.is_open
    assert report.settled_by is None


def test_an_outcome_has_to_be_so(organiser, row):
    report = make_report(row)

    page = settle(organiser, report, "withdrawn").content.decode()
    assert "is still public: choose “Withdraw at once” above." in page
    page = settle(organiser, report, "merged").content.decode()
    assert "2021-AFRIC-001 is not merged into another." in page
    report.refresh_from_db()
    assert report.is_open

    row.merge_into(make_recommendation("africa"))
    settle(organiser, report, "merged")
    report.refresh_from_db()
    assert report.outcome == "merged"


def test_the_database_wants_outcome_and_time_together(row):
    report = make_report(row)
    rows = ProblemReport.objects.filter(pk=report.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(outcome="kept")
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(settled_at=datetime(2024, 5, 1, tzinfo=UTC))
    with pytest.raises(ProtectedError):
        row.delete()


def test_an_old_version_brings_no_outcome_back(organiser, row):
    report = make_report(row)
    oldest = report.history.first()
    settle(organiser, report, "kept")

    organiser.post(url("restore", report.pk, oldest.pk))

    report.refresh_from_db()
    assert report.outcome == "kept"


# Withdrawing at once.


def test_withdrawn_at_once_it_is_gone_in_the_next_request(organiser, row):
    visitor = Client()
    other = make_recommendation("africa", text="Bleibt.")
    report = make_report(row, kind="harmful")
    places = [
        "/en/recommendations/",
        "/en/recommendations/?q=Kanarienvogel",
        "/en/regions/africa/",
        "/en/recommendations.csv",
        "/en/areas/media/",
        "/en/compare/?region=africa&region=mena",
        "/en/selection/?selection=2021AFRIC1",
        other.get_absolute_url(),
    ]

    def told(place):
        answer = visitor.get(place)
        body = answer.getvalue() if answer.streaming else answer.content
        return body.decode()

    def held(place):
        """Where the text stands, or a link to it; what was asked for is repeated."""
        return "singt" in told(place) or f"/{row.reference}/" in told(place)

    seen = [place for place in places if held(place)]
    assert len(seen) >= 6

    organiser.post(url("withdraw", report.pk))

    page = visitor.get(row.get_absolute_url())
    assert page.status_code == 410
    assert "singt" not in page.content.decode()
    assert [place for place in seen if held(place)] == []
    report.refresh_from_db()
    assert (report.outcome, report.settled_by.username) == ("withdrawn", "organiser")
    row.refresh_from_db()
    last = row.history.first()
    assert (last.history_change_reason, last.history_user.username) == (
        "withdrawn",
        "organiser",
    )
    assert last.operation == report.history.first().operation is not None


def test_one_click_leads_there_from_the_list_and_from_the_page(organiser, row):
    report = make_report(row)
    way = url("withdraw", report.pk)

    assert f'formaction="{way}"' in organiser.get(LIST).content.decode()
    assert f'action="{way}"' in organiser.get(url("change", report.pk)).content.decode()
    assert organiser.get(way).status_code == 405

    organiser.post(way)
    assert way not in organiser.get(LIST).content.decode()
    page = organiser.get(url("change", report.pk)).content.decode()
    assert way not in page
    assert url("reopen", report.pk) in page


def test_what_is_withdrawn_already_is_only_settled(organiser, row):
    report = make_report(row)
    row.withdraw()
    versions = row.history.count()

    organiser.post(url("withdraw", report.pk))

    report.refresh_from_db()
    assert report.outcome == "withdrawn"
    assert row.history.count() == versions


# Who may.


def test_a_facilitator_notes_and_reads_those_of_their_regions(row):
    client = somebody("facilitator", regions=["africa"])

    note(client, row)

    report = ProblemReport.objects.get()
    assert report.noted_by.username == "someone"
    assert list(client.get(LIST).context["cl"].result_list) == [report]
    page = client.get(url("change", report.pk)).content.decode()
    assert "They can be found by this." in page
    assert "withdraw" not in page
    assert "formaction" not in client.get(LIST).content.decode()


def test_a_facilitator_settles_nothing(row):
    client = somebody("facilitator", regions=["africa"])
    report = make_report(row)

    assert settle(client, report, "kept").status_code in (403, 404)
    assert client.post(url("withdraw", report.pk)).status_code == 404
    assert client.post(url("delete", report.pk), {"post": "yes"}).status_code == 404
    report.settle("kept", None)
    assert client.post(url("reopen", report.pk)).status_code == 404
    report.refresh_from_db()
    row.refresh_from_db()
    assert (report.outcome, row.is_published) == ("kept", True)


def test_beyond_their_wall_there_are_no_reports(row):
    forum = make_forum("mena")
    theirs = make_recommendation("mena", section=make_section(regional_forum=forum))
    report = make_report(theirs, said="Secret")
    client = somebody("facilitator", regions=["africa"])

    assert list(client.get(LIST).context["cl"].result_list) == []
    assert "Secret" not in client.get(LIST).content.decode()
    for page in ("change", "history"):
        answer = client.get(url(page, report.pk), follow=True)
        assert "Secret" not in answer.content.decode()
    assert client.get(url("history", report.pk)).status_code == 404
    assert "Select a valid choice" in note(client, theirs).content.decode()
    assert ProblemReport.objects.count() == 1


@pytest.mark.parametrize("role", ["reviewer", "observer", "administrator"])
def test_for_others_there_are_none(row, role):
    report = make_report(row)
    client = somebody(role, regions=["africa"])

    assert client.get(LIST).status_code == 404
    assert client.get(url("add")).status_code == 404
    assert note(client, row).status_code == 404
    assert client.get(url("change", report.pk)).status_code == 404
    assert client.get(url("history", report.pk)).status_code == 404
    assert client.post(url("withdraw", report.pk)).status_code == 404
    assert client.post(url("reopen", report.pk)).status_code == 404
    if role != "administrator":
        page = reverse("admin:priorities_recommendation_change", args=[row.pk])
        assert "problemreport" not in client.get(page).content.decode()
    assert ProblemReport.objects.count() == 1


def test_whoever_may_settle_but_not_publish_withdraws_nothing(row):
    user = User.objects.create_user("clerk", password="a long phrase", is_staff=True)
    names = ("change_problemreport", "view_problemreport", "every_region")
    permissions = user.user_permissions.model.objects.filter(codename__in=names)
    user.user_permissions.set(permissions)
    client = Client()
    client.force_login(user)
    report = make_report(row)

    assert client.post(url("withdraw", report.pk)).status_code == 404
    assert "formaction" not in client.get(LIST).content.decode()
    assert url("withdraw", report.pk) not in (
        client.get(url("change", report.pk)).content.decode()
    )
    row.refresh_from_db()
    assert row.is_published


def test_nobody_deletes_a_report(organiser, row):
    report = make_report(row)

    assert organiser.post(url("delete", report.pk), {"post": "yes"}).status_code == 404
    assert ProblemReport.objects.exists()


def test_visitors_are_asked_to_sign_in(client, row):
    report = make_report(row)

    assert client.get(LIST).status_code == 302
    assert client.post(url("withdraw", report.pk)).status_code == 302
    row.refresh_from_db()
    assert row.is_published


# Personal data.


def test_a_persons_data_goes_from_reports_and_verdicts_and_their_history(row):
    report = make_report(row, said="Zawadi Quenby says it is wrong")
    report.answer = "Asked zawadi  quenby"
    report.save()
    report.said = "She says it is wrong"
    report.save()
    later = make_edition(2024, published_at=None)
    verdict = Succession.objects.create(
        edition=later, earlier=row, kind="drops", note="As Zawadi Quenby told us"
    )
    elsewhere = make_report(make_recommendation("africa"), said="Zawadi Quenby")

    out_of_text(row, Eraser(["Zawadi Quenby"]))

    told = [
        *ProblemReport.objects.exclude(pk=elsewhere.pk).values(),
        *ProblemReport.history.exclude(id=elsewhere.pk).values(),
        *Succession.objects.values(),
        *Succession.history.values(),
        *Recommendation.history.values(),
    ]
    assert "quenby" not in json.dumps(told, default=str).casefold()
    report.refresh_from_db()
    verdict.refresh_from_db()
    assert (report.answer, verdict.note) == ("Asked ▮▮▮", "As ▮▮▮ told us")
    assert ProblemReport.history.filter(said="▮▮▮ says it is wrong").exists()


def test_a_report_of_a_draft_is_refused_by_its_model(row):
    draft = make_recommendation("africa", status="draft")
    with pytest.raises(ValidationError, match="never saw"):
        ProblemReport(recommendation=draft, said="x").full_clean()
