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

from core.draw import Look, draw, plain
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


def paid_in(*currencies: str | None) -> World:
    """Purchases of 20 in each of these currencies, and a visit."""
    events = [
        Event("buy", NOON, f"u{number}", properties={"amount": 20.5, "currency": currency})
        for number, currency in enumerate(currencies)
    ]
    return World((*events, Event("visit", NOON, "u0", properties={"amount": 3})), now=NOON)


@pytest.mark.parametrize(
    ("currencies", "questions"),
    [
        (
            ("EUR", "EUR"),
            {
                "sum(buy.amount)": "EUR",
                "avg of buy.amount": "EUR",
                "per actor avg of buy.amount": "EUR",
                "sum(buy.amount) where user = u0": "EUR",
                "sum(visit.amount)": "",
                "buy": "",
                "sum(buy.amount) / buy": "",
            },
        ),
        (
            ("EUR", "USD", None),
            {
                "sum(buy.amount)": "",
                "sum(buy.amount) by currency": " EUR USD",
                "sum(buy.amount) by user": "  ",
                "sum(buy.amount) where currency = USD": "USD",
            },
        ),
        ((None, None), {"sum(buy.amount)": ""}),
    ],
)
def test_amounts_of_one_currency_say_which(currencies, questions):
    asked = {f"{question} {DAY}": found for question, found in questions.items()}
    found = iter(answers(paid_in(*currencies), *asked))
    for said in asked.values():
        for _ in ("SQLite", "ClickHouse"):
            codes = sorted(line.currency for line in next(found).lines)
            assert codes == said.split(" ")


def test_money_is_written_with_its_currency_in_every_chart_and_in_ascii_by_its_code():
    one, *_ = answers(paid_in("EUR", "EUR"), f"sum(buy.amount) {DAY}")
    for chart, rows in (("number", 3), ("table", 12), ("line", 12), ("bars", 12)):
        assert "€41" in plain(draw(one, 60, rows, chart=chart)), chart
        in_ascii = plain(draw(one, 60, rows, Look(glyphs="ascii"), chart=chart))
        assert "41 EUR" in in_ascii.replace("41.00", "41"), chart
        assert "?" not in in_ascii
    two, *_ = answers(paid_in("EUR", "CHF"), f"sum(buy.amount) {DAY} by currency")
    shown = plain(draw(two, 60, 12, chart="table"))
    assert "€20.5" in shown
    assert "20.50 CHF" in shown
    assert "in all" not in plain(draw(two, 60, 12, chart="line"))
    whose, *_ = answers(paid_in("EUR"), f"attribution of buy by amount with value = amount {DAY}")
    assert "€20.5" in plain(draw(whose, 90, 12))
