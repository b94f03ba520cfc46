"""Events of nobody are in counts of events and in no figure per person (definitions 4.7)."""

from __future__ import annotations

from typing import Any

import pytest

from core.queries import from_json
from tests.worlds.compare import ask, both_engines
from tests.worlds.world import HOUR, Event, World

NOON = 1_743_508_800_000
"""2025-04-01T12:00Z."""

DAY = "2025-04-01,2025-04-01"
NL = {"country": "NL"}
KNOWN = (
    Event("x", NOON, "ann", context=NL, properties={"n": 1}),
    Event("x", NOON + 1, "ann", context=NL, properties={"n": 2}),
    Event("x", NOON + 2, "bob", context=NL, properties={"n": 1}),
    Event("y", NOON + HOUR, "cem", context=NL),
)
UNKNOWN = tuple(
    Event("x", NOON + n, context=NL, properties={"n": 9 + n, "only": 1}) for n in range(9)
)


def figures(engine: Any, kind: str, **fields: Any) -> list[Any]:
    """The whole and the points of every line."""
    lines = ask(engine, kind, range=DAY, **fields).lines
    return [(line.group, line.total, line.values) for line in lines]


PER_PERSON: tuple[tuple[str, dict[str, Any]], ...] = (
    ("trend", {"event": "x", "measure": "average"}),
    ("trend", {"event": "x", "measure": "average", "granularity": "hourly"}),
    ("trend", {"measure": "average", "breakdown": "country"}),
    ("trend", {"measure": "average", "breakdown": ["country", "event"]}),
    ("trend", {"event": "x", "measure": "average", "cumulative": True}),
    ("trend", {"event": "x", "measure": "average", "rolling_window": 2}),
    ("trend", {"event": "x", "measure": "average", "rolling_average": 2}),
    ("trend", {"event": "x", "measure": "average", "conditions": [
        {"field": "n", "operator": "gte", "value": 1}, {"field": "country", "value": "NL"}]}),
    ("trend", {"event": "x", "measure": "pct_dau"}),
    ("trend", {"event": "x", "measure": "distinct_per_user", "property": "n"}),
    ("per_actor", {"event": "x"}),
    ("per_actor", {"event": "x", "metric": "sum"}),
    ("per_actor", {"event": "x", "property": "n"}),
    ("formula", {"formula": "AVG(A)", "series": [{"metric": "event:x"}]}),
    ("sessions", {"metric": "per_user"}),
    ("stickiness", {}),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "fields"), PER_PERSON)
def test_a_figure_per_person_is_the_same_with_and_without_events_of_nobody(kind, fields):
    found = []
    for events in (KNOWN, (*KNOWN, *UNKNOWN)):
        with both_engines(World(events, now=NOON + 2 * HOUR)) as engines:
            found += [figures(engine, kind, **fields) for engine in engines]
    assert all(one == found[0] for one in found)


def test_they_are_counted_as_events():
    with both_engines(World((*KNOWN, *UNKNOWN), now=NOON + 2 * HOUR)) as engines:
        for engine in engines:
            assert figures(engine, "trend", event="x")[0][1] == 12
            assert ask(engine, "trend", range=DAY, event="x", measure="average").lines[0].total == (
                pytest.approx(1.5)
            )


def test_of_events_that_only_nobody_did_there_is_no_average():
    with both_engines(World(UNKNOWN, now=NOON + 2 * HOUR)) as engines:
        for engine in engines:
            assert figures(engine, "trend", event="x", measure="average") == [((), None, (None,))]
            rows = ask(engine, "engagement", range=DAY).rows
            assert [row[:5] for row in rows] == [("x", None, None, 0, 9)]


def test_how_often_an_event_is_done_is_of_those_who_are_known():
    with both_engines(World((*KNOWN, *UNKNOWN), now=NOON + 2 * HOUR)) as engines:
        for engine in engines:
            rows = {row[0]: row for row in ask(engine, "engagement", range=DAY).rows}
            assert rows["x"][2:5] == (1.5, 2, 12)
            assert rows["y"][2:5] == (1.0, 1, 1)


@pytest.mark.parametrize("size", ["count", "sum(n)"])
def test_tiles_have_events_per_person_of_those_who_are_known(size):
    question = from_json(
        {"kind": "grouped", "event": "x", "group_by": "country", "size": size, "range": DAY}
    )
    with both_engines(World((*KNOWN, *UNKNOWN), now=NOON + 2 * HOUR)) as engines:
        for engine in engines:
            (tile,) = engine.answer(question).tiles
            assert (tile.events, tile.people, tile.intensity) == (12, 2, 1.5)


def test_people_by_how_often_are_those_who_are_known():
    with both_engines(World((*KNOWN, *UNKNOWN), now=NOON + 2 * HOUR)) as engines:
        for engine in engines:
            found = ask(engine, "trend", event="x", measure="frequency", range=DAY)
            assert {part.start: part.count for part in found.bins if part.count} == {1: 1, 2: 1}
