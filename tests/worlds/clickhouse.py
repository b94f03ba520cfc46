"""Holding ClickHouse's answers against SQLite's, over the same events."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from typing import Any

import pytest

from core.engines.clickhouse.chdb import ChdbRunner
from core.engines.clickhouse.engine import ClickHouseEngine
from core.engines.clickhouse.tables import LAYOUT, PUSHED
from core.engines.sqlite.engine import SqliteEngine
from core.queries import from_json
from core.store.workspace import open_reader
from tests.worlds.servers.copying import copy_events
from tests.worlds.world import World, engine_of

HOSTILE = 'it\'s \\ \\n \n \t \r \b "x" {p1:String} \\N é 😀 --'
"""A text with whatever a dialect could take for its own signs."""

Engines = tuple[SqliteEngine, ClickHouseEngine]

needs_chdb = pytest.mark.skipif(
    find_spec("chdb") is None, reason="needs the extra: pip install footfall[clickhouse]"
)


@contextmanager
def copied(engine: SqliteEngine, runner: ChdbRunner) -> Iterator[ClickHouseEngine]:
    """ClickHouse over a copy of what an engine's workspace holds."""
    with closing(open_reader(engine.path)) as connection:
        copy_events(connection, runner)
    with closing(ClickHouseEngine(engine.path, runner, clock=engine.clock)) as found:
        yield found


@contextmanager
def still_copied(engine: SqliteEngine, runner: ChdbRunner) -> Iterator[ClickHouseEngine]:
    """The same for a workspace that several tests ask about and none changes: it is copied only
    where something else was copied since.
    """
    if not _holds(runner, engine):
        with copied(engine, runner):
            pass
        runner.insert(PUSHED.name, tuple(PUSHED.columns), [(str(engine.path), LAYOUT, 0)])
    with closing(ClickHouseEngine(engine.path, runner, clock=engine.clock)) as found:
        yield found


def _holds(runner: ChdbRunner, engine: SqliteEngine) -> bool:
    """Whether the tables are those that `still_copied` made of a workspace; every copy begins with
    empty ones.
    """
    rows = runner.run(
        f"""
        select total_rows from system.tables
        where database = currentDatabase() and name = '{PUSHED.name}'
        """,
        {},
    )
    if rows != [(1,)]:
        return False
    return runner.run(f"select workspace from {PUSHED.name}", {}) == [(str(engine.path),)]


@contextmanager
def engines_of(world: World, runner: ChdbRunner) -> Iterator[Engines]:
    """SQLite and ClickHouse over the same world."""
    with engine_of(world) as engine, copied(engine, runner) as clickhouse:
        yield engine, clickhouse


def normal(value: Any) -> Any:
    """An answer's parts with its floats rounded to 9 digits: sums add up in another order."""
    if isinstance(value, float):
        return float(f"{value:.9g}") if math.isfinite(value) else str(value)
    if isinstance(value, dict):
        return {key: normal(part) for key, part in value.items()}
    return [normal(part) for part in value] if isinstance(value, list | tuple) else value


def check(engines: Engines, fields: dict[str, Any]) -> Any:
    """Both engines give the same answer; returns SQLite's."""
    question = from_json(fields)
    expected, found = (engine.answer(question) for engine in engines)
    assert normal(found.model_dump()) == normal(expected.model_dump()), fields
    return expected


def check_people(engines: Engines, fields: dict[str, Any], answer: Any, at_most: int = 12) -> None:
    """Both engines name the same people behind an answer's numbers, some of them."""
    cells = [cell for cell, value in answer.cells() if value]
    for cell in cells[:: len(cells) // at_most + 1]:
        page = {"kind": "people", "of": fields, "cell": cell.model_dump(exclude_defaults=True)}
        check(engines, page)
