"""The ClickHouse tables that a workspace is copied to, and the copying.

`events` has the integers of the workspace's own table, so dictionaries stay in the file. It is
partitioned by actor: funnels, retention and sessions never leave a shard.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from core.columns import CONTEXT
from core.engines.clickhouse.engine import Runner

PARTITIONS = 8
EVENT_COLUMNS = (
    "actor", "ts", "id", "seq", "event", "day", "session", "user", "device", *CONTEXT,
    "derived", "properties",
)  # fmt: skip
_CONTEXT_DDL = "\n".join(f"        {name} UInt32," for name in CONTEXT)

TABLES = {
    "events": f"""
    create table events (
        actor UInt32,
        ts Int64,
        id Int64,
        seq Int64,
        event UInt32,
        day Int32,
        session Int64,
        user UInt32,
        device UInt32,
{_CONTEXT_DDL}
        derived Nullable(Int64) comment 'start of its session',
        properties String
    )
    engine = MergeTree
    partition by intHash32(actor) % {PARTITIONS}
    order by (event, actor, ts, seq)
    """,
    "identities": """
    create table identities (id UInt32, kind UInt8, key String)
    engine = MergeTree order by id
    """,
    "sessions": """
    create table sessions (
        actor UInt32,
        start Int64,
        session Int64,
        "end" Int64,
        events Int64,
        day Int32,
        entry UInt32,
        exit UInt32
    )
    engine = MergeTree
    order by (actor, start, session)
    """,
    "traits": """
    create table traits (actor UInt32, key String, value String)
    engine = Join(any, left, actor, key)
    """,
}

TABLES |= {
    "logs": """
    create table logs (
        timestamp Int64,
        id Int64,
        day Int32,
        level UInt8,
        service UInt32,
        source UInt32,
        pattern UInt32,
        session Int64,
        message Int64
    )
    engine = MergeTree
    order by (timestamp, id)
    """,
    "log_days": """
    create table log_days (
        day Int32,
        level UInt8,
        service UInt32,
        source UInt32,
        pattern UInt32,
        total Int64
    )
    engine = MergeTree
    order by (day, level)
    """,
    "log_messages": """
    create table log_messages (id Int64, text String)
    engine = MergeTree
    order by id
    """,
}

SMALL: dict[str, dict[str, str]] = {
    "identities": {"id": "id", "kind": "kind", "key": "key"},
    "traits": {"actor": "user", "key": "key", "value": "value"},
    "sessions": {
        name: name
        for name in ("actor", "start", "session", '"end"', "events", "day", "entry", "exit")
    },
    "logs": {
        name: name
        for name in (
            "timestamp",
            "id",
            "day",
            "level",
            "service",
            "source",
            "pattern",
            "session",
            "message",
        )
    },
    "log_days": {name: name for name in ("day", "level", "service", "source", "pattern", "total")},
    "log_messages": {"id": "id", "text": "text"},
}
"""The other tables: their columns, each with its name in the workspace."""


def create_tables(runner: Runner) -> None:
    """Recreate the tables, without rows."""
    for name, statement in TABLES.items():
        runner.run(f"drop table if exists {name}", {})
        runner.run(statement, {})


def copy_events(connection: sqlite3.Connection, runner: Runner) -> None:
    """Replace the tables with a copy of a workspace's events, people, traits and sessions."""
    create_tables(runner)
    columns = ", ".join(f"e.{name}" for name in EVENT_COLUMNS[:-2])
    _copy(
        connection,
        runner,
        "events",
        EVENT_COLUMNS,
        f"""
        select {columns},
               case when e.session = 0 and e.actor <> 0 then (
                        select case when s."end" >= e.ts then s.start end from sessions s
                        where s.actor = e.actor and s.session = 0 and s.start <= e.ts
                        order by s.start desc limit 1)
                    when e.session > 0 and e.actor <> 0 then (
                        select s.start from sessions s
                        where s.session = e.session and s.session > 0 and s.actor = e.actor)
               end,
               coalesce(p.properties, '{{}}')
        from events e
        left join event_properties p on p.seq = e.seq
        """,
    )
    for table, names in SMALL.items():
        query = f"select {', '.join(names.values())} from {table}"
        _copy(connection, runner, table, tuple(names), query)


def _copy(
    connection: sqlite3.Connection, runner: Runner, table: str, columns: Sequence[str], query: str
) -> None:
    runner.insert(table, columns, _rows(connection.execute(query)))


def _rows(cursor: sqlite3.Cursor) -> Iterator[Sequence[Any]]:
    while rows := cursor.fetchmany(10_000):
        yield from rows
