"""How fast workshop notes come in, as figures: one JSON object per line.

`python -m tests.bench_notes [N …]` brings files of N invented notes (default: 1,000,
10,000 and 100,000) into a throw-away edition 2021: rows a second judged, stored with
history, areas and the note itself, and both together; the same file again; the memory
of the whole command; the time to take it back. The same file goes through a resource
of stock django-import-export, with its defaults, on the same engine in the same run
(up to 10,000 rows: beyond, it takes too long), for the ratio.
"""

import csv
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

from tests.bench import on_its_own_database, say

MOST_STOCK = 10_000
COMMAND = """
import os, re, sys
from django.core.management import execute_from_command_line
os.environ["DJANGO_SETTINGS_MODULE"] = "forum.settings"
try:
    execute_from_command_line(
        ["manage.py", "import_notes", sys.argv[1], "--edition", "2021", "--dry-run", "--json"]
    )
finally:
    status = open("/proc/self/status").read()
    print(re.search(r"VmHWM:\\s+(\\d+)", status)[1], file=sys.stderr)
"""
HEADINGS = ["key", "section", "areas", "text", "language", "lead", "countries"]


def invent_file(path: Path, count: int) -> None:
    """A file that both importers can read: slugs, codes, no rank."""
    from priorities.models import PriorityArea, Section
    from tests.invented import OPENINGS, invented_text

    pick = random.Random(count)
    areas = list(PriorityArea.objects.within_groups().values_list("slug", flat=True))
    sections = [
        (
            f"{section.regional_forum.edition.year}/{section.regional_forum.region.slug}/{section.position}",
            section,
        )
        for section in Section.objects.select_related(
            "regional_forum__edition", "regional_forum__region", "audience"
        ).filter(kind="recommendations")
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADINGS)
        for number in range(1, count + 1):
            name, section = pick.choice(sections)
            language = pick.choice(("fr", "en", "es", "ar"))
            texts = invented_text(
                pick, OPENINGS.get(str(section.audience), OPENINGS["anyone"])
            )
            text = texts[("fr", "en", "es", "ar").index(language)]
            tags = "; ".join(pick.sample(areas, pick.choice((1, 2, 3))))
            land = pick.choice(("", "", "", "MA"))
            rows.writerow([f"N{number}", name, tags, text, language, "", land])


def stock_resource() -> Any:
    """What a careful newcomer would write with django-import-export's defaults."""
    from import_export import fields, resources, widgets

    from priorities.models import PriorityArea, Recommendation, Section
    from regions.models import Country

    class SectionWidget(widgets.ForeignKeyWidget):
        def get_queryset(self, value: Any, row: Any, *args: Any, **kwargs: Any) -> Any:
            year, region, position = value.split("/")
            return Section.objects.filter(
                regional_forum__edition__year=year,
                regional_forum__region__slug=region,
                position=position,
            )

        def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
            return self.get_queryset(value, row).get()

    class Stock(resources.ModelResource):
        section = fields.Field("section", "section", SectionWidget(Section))
        areas = fields.Field(
            "areas", "areas", widgets.ManyToManyWidget(PriorityArea, "; ", "slug")
        )
        countries = fields.Field(
            "countries",
            "countries",
            widgets.ManyToManyWidget(Country, "; ", "iso_code"),
        )

        class Meta:
            model = Recommendation
            fields = ("section", "areas", "countries")
            import_id_fields = ()
            clean_model_instances = False

        def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
            instance.audience = instance.section.audience
            instance.position = instance.section.next_position()
            instance.original_language = row["language"]
            setattr(instance, f"text_{row['language']}", row["text"])

    return Stock()


def timed(work: Callable[..., Any], *given: Any) -> tuple[float, Any]:
    start = time.perf_counter()
    found = work(*given)
    return time.perf_counter() - start, found


def by_stock(path: Path) -> float:
    """Seconds for the file through django-import-export, its transaction rolled back."""
    from django.db import transaction
    from tablib import Dataset

    with path.open(encoding="utf-8", newline="") as file:
        data = Dataset().load(file.read(), format="csv")
    with transaction.atomic():
        spent, result = timed(
            lambda: stock_resource().import_data(data, raise_errors=True)
        )
        assert result.totals["new"] == len(data)
        transaction.set_rollback(True)
    return spent


def judged(path: Path) -> Any:
    from regions.models import Edition
    from workshops.checking.scope import Scope
    from workshops.columns import Mapping
    from workshops.intake import done, judging, open_table
    from workshops.spreadsheets import Choices, Limits

    limits = Limits.of_command()
    with path.open("rb") as file:
        table = open_table(file, path.name, limits, Choices())
        mapping = Mapping.proposed(table.headings, table.hashtags)
        scope = Scope(Edition.objects.get(year=2021))
        return done(judging(table, scope, mapping, path.name, limits))


