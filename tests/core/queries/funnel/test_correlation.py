"""What goes with converting in a funnel and what with not converting (definitions 11.3)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.draw import draw, navigate, plain
from core.errors import BadQuestion
from core.export import export
from core.language.questions import format_cell
from core.queries import from_json
from core.queries.funnel.statistics import odds_ratio, phi
from tests.oracles.funnel import correlation as oracle_correlation
from tests.worlds.compare import ask, both_engines, check_people, from_text, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.funnel_orders import ORDERS
from tests.worlds.funnels import NOON, SIGN_UP, crowded, questions, with_names
from tests.worlds.strategies import worlds
from tests.worlds.world import DAY, Event, World, engine_of

KIND = "correlation"
AB = [{"event": "a"}, {"event": "b"}]


def story(user: str, names: str, **fields: Any) -> list[Event]:
    """One person's events, a minute apart."""
    return [Event(name, NOON + n * 60_000, user=user, **fields) for n, name in enumerate(names)]


def of(events: list[Event], **fields: Any):
    """The answer about a > b; the people behind every number are counted."""
    question = from_json({"kind": KIND, "steps": AB, "range": "7d", "min_people": 1, **fields})
    with engine_of(World(tuple(events), now=NOON + DAY)) as found:
        answer = found.answer(question)
        check_people(found, question, answer)
        return answer


def rows(answer) -> dict[str, dict[str, Any]]:
    """The rows by their keys, each by the names of its columns."""
    names = [column.name for column in answer.columns]
    return {
        key: dict(zip(names, row, strict=True))
        for key, row in zip(answer.keys, answer.rows, strict=True)
    }


def crowd(**counts: int) -> list[Event]:
    """So many people with each story, as `axb=40`."""
    people_of = [(names, n) for names, count in counts.items() for n in range(count)]
    return [event for names, n in people_of for event in story(f"{names}{n}", names)]


# -- figures


def test_the_figures_of_appendix_a_11():
    answer = of(crowd(axb=40, ab=60, ax=10, a=190), min_people=None)
    (row,) = rows(answer).values()
    assert row["odds ratio"] == pytest.approx(11.6706, abs=5e-5)
    assert row["phi"] == pytest.approx(0.4427, abs=5e-5)
    assert (row["converted"], row["did not"], row["people"]) == (40, 10, 50)
    assert (row["of converted"], row["of others"]) == (0.4, 0.05)
    assert (row["goes with"], row["strength"]) == ("converting", "high")
    assert row["significance"] > 0.999
    assert answer.notes[:2] == ("Correlation, not causation.", "100 of 300 who entered converted.")


def test_what_goes_with_not_converting_stands_upside_down():
    answer = of(crowd(axb=10, ab=190, ax=40, a=60))
    (row,) = rows(answer).values()
    assert row["goes with"] == "not converting"
    assert row["odds ratio"] == pytest.approx(11.6706, abs=5e-5)
    assert row["phi"] == pytest.approx(-0.4427, abs=5e-5)
    assert answer.outcomes == (("converted", "reached"), ("did not", "dropped"))


def test_the_people_on_both_sides():
    question = from_json({"kind": KIND, "steps": AB, "range": "7d", "min_people": 1})
    events = [
        e
        for u, names in (("ann", "axb"), ("bob", "ax"), ("cem", "ab"), ("dee", "a"))
        for e in story(u, names)
    ]
    with engine_of(World(tuple(events), now=NOON + DAY)) as found:
        assert people(found, question, Cell(row="x")) == ["ann", "bob"]
        assert people(found, question, Cell(row="x", outcome="reached")) == ["ann"]
        assert people(found, question, Cell(row="x", outcome="dropped")) == ["bob"]
        assert people(found, question, Cell(outcome="reached")) == ["ann", "cem"]
        assert people(found, question, Cell()) == ["ann", "bob", "cem", "dee"]


# -- rules


def test_only_what_lies_between_entering_and_converting_counts():
    answer = of(crowd(xab=3, abx=3, axb=3, a=9, ax=1))
    assert {key: row["people"] for key, row in rows(answer).items()} == {"x": 4}


def at(user: str, *happened: tuple[str, int]) -> list[Event]:
    """One person's events, each so many ms after noon."""
    return [Event(name, NOON + tick, user=user) for name, tick in happened]


