"""What became of it: every count leads to exactly those, late and unclaimed as loud as done."""

import re
from datetime import UTC, date, datetime
from html import unescape
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml.html import HtmlElement, document_fromstring

from agenda import follow_up
from agenda.models import ProgressReport, Solution
from forum.caching import drawn

from .factories import (
    make_audience,
    make_edition,
    make_recommendation,
    make_region,
)
from .solutions import make_priority, make_solution

pytestmark = pytest.mark.django_db

PAGE = "/en/progress/"
PAST = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def today(monkeypatch) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda *args: date(2026, 5, 1))


def solutions(client, query: str = "") -> list[Solution]:
    drawn.pages.clear()
    return list(client.get(PAGE + query).context["solutions"])


def text(response) -> str:
    return " ".join(
        unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split()
    )


def test_only_what_is_reviewed_and_published_is_read(client):
    shown = make_solution()
    for status in ("draft", "in-review", "withdrawn"):
        make_solution(status=status, organisation=f"Hidden {status}")
    change = shown.begin_change(shown.reported_by)
    Solution.objects.filter(pk=change.pk).update(organisation="Hidden change")
    make_solution(
        recommendation=make_recommendation(), organisation="Hidden answer"
    ).recommendation.withdraw()

    response = client.get(PAGE)

    assert list(response.context["solutions"]) == [shown]
    assert response.context["total"] == 1
    assert b"Hidden" not in response.content
    assert b"Hidden" not in client.get("/en/progress.atom").content
    assert b"Hidden" not in client.get(f"/en/solutions/{shown.pk}/").content
    assert client.get(f"/en/solutions/{change.pk}/").status_code == 404


def test_every_count_leads_to_exactly_those(client):
    africa, asia = make_region("africa"), make_region("asia")
    priority = make_priority()
    judges = make_audience("legal-field")
    make_solution(regions=(africa,), priority=priority, progress="under-way")
    make_solution(regions=(africa, asia), progress="planned", ends_on=PAST)
    make_solution(regions=(asia,), audience=judges, progress="done", ends_on=PAST)
    make_solution(progress="under-way", ends_on=PAST, priority=priority)
    make_solution(progress="dropped", dropped_because_en="No money.")
    counted = client.get(PAGE).context["counted"]
    axes = [
        counted.by_priority,
        counted.by_region,
        counted.by_audience,
        counted.by_year,
    ]
    rows = [counted.whole, *(row for axis in axes for row in axis)]

    for row in rows:
        assert len(solutions(client, row.url.removeprefix(PAGE))) == row.total, row
        for count in row.counts:
            found = solutions(client, count.url.removeprefix(PAGE))
            assert len(found) == count.count, count

    told = [(c.standing.name, c.count) for c in counted.whole.counts]
    assert told == [("done", 1), ("under-way", 1), ("overdue", 2), ("dropped", 1)]
    assert [(row.label, row.total) for row in counted.by_region] == [
        ("Africa", 2),
        ("Asia", 2),
    ]
    assert [(row.label, row.total) for row in counted.by_year] == [
        ("2026", 3),
        ("2099", 2),
    ]


@pytest.mark.parametrize("language", ["fr", "en", "es", "ar"])
def test_who_sees_no_chart_reads_the_same_figures(client, language):
    africa, asia = make_region("africa"), make_region("asia")
    priority = make_priority()
    make_solution(regions=(africa,), priority=priority, progress="under-way")
    make_solution(regions=(africa, asia), ends_on=PAST)
    make_solution(regions=(africa,), priority=priority, progress="done")

    page = document_fromstring(client.get(f"/{language}/progress/").content)

    charts = page.xpath("//*[@id='results']//svg")
    assert len(charts) == 1 + 2 + 2 + 1 + 2  # in all; by priority, region, who, year
    for chart in charts:
        assert chart.get("aria-hidden") == "true"
        assert not chart.xpath(".//a | .//*[@tabindex]")
        figures = chart.getnext()
        assert not [a for a in figures.iterancestors() if a.get("aria-hidden")]
        drawn_as = [(r.get("class"), float(r.get("width"))) for r in chart]
        told = [(line.get("class"), figure(line)) for line in figures]
        assert [name for name, _width in drawn_as] == [name for name, _count in told]
        widest = sum(width for _name, width in drawn_as)
        whole = sum(count for _name, count in told)
        for (_name, width), (_same, count) in zip(drawn_as, told, strict=True):
            assert width / widest == pytest.approx(count / whole, abs=0.001)
        assert all(line.xpath("a[@href]") for line in figures)
    for table in page.xpath("//*[@id='results']//table"):
        assert table.findtext("caption").strip()
        assert len(table.xpath("thead/tr/th[@scope='col']")) == 2
        for row in table.xpath("tbody/tr"):
            (name,) = row.xpath("th[@scope='row']")
            for line in row.xpath("td/ul/li"):
                assert name.text_content().strip() in line.text_content()


