"""The same events in DuckDB: narrow types, enums, in order of event, user and time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.generate import CONTEXT, DAY, EVENTS, ITEMS
from benchmarks.peers.duck.people import PEOPLE
from benchmarks.peers.duck.sequences import SEQUENCES
from benchmarks.peers.duck.values import VALUES

NAME = "DuckDB"
SUFFIX = ".duckdb"
SQL: dict[str, tuple[str, ...]] = {**PEOPLE, **VALUES, **SEQUENCES}
"""Statements whose rows together are the answer, by the question's name."""


class Duck:
    """A database file, read with two threads."""

    def __init__(self, path: Path) -> None:
        import duckdb

        self._db = duckdb.connect(str(path), read_only=True, config={"threads": 2})
        self._db.execute("set enable_progress_bar = false")

    def knows(self, name: str) -> bool:
        """See Program."""
        return name in SQL

    def run(self, name: str) -> list[tuple[Any, ...]]:
        """See Program."""
        return [row for text in SQL[name] for row in self._db.execute(text).fetchall()]

    def rows(self, name: str, answer: Any) -> list[tuple[Any, ...]]:
        """See Program."""
        return list(answer)

    def close(self) -> None:
        """See Program."""
        self._db.close()


def load(path: Path, data: Path, logs: Path) -> None:
    """Create a database file from the files of events and logs."""
    import duckdb

    with duckdb.connect(str(path), config={"threads": 2}) as db:
        db.execute("set enable_progress_bar = false")
        _load_events(db, data)
        _load_logs(db, logs)


def size(path: Path) -> int:
    """Return how many bytes the file has."""
    return path.stat().st_size


def _enum(name: str, values: Iterable[str]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"create type {name}_name as enum ({listed})"


def _load_events(db: Any, data: Path) -> None:
    for name, values in {"event": EVENTS, "item": ITEMS, **CONTEXT}.items():
        db.execute(_enum(name, values))
    db.execute(
        f"""
        create temp table raw as
        select * from read_json(
            '{data}', format = 'newline_delimited',
            columns = {{event: 'varchar', timestamp: 'bigint', user_id: 'varchar',
                       {", ".join(f"{name}: 'varchar'" for name in CONTEXT)},
                       properties: 'struct(amount double, items integer, item varchar)'}}
        )
        """
    )
    db.execute(
        """
        create table users as
        select user_id, (row_number() over (order by user_id))::integer as "user"
        from (select distinct user_id from raw)
        """
    )
    db.execute(
        f"""
        create table events as
        select event::event_name as event, users."user", timestamp as ts,
               (timestamp // {DAY})::integer as day,
               {", ".join(f"{name}::{name}_name as {name}" for name in CONTEXT)},
               properties.amount as amount, properties.items as items,
               properties.item::item_name as item
        from raw join users using (user_id)
        order by event, "user", ts
        """
    )
    db.execute("drop table raw")


def _load_logs(db: Any, data: Path) -> None:
    db.execute(
        f"""
        create table logs as
        select timestamp as ts, (timestamp // {DAY})::integer as day, level, service, message
        from read_json(
            '{data}', format = 'newline_delimited',
            columns = {{timestamp: 'bigint', level: 'varchar', service: 'varchar',
                       message: 'varchar'}}
        )
        order by ts
        """
    )
    for name in ("level", "service"):
        db.execute(f"create type {name}_of_log as enum (select distinct {name} from logs)")
        db.execute(f"alter table logs alter {name} type {name}_of_log")
