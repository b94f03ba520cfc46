"""Funnels in any order, in exact order and with exclusions (definitions 6.3, appendix A.3)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.draw import draw, plain
from core.errors import BadQuestion
from core.export import rows
from core.language.questions import format_question, parse
from core.queries import from_json
from tests.worlds.compare import ask, from_text, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.funnel_orders import check_funnel, excluding
from tests.worlds.funnels import (
    NOON,
    SIGN_UP,
    counts,
    crowded,
    funnel_of,
    questions,
    with_names,
)
from tests.worlds.strategies import CONDITIONS, worlds
from tests.worlds.world import HOUR, Event

ORDERS = ("ordered", "unordered", "sequential", "strict_increase", "allow_reentry")


def reached(engine, step: int, **fields: Any) -> list[str]:
    """Who reached a step of the fixture's funnel."""
    question = from_json({"kind": "funnel", "range": A_RANGE, "steps": SIGN_UP, **fields})
    return people(engine, question, Cell(step=step))


# -- the fixture


def test_in_exact_order(engine):
    answer = ask(engine, "funnel", range=A_RANGE, steps=SIGN_UP, order="sequential")
    assert counts(answer.groups[0]) == [4, 2, 1]
    assert reached(engine, 2, order="sequential") == ["b", "e"]
    assert reached(engine, 3, order="sequential") == ["e"]
    assert answer == ask(engine, "funnel", range=A_RANGE, steps=SIGN_UP, order="strict")


def test_in_any_order(engine):
    answer = ask(engine, "funnel", range=A_RANGE, steps=SIGN_UP, order="unordered")
    assert counts(answer.groups[0]) == [4, 4, 4]
    assert reached(engine, 3, order="unordered") == ["a", "b", "c", "e"]


def test_a_step_may_have_a_name_of_its_own(engine):
    text = 'sign_up > purchase[amount > 1] as "Paid \\"x\\"" > view_item'
    answer = engine.answer(parse(text))
    assert answer.title == 'sign_up > Paid "x" > view_item'
    assert 'Paid "x"' in plain(draw(answer, 80, 20))
    assert "name" in next(rows(answer))
    assert format_question(parse(text)) == text
    with pytest.raises(BadQuestion, match="Only the steps of a funnel have names"):
        parse('sign_up as "bars"')


def test_an_exclusion_spoils_attempts(engine):
    fields: dict[str, Any] = {"exclusions": [{"event": "contact_support"}]}
    answer = ask(engine, "funnel", range=A_RANGE, steps=SIGN_UP, **fields)
    assert counts(answer.groups[0]) == [4, 3, 2]
    assert reached(engine, 3, **fields) == ["a", "e"]
    assert "do not count: contact_support." in plain(draw(answer, 80, 20))


@pytest.mark.parametrize(("first", "last", "third"), [(1, 2, 3), (2, 3, 2), (1, None, 2)])
def test_an_exclusion_between_two_steps(engine, first, last, third):
    exclusion = {"event": "contact_support", "from_step": first, "to_step": last}
    answer = ask(engine, "funnel", range=A_RANGE, steps=SIGN_UP, exclusions=[exclusion])
    assert counts(answer.groups[0]) == [4, 3, third]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"exclusions": [{"event": "purchase"}]}, "'purchase', which is a step"),
        ({"exclusions": [{"event": "refnd"}]}, "event 'refnd'"),
        ({"exclusions": [{"event": "contact_support", "from_step": 0}]}, "from_step"),
        ({"exclusions": [{"event": "contact_support", "from_step": 3}]}, "step 3 to step 3"),
        ({"exclusions": [{"event": "contact_support", "to_step": 4}]}, "step 1 to step 4"),
        ({"order": "unordered", "exclusions": [{"event": "contact_support", "from_step": 2}]},
         "do not apply to steps in any order"),
    ],
)  # fmt: skip
def test_bad_exclusions_are_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "funnel", steps=SIGN_UP, **fields)


def test_exclusions_as_text():
    text = "signup > purchase in any order within 1h except refund, call[country = NL]"
    assert [each.event for each in from_text(text, text).exclusions] == ["refund", "call"]
    scoped = from_json(
        {"kind": "funnel", "steps": SIGN_UP, "exclusions": [{"event": "refund", "from_step": 2}]}
    )
    assert parse(format_question(scoped)) == scoped


def test_the_drawing_says_the_order(engine):
    for order in ORDERS:
        answer = ask(engine, "funnel", range=A_RANGE, steps=SIGN_UP, order=order)
        assert f"7d window, {order}, 4 entered" in plain(draw(answer, 80, 20))


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("a > b in any order", "unordered"),
        ("a > b strictly", "sequential"),
        ("a > b", "ordered"),
        ("a > b order strict_increase", "strict_increase"),
        ("a > b order strict_deduplication within 1d", "strict_deduplication"),
        ("a > b order allow_reentry", "allow_reentry"),
    ],
)
def test_orders_as_text(text, order):
    assert from_text(text, text).order == order