def test_the_moments_of_entering_and_converting_do_not_count():
    others = [*at("bob", ("a", 0), ("x", 5000)), *at("cem", ("a", 0))]
    ann = at("ann", ("a", 0), ("x", 0), ("x", 2000), ("b", 2000))
    assert rows(of([*others, *ann]))["x"]["converted"] == 0
    same_seconds = at("ann", ("a", 0), ("x", 500), ("x", 2000), ("b", 2500))
    assert rows(of([*others, *same_seconds]))["x"]["converted"] == 1
    assert rows(of([*others, *same_seconds], resolution="1s"))["x"]["converted"] == 0
    between = at("ann", ("a", 0), ("x", 1), ("b", 2))
    assert rows(of([*others, *between]))["x"]["converted"] == 1


def test_after_the_window_nothing_counts():
    late = [Event("x", NOON + 3_600_000, user="bob"), Event("x", NOON + 3_600_001, user="cem")]
    answer = of(
        [*crowd(axb=3, ab=1), *story("bob", "a"), *story("cem", "a"), *late], window_seconds=3600
    )
    assert rows(answer)["x"]["did not"] == 1


def test_the_events_of_the_steps_are_left_out():
    answer = of(crowd(aaxb=5, ab=2, ax=1, a=4, aa=3))
    assert list(rows(answer)) == ["x"]


def test_rare_things_are_left_out():
    events = crowd(axb=10, ab=400, ay=9, a=81)
    assert list(rows(of(events, min_people=None))) == ["x"]  # 2 % of 500 are 10
    assert list(rows(of(events, min_people=11))) == []
    assert "fewer than 10 people" in " ".join(of(events, min_people=None).notes)


def test_sides_and_their_limit():
    events = crowd(axb=9, ayb=8, ab=1, az=9, aw=8, a=1)
    assert list(rows(of(events))) == ["x", "y", "z", "w"]
    assert list(rows(of(events, side="success"))) == ["x", "y"]
    assert list(rows(of(events, side="failure"))) == ["z", "w"]
    cut = of(events, limit=1)
    assert (list(rows(cut)), cut.truncated) == (["x", "z"], True)


def test_very_uneven_sides_are_warned_of():
    assert "very uneven" in " ".join(of(crowd(axb=11, ax=1)).notes)
    assert "very uneven" not in " ".join(of(crowd(axb=10, ax=1)).notes)


def test_with_people_on_one_side_only_there_is_nothing_to_compare():
    answer = of([*crowd(axb=3), *story("late", "x")])
    assert answer.rows == ()
    assert "nothing to compare" in " ".join(answer.notes)
    assert "Correlation, not causation." in plain(draw(answer, 80, 12))


def test_values_of_a_field_instead_of_events():
    events = [
        *story("ann", "axb", context={"country": "NL"}),
        *story("bob", "ax", context={"country": "US"}),
        *story("cem", "ax"),
    ]
    answer = of(events, breakdown="country")
    assert {key: row["goes with"] for key, row in rows(answer).items()} == {
        "NL": "converting",
        "US": "not converting",
    }
    assert answer.columns[0].name == "country"


def test_pairs_of_values_on_one_event():
    events = [
        *story("ann", "axb", properties={"item": "hat"}),
        *story("bob", "ax", properties={"item": "coat"}),
        *story("cem", "a"),
    ]
    answer = of(events, breakdown=["event", "item"])
    assert list(rows(answer)) == ['["x", "hat"]', '["x", "coat"]']
    assert [row[:2] for row in answer.rows] == [("x", "hat"), ("x", "coat")]


def test_traits_need_no_event(engine):
    answer = ask(engine, KIND, range=A_RANGE, steps=SIGN_UP, breakdown="trait:plan", min_people=1)
    found = rows(answer)
    assert (found["pro"]["converted"], found["pro"]["did not"]) == (1, 0)
    assert (found["free"]["converted"], found["free"]["did not"]) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"side": "left"}, "side must be"),
        ({"min_people": 0}, "min_people must be at least 1"),
        ({"compare": "previous"}, "compare does not apply to correlation"),
        ({"count_by": "totals"}, "count_by does not apply to"),
        ({"hold": "item"}, "hold does not apply to"),
        ({"breakdown": "contry"}, "'contry' is not a field"),
        ({"breakdown": ["country", "event", "item"]}, "breakdown holds at most 2"),
        ({"steps": SIGN_UP[:1]}, "steps needs at least 2"),
    ],
)
def test_bad_questions_are_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, KIND, **{"steps": SIGN_UP, **fields})


