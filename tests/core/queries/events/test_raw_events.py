"""The events themselves (definitions 4.2, 1.8, appendix A)."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion
from core.language.questions import format_cell
from core.queries import from_json
from tests.oracles.conditions import matching, people_of
from tests.oracles.events.raw_events import raw_events
from tests.oracles.seen import world_of
from tests.oracles.times import span_of, within
from tests.worlds.compare import ask, both_engines, people, read_both_ways
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import CONDITIONS, EVENTS, EXACT_RANGES, RANGES, worlds
from tests.worlds.world import SELECTORS, Event, World


def test_the_newest_come_first_and_ties_by_id(engine):
    answer = ask(engine, "raw_events", range=A_RANGE)
    assert len(answer.rows) == 18
    assert not answer.truncated
    assert answer.total is None
    assert [row[1:] for row in answer.rows[:2]] == [
        ("purchase", "e", "device-e", "s10", {"item": "shirt", "amount": 20}),
        ("add_to_cart", "e", "device-e", "s10", {"item": "shirt"}),
    ]
    assert answer.rows[0][0] == answer.rows[1][0]


def test_pages(engine):
    everything = ask(engine, "raw_events", range=A_RANGE).rows
    page = ask(engine, "raw_events", range=A_RANGE, limit=5, offset=3, count_total=True)
    assert page.rows == everything[3:8]
    assert page.truncated
    assert page.total == 18
    assert page.notes == ("18 events in all.",)
    last = ask(engine, "raw_events", range=A_RANGE, limit=9, offset=9)
    assert (last.rows, last.truncated) == (everything[9:], False)


def test_one_event_of_some(engine):
    hats = [{"field": "item", "value": "hat"}]
    answer = ask(
        engine, "raw_events", range=A_RANGE, event="add_to_cart", conditions=hats, count_total=True
    )
    assert [row[2] for row in answer.rows] == ["d", "c"]
    assert answer.total == 2


def test_the_people_of_the_events(engine):
    question = from_json({"kind": "raw_events", "event": "purchase", "limit": 1})
    assert people(engine, question, Cell()) == ["a", "b", "c", "e"]
    assert format_cell(question, Cell()) == "Users of purchase in the last 30 days"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"limit": 0}, "limit must be at least 1"),
        ({"limit": 10_001}, "limit must be at most 10000"),
        ({"offset": -1}, "offset must be at least 0"),
        ({"count_total": "perhaps"}, "count_total must be true or false"),
        ({"event": "purchas"}, "event 'purchas'"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "raw_events", **fields)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """A question for events."""
    return {
        "kind": "raw_events",
        "event": draw(st.sampled_from((None, *EVENTS[:2], *SELECTORS))),
        "range": draw(st.sampled_from((*RANGES, *EXACT_RANGES))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "limit": draw(st.sampled_from((1, 3, 100))),
        "offset": draw(st.sampled_from((0, 0, 2))),
        "count_total": draw(st.booleans()),
    }


@settings(max_examples=50, deadline=None)
@given(worlds(flagged=True), questions())
def test_events_match_the_oracle(world, fields):
    question = from_json(fields)
    if question.event not in world.names:
        return
    expected = raw_events(world, question)
    stored, world = world, world_of(world, question)
    page = expected[question.offset : question.offset + question.limit]
    span = span_of(world, question)
    everything = matching(world, question.event or "_all", question.conditions)
    items = within(everything, span.start, span.end)
    with both_engines(stored) as engines:
        for engine in engines:
            answer = engine.answer(question)
            assert list(answer.rows) == page
            assert answer.truncated == (len(expected) > question.offset + question.limit)
            assert answer.total == (len(expected) if question.count_total else None)
            assert people(engine, question, Cell()) == sorted(people_of(items))


def test_a_page_begins_after_an_event_and_tells_all_of_it(engine):
    everything = ask(engine, "raw_events", range=A_RANGE, whole=True)
    names = [column.name for column in everything.columns]
    at = names.index("seq")
    assert everything.rows == tuple(sorted(everything.rows, key=lambda r: (-r[0], -r[at])))
    third = everything.rows[2]
    page = ask(
        engine, "raw_events", range=A_RANGE, whole=True, limit=4, before=(third[0], third[at])
    )
    assert page.rows == everything.rows[3:7]
    assert page.truncated
    plain = ask(engine, "raw_events", range=A_RANGE)
    assert [row[: len(plain.columns)] for row in everything.rows] == list(plain.rows)
    assert {row[names.index("country")] for row in everything.rows} == {"DE", "NL", "US"}


def test_the_newest_that_satisfy_a_condition_are_found_in_blocks():
    events = [
        Event("abc"[n % 3], n // 4 * 7_200_000, f"u{n % 5}", properties={"n": n % 2})
        for n in range(120)
    ]
    even = {"conditions": [{"field": "n", "value": 0}], "range": "all_time", "whole": True}
    with read_both_ways(World(tuple(events), now=30 * 7_200_000)) as (blocks, rows):
        everything = ask(rows, "raw_events", **even).rows
        assert len(everything) == 60
        for limit, (ts, *_, seq) in product((1, 3, 6, 50), (everything[0], everything[4])):
            question = from_json({"kind": "raw_events", **even, "limit": limit})
            run = blocks.run(question, fresh=True)
            assert run.answer.rows == everything[:limit]
            after = ask(blocks, "raw_events", **even, limit=limit, before=(ts, seq))
            assert after == ask(rows, "raw_events", **even, limit=limit, before=(ts, seq))
        assert "blocks" in run.statements[1].reads