def figure(line: HtmlElement) -> int:
    """The number after the name of a standing."""
    said = line.text_content().partition("·")[0]
    return int(re.findall(r"\d+", said)[-1])


def test_what_nobody_has_taken_up_is_as_loud_as_what_was_done(client):
    done, alone = (
        make_priority(title_en="Train judges"),
        make_priority(title_en="Inform"),
    )
    make_priority(status="draft", title_en="Hidden")
    make_solution(priority=done, progress="done")

    response = client.get(PAGE)

    rows = response.context["counted"].by_priority
    assert [(row.label, row.total) for row in rows] == [
        ("Train judges", 1),
        ("Inform", 0),
    ]
    assert response.context["counted"].unclaimed == [alone]
    assert "Inform Nobody has taken this up yet." in text(response)
    assert "Nobody has taken these up yet · 1 Inform" in text(response)
    assert b"Hidden" not in response.content


def test_a_priority_that_others_took_up_is_not_called_unclaimed(client):
    asia = make_region("asia")
    make_region("africa")
    make_solution(priority=make_priority(title_en="Inform"), regions=(asia,))

    response = client.get(f"{PAGE}?region=africa")

    assert "Inform Taken up, but by nobody of what you chose." in text(response)
    assert response.context["counted"].unclaimed == []


def test_it_is_in_time_on_its_last_day(client):
    row = make_solution(ends_on=date(2026, 5, 1))

    assert solutions(client, "?overdue=false") == [row]
    assert solutions(client, "?overdue=true") == []


def test_overdue_is_said_with_its_day(client):
    row = make_solution(ends_on=PAST, progress="under-way")

    assert "Overdue since 3 March 2026 (Under way)" in text(client.get(PAGE))
    assert "Overdue since 3 March 2026 (Under way)" in text(
        client.get(row.get_absolute_url())
    )


def test_parameters_narrow_each_other_and_their_values_are_alternatives(client):
    whole = make_region("europe-north-america-caribbean")
    part = make_region("caribbean", parent=whole)
    africa = make_region("africa")
    legal = make_audience("legal-field")
    in_part = make_solution(regions=(part,))
    in_whole = make_solution(regions=(whole,), audience=legal)
    in_africa = make_solution(regions=(africa,), audience=legal, ends_on=PAST)

    assert solutions(client, f"?region={whole.slug}") == [in_part, in_whole]
    assert solutions(client, f"?region={whole.slug}:only") == [in_whole]
    assert solutions(client, "?region=africa&region=caribbean") == [in_africa, in_part]
    assert solutions(client, "?audience=legal-field&region=africa") == [in_africa]
    assert solutions(client, "?year=2026") == [in_africa]
    assert solutions(client, "?overdue=true") == [in_africa]
    assert solutions(client, "?overdue=false") == [in_part, in_whole]
    assert solutions(client, "?progress=planned&overdue=true") == [in_africa]
    assert solutions(client, "?priority=none&year=2099") == [in_part, in_whole]


def test_who_is_of_a_joint_audience_is_found_under_each(client):
    governments = make_audience("governments")
    joint = make_audience("governments-and-movement")
    joint.includes.add(governments)
    rows = [make_solution(audience=audience) for audience in (governments, joint)]

    assert solutions(client, "?audience=governments") == rows


