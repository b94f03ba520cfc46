"""Values, operators and parameters mean the same on SQLite and on ClickHouse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from core.engines.clickhouse.chdb import ChdbRunner
from core.engines.clickhouse.dialect import ClickHouseDialect
from core.engines.sqlite.engine import SqliteEngine
from core.filters import OPERATORS, Condition
from core.values.json_values import holds_json
from tests.worlds.clickhouse import HOSTILE, Engines, check, engines_of, needs_chdb, still_copied
from tests.worlds.world import Event, World, engine_of

pytestmark = needs_chdb


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


@pytest.fixture(scope="module")
def valued() -> Iterator[SqliteEngine]:
    """One event per value, under `v` and, one level down, under `deep."it's"`."""
    events = [
        Event("e", n * 1000, "u", properties={"v": v, "deep": {"it's": v}})
        for n, v in enumerate(VALUES)
    ]
    events.append(Event("e", len(VALUES) * 1000, "u"))
    world = World(tuple(events), now=86_400_000, traits=(("u", "plan", HOSTILE, 0),))
    with engine_of(world) as engine:
        yield engine


@pytest.fixture
def stored(valued, runner) -> Iterator[Engines]:
    """The same events on both."""
    with still_copied(valued, runner) as clickhouse:
        yield valued, clickhouse


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
    return dict(
        engines[0].read(
            """
        select e.ts / 1000, p.properties -> '$.v'
        from events e left join event_properties p on p.seq = e.seq
        """
        )
    )


def _holding(runner: ChdbRunner, path: str, condition: Condition) -> set[int]:
    bind, dialect = _binder()
    test = dialect.holds(condition, dialect.json_property(path, bind), bind)
    rows = runner.run(f"select intDiv(e.ts, 1000) from events e where {test}", bind.values)
    return {n for (n,) in rows}


def _binder() -> Any:
    from core.sql.dialect import Binder

    dialect = ClickHouseDialect()
    return Binder(dialect), dialect


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
