"""How values and numbers of events per person are spread (definitions 8.1)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion
from core.language.questions import format_cell, parse
from core.queries import from_json
from core.queries.trend.histograms import round_bounds
from tests.oracles.trend import trend_histograms as oracle
from tests.worlds.compare import ask, both_engines, check_people, from_text, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import CONDITIONS, EVENTS, RANGES, worlds
from tests.worlds.world import HOUR, Event, World, engine_of


def bins(engine: Any, **fields: Any) -> dict[str, tuple[int, int]]:
    """Count and people by bin of the fixture."""
    answer = ask(engine, "trend", **{"range": A_RANGE, **fields})
    return {part.label: (part.count, part.people) for part in answer.bins}


def test_how_often_people_did_it(engine):
    assert bins(engine, measure="frequency") == {
        "1 time": (1, 1), "2 times": (0, 0), "3 times": (1, 1), "4 times": (2, 2),
        "5 times": (0, 0), "6 times": (1, 1),
    }  # fmt: skip
    question = from_json({"kind": "trend", "measure": "frequency", "range": A_RANGE})
    assert people(engine, question, Cell(row="4 times")) == ["b", "e"]
    assert people(engine, question, Cell()) == ["a", "b", "c", "d", "e"]
    assert engine.answer(question).bins[3].share == 2 / 5


def test_whole_numbers_have_a_bin_each(engine):
    asked = {"event": "purchase", "measure": "histogram", "property": "properties.amount"}
    assert bins(engine, **asked) == {"10": (1, 1), "20": (2, 2), "50": (1, 1)}
    question = from_json({"kind": "trend", **asked, "range": A_RANGE})
    assert people(engine, question, Cell(row="20")) == ["a", "e"]
    answer = engine.answer(question)
    assert (answer.unit, answer.of, answer.total) == ("events", "amount", 4)
    assert (answer.mean, answer.median, answer.p90) == (25, 20, pytest.approx(41))
    assert answer.box == pytest.approx((13, 17.5, 20, 27.5, 41))


def many(values: list[Any]) -> World:
    """A world with an event per value, each of a person of their own."""
    return World(
        tuple(
            Event("pay", n * 1000, f"u{n}", properties={"amount": v}) for n, v in enumerate(values)
        ),
        now=24 * HOUR,
    )


def test_many_values_share_bins_of_a_round_width():
    asked = {"measure": "histogram", "property": "amount", "range": "1970-01-01,1970-01-01"}
    with engine_of(many([0.5, 1.5, 9.9, 10, 10.2])) as found:
        assert bins(found, **asked) == {
            "0 to under 2": (2, 2), "2 to under 4": (0, 0), "4 to under 6": (0, 0),
            "6 to under 8": (0, 0), "8 to under 10": (1, 1), "10 to 12": (2, 2),
        }  # fmt: skip
    with engine_of(many(list(range(101)))) as found:
        counts = [part.count for part in ask(found, "trend", **asked).bins]
        assert counts == [10] * 9 + [11]  # the last bin has both its ends
        question = from_json({"kind": "trend", **asked})
        assert len(people(found, question, Cell(row="90 to 100"))) == 11
        assert len(people(found, question, Cell(row="80 to under 90"))) == 10


def test_people_with_very_many_events_share_a_bin():
    events = tuple(Event("pay", n * 1000, "ann") for n in range(120))
    with engine_of(World((*events, Event("pay", 5, "bob")), now=24 * HOUR)) as found:
        asked = {"kind": "trend", "measure": "frequency", "range": "1970-01-01,1970-01-01"}
        answer = found.answer(from_json(asked))
        assert (len(answer.bins), answer.bins[-1].label) == (101, "101 or more times")
        assert answer.bins[-1].count == 1
        cell = Cell(row="101 or more times")
        assert people(found, from_json(asked), cell) == ["ann"]


@pytest.mark.parametrize(
    ("low", "high", "bounds"),
    [
        (0.0, 1.0, (0, 0.1, 1)), (13.0, 487.0, (0, 50, 500)), (-3.0, 7.5, (-4, -2, 8)),
        (0.001, 0.0011, (0.001, 0.00101, 0.0011)), (-1e308, 1.7e308, None), (5e-324, 1e-323, None),
    ],
)  # fmt: skip
def test_bounds_are_round(low, high, bounds):
    found = round_bounds(low, high)
    assert found[0] <= low
    assert found[-1] >= high
    assert len(found) <= 11
    if bounds:
        assert (found[0], found[1], found[-1]) == bounds


def test_nothing_has_no_bins(engine):
    quiet = {"range": "2025-04-10,2025-04-13"}
    assert bins(engine, measure="frequency", **quiet) == {}
    assert bins(engine, measure="histogram", property="amount", **quiet) == {}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"breakdown": "country"}, "frequency takes no breakdown"),
        ({"compare": "previous"}, "frequency takes no compare"),
        ({"cumulative": True}, "frequency takes no cumulative"),
        ({"rolling_window": 7}, "frequency takes no rolling_window"),
        ({"granularity": "weekly"}, "frequency takes no granularity"),
        ({"measure": "histogram"}, "needs a property"),
        ({"measure": "session_events", "cumulative": True}, "takes no cumulative"),
    ],
)
def test_what_only_a_series_has_is_refused(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "trend", **{"measure": "frequency", **fields})


@pytest.mark.parametrize("row", ["x", "1 to", "2 to below 3"])
@pytest.mark.parametrize("measure", ["frequency", "histogram"])
def test_a_bin_that_is_none_is_refused(engine, measure, row):
    question = from_json({"kind": "trend", "measure": measure, "property": "amount"})
    with pytest.raises(BadQuestion, match="no bin"):
        people(engine, question, Cell(row=row))


@pytest.mark.parametrize(
    "text",
    [
        "frequency of signup",
        "histogram(purchase.amount)",
        "frequency of any event last 7d",
        "distinct_per_user(purchase.item)",
        "session_events of signup",
        "items(cart.products)",
    ],
)
def test_text_round_trip(text):
    assert from_text(text, text).kind == "trend"


def test_a_bin_in_words():
    words = format_cell(parse("frequency of signup"), Cell(row="2 times"))
    assert words == "Users of signup, 2 times, in the last 30 days"


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """A question about how something is spread."""
    return {
        "kind": "trend",
        "measure": draw(st.sampled_from(("histogram", "frequency"))),
        "property": "amount",
        "event": draw(st.sampled_from((None, *EVENTS[:2]))),
        "range": draw(st.sampled_from((*RANGES, "49h"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
    }


@settings(max_examples=40, deadline=None)
@given(worlds(), questions())
def test_histograms_match_the_oracle(world: World, fields: dict[str, Any]):
    if fields["event"] not in {None, *(event.event for event in world.events)}:
        return
    question = from_json(fields)
    with both_engines(world) as engines:
        for engine in engines:
            answer = engine.answer(question)
            if fields["measure"] == "frequency":
                expected = oracle.frequency(world, question)
                assert len(answer.bins) == max(expected, default=0)
                found = {int(b.start): b.count for b in answer.bins if b.count}
                assert found == {times: len(who) for times, who in expected.items()}
            else:
                spread = oracle.histogram(world, question)
                shown = {(b.start, b.end): (b.count, b.people) for b in answer.bins if b.count}
                assert shown == {k: (count, len(who)) for k, (count, who) in spread.items()}
                assert answer.total == sum(count for count, _ in spread.values())
            check_people(engine, question, answer)
