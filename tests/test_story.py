"""From a ballot in a room to what was done three years later, on the real content of 2021.

Forty people rank what Asia asks of governments; the result is counted by hand here, and
accepted as the order of the list. Three convergences become global priorities, which the regions
answer; two solutions follow, one of them late. Everybody reads it, in four languages.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import assign
from agenda.models import BallotSupport, GlobalPriority, Solution
from priorities.models import Audience, Recommendation, Section
from regions.models import Region
from workshops.ballots import accepting, casting
from workshops.ballots.casting import Answer
from workshops.ballots.results import results
from workshops.models import Ballot

from .agenda import answer, make_priority
from .ballots import put_to_the_vote
from .browser import needs_chromium
from .conftest import emptied
from .edition import load_edition_2021
from .served import served

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
needs_chromium()

LANGUAGES = ("fr", "en", "es", "ar")
# What each group ranks, most important first, and how many of it there are.
ROOM = [("asia", [1, 2, 3], 18), ("africa", [2, 1, 4], 12), ("mena", [3, 2, 1], 10)]
# By hand, with 20 candidates: 20 points for a first place, 19, 18.
POINTS = {
    1: 18 * 20 + 12 * 19 + 10 * 18,
    2: 18 * 19 + 12 * 20 + 10 * 19,
    3: 18 * 18 + 10 * 20,
    4: 12 * 18,
}
CONVERGENCES = {
    "collaboration": "Travailler ensemble par-delà les régions",
    "awareness": "Faire connaître l’esclavage moderne",
    "access-to-justice": "Ouvrir l’accès à la justice",
}


@dataclass
class Story:
    url: str
    ballot: Ballot
    entries: list[Recommendation]
    priorities: list[GlobalPriority] = field(default_factory=list)
    solutions: list[Solution] = field(default_factory=list)

    @property
    def pages(self) -> list[str]:
        return [
            "ballots/",
            f"ballots/{self.ballot.pk}/",
            "agenda/",
            *(f"agenda/{each.reference}/" for each in self.priorities),
            "progress/",
            *(f"solutions/{each.pk}/" for each in self.solutions),
            f"recommendations/{self.sources[0].reference}/",
        ]

    @property
    def sources(self) -> list[Recommendation]:
        supports = self.priorities[0].supports.select_related("recommendation")
        return [each.recommendation for each in supports]


def person(name: str, *roles: str) -> User:
    user = User.objects.create_user(name, password="a phrase", is_staff=True)
    assign(user, roles)
    return user


def ranked_in_a_room(organiser: User) -> Ballot:
    """Opened, answered by forty people, the ten of MENA on paper, closed, accepted, told."""
    section = Section.objects.get(
        regional_forum__region__slug="asia",
        position=2,
        regional_forum__edition__year=2021,
    )
    ballot = put_to_the_vote(
        section, 20, opened=True, question_fr="Qu’est-ce qui vient d’abord ?", most=3
    )
    for region, choice, count in ROOM:
        for code in casting.give_out(ballot, count, organiser, label=region):
            if region == "mena":
                casting.cast(code, Answer(choice, region), on_paper=True)
            else:
                vote(code, choice, region)
    ballot.close()
    found = results(ballot)
    order = accepting.standings(ballot, found)
    ranks = {each.entry.pk: each.proposed for each in order}
    accepting.accept(ballot, organiser, "Decided in the plenary of Asia.", ranks)
    ballot.tell()
    return ballot


def vote(code: str, choice: list[int], region: str) -> None:
    """As a phone does, which has no cookie and presses twice."""
    said = {"code": code, "region": region} | {
        f"place-{number}": place for place, number in enumerate(choice, start=1)
    }
    for _press in range(2):
        response = Client(enforce_csrf_checks=True).post("/fr/vote/", said)
        assert response.status_code == 303, response.content.decode()
        assert not response.cookies


def drawn_from(area: str, title: str, ballot: Ballot) -> GlobalPriority:
    """Of each region that raises the area, its first two entries."""
    sources: list[Recommendation] = []
    for region in Region.objects.forum_regions():
        rows = Recommendation.objects.published().filter(
            section__regional_forum__region=region, area_links__area__slug=area
        )
        sources += rows.order_by("reference")[:2]
    priority = make_priority(
        *sources,
        title_fr=title,
        statement_fr=f"{title}, dans chaque région, d’ici à 2024.",
        rationale_fr="Plusieurs régions le demandent.",
    )
    BallotSupport.objects.create(priority=priority, ballot=ballot)
    priority.send_to_regions()
    for region in Region.objects.forum_regions():
        kind = "objection" if (area, region.slug) == ("awareness", "mena") else "assent"
        said = "Nothing is said about kafala." if kind == "objection" else ""
        answer(priority, region.slug, kind, said)
    priority.publish()
    return priority


def solution(priority: GlobalPriority, ends_on: date, **fields: Any) -> Solution:
    made = Solution.objects.create(
        priority=priority,
        organisation="Réseau d’appui",
        audience=Audience.objects.get(slug="governments"),
        starts_on=date(2022, 1, 1),
        ends_on=ends_on,
        what_fr="Former les juges de deux pays.",
        sign_fr="Deux cents juges formés.",
        **fields,
    )
    made.send_to_review()
    made.publish()
    return made


@pytest.fixture(scope="module")
def story(django_db_setup, django_db_blocker) -> Iterator[Story]:
    with django_db_blocker.unblock():
        load_edition_2021()
        organiser = person("organiser", "organiser")
        ballot = ranked_in_a_room(organiser)
        rows = ballot.candidates.order_by("number")
        entries = [row.recommendation for row in rows if row.recommendation]
        priorities = [drawn_from(*each, ballot) for each in CONVERGENCES.items()]
        later = timezone.localdate() + timedelta(days=400)
        solutions = [
            solution(priorities[0], date(2023, 6, 30), progress="under-way"),
            solution(priorities[1], later, progress="done"),
        ]
        with served() as url:
            yield Story(url, ballot, entries, priorities, solutions)
        emptied()


def test_the_count_is_the_one_made_by_hand(story):
    found = results(story.ballot)

    assert (found.people, found.on_paper) == (40, 10)
    assert {p.number: p.score for p in found.total if p.score} == POINTS
    assert [(p.number, p.place) for p in found.total[:4]] == [
        (2, 1),
        (1, 2),
        (3, 3),
        (4, 4),
    ]
    assert {
        group.value: (group.people, sorted(group.places, key=group.places.get)[:3])
        for group in found.groups["region"]
    } == {region: (count, choice) for region, choice, count in ROOM}


def test_what_was_accepted_is_the_order_of_the_list(story):
    first = [story.entries[number - 1].pk for number in (2, 1, 3, 4)]

    ranked = Recommendation.objects.filter(section=story.ballot.section, rank__gt=0)

    assert list(ranked.order_by("rank").values_list("pk", flat=True)) == first
    assert story.ballot.accepted_because == "Decided in the plenary of Asia."


def test_an_outsider_counts_the_published_ballots_again(story):
    told = Client().get(f"/en/ballots/{story.ballot.pk}.json").json()

    points = dict.fromkeys(range(1, 21), 0)
    for ballot in told["ballots"]:
        for place, number in enumerate(ballot):
            points[number] += 20 - place

    assert {number: n for number, n in points.items() if n} == POINTS


@pytest.mark.parametrize("language", LANGUAGES)
def test_everybody_reads_it_without_script(browser, story, language):
    context = browser.new_context(
        base_url=story.url,
        java_script_enabled=False,
        viewport={"width": 360, "height": 800},
    )
    page = context.new_page()
    for address in story.pages:
        response = page.goto(f"/{language}/{address}")
        assert response.status == 200, address
        assert page.locator("h1").count() == 1, address
    assert context.cookies() == []
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_and_nothing_sticks_out(browser, story, language):
    context = browser.new_context(
        base_url=story.url, viewport={"width": 360, "height": 800}
    )
    page = context.new_page()
    found = {}
    for address in story.pages:
        page.goto(f"/{language}/{address}")
        violations = Axe().run(page).response["violations"]
        if violations:
            found[address] = [
                (v["id"], v["nodes"][0]["html"][:160]) for v in violations
            ]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[address, "width"] = page.evaluate(
                "document.documentElement.scrollWidth"
            )
    context.close()
    assert found == {}


def test_from_the_agenda_to_a_recommendation_and_back(browser, story):
    """Two clicks from a priority to what a region asked; from there, what became of it."""
    first, source = story.priorities[0], story.sources[0]
    context = browser.new_context(base_url=story.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/en/agenda/")
    page.locator(f"main a[href*='{first.reference}']").first.click()
    page.locator(f"main a[href*='{source.reference}']").first.click()
    assert f"/en/recommendations/{source.reference}/" in page.url
    page.locator(f"main a[href*='{first.reference}']").first.click()
    assert page.url.endswith(f"/en/agenda/{first.reference}/")
    context.close()


def test_who_dissents_is_told_with_the_reason(story):
    page = Client().get(f"/en/agenda/{story.priorities[1].reference}/")

    assert "Nothing is said about kafala." in page.content.decode()


def test_what_is_late_and_what_nobody_took_up_are_told(story):
    page = (
        Client().get(f"/en/progress/?{urlencode({'edition': 2021})}").content.decode()
    )

    assert "Overdue since" in page
    assert "Nobody has taken this up yet" in page
    assert story.priorities[2].reference in page
