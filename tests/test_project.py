"""The project itself: layers, settings, commands, fixtures."""

import ast
import json
import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.core import serializers
from django.core.management import CommandError, call_command

from accounts.models import User
from priorities.models import Recommendation
from regions.models import Edition

ROOT = Path(settings.BASE_DIR)
LAYERS = [
    "regions",
    "accounts",
    "priorities",
    "workshops",
    "translations",
    "agenda",
    "forum",
]


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_point_one_way(layer):
    above = set(LAYERS[LAYERS.index(layer) + 1 :])
    for path in (ROOT / layer).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            modules = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                modules = [node.module or ""]
            assert not {name.split(".")[0] for name in modules} & above, path


def run_with(**environment):
    code = "from django.conf import settings; print(settings.DEBUG)"
    environment = {"DJANGO_SETTINGS_MODULE": "forum.settings"} | environment
    return subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"]} | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_debug_is_off_unless_asked_for():
    assert run_with(SECRET_KEY="x").stdout == "False\n"
    assert run_with(SECRET_KEY="x", DEBUG="true").stdout == "True\n"


def test_a_misspelt_switch_stops_the_start():
    assert (
        "DEBUG must be true or false, not 'yess'"
        in run_with(SECRET_KEY="x", DEBUG="yess").stderr
    )


def test_there_is_no_default_secret():
    """An empty key in the environment beats .env, and is refused."""
    assert "SECRET_KEY is not set" in run_with(SECRET_KEY="").stderr


def test_cookies_are_bound_to_the_host_over_https():
    code = (
        "from django.conf import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SECURE_HSTS_SECONDS > 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"HTTPS": "true", "SECRET_KEY": "x"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "__Host-session __Host-csrf True\n"


def test_every_setting_of_the_environment_is_documented():
    read = set(
        re.findall(
            r"(?:environ\.get|env_bool|env_number)\(\s*\"(\w+)\"",
            (ROOT / "forum/settings.py").read_text(),
        )
    )
    documented = set(
        re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), flags=re.M)
    )

    assert read == documented


def test_the_lock_pins_everything_with_hashes_and_names_no_registry():
    lock = (ROOT / "requirements.lock").read_text()

    assert "http" not in lock
    assert "index-url" not in lock
    pins = re.findall(r"^([a-z0-9-]+)==", lock, flags=re.M)
    assert {"django", "psycopg", "django-filter", "django-import-export"} <= set(pins)
    assert len(re.findall(r"--hash=sha256:", lock)) >= len(pins)


@pytest.mark.django_db
def test_an_edition_is_loaded_once_and_editing_is_not_overwritten():
    out = StringIO()
    call_command("load_edition", 2021, stdout=out)
    entry = Recommendation.objects.get(reference="2021-AFR-001")
    entry.text_en = "Mended."
    entry.save()

    call_command("load_edition", 2021, stdout=out)

    assert out.getvalue().splitlines() == [
        "Edition 2021 loaded.",
        "Edition 2021 is already here; nothing changed.",
    ]
    entry.refresh_from_db()
    assert entry.text_en == "Mended."


@pytest.mark.django_db
def test_what_is_loaded_has_a_first_history():
    call_command("load_edition", 2021, stdout=StringIO())

    entry = Recommendation.objects.get(reference="2021-AFR-001")
    assert entry.history.get().history_change_reason == (
        "edition 2021 loaded from fixtures"
    )
    new = Recommendation.objects.create(
        section=entry.section, position=99, text_fr="Une de plus"
    )
    assert new.reference == "2021-AFR-049"


@pytest.mark.django_db
def test_an_unknown_edition_is_refused_with_its_year():
    with pytest.raises(CommandError, match="edition_1999"):
        call_command("load_edition", 1999)


@pytest.mark.django_db
def test_fixtures_carry_slugs_and_references_and_never_primary_keys():
    files = sorted((ROOT / "fixtures").glob("*.json"))
    assert len(files) == 10
    for path in files:
        assert all("pk" not in row for row in json.loads(path.read_text())), path

    call_command("load_edition", 2021, stdout=StringIO())
    recommendation = Recommendation.objects.get(reference="2021-MENA-014")
    (row,) = json.loads(
        serializers.serialize(
            "json",
            [recommendation],
            use_natural_foreign_keys=True,
            use_natural_primary_keys=True,
        )
    )
    assert "pk" not in row
    assert row["fields"]["section"] == [2021, "mena", 2]
    assert row["fields"]["audience"] == ["governments-and-movement"]


@pytest.mark.django_db
def test_dumping_and_loading_again_gives_the_same_edition(tmp_path):
    call_command("load_edition", 2021, stdout=StringIO())
    dump = tmp_path / "dump.json"
    options = {"natural_foreign": True, "natural_primary": True, "indent": 1}
    excluded = ["regions.contentchange"]
    models = ["regions", "priorities"]
    call_command("dumpdata", *models, exclude=excluded, output=str(dump), **options)
    rows = [
        row for row in json.loads(dump.read_text()) if "historical" not in row["model"]
    ]
    assert len(rows) > 2000
    first = Recommendation.objects.values_list("reference", "text_fr")
    before = list(first.order_by("reference"))

    dump.write_text(json.dumps(rows))
    call_command("loaddata", str(dump), verbosity=0)

    assert list(first.order_by("reference")) == before
    assert Edition.objects.count() == 1


@pytest.mark.django_db
def test_an_organiser_gets_a_random_password_once():
    out = StringIO()
    call_command("create_organiser", "amina", stdout=out)
    call_command("create_organiser", "amina", once=True, stdout=out)

    (password,) = re.findall(r"Password: (\S+)", out.getvalue())
    user = authenticate(username="amina", password=password)
    assert user is not None
    assert (user.is_staff, user.is_superuser) == (True, False)
    assert user.has_perm("priorities.change_recommendation")
    assert not user.has_perm("accounts.change_user")
    with pytest.raises(CommandError, match="already an account named amina"):
        call_command("create_organiser", "amina")
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_killing_a_load_leaves_all_or_nothing(monkeypatch):
    """Interrupted anywhere, an edition is not there at all."""
    from priorities.management.commands import load_edition

    class Killed(BaseException):
        pass

    def die(*args, **kwargs):
        raise Killed

    monkeypatch.setattr(load_edition.Command, "begin_history", die)
    with pytest.raises(Killed):
        call_command("load_edition", 2021)

    assert Recommendation.objects.count() == 0
