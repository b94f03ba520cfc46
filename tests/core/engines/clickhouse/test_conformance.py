"""The same questions give the same answers on SQLite and on ClickHouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.engines.clickhouse.chdb import ChdbRunner
from core.engines.clickhouse.engine import ClickHouseEngine
from core.engines.clickhouse.tables import copy_events
from core.errors import BadQuestion
from core.filters import OPERATORS, Condition
from core.log_levels import LEVELS
from core.queries import from_json
from core.store.ingest.importer import Log, store_logs
from core.store.workspace import open_writer
from core.values.json_values import holds_json
from tests.worlds.clickhouse import Engines, check, check_people, engines_of, needs_chdb
from tests.worlds.fixture import A_RANGE, appendix_a
from tests.worlds.strategies import EVENTS, RANGES, USERS, worlds
from tests.worlds.world import SELECTORS, Event, World, engine_of

pytestmark = needs_chdb

HOSTILE = 'it\'s \\ \\n \n \t \r \b "x" {p1:String} \\N é 😀 --'

# -- random worlds

CONDITIONS: tuple[list[dict[str, Any]], ...] = (
    [],
    [],
    [{"field": "country", "operator": "ne", "value": "NL"}],
    [{"field": "properties.item", "operator": "contains", "value": "HA"}],
    [{"field": "properties.amount", "operator": "gte", "value": 9}],
    [{"field": "trait:plan", "operator": "is_set"}],
    [{"field": "user", "operator": "in", "value": ["ann", "phone"]}],
    [{"any": [{"field": "properties.item", "operator": "not_in", "value": ["hat", "1"]},
              {"field": "event", "operator": "eq", "value": "pay"}]},
     {"not": {"field": "country", "operator": "eq", "value": "US"}}],
)  # fmt: skip
MEASURES = (
    "count", "users", "sessions", "sum", "avg", "min", "max", "median", "p90", "distinct_per_user",
    "items", "distinct_items", "session_events",
)  # fmt: skip
FIELDS = ("country", "event", "properties.item", "properties.amount", "trait:plan", "user")

NAMES = (*EVENTS, *EVENTS, *SELECTORS)

timed = {
    "range": st.sampled_from((*RANGES, "5h", "49h")),
    "granularity": st.sampled_from(("hourly", "daily", "daily", "weekly", "monthly")),
    "breakdown": st.lists(st.sampled_from(FIELDS), max_size=2, unique=True),
    "compare": st.sampled_from((None, None, "previous", "yoy")),
    "conditions": st.sampled_from(CONDITIONS),
    "limit": st.sampled_from((3, 1000)),
}


def _without_property(fields: dict[str, Any]) -> dict[str, Any]:
    """A count is of events or of a property's numbers."""
    plain = fields.pop("plain") and fields["measure"] == "count"
    return {key: value for key, value in fields.items() if not (plain and key == "property")}


