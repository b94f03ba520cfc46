"""Usage intervals: the days people usually let pass between two uses (definitions 7.4, A.16)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.draw import draw, plain
from core.errors import BadQuestion
from core.export import export
from core.language.questions import format_cell
from core.queries import from_json
from core.queries.activity.usage_interval import suggestion
from tests.oracles.activity.usage_interval import usage_intervals
from tests.worlds.compare import ask, both_engines, check_people, from_text, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import CONDITIONS, EVENTS, EXACT_RANGES, RANGES, worlds
from tests.worlds.world import DAY, SELECTORS, Event, World, engine_of

KIND = "usage_interval"


def bins(answer: Any) -> dict[str, int]:
    return {part.label: part.count for part in answer.bins}


def on_days(**days: list[int]) -> World:
    """People with an event on each of some days."""
    events = tuple(Event("view", n * DAY, who) for who, own in days.items() for n in own)
    return World(events, now=60 * DAY)


def test_the_fixture(engine):
    answer = ask(engine, KIND)
    assert bins(answer) == {"1 day": 1, "2 days": 1, "4 days": 1, "13 days": 1}
    assert (answer.total, answer.of, answer.unit) == (4, "days", "users")
    question = from_json({"kind": KIND})
    named = {row: people(engine, question, Cell(row=row)) for row in bins(answer)}
    assert named == {"1 day": ["b"], "2 days": ["e"], "4 days": ["a"], "13 days": ["d"]}
    assert people(engine, question, Cell()) == ["a", "b", "d", "e"]


def test_cumulative_counts_and_the_suggested_interval(engine):
    answer = ask(engine, KIND, cumulative=True)
    assert [(b.label, b.count, b.share) for b in answer.bins] == [
        ("up to 1 day", 1, 0.25), ("up to 2 days", 2, 0.5),
        ("up to 4 days", 3, 0.75), ("up to 13 days", 4, 1.0),
    ]  # fmt: skip
    assert answer.notes == (
        "1 of 5 were active on one day only: no interval.",
        "Suggested usage interval: 13 days, which covers at least 80.0% of them.",
    )
    assert "interval: 4 days, which covers at least 75.0%" in ask(engine, KIND, share=0.75).notes[1]
    question = from_json({"kind": KIND, "cumulative": True})
    assert people(engine, question, Cell(row="up to 2 days")) == ["b", "e"]


@pytest.mark.parametrize(
    ("share", "value"), [(0.01, 1), (0.3, 1), (0.31, 2), (0.9, 2), (0.91, 5), (1.0, 5)]
)
def test_the_suggestion_is_the_least_that_suits_so_many(share, value):
    assert suggestion([(1, 3), (2, 6), (5, 1)], share) == value
    assert suggestion([], share) is None


def test_an_even_number_of_gaps_has_the_mean_of_the_two_in_the_middle():
    world = on_days(odd=[1, 2, 9, 12], even=[1, 2, 4], once=[3], whole=[1, 4, 5], far=[2, 30])
    with engine_of(world) as found:
        assert bins(ask(found, KIND, range="all_time")) == {
            "1.5 days": 1,
            "2 days": 1,
            "3 days": 1,
            "28 days": 1,
        }


def test_days_of_one_event(engine):
    assert bins(ask(engine, KIND, event="view_item", range=A_RANGE)) == {"4 days": 1}
    assert bins(ask(engine, KIND, event="purchase")) == {}


def test_nobody_has_an_interval():
    with engine_of(World((), now=60 * DAY)) as empty:
        answer = ask(empty, KIND)
        assert (answer.bins, answer.total, answer.notes) == ((), 0, ())
        assert "There is nothing to count." in plain(draw(answer, 80, 12))


def test_it_is_read_from_the_stored_sets(engine):
    statements = engine.run(from_json({"kind": KIND, "event": "sign_up"}), fresh=True).statements
    assert statements
    assert not [s for s in statements if "from events" in s.text]


def test_it_is_drawn_and_exported(engine):
    answer = ask(engine, KIND)
    drawn = plain(draw(answer, 80, 16))
    assert "13 days" in drawn
    assert "Suggested usage interval" in drawn
    assert "13 days" in export(answer, "csv")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"event": "purchas"}, "purchase"),
        ({"share": 0}, "share must be more than 0"),
        ({"share": 1.5}, "share must be at most 1"),
        ({"cumulative": "often"}, "cumulative must be true or false"),
        ({"breakdown": "country"}, "'breakdown' is not known"),
        ({"range": "0d"}, "range must be at least 1 long"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, KIND, **fields)


@pytest.mark.parametrize("row", ["soon", "up to 4 days", "4.2 days"])
def test_a_row_that_is_no_interval_is_named(engine, row):
    with pytest.raises(BadQuestion, match="names no interval"):
        people(engine, from_json({"kind": KIND}), Cell(row=row))


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("usage interval", {}),
        ("Usage  Interval of purchase last 90d", {"event": "purchase", "range": "90d"}),
        (
            "usage interval where country = NL with share = 0.5",
            {"share": 0.5, "conditions": [{"field": "country", "value": "NL"}]},
        ),
    ],
)
def test_its_text(text, fields):
    question = from_json({"kind": KIND, **fields})
    assert from_text(text) == question


def test_its_people_in_words():
    question = from_json({"kind": KIND, "event": "purchase"})
    assert format_cell(question, Cell(row="4 days")).startswith(
        "Users with 4 days between days with purchase"
    )


questions = st.fixed_dictionaries(
    {
        "kind": st.just(KIND),
        "event": st.sampled_from((None, None, *EVENTS[:2], *SELECTORS)),
        "range": st.sampled_from((*RANGES, *EXACT_RANGES[:1], "2025-03-25,2025-04-05")),
        "conditions": st.sampled_from(CONDITIONS),
        "cumulative": st.booleans(),
    }
)


@settings(max_examples=40, deadline=None)
@given(worlds(flagged=True), questions)
def test_usage_intervals_match_the_oracle(world, fields):
    question: Any = from_json(fields)
    if question.event not in world.names:
        return
    expected = sorted(usage_intervals(world, question).values())
    with both_engines(world) as engines:
        for engine in engines:
            answer = engine.answer(question)
            found = {part.end - 0.5: part.count for part in answer.bins}
            assert found == {
                value: sum(v == value or (fields["cumulative"] and v < value) for v in expected)
                for value in expected
            }
            assert answer.total == len(expected)
            check_people(engine, question, answer)
