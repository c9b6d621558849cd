from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from accounts.models import User
from accounts.roles import organisers


@pytest.fixture(autouse=True)
def plain_static_files(settings) -> None:
    """Styles as they are in static/, collected or not."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        }
    }


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Messages are asserted in the language they are written in."""
    with translation.override("en"):
        yield


@pytest.fixture
def organiser(db: None, client: Client) -> Client:
    """A browser in which an organiser is signed in."""
    user = User.objects.create_user(
        "organiser", password="a long phrase", is_staff=True
    )
    user.groups.add(organisers())
    client.force_login(user)
    return client


@pytest.fixture(scope="module")
def edition_2021(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """The real content, loaded once for a module that only reads it."""
    with django_db_blocker.unblock():
        call_command("load_edition", 2021, verbosity=0)
    yield
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)