trends = st.fixed_dictionaries(
    {
        **timed,
        "kind": st.just("trend"),
        "event": st.none() | st.sampled_from(NAMES),
        "measure": st.sampled_from(MEASURES),
        "property": st.just("amount"),
        "plain": st.booleans(),
    }
).map(_without_property)
active = st.fixed_dictionaries(
    {**timed, "kind": st.just("active_users"), "metric": st.sampled_from(("dau", "wau", "mau"))}
)
tops = st.fixed_dictionaries(
    {
        "kind": st.just("top_events"),
        "range": timed["range"],
        "order_by": st.sampled_from(("count", "users")),
        "conditions": timed["conditions"],
    }
)
STEP_FILTERS: tuple[list[dict[str, Any]], ...] = (
    [],
    [],
    [],
    [{"field": "country", "operator": "ne", "value": "NL"}],
    [{"field": "properties.item", "operator": "is_set"}],
)
steps = st.fixed_dictionaries(
    {"event": st.sampled_from(NAMES), "filters": st.sampled_from(STEP_FILTERS)}
)
funnels = st.fixed_dictionaries(
    {
        "kind": st.just("funnel"),
        "range": timed["range"],
        "steps": st.lists(steps, min_size=2, max_size=4),
        "window_seconds": st.sampled_from((1, 3600, 7 * 86_400, 90 * 86_400)),
        "filters_on": st.sampled_from(("every", "every", "first")),
        "users": st.sampled_from(("active", "active", "new")),
        "complete": st.sampled_from((False, False, True)),
        "breakdown": st.lists(st.sampled_from(FIELDS), max_size=2, unique=True),
        "conditions": timed["conditions"],
        "compare": timed["compare"],
        "limit": timed["limit"],
    }
)
times = st.builds(
    lambda fields, measure: {
        **{k: v for k, v in fields.items() if k != "compare"}, "kind": "time_to_convert",
        "measure": measure,
    },
    funnels, st.sampled_from(("seconds", "repeats")),
)  # fmt: skip
retentions = st.fixed_dictionaries(
    {
        "kind": st.just("retention"),
        "range": timed["range"],
        "granularity": st.sampled_from(("daily", "weekly", "monthly")),
        "start_event": st.none() | st.sampled_from(NAMES),
        "return_event": st.none() | st.sampled_from(NAMES),
        "periods": st.integers(1, 12),
        "cohort": st.sampled_from(("first_ever", "first_in_range", "every")),
        "conditions": timed["conditions"],
        "start_filters": timed["conditions"],
        "return_filters": timed["conditions"],
    }
)
lifecycles = st.fixed_dictionaries(
    {
        "kind": st.just("lifecycle"),
        "range": st.sampled_from(RANGES),
        "granularity": st.sampled_from(("daily", "weekly", "monthly")),
        "event": st.none() | st.sampled_from(NAMES),
        "new_means": st.sampled_from(("activity", "product")),
        "conditions": timed["conditions"],
        "compare": timed["compare"],
    }
)
segments = st.fixed_dictionaries(
    {
        "kind": st.just("segments"),
        "range": timed["range"],
        "conditions": timed["conditions"],
    }
)
paths = st.fixed_dictionaries(
    {
        "kind": st.just("paths"),
        "range": timed["range"],
        "from": st.sampled_from(EVENTS),
        "scope": st.sampled_from(("session", 1, 3600, 9 * 86_400)),
        "count_by": st.sampled_from(("uniques", "totals")),
        "collapse": st.booleans(),
        "conditions": timed["conditions"],
    },
    optional={"to": st.sampled_from(EVENTS)},
)
one_question = st.one_of(
    trends, active, tops, funnels, funnels, times, retentions, lifecycles, segments, paths
)
questions = st.lists(one_question, min_size=6, max_size=6)
random_worlds = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


@random_worlds
@given(world=worlds(flagged=True), asked=questions)
def test_random_worlds(runner, world, asked):
    with engines_of(world, runner) as engines:
        known = {*engines[0].context().names.events.ids, *SELECTORS}
        for fields in asked:
            if _events_in(fields) <= known:
                check(engines, fields)


def _events_in(fields: dict[str, Any]) -> set[str]:
    named = {fields.get(n) for n in ("event", "start_event", "return_event", "from", "to")}
    return (named | {step["event"] for step in fields.get("steps", ())}) - {None}


# -- funnels where nearly everything is a tie

crowded_events = st.builds(
    lambda event, second, user, item: Event(
        event, 86_400_000 + second * 1000, user, properties={"item": item} if item else {}
    ),
    st.sampled_from(EVENTS[:3]),
    st.integers(0, 8),
    st.sampled_from(USERS[:2]),
    st.sampled_from((None, "hat")),
)
crowded_steps = st.fixed_dictionaries(
    {
        "event": st.sampled_from(EVENTS[:3]),
        "filters": st.sampled_from(([], [], [{"field": "properties.item", "operator": "is_set"}])),
    }
)
crowded_funnels = st.fixed_dictionaries(
    {
        "kind": st.just("funnel"),
        "range": st.just("1970-01-02,1970-01-02"),
        "steps": st.lists(crowded_steps, min_size=1, max_size=4),
        "window_seconds": st.none() | st.integers(1, 4),
        "breakdown": st.sampled_from(([], ["properties.item"])),
    }
)


@settings(random_worlds, max_examples=25)
@given(
    events=st.lists(crowded_events, min_size=8, max_size=24),
    asked=st.lists(crowded_funnels, min_size=8, max_size=8),
)
def test_funnels_of_crowded_worlds(runner, events, asked):
    with engines_of(World(tuple(events), now=10 * 86_400_000), runner) as engines:
        known = set(engines[0].context().names.events.ids)
        for fields in asked:
            if _events_in(fields) <= known:
                check(engines, fields)


# -- the fixture of appendix A