def brought(path: Path, found: Any) -> Any:
    from workshops.bringing import bringing_in
    from workshops.models import NoteImport

    note_import = NoteImport.objects.create(
        edition=found.check.scope.edition,
        file_name=path.name,
        size=0,
        status=NoteImport.Status.CHECKED,
    )
    written = bringing_in(
        note_import, found.check.names, found.verdicts, found.state, None
    )
    assert list(written)
    return note_import


@contextmanager
def timed_history() -> Iterator[list[float]]:
    """Seconds that writing the history takes meanwhile, call by call."""
    from priorities import bulk

    write, spent = bulk.record_history, list[float]()

    def timed_write(*given: Any) -> int:
        seconds, count = timed(write, *given)
        spent.append(seconds)
        return count

    bulk.record_history = timed_write  # type: ignore[assignment]
    yield spent
    bulk.record_history = write


def by_command(path: Path) -> tuple[float, int]:
    """Seconds and megabytes at most of `import_notes FILE --dry-run`, start-up included.

    The process tells its own peak: what `wait4` says of it begins with ours.
    """
    start = time.perf_counter()
    told = subprocess.run(
        [sys.executable, "-c", COMMAND, str(path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    ).stderr
    return time.perf_counter() - start, int(told.split()[-1]) // 1024


def measure_preview(folder: str, **about: Any) -> None:
    """Milliseconds of one page of the preview of a file at the wizard's limit of rows."""
    from django.test import Client

    from accounts.models import User
    from regions.models import Edition
    from workshops import wizard
    from workshops.intake import done
    from workshops.spreadsheets import Choices

    user = User.objects.create_superuser("bench")
    path = Path(folder, "preview.csv")
    invent_file(path, 5_000)
    edition = Edition.objects.get(year=2021)
    note_import = wizard.store(path.read_bytes(), path.name, edition, user)
    spent, _done = timed(done, wizard.reading(note_import, Choices(), user))
    say(name="notes, reading in the wizard", value=round(spent, 2), unit="s", **about)
    client = Client()
    client.force_login(user)
    pages = {
        "first page": "",
        "last page": "?page=100",
        "one kind": "?kind=warning",
    }
    for name, query in pages.items():
        times = [
            timed(client.get, note_import.get_absolute_url() + query)[0]
            for _round in range(12)
        ]
        middle = round(sorted(times)[len(times) // 2] * 1000, 1)
        say(name=f"notes, preview: {name}", value=middle, unit="ms", **about)


def run(sizes: list[int]) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from priorities.models import Recommendation
    from workshops.undoing import undo

    call_command("migrate", verbosity=0)
    call_command("load_edition", 2021, verbosity=0, stdout=StringIO())
    with tempfile.TemporaryDirectory() as folder:
        warm = Path(folder, "warm.csv")
        invent_file(warm, 200)
        judged(warm)  # word lists are read once in the life of a process
        measure_preview(folder, n=5_000, engine=connection.vendor)
        for size in sizes:
            about: dict[str, Any] = {"n": size, "engine": connection.vendor}
            path = Path(folder, f"notes-{size}.csv")
            invent_file(path, size)
            before = Recommendation.objects.count()
            checking, found = timed(judged, path)
            with timed_history() as history:
                storing, note_import = timed(brought, path, found)
            made = Recommendation.objects.count() - before
            assert made > size * 0.7, found.verdicts.totals
            ours = size / (checking + storing)
            figures = {
                "notes judged": size / checking,
                "notes stored": made / storing,
                "notes judged and stored": ours,
            }
            for name, value in figures.items():
                say(name=name, value=round(value), unit="rows/s", **about)
            without = checking + storing - sum(history)
            say(
                name="notes, history / all else",
                value=round(sum(history) / without, 3),
                unit="ratio",
                **about,
            )
            say(
                name="notes, share new",
                value=round(made / size, 3),
                unit="ratio",
                **about,
            )
            again, found = timed(judged, path)
            assert found.verdicts.totals["unchanged"] == made, found.verdicts.totals
            say(
                name="notes again, judged",
                value=round(size / again),
                unit="rows/s",
                **about,
            )
            undoing, undone = timed(undo, note_import, None)
            assert undone.removed == made
            say(name="notes taken back", value=round(undoing, 2), unit="s", **about)
            spent, memory = by_command(path)
            say(name="notes, command", value=round(spent, 1), unit="s", **about)
            say(name="notes, command", value=memory, unit="MB", **about)
            if size <= MOST_STOCK:
                stock = size / by_stock(path)
                say(
                    name="notes, stock import-export",
                    value=round(stock),
                    unit="rows/s",
                    **about,
                )
                say(
                    name="notes / stock",
                    value=round(ours / stock, 1),
                    unit="ratio",
                    **about,
                )


if __name__ == "__main__":
    with on_its_own_database():
        run([int(size) for size in sys.argv[1:]] or [1_000, 10_000, 100_000])
