"""A whole copy of a workspace in ClickHouse, made anew."""

from __future__ import annotations

import sqlite3

from core.engines.clickhouse import columns
from core.engines.clickhouse.engine import Runner
from core.engines.clickhouse.layout import Layout
from core.engines.clickhouse.tables import COPIES, EVENT_ROWS, EVENTS
from core.store.pushes.changed import properties


def copy_events(connection: sqlite3.Connection, runner: Runner) -> None:
    """Replace the tables with a copy of a workspace's events, people, traits and sessions."""
    layout = Layout(runner.cluster)
    for statement in (*layout.drop(), *layout.create()):
        runner.run(statement, {})
    for statement in layout.widen(columns.missing(properties(connection, 3), columns.NOTHING)):
        runner.run(statement, {})
    runner.insert(EVENTS.name, tuple(EVENTS.columns), connection.execute(EVENT_ROWS))
    for table in COPIES:
        runner.insert(table.name, tuple(table.columns), connection.execute(table.select()))
