"""Funnels of every order, held against every possible attempt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import strategies as st

from core.answers import Cell, StepGroup, Steps
from core.queries import from_json
from tests.oracles.funnel import funnel_orders as oracle_funnel_orders
from tests.oracles.funnel.funnel_orders import Told
from tests.oracles.times import time_of
from tests.worlds.compare import check_people, people
from tests.worlds.funnels import FILTERS, counts, percentile, questions
from tests.worlds.strategies import EVENTS
from tests.worlds.world import World, engine_of


def check_funnel(world: World, fields: dict[str, Any]) -> None:
    """Everything an answer shows is what the oracle says, and its people are the oracle's."""
    question: Any = from_json(fields)
    when = time_of(world, question)
    expected = oracle_funnel_orders.funnel(world, question, when.span)
    with engine_of(world) as engine:
        answer = engine.answer(question)
        check_groups(answer, question, expected)
        if question.compare:
            past = oracle_funnel_orders.funnel(world, question, when.compared)
            check_told(answer.previous, past[()])
        check_people(engine, question, answer)
        last = len(question.steps)
        assert people(engine, question, Cell(step=last)) == sorted(expected[()].reached(last))
        dropped = people(engine, question, Cell(step=last, outcome="dropped"))
        assert dropped == sorted(expected[()].dropped(last))


def check_told(group: StepGroup, expected: Told) -> None:
    """A group of the answer shows what the oracle's attempts say."""
    assert counts(group) == [expected.count(s.step) for s in group.steps]
    assert group.in_progress == expected.in_progress
    for step in group.steps:
        assert step.who_reached == len(expected.reached(step.step))
        if step.step > 1:
            assert step.who_dropped == len(expected.dropped(step.step))
            waits = expected.waits(step.step - 1, step.step)
            assert step.median_seconds == pytest.approx(percentile(waits, 0.5))
            assert step.p90_seconds == pytest.approx(percentile(waits, 0.9))
            assert step.avg_seconds == pytest.approx(sum(waits) / len(waits) if waits else None)
    total = expected.waits(1, len(group.steps)) if len(group.steps) > 1 else []
    assert group.total_median_seconds == pytest.approx(percentile(total, 0.5))


def check_groups(answer: Steps, question: Any, expected: dict[Any, Told]) -> None:
    """The groups are the oracle's, most entrants first, the rest in one; they add up."""
    check_told(answer.groups[0], expected[()])
    ranked = sorted((g for g in expected if g), key=lambda g: (-expected[g].count(1), g))
    shown, rest = ranked[: question.limit], ranked[question.limit :]
    if rest:
        merged = [pair for group in rest for pair in expected[group].attempts]
        expected = {**expected, ("(other)",): replace(expected[()], attempts=merged)}
        shown = [*shown, ("(other)",)]
    assert [g.group for g in answer.groups[1:]] == shown
    assert answer.omitted == len(rest)
    for group in answer.groups[1:]:
        check_told(group, expected[group.group])
    for number, step in enumerate(answer.groups[0].steps if question.breakdown else ()):
        assert step.count == sum(g.steps[number].count for g in answer.groups[1:])


ORDERS = (
    "ordered", "ordered", "unordered", "sequential", "strict_increase", "strict_deduplication",
    "strict_order", "allow_reentry",
)  # fmt: skip
"""Of a funnel with exclusions."""


@st.composite
def excluding(draw: st.DrawFn) -> dict[str, Any]:
    """A funnel in some order with one or two exclusions."""
    fields = draw(questions(2))
    fields["order"] = draw(st.sampled_from(ORDERS))
    last, exclusions = len(fields["steps"]), []
    for _ in range(draw(st.integers(1, 2))):
        one: dict[str, Any] = {"event": draw(st.sampled_from(EVENTS))}
        one["filters"] = draw(st.sampled_from(FILTERS))
        same = [(s["event"], s.get("filters", [])) for s in fields["steps"]]
        if (one["event"], one["filters"]) in same:
            one["filters"] = [{"field": "properties.item", "value": "hat"}]
        if fields["order"] != "unordered":
            one["from_step"] = draw(st.integers(1, last - 1))
            one["to_step"] = draw(st.none() | st.integers(one["from_step"] + 1, last))
        exclusions.append(one)
    return {**fields, "exclusions": exclusions}
