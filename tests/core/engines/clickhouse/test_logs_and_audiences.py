"""Logs, audiences and events to come on SQLite and on ClickHouse."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from core.engines.clickhouse.engine import ClickHouseEngine
from core.log_levels import LEVELS
from core.store.ingest.importer import Log, store_logs
from core.store.workspace import open_writer
from tests.worlds.clickhouse import HOSTILE, check, check_people, engines_of, needs_chdb
from tests.worlds.fixture import A_RANGE, appendix_a
from tests.worlds.servers.copying import copy_events
from tests.worlds.world import engine_of

pytestmark = needs_chdb

# -- logs

LOG_CONDITIONS: tuple[list[dict[str, Any]], ...] = (
    [],
    [{"field": "level", "operator": "gte", "value": "WARNING"}],
    [{"field": "message", "operator": "contains", "value": "A/B"}],
    [{"field": "service", "operator": "is_not_set"}],
    [{"field": "session", "operator": "ne", "value": "s1"}],
    [{"field": "country", "value": "NL"}],
    [{"field": "trait:plan", "value": "free"}],
)


def test_logs(runner):
    logs = [
        Log(1_744_020_000_000 + n * 3_000_000, ("a/b 'x'", HOSTILE, "m 1", "")[n % 4],
            LEVELS[n % 9], (None, "api", "web")[n % 3], None, (None, "s1", "s4", "s5", "zz")[n % 5])
        for n in range(60)
    ]  # fmt: skip
    with engine_of(appendix_a()) as engine:
        with closing(open_writer(engine.path)) as connection:
            store_logs(connection, logs)
            copy_events(connection, runner)
        with closing(ClickHouseEngine(engine.path, runner, clock=engine.clock)) as clickhouse:
            for conditions in LOG_CONDITIONS:
                asked = {"kind": "logs", "range": A_RANGE, "conditions": conditions, "limit": 100}
                for granularity in ("hourly", "daily"):
                    by = {"breakdown": ["service", "level"], "granularity": granularity}
                    answer = check((engine, clickhouse), {**asked, **by, "compare": "previous"})
                    check_people((engine, clickhouse), {**asked, **by}, answer, 4)
                for by_one in ("level", "pattern"):
                    check((engine, clickhouse), {**asked, "metric": "top", "breakdown": by_one})
                check((engine, clickhouse), {**asked, "metric": "raw", "count_total": True})


# -- audiences

BOUGHT = {"event": "purchase"}


def test_audiences(runner):
    definitions: tuple[dict[str, Any], ...] = (
        {},
        {"events": [{**BOUGHT, "days": 30}]},
        {"events": [{**BOUGHT, "op": "eq", "count": 0}]},
        {"events": [{**BOUGHT, "sum": "amount", "op": "gt", "value": 20}]},
        {"events": [{"distinct_days": True, "count": 3}]},
        {"events": [{"first": True, "days": 30}]},
        {"events": [{"event": "add_to_cart", "then_within": {**BOUGHT, "seconds": 240}}]},
        {"groups": [{"not": True, "events": [BOUGHT]}, {"filters": [
            {"field": "country", "value": "NL"}]}]},
        {"static_ids": ["a", "nobody"]},
        {"filters": [{"field": "trait:plan", "value": "free"}]},
    )  # fmt: skip
    with engines_of(appendix_a(), runner) as engines:
        for definition in definitions:
            check(engines, {"kind": "audience", "definition": definition})


AHEAD: tuple[dict[str, Any], ...] = (
    {"kind": "active_users", "range": "7d"},
    {"kind": "active_users", "range": "7d", "metric": "wau", "breakdown": "country"},
    {"kind": "trend", "range": "today", "granularity": "hourly"},
    {"kind": "trend", "range": "all_time", "measure": "sessions"},
    {"kind": "trend", "range": "2025-04-08,2025-04-30"},
    {"kind": "lifecycle", "range": "7d"},
    {"kind": "sessions", "metric": "average", "range": "7d"},
    {"kind": "sessions", "metric": "exit", "range": "7d"},
    {"kind": "segments", "range": "7d"},
    {"kind": "retention", "range": "7d", "granularity": "daily", "periods": 3},
    {"kind": "funnel", "range": "7d", "steps": [{"event": "signup"}, {"event": "buy"}]},
    {"kind": "paths", "range": "7d", "from": "signup"},
    {"kind": "first_time", "range": "7d", "event": "view"},
    {
        "kind": "funnel",
        "range": "2025-04-08,2025-04-10",
        "steps": [{"event": "signup"}, {"event": "buy"}],
    },
)


def test_what_is_dated_after_now_counts_on_neither(runner):
    from tests.worlds.stories.future import WORLD

    with engines_of(WORLD, runner) as engines:
        for fields in AHEAD:
            check_people(engines, fields, check(engines, fields))