@pytest.mark.parametrize(
    ("cell", "by"),
    [
        (Cell(previous=True), []),
        (Cell(group=("x",)), []),
        (Cell(outcome="returned"), []),
        (Cell(row="never"), []),
        (Cell(row="x"), ["event", "country"]),
    ],
)
def test_a_cell_of_another_answer_is_refused(engine, cell, by):
    with pytest.raises(BadQuestion, match=r"cell|workspace"):
        people(engine, from_json({"kind": KIND, "steps": SIGN_UP, "breakdown": by}), cell)


# -- text, drawing, files


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("correlation signup > purchase", "correlation of signup > purchase"),
        (
            "Correlation of a > b by country top 5 within 1h last 90d",
            "correlation of a > b within 1h last 90d by country top 5",
        ),
        ("correlation of a > b with side = success, min_people = 5", None),
    ],
)
def test_text(text, canonical):
    assert from_text(text, canonical or "").kind == KIND


@pytest.mark.parametrize(
    ("outcome", "words"),
    [(None, ""), ("reached", " and converted"), ("dropped", " and did not convert")],
)
def test_who_is_behind_a_number(outcome, words):
    question = from_json({"kind": KIND, "steps": AB})
    told = format_cell(question, Cell(row="x", outcome=outcome))
    assert told == f"Entered a and had x{words} in the last 30 days"


def test_drawing_navigation_and_files():
    answer = of(crowd(axb=40, ab=60, ax=10, a=190))
    for width in (80, 120):
        drawn = plain(draw(answer, width, 20))
        assert "Correlation, not causation." in drawn
        assert "11.67" in drawn
    assert navigate(answer)[0] == [
        Cell(row="x"),
        Cell(row="x", outcome="reached"),
        Cell(row="x", outcome="dropped"),
    ]
    assert export(answer, "csv").startswith("event,goes with,odds ratio,converted,did not,")


# -- whole worlds against every possible attempt


def check(world: World, fields: dict[str, Any]) -> None:
    """Every row is the oracle's, and so are the people behind it."""
    question: Any = from_json(fields)
    had = oracle_correlation.had(world, question)
    all_s, all_f = len(had.converted), len(had.others)
    expected = {}
    for values in had.values if all_s and all_f else ():
        s, f = (len(side) for side in had.sides(values))
        odds = odds_ratio(s, f, all_s, all_f)
        if odds != 1:
            expected[values] = (
                max(odds, 1 / odds),
                s,
                f,
                s / all_s,
                f / all_f,
                phi(s, f, all_s, all_f),
            )
    with both_engines(world) as (usual, scan):
        answer = usual.answer(question)
        assert scan.answer(question) == answer
        size = len(question.breakdown) or 1
        shown = {row[:size]: row[size + 1 : size + 7] for row in answer.rows}
        assert shown.keys() == expected.keys()
        for values, figures in shown.items():
            assert figures == pytest.approx(expected[values])
        check_people(usual, question, answer)
        for key, row in zip(answer.keys, answer.rows, strict=True):
            for outcome, side in zip(("reached", "dropped"), had.sides(row[:size]), strict=True):
                assert people(usual, question, Cell(row=key, outcome=outcome)) == sorted(side)


@st.composite
def asked(draw: st.DrawFn) -> dict[str, Any]:
    """A question about what goes with a random funnel."""
    fields = draw(questions(2))
    by = ([], [], "country", "properties.item", "trait:plan", ["event", "country"])
    return {
        **fields,
        "kind": KIND, "compare": None, "min_people": 1, "limit": 1000,
        "breakdown": draw(st.sampled_from(by)),
        "steps": fields["steps"][:2],
        "order": draw(st.sampled_from(ORDERS)),
        "filters_on": draw(st.sampled_from(("every", "first"))),
        "resolution": draw(st.sampled_from(("ms", "ms", "1s"))),
        "users": draw(st.sampled_from(("active", "active", "new"))),
    }  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(crowded(), asked())
def test_crowded_worlds_match_every_possible_attempt(world, fields):
    check(with_names(world), fields)


@settings(max_examples=40, deadline=None)
@given(worlds(), asked())
def test_worlds_match_every_possible_attempt(world, fields):
    check(with_names(world), fields)
