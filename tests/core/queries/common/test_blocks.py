"""What is read from blocks is what rows say, to the last digit, and whoever stands behind it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.engines.sqlite.engine import SqliteEngine
from core.errors import Damaged
from core.filters import OPERATORS
from core.queries import from_json
from tests.worlds.compare import check_people, read_both_ways
from tests.worlds.strategies import DEVICES, EVENTS, EXACT_RANGES, RANGES, USERS, worlds
from tests.worlds.world import SELECTORS, Event, World, engine_of

NOON = 1_744_027_200_000
NUMBERS = (1, 2, 2.5, -3, 0.1, 0.2, 0.7, 19.99, 10**12, 1e-7, "7", "7.5", 12345.678901, -0.0)
WORDS = ("hat", "Hat", "", "(none)", "2025-01-02", "9", True, None)


def of_blocks(engine: SqliteEngine, question: Any) -> bool:
    """Whether a question's statements read blocks."""
    return any("blocks" in s.reads for s in engine.run(question, fresh=True).statements)


def value_worlds() -> st.SearchStrategy[World]:
    """Worlds in which the amounts of pay, and nothing else, are numbers and words of all sorts."""
    event = st.builds(
        lambda name, ts, user, country, x, word: Event(
            name, NOON - ts * 7_000_000, user, context={"country": country} if country else {},
            properties={"x": x, "word": word, "price": x} if x is not None else {"word": word},
        ),
        st.sampled_from(EVENTS), st.integers(0, 60), st.sampled_from((*USERS, None)),
        st.sampled_from(("NL", "US", "")), st.sampled_from((None, *NUMBERS)),
        st.sampled_from(WORDS),
    )  # fmt: skip
    return st.lists(event, min_size=2, max_size=30).map(
        lambda events: World(tuple(events), now=NOON)
    )


FIELDS = ("country", "properties.word", "properties.x", "user", "event", "paying")


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    operator = draw(st.sampled_from(sorted(OPERATORS)))
    field = draw(st.sampled_from(FIELDS))
    values = ("true", "NL", "ann", "view", *NUMBERS, *(word for word in WORDS if word is not None))
    found: dict[str, Any] = {"field": field, "operator": operator}
    if operator == "regex":
        found["value"] = draw(st.sampled_from(("^[0-9]", "a", "")))
    elif OPERATORS[operator].takes == "one":
        found["value"] = draw(st.sampled_from(values))
    elif OPERATORS[operator].takes == "list":
        found["value"] = draw(st.lists(st.sampled_from(values), max_size=3))
    return draw(st.sampled_from((found, found, {"not": found}, {"any": [found, found]})))


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    measure = draw(
        st.sampled_from(
            ("count", "users", "sum", "avg", "min", "max", "median", "p90", "distinct",
             "distinct_per_user", "average", "sum")
        )
    )  # fmt: skip
    window = draw(st.sampled_from(({}, {}, {"rolling_window": 3}, {"cumulative": True})))
    return {
        "kind": "trend",
        "event": draw(st.sampled_from((None, *EVENTS))),
        "measure": measure,
        "property": draw(st.sampled_from(("x", "x", "word"))),
        "range": draw(st.sampled_from(("5d", "30d", "49h"))),
        "granularity": draw(st.sampled_from(("daily", "weekly", "hourly"))),
        "breakdown": draw(st.lists(st.sampled_from(FIELDS), max_size=2, unique=True)),
        "compare": draw(st.sampled_from((None, "previous"))),
        "conditions": draw(st.lists(conditions(), max_size=2)),
        "limit": 100,
        **window,
    }


PER_PERSON = ("avg", "median", "min", "max", "sum", "p90")


@st.composite
def other_questions(draw: st.DrawFn) -> dict[str, Any]:
    """A figure per person, how often, a histogram, hours of weekdays."""
    shared = {
        "event": draw(st.sampled_from((None, *EVENTS))),
        "range": draw(st.sampled_from(("5d", "49h"))),
        "conditions": draw(st.lists(conditions(), max_size=2)),
    }
    measure = draw(st.sampled_from(("histogram", "frequency", "", "")))
    if measure:
        return {"kind": "trend", "measure": measure, "property": "x", **shared}
    if draw(st.booleans()):
        measure = draw(st.sampled_from(("users", "count")))
        return {"kind": "weekday", "granularity": "hourly", "measure": measure, **shared}
    return {
        "kind": "per_actor", "metric": draw(st.sampled_from(PER_PERSON)),
        "property": draw(st.sampled_from((None, "x"))),
        "breakdown": draw(st.lists(st.sampled_from(FIELDS), max_size=2, unique=True)),
        "granularity": draw(st.sampled_from(("daily", "hourly"))), "limit": 100, **shared,
    }  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(value_worlds(), st.one_of(questions(), questions(), other_questions()))
