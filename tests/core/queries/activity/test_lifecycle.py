"""Lifecycle (definitions 4.12, appendix A.4)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.blocks.functions.states import States
from core.errors import BadQuestion
from core.queries import from_json
from tests.oracles.activity import lifecycle as oracle
from tests.worlds.compare import ask, both_engines, check_people, people, read_both_ways
from tests.worlds.fixture import appendix_a
from tests.worlds.strategies import CONDITIONS, EVENTS, worlds
from tests.worlds.world import SELECTORS, World, engine_of

WEEKS = "2025-03-31,2025-04-20"


def test_weekly_lifecycle_of_the_fixture(engine):
    answer = ask(engine, "lifecycle", range=WEEKS)
    assert {line.series: line.values for line in answer.lines} == {
        "new": (1, 3, 1),
        "returning": (0, 0, 1),
        "resurrected": (0, 0, 1),
        "dormant": (0, 1, 2),
    }
    assert [bucket.partial for bucket in answer.buckets] == [False, False, True]


def test_the_people_of_a_state(engine):
    question = from_json({"kind": "lifecycle", "range": WEEKS})
    week = "2025-04-14"
    assert people(engine, question, Cell(series="resurrected", bucket=week)) == ["d"]
    assert people(engine, question, Cell(series="dormant", bucket=week)) == ["b", "c"]
    assert people(engine, question, Cell(bucket=week)) == ["a", "d", "e"]
    assert people(engine, question, Cell(series="dormant")) == ["b", "c", "d"]


def test_a_range_that_starts_inside_a_week_counts_the_whole_week(engine):
    answer = ask(engine, "lifecycle", range="2025-04-09,2025-04-13")
    assert {line.series: line.values for line in answer.lines}["new"] == (3,)


def test_new_to_the_product(engine):
    fields = {"range": WEEKS, "event": "add_to_cart"}
    new = {line.series: line.values for line in ask(engine, "lifecycle", **fields).lines}
    assert new["new"] == (0, 3, 2)  # d and e put something into their cart for the first time
    product = ask(engine, "lifecycle", **fields, new_means="product")
    lines = {line.series: line.values for line in product.lines}
    assert (lines["new"], lines["resurrected"]) == ((0, 3, 1), (0, 0, 1))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"granularity": "hourly"}, "granularity"),
        ({"breakdown": ["country", "user"]}, "breakdown"),
        ({"event": "purchas"}, "purchase"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "lifecycle", **fields)


def test_a_workspace_without_events_is_zero_not_an_error():
    with engine_of(World((), now=1_744_000_000_000)) as empty:
        assert not any(any(line.values) for line in ask(empty, "lifecycle", range="3w").lines)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """A question about lifecycle."""
    return {
        "kind": "lifecycle",
        "event": draw(st.sampled_from((None, None, *EVENTS[:2], *SELECTORS))),
        "granularity": draw(st.sampled_from(("daily", "weekly", "monthly", "yearly"))),
        "range": draw(st.sampled_from(("7d", "3w", "3w", "30d", "30d", "24h", "last_week",
                                       "2025-03-25,2025-04-05", "2025-03-25,2025-12-05"))),
        "compare": draw(st.sampled_from((None, None, "previous"))),
        "new_means": draw(st.sampled_from(("activity", "activity", "product"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "breakdown": draw(st.sampled_from(((), (), ("country",), ("properties.item",)))),
        "limit": draw(st.sampled_from((100, 100, 2))),
    }  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(worlds(flagged=True), questions())
def test_lifecycle_matches_the_oracle(world, fields):
    question = from_json(fields)
    if question.event not in world.names:
        return
    with both_engines(world) as engines:
        for engine in engines:
            answer = engine.answer(question)
            groups = oracle.lifecycle_groups(world, question)
            shown = {line.group for line in answer.lines}
            assert shown == groups if len(groups) <= question.limit else shown < groups
            assert len(shown) == min(len(groups), question.limit)
            assert answer.omitted == len(groups) - len(shown)
            for line in answer.lines:
                _check_line(world, question, line)
            check_people(engine, question, answer)


def _check_line(world: World, question: Any, line: Any) -> None:
    expected = oracle.lifecycle(world, question, group=line.group)[line.series]
    assert [n for n in line.values if n is not None] == [len(users) for users in expected]
    assert (line.total or 0) == len(set().union(*expected))
    if question.compare:
        before = oracle.lifecycle(world, question, compared=True, group=line.group)[line.series]
        shown = min(len(line.values), len(before))
        assert list(line.previous[:shown]) == [len(users) for users in before[:shown]]
        assert (line.previous_total or 0) == len(set().union(*before))


def test_a_breakdown_is_a_lifecycle_for_each_value():
    with read_both_ways(appendix_a()) as (blocks, rows):
        answer = ask(blocks, "lifecycle", range=WEEKS, breakdown="country")
        found = {line.name: line.values for line in answer.lines}
        assert found["US / new"] == (0, 2, 0)
        assert found["NL / dormant"] == (0, 1, 0)
        assert [line.group[0] for line in answer.lines[::4]] == ["NL", "US", "DE"]
        for unit in ("daily", "weekly", "monthly"):
            fields = {"range": WEEKS, "breakdown": "country", "granularity": unit, "limit": 2}
            both = [ask(engine, "lifecycle", **fields) for engine in (blocks, rows)]
            assert both[0] == both[1]


@pytest.mark.parametrize("few", [0, 1, 3])
@pytest.mark.parametrize("breakdown", ["country", "amount"])
def test_people_of_any_number_of_groups_are_marked_in_a_table(few, breakdown, monkeypatch):
    monkeypatch.setattr(States, "_few", lambda self, wide: few)
    with read_both_ways(appendix_a()) as (blocks, rows):
        for unit in ("daily", "weekly"):
            fields = {"range": WEEKS, "breakdown": breakdown, "granularity": unit}
            found, expected = (ask(engine, "lifecycle", **fields) for engine in (blocks, rows))
            assert found == expected
            assert any(line.total for line in found.lines)


def test_its_people_leave_room_in_the_parser_for_the_statement_around_them():
    some = {"field": "amount", "operator": "gte", "value": 2}
    question = from_json({"kind": "lifecycle", "range": WEEKS, "conditions": [some]})
    with read_both_ways(appendix_a()) as engines:
        for engine in engines:
            ctx = engine.context().of(question)
            bind = ctx.binder()
            sql = question.people(ctx, bind, Cell(series="dormant", bucket="2025-04-14"))
            deep = f"{4 * 'select * from ('}{sql}{4 * ')'}"
            assert len(list(engine.read(bind.whole(deep), bind.values))) == 3
