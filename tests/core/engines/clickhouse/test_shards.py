"""The same questions on a cluster, each shard of which has its part of the people."""

from __future__ import annotations

from contextlib import closing

import pytest

from core.engines.clickhouse import columns
from core.engines.clickhouse.chdb import ChdbRunner
from core.engines.clickhouse.engine import ClickHouseEngine
from core.engines.clickhouse.layout import Layout
from core.engines.clickhouse.tables import EVENTS, TABLES
from core.store.workspace import open_reader
from tests.worlds.clickhouse import check, check_people, needs_chdb
from tests.worlds.kinds import ALL_KINDS, asked, fields, samples
from tests.worlds.servers.copying import copy_events
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
    statements += [layout.delete(EVENTS, "day in (1, 2)")]
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