# -- rules


def at(*story: tuple[str, int]) -> list[Event]:
    """Events of ann, each so many ms after noon."""
    return [Event(name, NOON + tick, user="ann") for name, tick in story]


def found(order: str, names: str, *story: tuple[str, int], **fields: Any) -> list[int]:
    """How many of the one person reached each step."""
    return counts(funnel_of(at(*story), names, order=order, **fields).groups[0])


def test_anything_between_breaks_an_exact_order():
    assert found("sequential", "a b", ("a", 0), ("x", 1), ("b", 2)) == [1, 0]
    assert found("sequential", "a b", ("a", 0), ("a", 1), ("b", 2)) == [1, 1]
    assert found("sequential", "a b c", ("a", 0), ("b", 1), ("b", 2), ("c", 3)) == [1, 1, 0]


def test_strict_increase_wants_later_times():
    assert found("strict_increase", "a b", ("a", 0), ("b", 0)) == [1, 0]
    assert found("strict_increase", "a b c", ("a", 0), ("b", 1), ("c", 1), ("c", 2)) == [1, 1, 1]
    assert found("strict_increase", "a b", ("a", 0), ("b", 900), resolution="1s") == [1, 0]


def test_a_step_again_ends_an_attempt_of_strict_deduplication():
    """The chain of ClickHouse's documentation, A-B-C-B-D, is three steps long."""
    story = [("a", 0), ("b", 1), ("c", 2), ("b", 3), ("d", 4)]
    assert found("strict_deduplication", "a b c d", *story) == [1, 1, 1, 0]
    assert found("ordered", "a b c d", *story) == [1, 1, 1, 1]
    assert found("strict_deduplication", "a b", ("a", 0), ("a", 1), ("b", 2)) == [1, 1]
    assert found("strict_deduplication", "a b c", ("a", 0), ("b", 1), ("x", 2), ("c", 3)) == [1] * 3


def test_a_step_out_of_turn_ends_an_attempt_of_strict_order():
    """As in ClickHouse's documentation: A-B-D-C is two steps long, A-A-B-C three with re-entry."""
    ahead = [("a", 0), ("b", 1), ("d", 2), ("c", 3)]
    assert found("strict_order", "a b c d", *ahead) == [1, 1, 0, 0]
    assert found("allow_reentry", "a b c d", *ahead) == [1, 1, 0, 0]
    back = [("a", 0), ("b", 1), ("a", 2), ("c", 3)]
    assert found("strict_order", "a b c", *back) == [1, 1, 0]
    assert found("allow_reentry", "a b c", *back) == [1, 1, 1]
    assert found("strict_order", "a b", ("a", 0), ("x", 1), ("b", 2)) == [1, 1]


def test_events_of_the_same_time_break_no_exact_order():
    assert found("sequential", "a b", ("a", 0), ("x", 0), ("x", 2), ("b", 2)) == [1, 1]


def test_an_exact_order_may_leave_a_step_for_the_time_after():
    assert found("sequential", "a b c", ("a", 0), ("b", 0), ("b", 1), ("c", 2)) == [1, 1, 1]


def test_conditions_take_events_out_of_an_exact_order():
    events = [
        Event("a", NOON, user="ann", context={"country": "NL"}),
        Event("x", NOON + 1, user="ann", context={"country": "US"}),
        Event("b", NOON + 2, user="ann", context={"country": "NL"}),
    ]
    here = [{"field": "country", "value": "NL"}]
    assert counts(funnel_of(events, "a b", order="sequential").groups[0]) == [1, 0]
    answer = funnel_of(events, "a b", order="sequential", conditions=here)
    assert counts(answer.groups[0]) == [1, 1]


def test_an_excluded_event_at_the_time_of_a_step_spoils_nothing():
    def spoiled(tick: int) -> list[int]:
        story = (("a", 0), ("x", tick), ("b", 2))
        return found("ordered", "a b", *story, exclusions=[{"event": "x"}])

    assert [spoiled(tick) for tick in (-1, 0, 1, 2, 3)] == [[1, 1]] * 2 + [[1, 0]] + [[1, 1]] * 2


def test_a_clean_attempt_counts_though_another_was_spoiled():
    story = (("a", 0), ("b", 1), ("x", 2), ("b", 3), ("c", 4))
    assert found("ordered", "a b c", *story, exclusions=[{"event": "x"}]) == [1, 1, 0]
    late = {"event": "x", "from_step": 2}
    assert found("ordered", "a b c", *story, exclusions=[late]) == [1, 1, 1]


