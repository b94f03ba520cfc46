"""SQL typed by a person on ClickHouse: the documented views, limits, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from core.engines.clickhouse import typed
from core.engines.clickhouse.chdb import ChdbRunner
from core.errors import BadQuestion, QueryFailed
from core.queries import from_json
from core.store.ingest.importer import Log, store_logs
from core.store.workspace import open_writer
from tests.worlds.clickhouse import HOSTILE, Engines, check, engines_of, needs_chdb
from tests.worlds.fixture import A_RANGE
from tests.worlds.servers.copying import copy_events
from tests.worlds.world import Event, World

pytestmark = needs_chdb

NOON = 1_744_027_200_000

WHO = (("ann", None, "NL"), ("ÄNN", "s 1", ""), ("it's", "-1", HOSTILE), ("ann", "x", None))

NASTY = World(
    (
        *(
            Event("a", NOON + at, user=user, session=session, context={"country": country},
                  properties={"n": at, "t": HOSTILE})
            for at, (user, session, country) in enumerate(WHO)
        ),
        Event("b", NOON, device="phone"),
        Event("b", NOON - 86_400_000, user="ann", device="phone"),
        Event("gone", NOON, user="bob"),
    ),
    traits=(("ann", "email", "a@example.test", NOON), ("bob", "plan", "pro", NOON)),
    flags=(("b", "inactive"), ("gone", "deleted")),
    zone="Europe/Amsterdam",
    now=NOON + 60_000,
)  # fmt: skip


@pytest.fixture(scope="module")
def engines(runner: ChdbRunner) -> Iterator[Engines]:
    with engines_of(NASTY, runner) as (here, there):
        with closing(open_writer(here.path)) as connection:
            logs = [
                Log(NOON + n, (HOSTILE, "m")[n % 2], ("INFO", "ERROR")[n % 2], (None, "api")[n % 2],
                    None, (None, "x")[n % 2])
                for n in range(2)
            ]  # fmt: skip
            store_logs(connection, logs)
            copy_events(connection, runner)
        yield here, there


CONTEXT = "country, region, city, platform, os, version"
EVENTS = "timestamp, event_name, device_id, session_id, user_id"

STATEMENTS = (
    f"select {EVENTS}, actor, properties, {CONTEXT}, ts, day from events_v1 order by ts, actor",
    f"select {CONTEXT}, operating_system, ts, day from context_v1"
    " where device_id is not null order by ts",
    """select day, event_name, field, value, events, users from daily_v1
       where field is null or field = 'country'
       order by event_name is null, field is null, value is null, 1, 2, 3, 4""",
    "select timestamp, level, message, source, service, session_id, pattern, fields from logs_v1 "
    "order by timestamp",
    "select user_id, trait_name, trait_value, updated_at from user_traits_v1 order by 1, 2",
    "select user_id, trait_key, trait_value, updated_at from user_traits order by 1, 2",
    "select user_id, email, name, updated_at from users_v1 order by 1",
    "select user_id, device_id, linked_at from user_devices order by 1, 2",
    "-- first\n/* two */ WITH recent as (select * from events_v1 where ts > 0) "
    "select event_name as e, count(*) as n, count(distinct user_id) as u from recent group by 1 "
    "order by n desc, e;",
    "select count(*) as n from events_v1 -- last",
    "select n from (select count(*) as n from events_v1 where event_name = 'none' union "
    "select 4 as n union select 4 as n) a order by n",
    "select count(ts) as s, 'x; y' as t from events_v1 where event_name = 'none'",
    "select e.user_id as u, d.device_id as d from events_v1 e left join user_devices d "
    "on d.user_id = e.user_id where e.user_id is not null order by 1, 2",
)


def test_the_documented_views_have_the_same_rows(engines: Engines) -> None:
    for query in STATEMENTS:
        check(engines, {"kind": "sql", "query": query})


def test_variables_are_bound_and_rows_limited(engines: Engines) -> None:
    check(engines, {"kind": "sql", "range": A_RANGE, "limit": 2, "query":
        "select user_id as u, {variables.t} as t, {variables.x} as x, {variables.no} as n, "
        "{filters.dateRange.from} as d from events_v1 where user_id in {variables.users} "
        "and ts in {variables.times} order by ts",
        "variables": {"t": HOSTILE, "x": 2.5, "no": None, "users": ["ann", "it's"],
                      "times": [NOON, NOON + 2, NOON + 3]}})  # fmt: skip


@pytest.mark.parametrize(
    ("query", "raised", "words"),
    [
        ("select 1; drop table events", BadQuestion, "several statements"),
        ("select * from url('http://127.0.0.1:1/', 'LineAsString')", BadQuestion, "only read"),
        ("select * from file('/etc/hostname', 'LineAsString')", BadQuestion, "only read"),
        ("select 1 as a into outfile '/tmp/x'", QueryFailed, "ClickHouse says"),
        ("select 1 as a settings readonly = 0", BadQuestion, "only read"),
        ("select * from event_v1", QueryFailed, "events_v1"),
        ("select strftime('%Y', timestamp) from events_v1", QueryFailed, "JSONExtractString"),
        ("select properties ->> 'n' from events_v1", QueryFailed, "JSONExtractString"),
        ("select eventname from events_v1", QueryFailed, "eventname"),
    ],
)
def test_what_is_refused_is_named(engines, query, raised, words) -> None:
    with pytest.raises(raised) as error:
        engines[1].answer(from_json({"kind": "sql", "query": query}))
    assert words in f"{error.value.message} {error.value.hint}"


def test_a_plan_is_clickhouses(engines: Engines) -> None:
    there = engines[1]
    question = from_json({"kind": "sql", "query": "select count(*) from events_v1"})
    assert any("events" in line for line in there.plan(question.statement(there.context())))


def test_statements_over_a_cluster_take_what_they_find_to_all_shards() -> None:
    assert typed.settings(1, 0, spread=True)["distributed_product_mode"] == "global"
    assert "distributed_product_mode" not in typed.settings(1, 0, spread=False)
