import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, connections
from django.test import Client
from django.utils import translation
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser

from accounts.models import User
from accounts.roles import assign
from regions import kept

from .apart import Apart, copied, with_edition
from .browser import launched
from .edition import load_edition_2021

# No deadlines: machines differ. On CI the same examples every time, so that what it says is
# about the change; `make deep` looks further.
hypothesis_settings.register_profile("patient", deadline=None)
hypothesis_settings.register_profile("same", deadline=None, derandomize=True)
hypothesis_settings.load_profile(
    "same" if os.environ.get("CI") == "true" else "patient"
)


@pytest.fixture(autouse=True)
def plain_static_files(settings) -> None:
    """Styles as they are in static/, collected or not."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        }
    }


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    """A slow digest is for people who guess; no test does."""
    md5 = "django.contrib.auth.hashers.MD5PasswordHasher"
    settings.PASSWORD_HASHERS = [md5, *settings.PASSWORD_HASHERS]


@pytest.fixture(autouse=True)
def no_second_factor(settings) -> None:
    """Tests about other things sign in with a password alone."""
    settings.SECOND_FACTOR_REQUIRED = False


@pytest.fixture(autouse=True)
def made_apart(settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What tests make is theirs: versions of their data could be alike."""
    settings.MADE_DIR = tmp_path_factory.mktemp("made")


@pytest.fixture
def over_wsgi() -> Iterator[None]:
    """The program as a server calls it, on the connection of the test, which stays open."""
    told = (request_started, request_finished)
    for signal in told:
        signal.disconnect(close_old_connections)
    yield
    for signal in told:
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def patient_api(settings) -> None:
    """Tests ask more often than people; those about the limit set their own."""
    settings.API_PER_MINUTE = 1_000_000


@pytest.fixture
def english_pages(settings) -> None:
    """Pages of the admin for a browser that asks for no language."""
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """What a test writes is there for a server too: PostgreSQL shows no open transaction."""
    name = str(connection.settings_dict["NAME"])
    assert "test" in name or "memory" in name, "no test database: run more than this"
    with django_db_blocker.unblock():
        yield


def emptied() -> None:
    """Everything gone, history too, which the database would keep."""
    kept.release()
    call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Messages are asserted in the language they are written in."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser
        # Playwright's event loop has connections of its own in this thread.
        connections.close_all()


@pytest.fixture
def organiser(db: None, client: Client) -> Client:
    """A browser in which an organiser is signed in."""
    user = User.objects.create_user(
        "organiser", password="a long phrase", is_staff=True
    )
    assign(user, ["organiser"])
    client.force_login(user)
    return client


@pytest.fixture(scope="module")
def edition_2021(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """The real content, loaded once for a module that only reads it."""
    with django_db_blocker.unblock():
        load_edition_2021()
    yield
    with django_db_blocker.unblock():
        emptied()


@pytest.fixture(scope="session")
def edition_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    """The real content where other processes can open it, to be copied by a test."""
    with with_edition(tmp_path_factory.mktemp("apart")) as made:
        yield made


@pytest.fixture(scope="session")
def bare_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    """A database without content where other processes can open it."""
    with copied(None, tmp_path_factory.mktemp("bare")) as made:
        made.run("migrate", "--verbosity", "0")
        yield made


@pytest.fixture
def apart(edition_apart: Apart, tmp_path: Path) -> Iterator[Apart]:
    """A copy of it for one test, which writes there from several processes."""
    with copied(edition_apart, tmp_path) as made:
        yield made
