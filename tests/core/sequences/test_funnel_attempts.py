"""The attempts of one person, from masks, against every possible attempt (definitions 6.3)."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.engines.sqlite.functions import register
from core.errors import Stopped
from core.queries import from_json
from core.sequences import constrained as attempts_order
from core.sequences.few_events import few, suits
from core.sequences.model import Event, Search, Story
from core.sequences.path import path_of
from core.sequences.search import attempts
from core.timeframe import Span
from tests.oracles.funnel import funnel_orders as oracle_funnel_orders
from tests.oracles.seen import Seen
from tests.worlds.world import Event as Told

SECOND = 1000
ORDERS = (
    "ordered", "unordered", "sequential", "strict_increase", "strict_deduplication",
    "strict_order", "allow_reentry",
)  # fmt: skip


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, Any], list[Event], Span]:
    """A question, one person's events with many ties and overlaps, and a span."""
    steps = draw(st.integers(2, 4))
    order = draw(st.sampled_from(ORDERS))
    exclusions: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(0, 2))):
        first = 1 if order == "unordered" else draw(st.integers(1, steps - 1))
        last = None if order == "unordered" else draw(st.integers(first + 1, steps))
        exclusions.append({"event": "x", "from_step": first, "to_step": last})
    ticks = st.sampled_from((0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7)).map(lambda n: n * SECOND)
    late = st.sampled_from((0, 0, 0, 0, 900))
    times = draw(st.lists(st.tuples(ticks, late).map(sum), max_size=8))
    bits = st.integers(0, 2 ** (steps + len(exclusions)) - 1)
    events = sorted((ts, number, draw(bits)) for number, ts in enumerate(times))
    fields = {
        "kind": "funnel", "steps": [{"event": f"step {n}"} for n in range(steps)],
        "order": order, "exclusions": exclusions,
        "window_seconds": draw(st.integers(1, 5)),
        "exclude": draw(st.sampled_from(("attempt", "person"))),
        "count_by": draw(st.sampled_from(("uniques", "totals"))),
        "resolution": draw(st.sampled_from(("ms", "1s"))),
    }  # fmt: skip
    start = draw(st.integers(0, 4)) * SECOND
    return fields, events, Span(start, start + 4 * SECOND, 0, 0)


def search_of(question: Any, span: Span, cuts: tuple[int, ...] = ()) -> Search:
    """What the engine looks for."""
    last = len(question.steps)
    return Search(
        question.order,
        last,
        question.window_seconds * SECOND,
        (span.start, *cuts, span.end),
        oracle_funnel_orders.tick(question),
        question.count_by == "totals",
        gaps=question.exclude == "attempt",
        scopes=()
        if question.exclude == "attempt"
        else tuple((each.from_step, each.to_step or last) for each in question.exclusions),
    )


def masked(question: Any, events: list[Event]) -> list[Event]:
    """Events whose bits above the steps are those of gaps, where the engine wants gaps."""
    steps = len(question.steps)
    if question.exclude == "person":
        return events
    found = []
    for ts, id_, mask in events:
        gaps = 0
        for number, each in enumerate(question.exclusions):
            if mask >> steps + number & 1:
                gaps |= sum(1 << g for g in range(each.from_step, each.to_step or steps))
        found.append((ts, id_, mask & (1 << steps) - 1 | gaps << steps))
    return found


def expected(question: Any, events: list[Event], span: Span) -> list[list[list[int]]]:
    """Per reported attempt the (ts, id) of its events, by step."""
    steps = len(question.steps)
    items = [Seen(id_, "ann", 0, None, Told("x", ts)) for ts, id_, _ in events]

    def having(bit: int) -> list[Seen]:
        return [item for item, e in zip(items, events, strict=True) if e[2] >> bit & 1]

    search = oracle_funnel_orders.Search(
        question,
        [having(step) for step in range(steps)],
        items,
        [having(steps + n) for n in range(len(question.exclusions))],
        now=10**9,
    )
    return [[[item.ts, item.number] for item in attempt] for attempt in search.reported(span)]


def told(question: Any, events: list[Event], search: Search) -> list[list[list[int]]]:
    """The same as the engine finds it."""
    story = Story.of(search, masked(question, events))
    found = []
    for attempt in attempts(search, story, lambda: None):
        path = sorted(path_of(story, attempt), key=lambda event: event[2])
        assert path[0][:2] == list(events[attempt.first][:2])
        moments = [ts - ts % search.tick for ts, _, _ in path]
        assert moments == list(attempt.times)
        found.append([event[:2] for event in path])
    return found


