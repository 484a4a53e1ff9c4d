"""The empty site, put back after a test that really committed: its rows as they stand.

Django keeps them as JSON and saves object by object, which takes the better part of a second; a
suite does it some hundred times.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.creation import BaseDatabaseCreation


@dataclass(frozen=True)
class Table:
    """All rows of one table, by its columns, as the driver has them."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def read(connection: BaseDatabaseWrapper) -> tuple[Table, ...]:
    """What the tables hold that a flush empties."""
    found = []
    with connection.cursor() as cursor:
        for name in connection.introspection.django_table_names(only_existing=True):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")  # noqa: S608 - our tables
            if rows := tuple(map(tuple, cursor.fetchall())):
                columns = tuple(column[0] for column in cursor.description)
                found.append(Table(name, columns, rows))
    return tuple(found)


def write(connection: BaseDatabaseWrapper, tables: tuple[Table, ...]) -> None:
    """Into the tables that were emptied, or before the first such test hold these rows still."""
    quote = connection.ops.quote_name
    with (
        connection.constraint_checks_disabled(),
        transaction.atomic(using=connection.alias),
        connection.cursor() as cursor,
    ):
        for table in tables:
            names = ", ".join(map(quote, table.columns))
            holes = ", ".join(["%s"] * len(table.columns))
            cursor.executemany(
                f"REPLACE INTO {quote(table.name)} ({names}) VALUES ({holes})",  # noqa: S608
                table.rows,
            )


def use(tables: tuple[Table, ...]) -> None:
    """Have Django's tests restore these, whichever connection they come with."""

    def restore(creation: Any, _as_json: str) -> None:
        write(creation.connection, tables)

    # Playwright's event loop gives the thread another connection, which was never asked for rows.
    BaseDatabaseWrapper._test_serialized_contents = ""  # type: ignore[attr-defined]
    BaseDatabaseCreation.deserialize_db_from_string = restore  # type: ignore[assignment, method-assign]
