"""Sums and means of properties: nothing drifts, nothing overflows, what is left out is said."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.export import export
from core.language.questions import parse
from core.sums import mean, total
from tests.worlds.compare import both_engines
from tests.worlds.world import Event, World

NOON = 1_743_508_800_000
DAY = "2025-04-01..2025-04-01"


def paid(*values: Any, event: str = "pay", **beside: Any) -> World:
    """One payment a person of each amount, at noon; None has no amount."""
    return World(
        tuple(
            Event(
                event, NOON, f"u{n}", properties={**({} if v is None else {"amount": v}), **beside}
            )
            for n, v in enumerate(values)
        ),
        now=NOON,
    )


def answers(world: World, *texts: str) -> list[Any]:
    """What both engines answer to each question, one after the other."""
    with both_engines(world) as engines:
        return [engine.answer(parse(text)) for text in texts for engine in engines]


@given(
    st.integers(0, 6).flatmap(
        lambda places: st.lists(
            st.decimals(-(10**7), 10**7, allow_nan=False, places=places), max_size=60
        )
    )
)
def test_decimals_of_up_to_six_places_add_up_exactly(values):
    assert total([float(value) for value in values]) == float(sum(values, Decimal()))


@given(st.lists(st.floats(-1e9, 1e9), max_size=40))
def test_other_numbers_add_up_to_what_is_next_to_their_sum(values):
    assert total(values) == pytest.approx(math.fsum(values), rel=1e-15, abs=1e-6)


def test_sums_of_very_different_sizes():
    assert total([1e16, 1.0, -1e16]) == 1
    assert total([10**16 + 1, -(10**16)]) == 1
    assert total([1e308, 1e308, -1e308]) == 1e308
    assert total([1e308, 1e308]) == math.inf
    assert total([-1e308, -1e308]) == -math.inf
    assert (total([]), mean([])) == (0, None)
    assert mean([0.1] * 10) == 0.1


@pytest.mark.parametrize(
    ("values", "whole"), [((0.1,) * 10, 1), ((1e16, 1, -1e16), 1), ((0.1, 0.2), 0.3), ((), 0)]
)
def test_sums_do_not_drift(values, whole):
    world = paid(*values, None)
    for answer in answers(world, f"sum(pay.amount) {DAY}", f"per actor sum of pay.amount {DAY}"):
        assert answer.lines[0].total == whole
        assert "".join(export(answer, "csv")).splitlines()[-1].split(",")[-1] == str(whole)
    growing = f"sum(pay.amount) {DAY} with cumulative = true"
    for answer in answers(world, growing, f"sum(pay.amount) / 1 {DAY}"):
        assert answer.lines[0].values == (whole,)


def test_a_sum_too_large_for_a_number_is_left_out_with_a_word():
    for answer in answers(paid(1e308, 1e308), f"sum(pay.amount) {DAY}", f"avg(pay.amount) {DAY}"):
        assert (answer.lines[0].total, answer.lines[0].values) == (None, (None,))
        assert any("too large" in note for note in answer.notes)
        assert "inf" not in "".join(export(answer, "csv")).lower()
        assert json.loads("".join(export(answer, "json")))


@pytest.mark.parametrize(
    "text",
    [
        "ltv with metric = revenue, property = amount, event = pay",
        "attribution of pay by amount with value = amount",
        "per actor sum of pay.amount",
        "p90 of pay.amount",
        "pay by amount",
    ],
)
def test_numbers_near_the_largest_there_is_never_end_in_a_traceback_or_infinity(text):
    for answer in answers(paid(1e308, 1e308, -1e308), f"{text} {DAY}"):
        for form in ("csv", "json", "tsv", "markdown"):
            written = export(answer, form).lower().replace("infin", "")
            assert not re.search(r"\b(inf|nan)\b", written)


def test_values_that_are_no_numbers_are_left_out_with_a_word():
    world = paid(10, "1,250", "$5", None)
    measures = (
        "sum(pay.amount)",
        "median of pay.amount",
        "per actor avg of pay.amount",
        "sum(pay.amount) * 2",
    )
    for answer in answers(world, *(f"{measure} {DAY}" for measure in measures)):
        said = "2 of 3 values of amount are not numbers and are left out."
        assert said in answer.notes
    grouped = f"group pay size sum(amount) shade avg(amount) by amount {DAY}"
    for answer in answers(
        world, grouped, f"attribution of pay by amount with value = amount {DAY}"
    ):
        assert said in answer.notes
    for answer in answers(paid(10, "5", None), f"sum(pay.amount) {DAY}"):
        assert answer.lines[0].total == 15
        assert not answer.notes


def test_currencies_that_are_added_up_are_named():
    events = tuple(
        Event("buy", NOON, currency, properties={"amount": 20, "items": 2, "currency": currency})
        for currency in ("EUR", "USD", "EUR")
    )
    world = World(events, now=NOON)
    said = (
        "Amounts in 2 currencies (EUR, USD) are added together as if they were one; break down by "
        "currency to separate them."
    )
    for answer in answers(
        world,
        f"sum(buy.amount) {DAY}",
        f"per actor avg of buy.amount {DAY}",
        f"sum(buy.amount) / 2 {DAY}",
    ):
        assert said in answer.notes
    apart = (
        f"sum(buy.amount) {DAY} by currency",
        f"sum(buy.items) {DAY}",
        f"sum(buy.amount) {DAY} where currency = USD",
        f"buy {DAY}",
    )
    for answer in answers(world, *apart):
        assert not answer.notes
