"""The real content of 2021 in the database under test, loaded once for all modules of a process."""

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction

kept: set[str] = set()  # databases in which the rows stand by


def content() -> list[type[models.Model]]:
    return [
        model
        for app in ("regions", "priorities")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    ]


def load_edition_2021() -> None:
    """By the command the first time; then as that had left it, row by row."""
    name = str(connection.settings_dict["NAME"])
    quote = connection.ops.quote_name
    tables = [
        (quote(m._meta.db_table), quote(f"by_{m._meta.db_table}")) for m in content()
    ]
    if name not in kept:
        call_command("load_edition", 2021, verbosity=0)
        orders = [f"CREATE TABLE {by} AS SELECT * FROM {table}" for table, by in tables]
    else:
        orders = [f"INSERT INTO {table} SELECT * FROM {by}" for table, by in tables]
        orders += connection.ops.sequence_reset_sql(no_style(), content())
    with transaction.atomic(), connection.cursor() as cursor:
        for order in orders:
            cursor.execute(order)
    kept.add(name)
