"""A whole copy of a workspace in ClickHouse, made anew."""

from __future__ import annotations

import sqlite3

from core.engines.clickhouse.engine import Runner
from core.engines.clickhouse.layout import Layout
from core.engines.clickhouse.tables import COPIES, EVENT_ROWS, EVENTS


def copy_events(connection: sqlite3.Connection, runner: Runner) -> None:
    """Replace the tables with a copy of a workspace's events, people, traits and sessions."""
    layout = Layout(runner.cluster)
    for statement in (*layout.drop(), *layout.create()):
        runner.run(statement, {})
    runner.insert(EVENTS.name, tuple(EVENTS.columns), connection.execute(EVENT_ROWS))
    for table in COPIES:
        runner.insert(table.name, tuple(table.columns), connection.execute(table.select()))
