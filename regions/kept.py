"""History is kept: the database itself refuses to change or delete what stands there.

It refuses whoever asks, the application and its admin included. The one exception is
`opened()`, for taking a person's data out, which is itself on record. An account that
is deleted leaves its name's place empty; everything else stays.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from .models import OpenHistory

REFUSAL = "History is kept: it is neither changed nor deleted."
FUNCTION = f"""
CREATE OR REPLACE FUNCTION regions_keep_history() RETURNS trigger AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM regions_openhistory) THEN
    RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$ LANGUAGE plpgsql
"""


def histories() -> list[type[models.Model]]:
    return [
        model.history.model for model in apps.get_models() if hasattr(model, "history")
    ]


def triggers() -> Iterator[tuple[str, str, str]]:
    """Name, table and occasion of each."""
    quote = connection.ops.quote_name
    tables = set(connection.introspection.table_names())
    for model in histories():
        table = model._meta.db_table
        columns = [
            quote(str(field.column))
            for field in model._meta.concrete_fields
            if field.name != "history_user"
        ]
        if table in tables:
            yield f"kept_update_{table}", table, f"UPDATE OF {', '.join(columns)}"
            yield f"kept_delete_{table}", table, "DELETE"


def keep(**_signal: Any) -> None:
    """After each migration: the columns may be others now."""
    release()
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(FUNCTION)
        for name, table, occasion in triggers():
            head = f"CREATE TRIGGER {quote(name)} BEFORE {occasion} ON {quote(table)}"
            if connection.vendor == "postgresql":
                cursor.execute(
                    f"{head} FOR EACH ROW EXECUTE FUNCTION regions_keep_history()"
                )
            else:
                cursor.execute(
                    f"{head} WHEN NOT EXISTS (SELECT 1 FROM regions_openhistory) "
                    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
                )


def release() -> None:
    """Take the guard away; the next migration brings it back."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for name, table, _occasion in triggers():
            on = f" ON {quote(table)}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {quote(name)}{on}")


@contextmanager
def opened() -> Iterator[None]:
    """In this transaction alone, history may be changed."""
    with transaction.atomic():
        opening = OpenHistory.objects.create()
        yield
        opening.delete()