def test_every_year_of_the_horizon_can_be_asked_for(client):
    make_solution(ends_on=date(2022, 1, 1), starts_on=date(2021, 1, 1))

    assert client.get(f"{PAGE}?year=2024").context["filter"].unknown == []


@pytest.mark.parametrize(("count", "is_cut"), [(50, False), (51, True)])
def test_more_values_than_are_read_is_said(client, count, is_cut):
    asked = "&".join(f"year={1900 + number}" for number in range(count))

    assert client.get(f"{PAGE}?{asked}").context["filter"].is_cut == is_cut


def test_a_choice_taken_away_keeps_the_selection(client):
    (chip,) = (
        client.get(f"{PAGE}?progress=done&selection=abc").context["filter"].chips()
    )

    assert chip.remove_url == "?&selection=abc"


@pytest.mark.parametrize(
    "name", ["region", "audience", "edition", "year", "progress", "overdue", "priority"]
)
def test_what_nobody_knows_matches_nothing_and_is_named(client, name):
    make_solution()

    for value in ("atlantis", "99999999999999999999999", "²"):
        response = client.get(PAGE, {name: value})

        assert list(response.context["solutions"]) == []
        assert f"nobody knows “\u2068{value}\u2069”" in text(response)


def test_the_latest_edition_goes_by_itself(client):
    earlier = make_solution()
    later = make_solution(priority=make_priority(edition=make_edition(2024)))

    assert solutions(client) == [later]
    assert solutions(client, "?edition=2021") == [earlier]
    assert solutions(client, "?edition=2021&edition=2024") == [earlier, later]


def test_what_changed_since_a_day_is_told(client):
    old, new = make_solution(), make_solution(organisation="New")
    ProgressReport.objects.update(published_at=datetime(2026, 1, 1, tzinfo=UTC))
    ProgressReport.objects.filter(solution=new).update(
        published_at=datetime(2026, 4, 1, tzinfo=UTC)
    )
    old.progress = "done"
    old.save()

    response = client.get(f"{PAGE}?since=2026-04-01")

    assert [(r.solution, said) for r, said in response.context["changes"]] == [
        (old, "from “Planned” to “Done”"),
        (new, "newly published: Planned"),
    ]
    assert client.get(f"{PAGE}?since=2026-04-02").context["changes_total"] == 1


def test_changes_that_are_not_shown_are_counted(client, monkeypatch):
    monkeypatch.setattr(follow_up, "MOST_CHANGES", 1)
    for _number in range(2):
        make_solution()

    context = client.get(f"{PAGE}?since=2026-01-01").context

    assert (len(context["changes"]), context["changes_total"]) == (1, 2)


def test_a_change_is_told_from_what_was_said_just_before(client):
    row = make_solution()
    for progress in ("under-way", "done"):
        row.progress = progress
        row.save()

    changes = client.get(f"{PAGE}?since=2026-01-01").context["changes"]

    assert changes[0][1] == "from “Under way” to “Done”"


def test_a_day_that_is_none_is_named(client):
    response = client.get(f"{PAGE}?since=yesterday")

    assert "“\u2068yesterday\u2069” is no day." in text(response)


def test_what_is_said_of_progress_twice_is_told_once():
    row = make_solution()
    row.organisation = "Other"
    row.save()

    assert row.reports.count() == 1


def test_a_solution_shows_its_words_and_links_and_no_file(client):
    row = make_solution(progress="dropped", dropped_because_en="No money.")
    shown = row.evidence.create(
        dated=PAST, note_ar="بدأ العمل.", link="https://a.example/?x=1"
    )
    row.evidence.create(dated=PAST, file_name="secret.pdf", file=b"secret")

    response = client.get(row.get_absolute_url())
    page = response.content.decode()

    assert list(response.context["evidence"]) == [shown]
    assert '<span lang="ar" dir="rtl">بدأ العمل.</span>' in page
    assert 'href="https://a.example/?x=1" rel="nofollow noreferrer noopener"' in page
    assert "No money." in page
    assert "secret" not in page


