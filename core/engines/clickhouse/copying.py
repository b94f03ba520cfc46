"""A whole copy of a workspace in ClickHouse, made anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from core.engines.clickhouse.engine import Runner
from core.engines.clickhouse.tables import (
    COPIES,
    EVENT_ROWS,
    EVENTS,
    create_statements,
    drop_statements,
)


def create_tables(runner: Runner) -> None:
    """Make the tables anew, without rows."""
    for statement in (*drop_statements(), *create_statements()):
        runner.run(statement, {})


def copy_events(connection: sqlite3.Connection, runner: Runner) -> None:
    """Replace the tables with a copy of a workspace's events, people, traits and sessions."""
    create_tables(runner)
    runner.insert(EVENTS.name, tuple(EVENTS.columns), rows_of(connection.execute(EVENT_ROWS)))
    for table in COPIES:
        found = rows_of(connection.execute(table.select()))
        runner.insert(table.name, tuple(table.columns), found)


def rows_of(cursor: sqlite3.Cursor) -> Iterator[Sequence[Any]]:
    """Yield the rows of a cursor, some thousands fetched at a time."""
    while rows := cursor.fetchmany(10_000):
        yield from rows
