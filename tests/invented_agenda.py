"""An invented agenda beside the real edition: priorities, solutions and counted ballots.

Twelve global priorities on fifteen recommendations each, 300 solutions, twenty ballots of
200 answers: more than an edition is expected to hold. The same start gives the same rows.
"""

import random
from datetime import date, timedelta

from django.utils import timezone

from accounts.models import User
from agenda.models import GlobalPriority, Solution, Stance, Support
from priorities.models import Audience, Recommendation, Section
from regions.models import Edition, Region
from workshops.ballots import candidates, casting
from workshops.models import Ballot

PRIORITIES, SUPPORTS, SOLUTIONS, BALLOTS, ANSWERS = 12, 15, 300, 20, 200
TODAY = date(2023, 6, 1)


def invent_agenda() -> None:
    pick = random.Random(2021)
    edition = Edition.objects.get(year=2021)
    rows = list(Recommendation.objects.published().order_by("pk")[:2_000])
    priorities = [priority(pick, edition, number, rows) for number in range(PRIORITIES)]
    audiences = list(Audience.objects.order_by("pk"))
    for number in range(SOLUTIONS):
        solution(pick, number, priorities, audiences)
    sections = Section.objects.filter(
        kind="recommendations", regional_forum__edition=edition
    )
    for section in sections.order_by("pk")[:BALLOTS]:
        ballot(pick, section)


def priority(
    pick: random.Random, edition: Edition, number: int, rows: list[Recommendation]
) -> GlobalPriority:
    made = GlobalPriority.objects.create(
        edition=edition,
        position=number + 1,
        first_year=edition.year + 1,
        last_year=edition.last_year(),
        title_fr=f"Former les juges, {number}",
        title_en=f"Train those who judge, {number}",
        statement_fr="Dans chaque pays, les juges sont formés, et rendent des comptes.",
        statement_en="In every country judges are trained, and account for it.",
    )
    for row in pick.sample(rows, SUPPORTS):
        kind = pick.choice(Support.Kind.values)
        Support.objects.create(priority=made, recommendation=row, kind=kind)
    made.send_to_regions()
    by, _made = User.objects.get_or_create(username="invented facilitator")
    for region in Region.objects.forum_regions():
        kind = pick.choice(Stance.Kind.values)
        Stance.give(made, region, kind, by, "Trop tôt pour les petits pays.", "fr")
    made.publish()
    return made


def solution(
    pick: random.Random,
    number: int,
    priorities: list[GlobalPriority],
    audiences: list[Audience],
) -> None:
    starts = TODAY - timedelta(days=pick.randrange(700))
    made = Solution.objects.create(
        priority=pick.choice(priorities),
        what_fr=f"Former {number + 20} juges.",
        sign_fr="Des jugements qui citent la loi.",
        organisation=f"Organisation {number % 60}",
        audience=pick.choice(audiences),
        starts_on=starts,
        ends_on=starts + timedelta(days=pick.randrange(100, 1_200)),
        progress=pick.choice(["planned", "under-way", "done"]),
    )
    made.regions.set(pick.sample(list(Region.objects.forum_regions()), 2))
    made.send_to_review()
    made.publish()


def ballot(pick: random.Random, section: Section) -> None:
    forum = section.regional_forum
    made = Ballot.objects.create(
        edition=forum.edition,
        region=forum.region,
        scope="section",
        section=section,
        question_fr="Que faut-il faire d’abord ?",
        question_en="What comes first?",
        method="borda",
        most=5,
        closes_at=timezone.now() + timedelta(hours=1),
    )
    candidates.put(made, candidates.proposed(made)[:60])
    made.open()
    numbers = list(made.candidates.values_list("number", flat=True))
    given = casting.give_out(made, ANSWERS, None)
    regions = list(casting.group_regions())
    casting.cast_on_paper(
        made,
        {
            code: casting.Answer(
                pick.sample(numbers, min(5, len(numbers))), pick.choice(regions).slug
            )
            for code in given
        },
    )
    made.close()
    made.tell()