def test_once_published_it_says_that_it_was_withdrawn_and_hidden_is_as_unknown(client):
    withdrawn = make_solution(status="withdrawn", organisation="Gone")
    draft = make_solution(status="draft")
    unseen = make_solution(priority=make_priority(edition=make_edition(2024)))
    unseen.priority.edition.published_at = None
    unseen.priority.edition.save()

    gone = client.get(f"/en/solutions/{withdrawn.pk}/")

    assert gone.status_code == 410
    assert "has been withdrawn" in text(gone)
    assert b"Gone" not in gone.content
    for pk in (draft.pk, unseen.pk, 999_999, 10**30):
        assert client.get(f"/en/solutions/{pk}/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_database_as_often_for_many(client, count):
    region = make_region("africa")
    for _number in range(count):
        make_solution(regions=(region,), priority=make_priority())
    client.get("/en/agenda/")

    with CaptureQueriesContext(connection) as asked:
        client.get(f"{PAGE}?since=2026-01-01")

    assert len(asked) == 7


def test_a_page_is_another_the_day_something_becomes_overdue(client, monkeypatch):
    row = make_solution(ends_on=date(2026, 5, 1))
    pages = [PAGE, row.get_absolute_url(), row.recommendation.get_absolute_url()]
    before = {page: client.get(page) for page in pages}
    monkeypatch.setattr(timezone, "localdate", lambda *args: date(2026, 5, 2))

    for page in pages:
        same = client.get(page, headers={"If-None-Match": before[page]["ETag"]})
        assert same.status_code == 200
        assert same["ETag"] != before[page]["ETag"]
    assert "Overdue" not in text(before[row.get_absolute_url()])
    assert "Overdue since 2 May 2026" in text(client.get(row.get_absolute_url()))


def test_pages_without_days_stay_the_same_over_midnight(client, monkeypatch):
    make_recommendation()
    before = client.get("/en/recommendations/")
    monkeypatch.setattr(timezone, "localdate", lambda *args: date(2026, 5, 2))

    same = client.get("/en/recommendations/", headers={"If-None-Match": before["ETag"]})

    assert same.status_code == 304


def test_priorities_and_recommendations_say_who_does_what(
    client, rf, django_assert_num_queries
):
    priority, recommendation = make_priority(), make_recommendation()
    make_solution(recommendation=recommendation, ends_on=PAST)
    make_solution("in-review", priority=priority, organisation="Hidden")
    template = Template("{% load follow_up %}{% solutions_of row %}")
    context = {"request": rf.get("/")}
    template.render(Context(context | {"row": priority}))

    with django_assert_num_queries(0):
        nobody = template.render(Context(context | {"row": priority}))
    with django_assert_num_queries(2):
        somebody = template.render(Context(context | {"row": recommendation}))

    assert "Nobody has taken this up yet." in nobody
    assert "Hidden" not in nobody
    assert "Union of Domestic Workers" in somebody
    assert "Overdue since 3 March 2026" in somebody
    page = text(client.get(recommendation.get_absolute_url()))
    assert "Who does what about it Train 200 judges." in page
    other = text(client.get(make_recommendation().get_absolute_url()))
    assert "Who does what about it" not in other


ATOM = "{http://www.w3.org/2005/Atom}"


def test_programs_follow_what_is_new_and_how_it_came_on(client):
    row = make_solution(organisation="Union")
    row.progress = "done"
    row.save()

    response = client.get("/en/progress.atom?progress=done")
    root = ElementTree.fromstring(response.content)

    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")] == [
        "Union · from “Planned” to “Done”",
        "Union · newly published: Planned",
    ]
    ids = [entry.findtext(f"{ATOM}id") for entry in root.iter(f"{ATOM}entry")]
    assert len(set(ids)) == 2
    assert root.findtext(f"{ATOM}updated") == root.findtext(
        f"{ATOM}entry/{ATOM}updated"
    )


def test_a_feed_of_nothing_anybody_knows_is_refused(client):
    make_solution()

    response = client.get("/en/progress.atom?region=atlantis")

    assert response.status_code == 400
    assert "nobody knows “atlantis”" in response.content.decode()