@pytest.fixture
def fixture(runner) -> Iterator[Engines]:
    with engines_of(appendix_a(), runner) as engines:
        yield engines


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "active_users"},
        {"kind": "active_users", "metric": "wau", "breakdown": "country"},
        {"kind": "active_users", "granularity": "weekly", "breakdown": ["trait:plan", "event"]},
        {"kind": "trend", "event": "purchase", "measure": "users", "breakdown": "properties.item"},
        {"kind": "trend", "measure": "users", "conditions": [
            {"field": "amount", "operator": "gt", "value": "9.5"}]},
        {"kind": "top_events"},
        {"kind": "first_time", "event": "purchase", "breakdown": "country"},
        {"kind": "per_actor", "property": "amount", "metric": "p90", "breakdown": "country"},
        {"kind": "trend", "event": "purchase", "measure": "pct_dau", "rolling_window": 7},
        {"kind": "events_list"},
        {"kind": "raw_events", "event": "purchase", "limit": 3, "count_total": True},
        {"kind": "properties", "event": "purchase", "property": "item"},
        {"kind": "trend", "measure": "distinct", "property": "item", "cumulative": True},
        {"kind": "trend", "measure": "average", "rolling_average": 3, "breakdown": "country"},
        {"kind": "trend", "measure": "frequency"},
        {"kind": "trend", "measure": "histogram", "property": "amount"},
        {"kind": "trend", "measure": "sessions", "rolling_window": 3},
        {"kind": "trend", "measure": "distinct_per_user", "property": "item",
         "rolling_window": 7},
        {"kind": "per_actor", "metric": "p90"},
        {"kind": "per_actor", "breakdown": "country"},
        {"kind": "formula", "formula": "ROLLWIN(UNIQUES, A, 7) + ARPAU(A); EVENTTOTALS(A1)",
         "series": [{"metric": "event:purchase", "property": "amount"}],
         "segments": [[{"field": "country", "value": "NL"}]]},
        {"kind": "first_time", "event": "view_item", "match_mode": True, "lookback_days": 9,
         "conditions": [{"field": "item", "operator": "eq", "value": "hat"}]},
        {"kind": "funnel", "breakdown": "country", "steps": [
            {"event": "sign_up"}, {"event": "view_item"}, {"event": "purchase"}]},
        {"kind": "funnel", "breakdown": "properties.item", "limit": 1, "steps": [
            {"event": "view_item"}, {"event": "view_item"}]},
        {"kind": "retention", "granularity": "daily", "start_event": "sign_up"},
        {"kind": "correlation", "min_people": 1, "steps": [
            {"event": "sign_up"}, {"event": "purchase"}]},
        {"kind": "correlation", "min_people": 1, "breakdown": ["event", "item"], "steps": [
            {"event": "sign_up"}, {"event": "purchase"}]},
        {"kind": "correlation", "min_people": 1, "breakdown": "trait:plan", "steps": [
            {"event": "sign_up"}, {"event": "add_to_cart"}]},
        {"kind": "funnel_trend", "breakdown": "country", "compare": "previous", "steps": [
            {"event": "sign_up"}, {"event": "add_to_cart"}, {"event": "purchase"}]},
        {"kind": "funnel_trend", "measure": "median_seconds", "granularity": "weekly", "steps": [
            {"event": "view_item"}, {"event": "view_item"}, {"event": "add_to_cart"}]},
        {"kind": "funnel_trend", "measure": "counts", "users": "new", "steps": [
            {"event": "sign_up"}, {"event": "purchase"}]},
        {"kind": "time_to_convert", "breakdown": "country", "steps": [
            {"event": "sign_up"}, {"event": "add_to_cart"}, {"event": "purchase"}]},
        {"kind": "time_to_convert", "measure": "repeats", "from_step": 2, "steps": [
            {"event": "view_item"}, {"event": "view_item"}, {"event": "add_to_cart"}]},
        {"kind": "formula", "formula": "A", "breakdown": "country", "series": [
            {"metric": "users", "filters": [{"field": "item", "operator": "is_set"}]}]},
        {"kind": "grouped", "group_by": "item"},
        {"kind": "grouped", "group_by": "country", "size": "sum(amount)",
         "intensity": "percentile_per_actor(0.9)"},
        {"kind": "retention", "cohort": "every"},
        {"kind": "retention", "mode": "streak", "periods": 3},
        {"kind": "retention", "mode": "unbounded", "cohort": "every"},
        {"kind": "retention", "basis": "24h", "mode": "on_or_before", "granularity": "daily"},
        {"kind": "retention", "basis": "24h", "mode": "streak", "cohort": "every"},
        {"kind": "retention", "mode": "bracket", "brackets": [[0, 1], [1, 9]]},
        {"kind": "retention", "granularity": "daily", "breakdown": "country", "cohort": "every"},
        {"kind": "retention", "basis": "24h", "breakdown": "properties.item", "cohort": "every"},
        {"kind": "retention", "breakdown": "trait:plan", "reference": "previous"},
        {"kind": "composition", "property": "properties.item"},
        {"kind": "composition", "property": "country", "mode": "all_values"},
        {"kind": "composition", "property": "item", "mode": "cross_values"},
        {"kind": "composition", "property": "country", "mode": "cross_values"},
        {"kind": "composition", "property": "paying"},
        {"kind": "trend", "breakdown": ["paying", "start_version"], "measure": "users",
         "conditions": [{"field": "start_version", "operator": "is_not_set"}]},
        {"kind": "trend", "conditions": [{"field": "paying", "operator": "ne", "value": "true"}]},
        {"kind": "stickiness"},
        {"kind": "stickiness", "mode": "exact"},
        {"kind": "stickiness", "mode": "cumulative", "interval": "month"},
        {"kind": "stickiness", "mode": "exact", "interval": "range", "event": "view_item"},
        {"kind": "sessions", "metric": "length"},
        {"kind": "sessions", "metric": "average"},
        {"kind": "sessions", "metric": "volume", "breakdown": "country"},
        {"kind": "sessions", "metric": "bounce", "breakdown": "item"},
        {"kind": "sessions", "metric": "entry"},
        {"kind": "sessions", "metric": "top", "property": "country"},
        {"kind": "sessions", "metric": "bounce", "conditions": [
            {"field": "item", "operator": "is_set"}]},
        {"kind": "users", "metric": "cumulative", "granularity": "weekly"},
        {"kind": "stickiness", "mode": "exact", "days": 2},
        {"kind": "ltv", "granularity": "weekly", "days": [1, 2, 3, 7]},
        {"kind": "ltv", "metric": "arppu", "breakdown": "country", "granularity": "monthly",
         "conditions": [{"field": "country", "operator": "ne", "value": "DE"}]},
        {"kind": "segments"},
        {"kind": "attribution", "to": "purchase", "property": "item", "model": "time_decay"},
        {"kind": "attribution", "to": "purchase", "property": "country", "value": "amount",
         "model": "participation", "lookback_days": 1},
        {"kind": "attribution", "to": "sign_up", "property": "item", "model": "j_shaped"},
        {"kind": "engagement"},
        {"kind": "engagement", "conditions": [{"field": "item", "operator": "is_set"}]},
        {"kind": "usage_interval"},
        {"kind": "usage_interval", "event": "view_item", "cumulative": True},
        {"kind": "lifecycle"},
        {"kind": "lifecycle", "event": "view_item", "new_means": "product"},
        {"kind": "explain", "of": {"kind": "per_actor"}, "breakdown": "country"},
        {"kind": "explain", "event": "purchase", "fields": ["country", "item"],
         "range": "2025-04-14,2025-04-20"},
        {"kind": "paths", "from": "sign_up", "count_by": "totals", "limit": 1},
        {"kind": "paths", "from": "sign_up", "to": "purchase", "scope": 86_400, "conditions": [
            {"field": "item", "operator": "is_not_set"}]},
        {"kind": "paths", "from": "view_item", "count_by": "totals", "scope": 3600,
         "collapse": False, "compare": "previous"},
        {"kind": "paths", "to": "add_to_cart", "count_by": "totals", "scope": 864_000},
    ],
    ids=str,
)  # fmt: skip
def test_people_of_the_fixture(fixture, fields):
    fields = {"range": A_RANGE, **fields}
    check_people(fixture, fields, check(fixture, fields))


