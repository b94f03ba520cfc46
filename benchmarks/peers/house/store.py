"""The same events in ClickHouse: a MergeTree in order of event, person and time, with enums."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from benchmarks.generate import CONTEXT, DAY, EVENTS, ITEMS
from benchmarks.peers.house.people import PEOPLE
from benchmarks.peers.house.sequences import SEQUENCES
from benchmarks.peers.house.values import VALUES

NAME = "ClickHouse"
SUFFIX = ".clickhouse"
SQL: dict[str, tuple[str, ...]] = {**PEOPLE, **VALUES, **SEQUENCES}
"""Statements whose rows together are the answer, by the question's name."""

_SETTINGS = "set max_threads = 2, group_by_use_nulls = 1, join_use_nulls = 0"


class House:
    """A folder of tables, read with two threads; a process can have only one."""

    def __init__(self, path: Path) -> None:
        from chdb.session import Session

        self._session = Session(str(path))
        self._session.query(_SETTINGS)

    def knows(self, name: str) -> bool:
        """See Program."""
        return name in SQL

    def run(self, name: str) -> list[tuple[Any, ...]]:
        """See Program."""
        return [row for text in SQL[name] for row in self._rows(text)]

    def rows(self, name: str, answer: Any) -> list[tuple[Any, ...]]:
        """See Program."""
        return list(answer)

    def close(self) -> None:
        """See Program."""
        self._session.close()

    def _rows(self, text: str) -> list[tuple[Any, ...]]:
        found = self._session.query(text, "JSONCompactEachRow").bytes()
        return [tuple(orjson.loads(line)) for line in found.splitlines()]


def load(path: Path, data: Path, logs: Path) -> None:
    """Create a folder of tables from the files of events and logs."""
    from chdb.session import Session

    session = Session(str(path))
    try:
        for statement in (*_of_events(data), *_of_logs(logs)):
            session.query(statement)
    finally:
        session.close()


def size(path: Path) -> int:
    """Return how many bytes the folder has."""
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def _enum(values: Iterable[str]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"Enum16({listed})"


def _of_events(data: Path) -> Iterable[str]:
    context = ", ".join(f"{name} {_enum(values)}" for name, values in CONTEXT.items())
    read = ", ".join(f"{name} String" for name in CONTEXT)
    source = f"""file(
            '{data}', 'JSONEachRow',
            'event String, timestamp Int64, user_id String, {read},
             properties Tuple(amount Nullable(Float64), items Nullable(UInt8),
                              item Nullable(String))'
        )"""
    yield """
        create table users (user_id String, user UInt32) engine = MergeTree order by user_id
        """
    yield f"""
        insert into users
        select user_id, row_number() over (order by user_id)
        from (select distinct user_id from {source})
        """
    yield f"""
        create table events (
            event {_enum(EVENTS)}, user UInt32, ts Int64, day Int32, {context},
            amount Nullable(Float64), items Nullable(UInt8), item Nullable({_enum(ITEMS)})
        )
        engine = MergeTree order by (event, user, ts)
        """
    yield f"""
        insert into events
        select event, u.user, timestamp, intDiv(timestamp, {DAY}), {", ".join(CONTEXT)},
               properties.amount, properties.items, properties.item
        from {source} r join users u on u.user_id = r.user_id
        """
    yield "optimize table events final"


def _of_logs(data: Path) -> Iterable[str]:
    yield """
        create table logs (
            ts Int64, day Int32, level LowCardinality(String), service LowCardinality(String),
            message String
        )
        engine = MergeTree order by ts
        """
    yield f"""
        insert into logs
        select timestamp, intDiv(timestamp, {DAY}), level, service, message
        from file('{data}', 'JSONEachRow',
                  'timestamp Int64, level String, service String, message String')
        """
    yield "optimize table logs final"
