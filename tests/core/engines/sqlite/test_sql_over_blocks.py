"""Typed SQL that counts by values of properties: packed columns say the same as rows."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.engines.sqlite.engine import SqliteEngine
from core.queries import from_json
from core.sql.over_blocks import OverBlocks, over_blocks
from tests.worlds.compare import read_both_ways
from tests.worlds.strategies import AMOUNTS, ITEMS, worlds
from tests.worlds.world import DAY, Event, World, engine_of

LATE = 2_000_000_000_000
"""After all events of the worlds."""

COLUMNS = (
    ("properties ->> 'item', count(*)", "1"),
    ("json_extract(e.properties, '$.item') as i, event_name, count(*) as n", "i, 2"),
    ("e.properties->>'$.item', properties ->> 'amount', count(properties ->> 'item')", "1, 2"),
    ("country, count(distinct properties ->> 'item'), count(*), max(properties ->> 'amount')", "1"),
    ("coalesce(properties ->> 'item', 'none') || '!', count(*) + 1", "1"),
    ("typeof(properties ->> 'amount'), count(*)", "1"),
    ("event_name, country, properties ->> 'item', count(*)", "1, 2, 3"),
    ("count(*), properties ->> 'never'", "2"),
    ("day, properties ->> 'item', count(*)", "1, 2"),
    ("date(timestamp) as d, event_name, properties ->> 'item', day, count(*)", "d, 2, 3, 4"),
)
"""Columns, and by which of them events are grouped."""

WHERES = (
    "",
    "where event_name in ('view', 'pay', 'never')",
    "where event_name = 'cart' and properties ->> 'item' is not null",
    "where properties ->> 'amount' > 5 and country = 'NL'",
    "where timestamp >= '2025-03-28' and timestamp < '2025-11-01'",
    "where ts > {middle} and event_name <> 'view'",
)


def statements(engine: SqliteEngine, query: str) -> tuple[Any, list[str]]:
    """Return the answer to a statement as text, in order, and what was read for it."""
    result = engine.run(from_json({"kind": "sql", "query": query}))
    answer = result.answer
    shown = sorted(repr(row) for row in answer.rows)
    return ([column.name for column in answer.columns], shown), [
        word for statement in result.statements for word in statement.reads
    ]


@pytest.mark.hypothesis
@settings(max_examples=25)
@given(
    worlds(max_events=30, flagged=True),
    st.lists(st.sampled_from(ITEMS), min_size=1, max_size=3),
    st.lists(st.sampled_from(AMOUNTS), min_size=1, max_size=3),
    st.sampled_from(COLUMNS),
    st.sampled_from(WHERES),
)
def test_values_of_packed_columns_are_those_of_rows(world, items, amounts, columns, where):
    some: dict[str, list[Any]] = {"item": items, "amount": amounts}
    events = tuple(
        replace(
            event,
            properties={
                name: some[name][n % len(some[name])] if name in some else value
                for name, value in event.properties.items()
            },
        )
        for n, event in enumerate(world.events)
    )
    middle = sorted(event.ts for event in events)[len(events) // 2] if events else 0
    listed, by = columns
    where = where.format(middle=middle)
    query = f"select {listed} from events_v1 as e {where} group by {by}"
    with read_both_ways(replace(world, events=events, now=LATE)) as (blocks, rows):
        assert statements(blocks, query)[0] == statements(rows, query)[0]


def bought(number: int, **properties: Any) -> Event:
    return Event("buy" if number % 3 else "look", number * DAY // 4, f"u{number % 5}", None, None,
                 {"country": "NL"} if number % 2 else {}, properties)  # fmt: skip


ORDERED = World(
    tuple(bought(n, item=f"i{n % 4}", size=n % 3, price=n / 2, gift=n % 2 == 0) for n in range(40))
    + tuple(bought(n) for n in range(7)),
    now=LATE,
)


@pytest.mark.parametrize(
    ("query", "read"),
    [
        ("select properties ->> 'item' i, count(*) from events_v1 group by i", "blocks"),
        ("select properties ->> 'size', country, count(*) from events_v1 group by 1, 2", "blocks"),
        (
            "select json_extract(properties, '$.item'), count(*) from events_v1 "
            "where ts >= 86400000 and event_name = 'buy' group by 1",
            "blocks",
        ),
        ("select properties ->> 'price', count(*) from events_v1 group by 1", "blocks"),
        ("select day, properties ->> 'item', count(*) from events_v1 group by 1, 2", "blocks"),
        (
            "select date(timestamp), properties ->> 'item', count(*) from events_v1 "
            "where timestamp >= '1970-01-03 05:00' and day < '1970-01-09' group by 1, 2",
            "blocks",
        ),
        (
            "select properties ->> 'item', count(*) from events_v1 "
            "where ts >= /* since the sixth */ 432000000 group by 1",
            "blocks",
        ),
        (
            "select count(properties ->> 'item'), max(properties ->> 'item') from events_v1 "
            "where ts >= 99999999999999999",
            "blocks",
        ),
        ("select properties ->> 'gift', count(*) from events_v1 group by 1", ""),
        ("select properties ->> 'item', count(distinct actor) from events_v1 group by 1", ""),
        ("select properties -> 'item', count(*) from events_v1 group by 1", ""),
    ],
)
def test_what_packed_columns_tell_is_read_from_them(query, read):
    with read_both_ways(ORDERED) as (blocks, rows):
        found, words = statements(blocks, query)
        assert ("blocks" in words) == bool(read)
        assert found == statements(rows, query)[0]


def test_events_without_the_property_count_once_however_often_they_are_named():
    looks = tuple(bought(3 * n) for n in range(10))
    world = replace(ORDERED, events=looks + tuple(bought(3 * n + 1, item="i") for n in range(5)))
    query = (
        "select properties ->> 'item', count(*) from events_v1 "
        "where event_name in ('look', 'buy', 'look') group by 1"
    )
    with read_both_ways(world) as (blocks, rows):
        found, words = statements(blocks, query)
        assert "blocks" in words
        assert found == statements(rows, query)[0]


def test_values_that_are_too_long_together_are_read_from_rows():
    world = World(tuple(bought(n, item=f"{n}{'é' * 400}") for n in range(4500)), now=LATE)
    query = "select length(properties ->> 'item'), count(*) from events_v1 group by 1"
    with read_both_ways(world) as (blocks, rows):
        assert statements(blocks, query)[0] == statements(rows, query)[0]


def test_of_few_events_rows_are_read():
    query = "select properties ->> 'item' i, count(*) from events_v1 group by i"
    with engine_of(ORDERED) as engine, closing(SqliteEngine(engine.path)) as usual:
        assert "blocks" not in statements(usual, query)[1]


def test_the_plan_is_of_what_runs():
    query = "select properties ->> 'item' i, count(*) from events_v1 group by i"
    with read_both_ways(ORDERED) as (blocks, _):
        *_, typed = blocks.run(from_json({"kind": "sql", "query": query})).statements
        assert any("VIRTUAL TABLE" in line for line in blocks.plan(typed))


@pytest.mark.parametrize(
    "query",
    [
        "select properties, count(*) from events_v1 group by 1",
        "select 'a' || properties ->> 'item', count(*) from events_v1 group by 1",
        "select properties ->> 'item' ->> 'x', count(*) from events_v1 group by 1",
        "select properties ->> 'item' collate nocase, count(*) from events_v1 group by 1",
        "select - properties ->> 'item', count(*) from events_v1 group by 1",
        "select properties ->> '$.item[0]', count(*) from events_v1 group by 1",
        "select json_extract(properties, '$.a', '$.b'), count(*) from events_v1 group by 1",
        "select json_extract(properties, 'item'), count(*) from events_v1 group by 1",
        "select sum(properties ->> 'size') from events_v1",
        "select properties ->> 'item', count(*) from events_v1, events group by 1",
        "select \"property 0 of group\", properties ->> 'a', count(*) from events_v1 group by 1",
        "select properties ->> 'item' from events_v1",
    ],
)
def test_what_takes_anything_else_is_not_known(query):
    assert over_blocks(query) is None


def test_times_are_limits_of_what_is_counted():
    query = (
        "select properties ->> 'a', count(*) from events_v1 "
        "where ts >= 5 and ts < 20 and ts <= 9 and ts > 6 group by 1"
    )
    asked = over_blocks(query)
    assert isinstance(asked, OverBlocks)
    assert (asked.low, asked.high) == (7, 10)
