"""Questions about what people do one after another, from blocks a few people at a time and rows."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from core.queries import from_json
from tests.worlds.compare import check_people, read_both_ways
from tests.worlds.world import DAY, Event, World

NOON = 1_744_027_200_000
PAID = (
    {"amount": 7.25, "currency": "EUR"},
    {"amount": -1, "currency": "USD"},
    {"amount": 3},
    {},
)
NAMES = ("view", "cart", "pay")
STEPS = {"steps": [{"event": name} for name in NAMES], "range": "5d", "window_seconds": 4000}
US = {"field": "country", "value": "US"}
TREND = {"kind": "trend", "measure": "users", "breakdown": ["country", "p"], "range": "5d"}
QUESTIONS = (
    {"kind": "funnel", **STEPS},
    {"kind": "funnel", **STEPS, "count_by": "totals", "hold": "country"},
    {"kind": "funnel", **STEPS, "breakdown": ["country"]},
    {"kind": "funnel_trend", **STEPS, "measure": "counts", "granularity": "hourly"},
    {"kind": "time_to_convert", **STEPS, "breakdown": ["country"]},
    {"kind": "correlation", **STEPS, "min_people": 1},
    {"kind": "correlation", **STEPS, "min_people": 1, "breakdown": ["country", "p"]},
    {"kind": "attribution", "to": "pay", "property": "country", "value": "p", "range": "5d"},
    {"kind": "attribution", "to": "pay", "property": "p", "model": "time_decay", "range": "5d"},
    {"kind": "paths", "from": "view", "scope": 40_000, "range": "5d"},
    {"kind": "paths", "to": "pay", "count_by": "totals", "range": "5d"},
    {"kind": "weekday", "granularity": "hourly", "range": "5d"},
    TREND,
    {"kind": "composition", "property": "p", "range": "5d"},
    {
        "kind": "ltv",
        "breakdown": ["country"],
        "granularity": "daily",
        "days": [1, 3],
        "range": "5d",
    },
    {"kind": "ltv", "property": "p", "conditions": [US], "granularity": "daily", "range": "5d"},
    {"kind": "lifecycle", "breakdown": ["p"], "granularity": "daily", "range": "5d"},
)


def a_world() -> World:
    """Events of a dozen people, some at the same time, in an order of arrival of its own."""
    dice = Random(3)
    events = [
        Event(
            dice.choice((*NAMES, "look", "else")),
            NOON - dice.randrange(2) * 2 * DAY - dice.randrange(400) * 60_000,
            f"u{dice.randrange(12)}",
            context={"country": dice.choice(("NL", "US"))},
            properties={"p": dice.randrange(5), **dice.choice(PAID)},
        )
        for _ in range(200)
    ]
    return World(tuple(events), now=NOON + 1000)


@pytest.mark.parametrize("fields", QUESTIONS, ids=str)
def test_shares_of_people_add_up(fields: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for most in ("TOGETHER", "MANY"):
        monkeypatch.setattr(f"core.blocks.functions.gathering.{most}", 20)
    monkeypatch.setattr("core.blocks.functions.groups.CELLS", 0)
    with read_both_ways(a_world()) as (blocks, rows):
        question = from_json(fields)
        answer, other = blocks.answer(question), rows.answer(question)
        assert any("blocks" in found.reads for found in blocks.run(question, fresh=True).statements)
        assert answer.people if fields["kind"] == "paths" else any(n for _, n in answer.cells())
        shown = answer.model_dump(exclude={"rows"})
        assert shown == other.model_dump(exclude={"rows"})
        for row, same in zip(getattr(answer, "rows", ()), getattr(other, "rows", ()), strict=True):
            assert row == pytest.approx(same)
        check_people(blocks, question, answer)


def test_more_groups_than_fit_in_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.blocks.functions.aggregates.LARGEST", 1)
    with read_both_ways(a_world()) as (blocks, rows):
        assert blocks.answer(from_json(TREND)) == rows.answer(from_json(TREND))
