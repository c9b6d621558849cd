"""Server time of the public pages, as figures: one JSON object per line.

`python -m tests.bench [N …]` fills a throw-away database with N invented
recommendations (default 10,000) over the vocabulary of edition 2021, and prints the
median time of each page and its ratio to the smallest N. Times include everything
Django does, without the network.
"""

import json
import os
import random
import statistics
import sys
import time
from io import StringIO
from typing import Any

import django

REPEATS = 7
PAGES = {
    "home": "/en/",
    "list": "/en/recommendations/",
    "list filtered": "/en/recommendations/?region=africa&region=mena&audience=governments",
    "list searched": "/en/recommendations/?q=migrant",
    "compare by audience": "/en/compare/?region=africa&region=mena",
    "compare by area": "/en/compare/?region=africa&region=asia&region=mena&by=area",
    "matrix": "/en/matrix/",
    "region": "/en/regions/europe/",
    "area": "/en/areas/kafala/",
    "recommendation": "/en/recommendations/2021-MENA-014/",
}


def fill(target: int) -> None:
    """Invented recommendations beside the real ones, in sections of their own."""
    from priorities.models import (
        Audience,
        PriorityArea,
        Recommendation,
        RecommendationArea,
        Section,
    )
    from regions.changes import record_change
    from regions.models import RegionalForum

    pick = random.Random(2021)
    missing = target - Recommendation.objects.count()
    audiences = list(Audience.objects.all())
    areas = list(PriorityArea.objects.within_groups())
    words = [
        "migrant",
        "juge",
        "police",
        "école",
        "travail",
        "femme",
        "enfant",
        "budget",
        "média",
    ]
    sections = []
    for forum in RegionalForum.objects.all():
        position = forum.sections.count()
        for number in range(max(1, missing // 8 // 60)):
            sections.append(
                Section(
                    regional_forum=forum,
                    audience=pick.choice(audiences),
                    position=position + number + 1,
                    heading_fr=f"Liste {number}",
                )
            )
    Section.objects.bulk_create(sections, batch_size=500)
    for start in range(0, missing, 5000):
        rows = []
        for number in range(min(5000, missing - start)):
            section = pick.choice(sections)
            text = " ".join(pick.choices(words, k=18))
            rows.append(
                Recommendation(
                    section=section,
                    audience=section.audience,
                    position=number + 1,
                    text_fr=f"**{text}**",
                    text_en=text,
                    status="published",
                    published_at=section.regional_forum.edition.published_at,
                )
            )
        made = Recommendation.objects.all().add_all(rows, reason="bench")
        links = [
            RecommendationArea(recommendation=row, area=area)
            for row in made
            for area in pick.sample(areas, k=pick.choice((1, 2, 3)))
        ]
        RecommendationArea.objects.bulk_create(links, batch_size=1000)
    record_change()


def measure(path: str) -> float:
    """Median milliseconds of one page."""
    from django.test import Client

    client = Client()
    times = []
    for _repeat in range(REPEATS):
        start = time.perf_counter()
        response = client.get(path)
        times.append((time.perf_counter() - start) * 1000)
        assert response.status_code == 200, path
    return statistics.median(times)


def say(**figure: Any) -> None:
    sys.stdout.write(json.dumps(figure) + "\n")
    sys.stdout.flush()


def main(sizes: list[int]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import (
        setup_databases,
        setup_test_environment,
        teardown_databases,
    )

    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    engine = connection.vendor
    call_command("load_edition", 2021, verbosity=0, stdout=StringIO())
    first: dict[str, float] = {}
    for size in sizes:
        start = time.perf_counter()
        fill(size)
        say(
            name="fill",
            n=size,
            engine=engine,
            value=round(time.perf_counter() - start, 1),
            unit="s",
        )
        for name, path in PAGES.items():
            value = measure(path)
            first.setdefault(name, value)
            say(name=name, n=size, engine=engine, value=round(value, 1), unit="ms")
            if size != sizes[0]:
                ratio = round(value / first[name], 2)
                say(
                    name=f"{name} / {sizes[0]}",
                    n=size,
                    engine=engine,
                    value=ratio,
                    unit="ratio",
                )
    teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [305, 10_000])