def test_an_excluded_event_may_be_a_step_with_other_filters():
    events = [
        Event(name, NOON + tick, user="ann", properties={"item": item})
        for tick, (name, item) in enumerate([("a", "hat"), ("b", "hat"), ("b", "coat")])
    ]
    coat = [{"field": "properties.item", "value": "coat"}]
    hat = [{"field": "properties.item", "value": "hat"}]
    steps = [{"event": "a"}, {"event": "b", "filters": coat}]
    for exclusion, converted in (({"event": "b", "filters": hat}, 0), ({"event": "b"}, 0)):
        answer = funnel_of(events, "", steps=steps, exclusions=[exclusion])
        assert counts(answer.groups[0]) == [1, converted]


def test_exclusions_in_any_order_lie_between_the_first_and_last_event():
    x = {"exclusions": [{"event": "x"}]}
    assert found("unordered", "a b", ("b", 0), ("x", 1), ("a", 2), **x) == [1, 0]
    assert found("unordered", "a b", ("b", 0), ("x", 1), ("a", 2), ("b", 3), **x) == [1, 1]
    assert found("unordered", "a b", ("x", 0), ("b", 0), ("a", 2), ("x", 2), **x) == [1, 1]


def test_conditions_about_the_first_step_only(engine):
    events = [
        Event("a", NOON, user="ann", context={"country": "NL"}),
        Event("b", NOON + 1, user="ann", context={"country": "US"}),
        Event("a", NOON, user="bob", context={"country": "US"}),
    ]
    fields: dict[str, Any] = {"conditions": [{"field": "country", "value": "NL"}]}
    assert counts(funnel_of(events, "a b", **fields).groups[0]) == [1, 0]
    answer = funnel_of(events, "a b", filters_on="first", **fields)
    assert counts(answer.groups[0]) == [1, 1]
    assert answer.notes == ("Conditions apply to step 1 only.",)
    text = 'a > b where country = NL with filters_on = "first"'
    assert from_text(text, text).filters_on == "first"
    with pytest.raises(BadQuestion, match="filters_on"):
        ask(engine, "funnel", steps=SIGN_UP, filters_on="last")


def test_the_first_step_may_be_the_last_event_and_others_precede_the_range():
    midnight = 12 * HOUR
    story = (("c", midnight - 2), ("b", midnight - 1), ("a", midnight))
    fields = {"range": "2025-04-08,2025-04-08"}
    assert found("unordered", "a b c", *story, **fields) == [1, 1, 1]
    assert found("unordered", "b a c", *story, **fields) == [0, 0, 0]


def test_any_order_spans_the_window_at_most():
    story = (("b", 0), ("a", 60_000), ("c", 60_001))
    assert found("unordered", "a b c", *story, window_seconds=60) == [1, 1, 0]
    assert found("unordered", "a c b", *story, window_seconds=60) == [1, 1, 0]


def test_one_event_fills_one_step_in_any_order():
    assert found("unordered", "a a", ("a", 0)) == [1, 0]
    assert found("unordered", "a a", ("a", 0), ("a", 1)) == [1, 1]


def test_times_in_any_order_are_between_one_event_and_the_next():
    answer = funnel_of(at(("c", 0), ("a", 60_000), ("b", 90_000)), "a b c", order="unordered")
    first, second, third = answer.groups[0].steps
    assert (first.avg_seconds, second.avg_seconds, third.avg_seconds) == (None, 60, 30)
    assert answer.groups[0].total_avg_seconds == 90


def test_any_order_is_grouped_by_its_first_step():
    events = [
        Event("b", NOON, user="ann", context={"country": "NL"}),
        Event("a", NOON + 1, user="ann", context={"country": "US"}),
    ]
    answer = funnel_of(events, "a b", order="unordered", breakdown="country")
    assert [g.group for g in answer.groups] == [(), ("US",)]


# -- whole worlds against every possible attempt


orders = st.sampled_from(
    ("unordered", "unordered", "sequential", "strict_increase", "strict_deduplication",
     "strict_order", "allow_reentry")
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(worlds(), questions(), orders)
def test_orders_match_every_possible_attempt(world, fields, order):
    check_funnel(with_names(world), {**fields, "order": order})


@settings(max_examples=100, deadline=None)
@given(crowded(), questions(), orders)
def test_crowded_orders_match_every_possible_attempt(world, fields, order):
    check_funnel(with_names(world), {**fields, "order": order})


@settings(max_examples=100, deadline=None)
@given(crowded(), excluding())
def test_exclusions_match_every_possible_attempt(world, fields):
    check_funnel(with_names(world), fields)


@settings(max_examples=80, deadline=None)
@given(crowded(), excluding(), st.sampled_from(CONDITIONS))
def test_conditions_on_the_first_step_match_every_possible_attempt(world, fields, conditions):
    fields = {**fields, "conditions": conditions, "filters_on": "first"}
    check_funnel(with_names(world), fields)
