"""What is in the history stays there; the database says no to whoever asks."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from priorities.models import Recommendation
from regions import kept

from .factories import make_recommendation

pytestmark = pytest.mark.django_db


def refused(change):
    with pytest.raises(DatabaseError, match="History is kept"), transaction.atomic():
        change()


def test_no_entry_is_changed_or_deleted():
    row = make_recommendation()
    entry = row.history.first()

    refused(lambda: row.history.update(text_fr="autre"))
    refused(lambda: row.history.update(history_change_reason=""))
    refused(lambda: row.history.all().delete())
    refused(entry.delete)
    refused(entry.save)
    entry.refresh_from_db()
    assert entry.text_fr == row.text_fr


def test_every_history_is_kept():
    names = {name for name, _table, _occasion in kept.triggers()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT trigger_name FROM information_schema.triggers"
            if connection.vendor == "postgresql"
            else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        )
        there = {name for (name,) in cursor.fetchall()}

    assert len(names) == 2 * len(kept.histories()) > 20
    assert names <= there


def test_the_commands_of_the_history_package_are_refused():
    row = make_recommendation()
    row.history.first()

    refused(lambda: call_command("clean_old_history", auto=True, days=-1, verbosity=0))


def test_an_account_that_is_deleted_leaves_its_place_empty():
    user = User.objects.create_user("amina")
    row = make_recommendation(status="draft")
    row._history_user = user
    row.save()

    user.delete()

    assert row.history.first().history_user is None


def test_history_opens_for_one_transaction_alone():
    row = make_recommendation()

    with kept.opened():
        row.history.update(text_fr="▮▮▮")

    refused(lambda: row.history.update(text_fr="autre"))
    assert set(row.history.values_list("text_fr", flat=True)) == {"▮▮▮"}
    assert Recommendation.history.exists()


def test_history_stays_shut_when_what_opened_it_fails():
    row = make_recommendation()

    with pytest.raises(ValueError, match="no"), kept.opened():
        raise ValueError("no")

    refused(lambda: row.history.update(text_fr="autre"))
