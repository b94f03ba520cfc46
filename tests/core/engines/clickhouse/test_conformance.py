"""The same questions give the same answers on SQLite and on ClickHouse."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.worlds.clickhouse import check, check_people, engines_of, needs_chdb
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import EVENTS, RANGES, USERS, worlds
from tests.worlds.world import SELECTORS, Event, World

pytestmark = needs_chdb


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
EXCLUSIONS: tuple[list[dict[str, Any]], ...] = (
    [],
    [],
    [{"event": EVENTS[0]}],
    [{"event": EVENTS[1], "from_step": 1, "to_step": 2}],
)
steps = st.fixed_dictionaries(
    {"event": st.sampled_from(NAMES), "filters": st.sampled_from(STEP_FILTERS)}
)


def _excludes_no_step(fields: dict[str, Any]) -> bool:
    steps = {step["event"] for step in fields["steps"] if not step["filters"]}
    return steps.isdisjoint(part["event"] for part in fields["exclusions"])


funnels = st.fixed_dictionaries(
    {
        "kind": st.just("funnel"),
        "range": timed["range"],
        "steps": st.lists(steps, min_size=2, max_size=4),
        "window_seconds": st.sampled_from((0, 1, 3600, 7 * 86_400, 90 * 86_400)),
        "filters_on": st.sampled_from(("every", "every", "first")),
        "users": st.sampled_from(("active", "active", "new")),
        "complete": st.sampled_from((False, False, True)),
        "exclusions": st.sampled_from(EXCLUSIONS),
        "exclude": st.just("person"),
        "breakdown": st.lists(st.sampled_from(FIELDS), max_size=2, unique=True),
        "conditions": timed["conditions"],
        "compare": timed["compare"],
        "limit": timed["limit"],
    }
).filter(_excludes_no_step)
times = st.builds(
    lambda fields, measure: {
        **{k: v for k, v in fields.items() if k != "compare"},
        "kind": "time_to_convert",
        "measure": measure,
    },
    funnels,
    st.sampled_from(("seconds", "repeats")),
)
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
        "breakdown": st.sampled_from(([], [], ["country"], ["trait:plan"])),
        "conditions": timed["conditions"],
        "compare": timed["compare"],
    }
)
of_units = st.builds(
    lambda question, counting: {**question, "counting": counting},
    active
    | funnels
    | retentions
    | lifecycles
    | trends.filter(lambda fields: fields["measure"] == "users"),
    st.sampled_from(("country", "device", "session", "properties.item", "trait:plan")),
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
) | st.fixed_dictionaries(
    {
        "kind": st.just("paths"),
        "range": timed["range"],
        "property": st.sampled_from(("item", "country")),
        "scope": st.sampled_from(("session", 9 * 86_400)),
        "count_by": st.sampled_from(("uniques", "totals")),
        "conditions": timed["conditions"],
    },
    optional={"event": st.sampled_from(EVENTS), "from": st.just("hat"), "to": st.just("1")},
)
one_question = st.one_of(
    trends, active, tops, funnels, times, retentions, lifecycles, segments, paths, of_units
)
questions = st.lists(one_question, min_size=6, max_size=6)
random_worlds = settings(
    max_examples=40,
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
        known = {*engines[0].context().catalog.events.ids, *SELECTORS}
        for fields in asked:
            if _events_in(fields) <= known:
                check(engines, fields)


def _events_in(fields: dict[str, Any]) -> set[str]:
    ends = () if "property" in fields else ("from", "to")
    named = {fields.get(n) for n in ("event", "start_event", "return_event", *ends)}
    parts = (*fields.get("steps", ()), *fields.get("exclusions", ()))
    return (named | {part["event"] for part in parts}) - {None}


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
        "order": st.sampled_from(("ordered", "strict_increase")),
        "breakdown": st.sampled_from(([], ["properties.item"])),
    }
)


@settings(random_worlds, max_examples=16)
@given(
    events=st.lists(crowded_events, min_size=8, max_size=24),
    asked=st.lists(crowded_funnels, min_size=8, max_size=8),
)
def test_funnels_of_crowded_worlds(runner, events, asked):
    with engines_of(World(tuple(events), now=10 * 86_400_000), runner) as engines:
        known = set(engines[0].context().catalog.events.ids)
        for fields in asked:
            if _events_in(fields) <= known:
                check(engines, fields)


# -- the fixture of appendix A


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
        {"kind": "formula", "formula": "A / B", "cumulative": True, "breakdown": "country",
         "series": [{"metric": "event:purchase"}, {"metric": "dau"}]},
        {"kind": "first_time", "event": "view_item", "match_mode": True, "lookback_days": 9,
         "conditions": [{"field": "item", "operator": "eq", "value": "hat"}]},
        {"kind": "funnel", "breakdown": "country", "steps": [
            {"event": "sign_up"}, {"event": "view_item"}, {"event": "purchase"}]},
        {"kind": "funnel", "exclude": "person", "exclusions": [{"event": "view_item"}],
         "steps": [{"event": "sign_up"}, {"event": "add_to_cart"}, {"event": "purchase"}]},
        {"kind": "funnel", "exclude": "person", "breakdown": "country", "exclusions": [
            {"event": "purchase", "from_step": 2}, {"event": "sign_up", "to_step": 2}],
         "steps": [{"event": "view_item"}, {"event": "view_item"}, {"event": "add_to_cart"}]},
        {"kind": "funnel", "users": "new", "first_day": True, "steps": [
            {"event": "sign_up"}, {"event": "view_item"}]},
        {"kind": "funnel", "users": "new", "first_day": True, "steps": [
            {"event": "view_item"}, {"event": "view_item"}]},
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
        {"kind": "composition", "property": "country"},
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
        {"kind": "unusual", "range": "2025-04-16,2025-04-16", "breakdown": ["event", "country"]},
        {"kind": "unusual", "measure": "users", "range": "2025-04-14,2025-04-14"},
        {"kind": "usage_interval"},
        {"kind": "usage_interval", "event": "view_item", "cumulative": True},
        {"kind": "lifecycle"},
        {"kind": "lifecycle", "event": "view_item", "new_means": "product"},
        {"kind": "explain", "of": {"kind": "per_actor"}, "breakdown": "country"},
        {"kind": "differences", "of": {"kind": "trend", "event": "purchase"}, "min_people": 1},
        {"kind": "against", "against": {"others": True}, "of": {
            "kind": "funnel", "among": {"kind": "trend", "event": "purchase"},
            "steps": [{"event": "sign_up"}, {"event": "view_item"}]}},
        {"kind": "experiment", "exposure": {"event": "view_item"}, "variant": "country",
         "goals": [{"event": "purchase"}]},
        {"kind": "usual", "of": {"kind": "trend", "event": "view_item", "measure": "users"}},
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
    check_people(fixture, fields, check(fixture, fields), at_most=4)
