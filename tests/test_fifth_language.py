"""A fifth language is one setting, one generated migration, a catalogue and data.

Portuguese is added to a copy of the code, and `in_portuguese.py` looks at what came of it.
"""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings

from priorities.words import stemming
from workshops.blank import headings

ROOT = Path(settings.BASE_DIR)
LEFT = (".git", ".venv", ".env", "__pycache__", ".*_cache", "*.sqlite3*", "collected")
SETTING = '    ("ar", _("Arabic")),\n'
SAID = {
    "Forum priorities": "Prioridades do Fórum",
    "Not translated yet; this is the original.": "Por traduzir; este é o original.",
    "Translation not yet reviewed.": "Tradução ainda não revista.",
}
HEADINGS = {"Region": "Região", "Audience": "Destinatário", "Recommendation": "Pedido"}
WORDS = {"slavery": "escravidão/escravatura"}


def run(tree: Path, *words: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=tree,
        env=os.environ
        | {"SECRET_KEY": settings.SECRET_KEY, "PYTHONDONTWRITEBYTECODE": ""}
        | {"DATABASE_URL": f"sqlite:///{tree / 'db.sqlite3'}"}
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def add_column(path: Path, words: dict[str, str]) -> None:
    """What some rows are called in Portuguese, by their English."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "pt"])
        writer.writeheader()
        writer.writerows(row | {"pt": words.get(row["en"], "")} for row in rows)


def translate(path: Path, said: dict[str, str]) -> None:
    with path.open("rb") as file:
        catalog = read_po(file, locale="pt")
    for text, translation in said.items():
        catalog[text].string = translation
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalog)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code with a fifth language, as CONTRIBUTING.md says to add one."""
    tree = tmp_path_factory.mktemp("fifth") / "code"
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*LEFT))
    (tree / "collected").mkdir()
    path = tree / "forum/settings.py"
    text = path.read_text()
    assert text.count(SETTING) == 1
    path.write_text(text.replace(SETTING, f'{SETTING}    ("pt", _("Portuguese")),\n'))
    run(tree, "manage.py", "makemigrations", "--name", "portuguese")
    run(tree, "manage.py", "update_catalogues")
    translate(tree / "locale/pt/LC_MESSAGES/django.po", SAID)
    add_column(tree / "workshops/our_headings.csv", HEADINGS)
    add_column(tree / "priorities/glossary.csv", WORDS)
    return tree


def test_one_setting_makes_the_columns_and_nothing_else(tree):
    made = sorted(
        path.relative_to(tree).as_posix()
        for path in tree.glob("*/migrations/*.py")
        if not (ROOT / path.relative_to(tree)).exists()
    )

    assert [path.split("/")[0] for path in made] == [
        *("agenda", "priorities", "regions", "workshops")
    ]
    for path in made:
        text = (tree / path).read_text()
        assert "_pt'" in text
        assert "Remove" not in text.replace("RemoveConstraint", "")
    run(tree, "manage.py", "makemigrations", "--check", "--dry-run")


def test_a_base_in_four_languages_takes_the_fifth_and_keeps_its_texts(tree, apart):
    def texts():
        return apart.ask(
            "SELECT reference, text_fr, text_en, original_language, made_from_en "
            "FROM priorities_recommendation ORDER BY reference"
        )

    before = texts()
    run(tree, "manage.py", "migrate", "--verbosity", "0", DATABASE_URL=apart.url)

    assert texts() == before
    assert apart.count("priorities_recommendation", "text_pt IS NULL") == len(before)


def test_a_language_without_a_stemmer_is_sought_by_its_words_as_they_are():
    assert stemming("pt")("governos") == "govern"
    assert stemming("sw")("watoto") == "watoto"


def test_a_blank_sheet_without_headings_of_its_own_has_those_of_the_pages():
    assert headings("sw") == headings(settings.LANGUAGE_CODE)


def test_everything_speaks_the_fifth_language_and_the_four_as_before(tree):
    pytest_ = ("-m", "pytest", "-p", "no:cacheprovider", "-q")
    run(tree, *pytest_, "tests/in_portuguese.py", "tests/test_languages.py")