# -- values

VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, 1.0, -0.5, 10, 1e3, 1e15, 9007199254740993, "", " ", "1", " 1 ",
    "1.0", "+5", ".5", "5.", "1e2", "1_0", "inf", "nan", "0x1", "10", "9", "hat", "Hat", "HAT",
    "Straße", "STRASSE", "ΣΊΣΥΦΟΣ", "é/ü", "a/b", "true", "null", "line\nbreak", HOSTILE,
    "2024-01-02", "2024-01-02T00:00:00Z", "2024-01-02T03:04", "2024-01-02 03:04:05.5+02:00",
    "2024-02-30", "2024-1-2", "2023-12-31T23:30:00-01:00", "2024", "20240102", [], [None],
    ["hat", "shirt"], [1, "10", None], [["hat"]], {"x": 1}, {}, [True],
)  # fmt: skip
WANTED: tuple[Any, ...] = (
    "hat", "HAT", "", "1", 1, 1.5, 10, "9", True, "nan", "strasse", "σίσυφος", "2024-01-02", "null",
    "2024-01-02T03:04:00Z", "2024-02-30", "2024", "a/b", HOSTILE, "x",
)  # fmt: skip
PATTERNS = ("^h.t$", "(?i)HAT", r"\d+\.\d", "a.b", "line.break", "line\nbreak", "'", "^$")