def data(client, query: str = "") -> dict:
    drawn.pages.clear()
    response = client.get(f"/api/v1/solutions/{query}")
    assert response.status_code == 200, response.content
    return response.json()


def test_programs_get_the_same_as_readers(client):
    africa = make_region("africa")
    late = make_solution(regions=(africa,), ends_on=PAST, priority=make_priority())
    late.evidence.create(dated=PAST, note_en="Begun.")
    late.evidence.create(dated=PAST, file_name="secret.pdf", file=b"secret")
    make_solution(organisation="Hidden", status="in-review")
    other = make_solution()

    told = data(client, "?region=africa&overdue=true&lang=en")
    (row,) = told["data"]

    assert (row["id"], row["overdue"], row["progress"]) == (late.pk, True, "planned")
    assert (row["priority"], row["recommendation"]) == (late.priority.reference, None)
    assert row["evidence"] == [{"dated": "2026-03-02", "note": "Begun.", "link": None}]
    assert row["what"]["text"] == "Train 200 judges."
    assert [row["id"] for row in data(client)["data"]] == [late.pk, other.pk]
    one = client.get(f"/api/v1/solutions/{other.pk}/").json()["data"]
    assert one["recommendation"] == other.recommendation.reference


def test_programs_learn_of_no_priority_that_is_a_draft(client):
    draft = make_priority(status="draft")

    response = client.get(f"/api/v1/solutions/?priority={draft.reference}")

    assert response.status_code == 400


def test_programs_read_page_by_page(client):
    rows = [make_solution(ends_on=date(2026, 3, 9 - n)) for n in (1, 2, 2, 3, 4)]
    found, address = [], "?limit=2"
    while address:
        told = data(client, address)
        assert told["meta"]["total"] == 5
        found += [row["id"] for row in told["data"]]
        address = told["next"] and "?" + told["next"].partition("?")[2]

    assert found == [rows[n].pk for n in (4, 3, 1, 2, 0)]
    assert data(client, "?limit=5")["next"] is None


@pytest.mark.parametrize(
    "query",
    ["region=atlantis", "year=1999", "progress=late", "priority=x", "overdue=1", "a=b"],
)
def test_programs_are_told_what_nobody_knows(client, query):
    response = client.get(f"/api/v1/solutions/?{query}")

    assert response.status_code == 400
    assert (
        response.json()["error"]["value"]
        == query.replace("a=b", "b=a").partition("=")[2]
    )


@pytest.mark.parametrize("count", [1, 3])
def test_programs_cost_as_much_for_many(client, count, django_assert_num_queries):
    for _number in range(count):
        make_solution().evidence.create(dated=PAST, note_en="Begun.")
    client.get("/api/v1/regions/")

    with django_assert_num_queries(7):
        client.get("/api/v1/solutions/")


def test_what_the_next_version_of_a_priority_says_is_nowhere(client):
    priority = make_priority(title_en="As published")
    made = make_solution(priority=priority)
    priority.title_en = "A later thought"
    priority.save()
    addresses = (
        "/en/progress/",
        f"/en/progress/?priority={priority.reference}",
        f"/en/solutions/{made.pk}/",
        "/en/progress.atom",
        "/api/v1/solutions/",
    )

    pages = {address: client.get(address).content.decode() for address in addresses}

    assert [a for a, page in pages.items() if "A later thought" in page] == []
    assert [a for a, page in pages.items() if "As published" in page] == [
        *addresses[:3]
    ]


def test_solutions_stay_while_the_next_version_is_with_the_regions(client):
    priority = make_priority()
    made = make_solution(priority=priority)
    priority.statement_en = "Said anew."
    priority.save()
    priority.send_to_regions()

    assert client.get(f"/en/solutions/{made.pk}/").status_code == 200


def test_solutions_go_on_under_what_theirs_was_merged_into(client):
    other = make_recommendation()
    made = make_solution()
    made.recommendation.merge_into(other)

    page = client.get(f"/en/recommendations/{other.reference}/").content.decode()

    assert made.what_en in page
    assert client.get(f"/en/solutions/{made.pk}/").status_code == 200
