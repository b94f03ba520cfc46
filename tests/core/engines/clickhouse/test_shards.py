"""The same questions on a cluster, each shard of which has its part of the people."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from core.engines.clickhouse import columns
from core.engines.clickhouse.chdb import ChdbRunner
from core.engines.clickhouse.engine import ClickHouseEngine
from core.engines.clickhouse.layout import Layout
from core.engines.clickhouse.sets import renew
from core.engines.clickhouse.tables import EVENTS, SETS, TABLES
from core.engines.sqlite.engine import SqliteEngine
from core.queries import from_json
from core.store.workspace import open_reader
from tests.worlds.clickhouse import check, check_people, needs_chdb
from tests.worlds.kinds import ALL_KINDS, asked, fields, samples
from tests.worlds.servers.copying import copy_events
from tests.worlds.servers.served import Served, serving
from tests.worlds.servers.shards import CLUSTER, Shards

pytestmark = needs_chdb

MANY_BYTES = "é'" * 123
SQL = {
    "kind": "sql",
    "query": "select event_name as e, count(distinct user_id) as u, count(*) as n "
    "from events_v1 group by 1 order by 1",
}


def test_every_kind_is_answered_by_shards_as_by_the_file(runner: ChdbRunner) -> None:
    with asked() as engine, closing(Shards(runner)) as shards:
        with closing(open_reader(engine.path)) as connection:
            copy_events(connection, shards)
        shards.divide()
        counts = [
            count
            for (count,) in shards.run(f"select count() from {EVENTS.name} group by shardNum()", {})
        ]
        assert len(counts) == 2
        assert min(counts) > 0
        with closing(ClickHouseEngine(engine.path, shards, clock=engine.clock)) as there:
            for kind in ALL_KINDS:
                asking = SQL if kind == "sql" else fields(samples(kind)[0])
                answer = check((engine, there), asking)
                if hasattr(answer, "cells"):
                    check_people((engine, there), asking, answer, at_most=1)


@pytest.mark.parametrize("cluster", ["", CLUSTER, "it's `mine`"])
def test_statements_that_lay_out_tables_can_be_parsed(runner: ChdbRunner, cluster: str) -> None:
    layout = Layout(cluster)
    statements = [*layout.create(), *layout.drop()]
    statements += [layout.truncate(table) for table in TABLES]
    statements += [layout.delete(EVENTS, "day in (1, 2)"), layout.merge(SETS)]
    names = [(f"{number}{MANY_BYTES}", "sets") for number in range(columns.MOST)]
    statements += layout.widen(columns.missing(names, columns.NOTHING))
    for statement in statements:
        assert runner.run(f"explain ast {statement}", {}), statement
    spread = [text for text in statements if "on cluster" in text]
    assert len(spread) == (len(statements) if cluster else 0)


def test_a_property_whose_name_is_a_text_gets_no_column() -> None:
    names = [("x" * 100_000, "sets"), ("amount", "plain")]
    assert [found.split()[0] for found in columns.missing(names, columns.NOTHING)] == [
        "property_1",
        "number_1",
    ]


ADDED_UP: tuple[dict[str, Any], ...] = (
    {"kind": "trend", "measure": "users", "breakdown": "country", "range": "60d"},
    {"kind": "trend", "event": "purchase", "measure": "sum", "property": "amount", "range": "60d"},
    {"kind": "retention", "granularity": "weekly", "range": "60d"},
    {"kind": "lifecycle", "range": "60d"},
    {"kind": "funnel", "steps": [{"event": "signup"}, {"event": "purchase"}], "range": "60d"},
    {"kind": "funnel", "steps": [{"event": "signup"}, {"event": "purchase"}], "range": "60d",
     "order": "unordered"},
)  # fmt: skip


def test_what_two_servers_say_of_their_own_people_adds_up(tmp_path: Path) -> None:
    with asked() as engine, ExitStack() as stack:
        servers = [stack.enter_context(serving(tmp_path / str(n))) for n in range(2)]
        theirs = [_of_a_shard(stack, engine, server, n) for n, server in enumerate(servers)]
        for fields_ in ADDED_UP:
            question = from_json(fields_)
            parts = [_figures(there.answer(question)) for there in theirs]
            assert all(any(part.values()) for part in parts), fields_
            whole = {
                key: sum(part.get(key, 0) for part in parts) for key in {**parts[0], **parts[1]}
            }
            found = _figures(engine.answer(question))
            assert {k: v for k, v in whole.items() if v} == {k: v for k, v in found.items() if v}


def _of_a_shard(
    stack: ExitStack, engine: SqliteEngine, server: Served, number: int
) -> ClickHouseEngine:
    """Only one part of the people at a server."""
    runner = stack.enter_context(closing(server.runner()))
    with closing(open_reader(engine.path)) as connection:
        copy_events(connection, runner)
    for table in TABLES:
        if table is not SETS:
            runner.run(Layout().delete(table, f"({table.shard}) % 2 != {number}"), {})
    runner.run(Layout().truncate(SETS), {})
    runner.run(renew(f"select day from {EVENTS.name}"), {})
    there = ClickHouseEngine(engine.path, runner, clock=engine.clock)
    return stack.enter_context(closing(there))


def _figures(answer: Any) -> Counter[str]:
    """The numbers of an answer that are not 0, each under what it is about."""
    return Counter({cell.model_dump_json(): value for cell, value in answer.cells() if value})
