"""Many rows at once, in few statements on either engine, history included.

What one row costs through the ORM is paid by thousands of rows in an import; these
functions are for the methods of the write path that take many (`add_all` and the like).
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.utils import timezone

from regions import operations

# Values of these are handed to the engine as they are.
PLAIN = (
    models.BigAutoField,
    models.BooleanField,
    models.CharField,
    models.ForeignKey,
    models.IntegerField,
    models.TextField,
)


@models.Field.register_lookup
class Among(models.Lookup):
    """`pk__among=[…]`: like `in`, for thousands of whole numbers as one parameter."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        keys = list(self.rhs)
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s)", (*params, keys)
        among = f"{column} IN (SELECT value FROM json_each(%s))"
        return among, (*params, json.dumps(keys))


def new_keys(model: type[models.Model], count: int) -> list[int]:
    """Primary keys nobody has had, for `count` rows. Call within a transaction."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, count],
            )
            return [key for (key,) in cursor.fetchall()]
        # The transaction holds the one lock that SQLite has for writers.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or [0])[0]
        return list(range(last + 1, last + 1 + count))


def insert(
    model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> list[int]:
    """Insert rows given as the values of the columns `names`; their primary keys, in order."""
    if not rows:
        return []
    keys = new_keys(model, len(rows))
    quote = connection.ops.quote_name
    fields: list[Any] = [model._meta.pk, *map(model._meta.get_field, names)]
    columns = ", ".join(quote(field.column) for field in fields)
    into = f"{quote(model._meta.db_table)} ({columns})"
    special = [
        (place, field)
        for place, field in enumerate(fields)
        if not isinstance(field, PLAIN)
    ]
    adapted = [[key, *row] for key, row in zip(keys, rows, strict=True)]
    for place, field in special:
        for row in adapted:
            if row[place] is not None:
                row[place] = field.get_db_prep_save(row[place], connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in adapted:
                    copy.write_row(row)
        else:
            signs = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {into} VALUES ({signs})", adapted)
    return keys


def update(rows: Sequence[models.Model], names: Iterable[str]) -> None:
    """Write the columns `names` of rows of one model as they are now."""
    if not rows:
        return
    model, quote = type(rows[0]), connection.ops.quote_name
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    sets = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quote(model._meta.db_table)} SET {sets} WHERE id = %s",
            [
                [
                    *(
                        field.get_db_prep_save(getattr(row, field.attname), connection)
                        for field in fields
                    ),
                    row.pk,
                ]
                for row in rows
            ],
        )


def delete(rows: models.QuerySet[Any], reason: str, user_id: int | None) -> int:
    """Delete rows that nothing else hangs on, and say so in the history."""
    count = record_history(rows, reason, user_id, "-")
    rows._raw_delete(rows.db)
    if connection.vendor == "postgresql":
        # At the end of the transaction each check would wade through all the dead rows.
        connection.check_constraints()
    return count


def record_history(
    rows: models.QuerySet[Any], reason: str, user_id: int | None, kind: str
) -> int:
    """Write the history of rows (`+` made, `~` changed, `-` deleted), from the rows themselves."""
    history = rows.model.history.model
    fields = [
        field
        for field in rows.model._meta.concrete_fields
        if field.name not in getattr(history, "_history_excluded_fields", [])
    ]
    quote = connection.ops.quote_name
    values = rows.order_by("pk").values_list(*(field.attname for field in fields))
    try:
        select, params = values.query.sql_with_params()
    except EmptyResultSet:  # of no keys at all
        return 0
    told = {
        "history_date": timezone.now(),
        "history_type": kind,
        "history_change_reason": reason,
        "history_user_id": user_id,
        "operation": operations.current(),
    }
    told_of: list[Any] = [
        history._meta.get_field(name.removesuffix("_id")) for name in told
    ]
    columns = [history._meta.get_field(field.name).column for field in fields]
    signs = [f"CAST(%s AS {field.db_type(connection)})" for field in told_of]
    if connection.vendor == "sqlite":  # whose CAST would take a date for a number
        signs = ["%s"] * len(told)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(history._meta.db_table)} "
            f"({', '.join(map(quote, [*columns, *told]))}) "
            f"SELECT found.*, {', '.join(signs)} FROM ({select}) AS found",
            [
                *(
                    field.get_db_prep_save(value, connection)
                    for field, value in zip(told_of, told.values(), strict=True)
                ),
                *params,
            ],
        )
        return cursor.rowcount