@settings(max_examples=600, deadline=None)
@given(cases(), st.sampled_from((-100, attempts_order.LONG)))
def test_attempts_match_every_possible_one(case, long):
    fields, events, span = case
    question = from_json(fields)
    with patch.object(attempts_order, "LONG", long):
        check_attempts(question, events, span)


def check_attempts(question: Any, events: list[Event], span: Span) -> None:
    """The engine finds what the oracle finds."""
    assert told(question, events, search_of(question, span)) == expected(question, events, span)


@settings(max_examples=400, deadline=None)
@given(cases())
def test_few_events_give_the_same_attempts(case):
    fields, events, span = case
    question = from_json({**fields, "order": "ordered", "resolution": "ms", "count_by": "uniques"})
    search = search_of(question, span)
    if not suits(search):
        return
    events = masked(question, events)
    found = few(search, events)
    assert found is None or found == attempts(search, Story.of(search, events), lambda: None)


@settings(max_examples=150, deadline=None)
@given(cases(), st.lists(st.integers(1, 3), max_size=2, unique=True))
def test_attempts_by_when_they_begin(case, cuts):
    fields, events, span = case
    question = from_json({**fields, "count_by": "uniques"})
    inside = tuple(span.start + cut * SECOND for cut in sorted(cuts))
    edges = (span.start, *inside, span.end)
    parts = [
        attempt
        for start, end in pairwise(edges)
        for attempt in expected(question, events, Span(start, end, 0, 0))
    ]
    assert told(question, events, search_of(question, span, inside)) == parts


# -- one person with very many events

MANY = 10_000
HARD = {
    "never complete": ("ordered", [1, 2, 1 << 4], False),
    "always spoiled": ("ordered", [1, 2, 1 << 4 | 1 << 5, 4], False),
    "one after another": ("ordered", [1, 2, 1, 4], True),
    "strictly": ("sequential", [1, 2, 0, 1, 4], False),
    "step after step": ("strict_order", [1, 2, 1, 4], False),
    "no step again": ("strict_deduplication", [1, 2, 2, 4], True),
    "any order": ("unordered", [1, 2], False),
    "any order, spoiled": ("unordered", [1, 2, 8, 4, 8], False),
    "any order, again and again": ("unordered", [1, 2, 4, 2], True),
}


def lasting(name: str, count: int) -> tuple[Search, list[Event]]:
    """A search with a window over everything, and so many events of one person."""
    order, pattern, totals = HARD[name]
    events = [(n * 10, n, pattern[n % len(pattern)]) for n in range(count)]
    return Search(order, 3, count * 10, (0, count * 10), totals=totals, gaps=True), events


def lines_run(search: Search, events: list[Event]) -> int:
    """How many lines of Python finding the attempts runs: its work, whatever the machine."""
    story, count = Story.of(search, events), 0

    def line(frame: object, event: str, _: object) -> Callable[..., Any]:
        nonlocal count
        count += event == "line"
        return line

    sys.settrace(line)
    try:
        attempts(search, story, lambda: None)
    finally:
        sys.settrace(None)
    return count


@pytest.mark.parametrize("name", HARD)
def test_many_events_take_work_in_proportion(name):
    few, many = (lines_run(*lasting(name, count)) for count in (MANY // 50, MANY // 5))
    assert few * 5 < many < few * 20


@pytest.mark.parametrize("name", HARD)
def test_many_events_can_be_stopped(name):
    search, events = lasting(name, MANY)
    story, checks = Story.of(search, events), 0

    def stop() -> None:
        nonlocal checks
        checks += 1
        if checks > 2:
            raise Stopped("Stopped.")

    with pytest.raises(Stopped):
        attempts(search, story, stop)


@pytest.mark.parametrize("order", [order for order in ORDERS if order != "strict_increase"])
def test_many_events_at_one_time(order):
    search = Search(order, 4, 1, (0, 1), gaps=True)
    events = [(0, number, 0b1111 if number % 2 else 1) for number in range(3000)]
    (found,) = attempts(search, Story.of(search, events), lambda: None)
    assert found.times == (0, 0, 0, 0)
    assert lines_run(search, events) < 100 * len(events)


def test_a_statement_ends_inside_one_persons_events():
    search, events = lasting("never complete", MANY // 20)
    columns = [json.dumps([event[part] for event in events]) for part in range(3)]
    with closing(sqlite3.connect(":memory:")) as connection:
        failures = register(connection)
        failures.unwanted = lambda: Stopped("Stopped.")
        with pytest.raises(sqlite3.OperationalError):
            connection.execute(
                "select funnel_attempts(?, ?, ?, ?, null)", [json.dumps(asdict(search)), *columns]
            )
        assert isinstance(failures.take(), Stopped)