@pytest.fixture
def stored(runner) -> Iterator[Engines]:
    """One event per value, under `v` and, one level down, under `deep."it's"`."""
    events = [Event("e", n * 1000, "u", properties={"v": v, "deep": {"it's": v}})
              for n, v in enumerate(VALUES)]  # fmt: skip
    events.append(Event("e", len(VALUES) * 1000, "u"))
    world = World(tuple(events), now=86_400_000, traits=(("u", "plan", HOSTILE, 0),))
    with engines_of(world, runner) as engines:
        yield engines


@pytest.mark.parametrize("operator", OPERATORS)
def test_operators(stored, runner, operator):
    texts = _texts(stored)
    wanted: tuple[Any, ...] = PATTERNS if operator == "regex" else WANTED
    takes = OPERATORS[operator].takes
    given_values = {"none": (None,), "list": (wanted[:7], wanted[7:], ()), "one": wanted}[takes]
    for value in given_values:
        condition = Condition(field="v", operator=operator, value=value)
        held = holds_json.__wrapped__
        expected = {n for n, raw in texts.items() if held(condition.model_dump_json(), raw)}
        assert _holding(runner, "v", condition) == expected, value
        assert _holding(runner, "deep.it's", condition) == expected, value


def _texts(engines: Engines) -> dict[int, str | None]:
    return dict(engines[0].read(
        """
        select e.ts / 1000, p.properties -> '$.v'
        from events e left join event_properties p on p.seq = e.seq
        """
    ))  # fmt: skip


def _holding(runner: ChdbRunner, path: str, condition: Condition) -> set[int]:
    bind, dialect = _binder()
    test = dialect.holds(condition, dialect.json_property(path, bind), bind)
    rows = runner.run(f"select intDiv(e.ts, 1000) from events e where {test}", bind.values)
    return {n for (n,) in rows}


def _binder() -> Any:
    from core.sql.dialect import Binder

    return Binder(ClickHouseEngine.dialect), ClickHouseEngine.dialect


def test_labels_and_numbers_of_values(stored):
    asked = {"kind": "trend", "range": "1970-01-01,1970-01-01", "limit": 1000}
    check(stored, {**asked, "breakdown": "properties.v"})
    check(stored, {**asked, "breakdown": ["properties.deep.it's", "trait:plan"]})
    for measure in ("sum", "avg", "min", "max", "median", "p12.5", "items", "histogram"):
        check(stored, {**asked, "measure": measure, "property": "v"})


def test_revenue_however_events_say_it(runner):
    from tests.worlds.stories.revenue import EVENTS, world

    with engines_of(world(EVENTS), runner) as engines:
        asked = {"kind": "trend", "range": "1970-01-01,1970-01-01", "event": "revenue_amount"}
        check(engines, {**asked, "breakdown": "event"})
        for measure in ("sum", "avg", "median", "histogram"):
            check(engines, {**asked, "measure": measure, "property": "revenue:amount"})
        check(engines, {"kind": "ltv", "range": "1970-01-01,1970-01-01", "days": [1]})


def test_hostile_parameters_come_back_as_they_went(runner):
    for text in (HOSTILE, "\\N", "", "a\0b", "'; drop table events --", "\\'", "}{"):
        rows = runner.run("select {p1:String}, {p2:Int64}", {"p1": text, "p2": -1})
        assert rows == [(text, -1)]


def test_a_side_that_a_join_misses_is_null(fixture, runner):
    from core.engines.clickhouse.engine import settings as clause

    rows = runner.run(
        "select b.x from (select 1 as k) a left join (select 2 as k, 0 as x) b on a.k = b.k"
        + clause(None),
        {},
    )
    assert rows == [(None,)]


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


def test_typed_sql_is_of_the_workspace_file(fixture):
    with pytest.raises(BadQuestion, match="SQL runs only on the workspace file"):
        fixture[1].answer(from_json({"kind": "sql", "query": "select 1"}))


# -- audiences

BOUGHT = {"event": "purchase"}


def test_audiences(runner):
    definitions: tuple[dict[str, Any], ...] = (
        {},
        {"events": [{**BOUGHT, "days": 30}]},
        {"events": [{**BOUGHT, "op": "eq", "count": 0}]},
        {"events": [{**BOUGHT, "sum": "amount", "op": "gt", "value": 20}]},
        {"events": [{"distinct_days": True, "count": 3}]},
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
)


def test_what_is_dated_after_now_counts_on_neither(runner):
    from tests.worlds.stories.future import WORLD

    with engines_of(WORLD, runner) as engines:
        for fields in AHEAD:
            check_people(engines, fields, check(engines, fields))