def test_figures_from_blocks_are_those_from_rows(world: World, fields: dict[str, Any]) -> None:
    with read_both_ways(world) as (blocks, rows):
        if fields["event"] not in world.names:
            return
        question = from_json(fields)
        answer = blocks.answer(question, forgiving=True)
        assert answer == rows.answer(question, forgiving=True)
        if (
            fields.get("measure") in ("users", "histogram", "frequency")
            or "weekday" in fields["kind"]
        ):
            check_people(blocks, question, answer)


PAY = {"kind": "trend", "event": "pay", "range": "1d"}
SUM = {**PAY, "measure": "sum", "property": "x"}
SEVERAL = [{"field": "country", "value": "NL"}, {"field": "word", "value": "hat"}]


def world(*amounts: Any, name: str = "pay") -> World:
    """An event of each amount, with a word and a country."""
    events = tuple(
        Event(name, NOON + n, f"u{n % 2}", context={"country": "NL"},
              properties={"x": amount, "word": "hat"})
        for n, amount in enumerate(amounts)
    )  # fmt: skip
    return World(events, now=NOON + 100)


@pytest.mark.parametrize(
    "fields",
    [
        SUM,
        {**SUM, "measure": "p90", "breakdown": ["word", "country"]},
        {**PAY, "measure": "users", "conditions": SEVERAL},
        {**PAY, "breakdown": ["word", "x"]},
    ],
    ids=str,
)
def test_blocks_answer(fields: dict[str, Any]) -> None:
    with read_both_ways(world(0.1, 0.2, 0.7)) as (blocks, rows):
        question = from_json(fields)
        assert of_blocks(blocks, question)
        assert not of_blocks(rows, question)
        assert blocks.answer(question) == rows.answer(question)


def test_rows_answer_what_blocks_cannot_say() -> None:
    with read_both_ways(world(1, [2], 3)) as (blocks, rows):
        for fields in (SUM, {**PAY, "breakdown": ["x"]}):
            question = from_json(fields)
            assert not of_blocks(blocks, question)
            assert blocks.answer(question) == rows.answer(question)


def test_rows_answer_for_events_without_blocks() -> None:
    with read_both_ways(world(1, 2, 3)) as (blocks, rows):
        with closing(sqlite3.connect(blocks.path)) as connection, connection:
            connection.execute("delete from block_events")
            connection.execute("update meta set value = value + 1 where key = 'generation'")
        assert not of_blocks(blocks, from_json(SUM))
        assert blocks.answer(from_json(SUM)) == rows.answer(from_json(SUM))


def test_few_events_are_read_from_their_rows() -> None:
    with engine_of(world(1, 2, 3)) as usual:
        assert not of_blocks(usual, from_json(SUM))


@pytest.mark.parametrize("blob", [b"", b"x", b"\x01" * 200, None], ids=str)
def test_a_damaged_block_ends_the_question(blob: bytes | None) -> None:
    with read_both_ways(world(1, 2, 3)) as (blocks, _):
        with closing(sqlite3.connect(blocks.path)) as connection, connection:
            if blob is None:
                blob = connection.execute("select data from blocks where field = 0").fetchone()[0]
            connection.execute("update blocks set data = ? where field = -1", (blob,))
        with pytest.raises(Damaged):
            blocks.answer(from_json(SUM))


@settings(max_examples=20, deadline=None)
@given(
    worlds(flagged=True),
    st.sampled_from((None, *EVENTS, *SELECTORS)),
    st.sampled_from((*RANGES, *EXACT_RANGES)),
    st.sampled_from(("count", "users", "sum")),
)
def test_selections_from_blocks_are_those_from_rows(
    world: World, event: str | None, range: str, measure: str
) -> None:
    mixed = {"any": [{"field": "trait:plan", "value": "pro"}, {"field": "country", "value": "NL"}]}
    plain = [mixed, {"field": "user", "operator": "not_in", "value": [USERS[0], DEVICES[0]]}]
    fields = {
        "kind": "trend", "event": event, "measure": measure, "property": "amount",
        "range": range, "conditions": plain, "breakdown": "country", "compare": "previous",
    }  # fmt: skip
    if event in world.names:
        with read_both_ways(world) as (blocks, rows):
            assert blocks.answer(from_json(fields)) == rows.answer(from_json(fields))


@pytest.mark.parametrize("measure", ["users", "sum"])
def test_more_conditions_than_blocks_are_read_for_at_once_are_answered_from_rows(
    measure: str,
) -> None:
    fields = {f"x{number}": number for number in range(70)}
    events = [
        Event("pay", NOON, "ann", properties=fields),
        Event("pay", NOON, "bob", properties=fields | {"x69": 0}),
    ]
    conditions = [
        {"field": f"properties.{name}", "operator": "eq", "value": value}
        for name, value in fields.items()
    ]
    asked = {"kind": "trend", "event": "pay", "measure": measure, "property": "x1", "range": "1d"}
    with read_both_ways(World(tuple(events), now=NOON)) as (blocks, _):
        few = from_json({**asked, "conditions": conditions[-3:]})
        many = from_json({**asked, "conditions": conditions})
        assert of_blocks(blocks, few)
        assert not of_blocks(blocks, many)
        assert [line.total for line in blocks.answer(many).lines] == [1]
