"""The engagement matrix: how many do each event, and how often (definitions 11.14, A.7b)."""

from __future__ import annotations

from statistics import median
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
from tests.oracles.events.engagement import engagement
from tests.worlds.compare import ask, both_engines, check_people, from_text, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import CONDITIONS, EXACT_RANGES, RANGES, worlds
from tests.worlds.world import World, engine_of

KIND = "engagement"


def test_the_fixture(engine):
    answer = ask(engine, KIND, range=A_RANGE)
    assert answer.rows == (
        ("add_to_cart", 1.0, 1.0, 5, 5, "many, seldom"),
        ("purchase", 0.8, 1.0, 4, 4, "many, seldom"),
        ("sign_up", 0.8, 1.25, 4, 5, "many, often"),
        ("contact_support", 0.2, 1.0, 1, 1, "few, seldom"),
        ("view_item", 0.2, 3.0, 1, 3, "few, often"),
    )
    assert answer.notes == (
        "Shares are of 5 active users.",
        "Medians: 80.0% of them, 1 times per user.",
    )


def test_its_people(engine):
    question = from_json({"kind": KIND, "range": A_RANGE})
    assert people(engine, question, Cell(row="sign_up")) == ["a", "b", "c", "e"]
    assert people(engine, question, Cell()) == ["a", "b", "c", "d", "e"]
    assert format_cell(question, Cell(row="sign_up")).startswith("Users of sign_up")
    with pytest.raises(BadQuestion, match="sign_up"):
        people(engine, question, Cell(row="signup"))


def test_a_limit_leaves_the_medians_alone(engine):
    whole, cut = (ask(engine, KIND, range=A_RANGE, limit=n) for n in (100, 2))
    assert (cut.rows, cut.truncated) == (whole.rows[:2], True)
    assert cut.notes == whole.notes


def test_it_is_read_from_the_stored_sets_and_of_the_events_from_those_of_nobody(engine):
    statements = engine.run(from_json({"kind": KIND, "range": A_RANGE}), fresh=True).statements
    assert len(statements) == 3
    (scanned,) = [s for s in statements if "from events" in s.text]
    plan = engine.read(f"explain query plan {scanned.text}", scanned.parameters)
    assert "SEARCH r USING PRIMARY KEY (actor=?" in " ".join(str(row[3]) for row in plan)


def test_a_workspace_without_events():
    with engine_of(World((), now=1_744_000_000_000)) as empty:
        answer = ask(empty, KIND)
        assert (answer.rows, answer.notes) == ((), ())


def test_it_is_drawn_and_exported(engine):
    answer = ask(engine, KIND, range=A_RANGE)
    drawn = plain(draw(answer, 80, 16))
    assert "many, seldom" in drawn
    assert "Medians" in drawn
    assert "few, often" in export(answer, "csv")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"limit": 0}, "limit must be at least 1"),
        ({"event": "purchase"}, "'event' is not known"),
        ({"conditions": [{"field": "contry", "value": "NL"}]}, "'contry' is not a field"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, KIND, **fields)


def test_its_text():
    question = from_json({"kind": KIND, "range": "7d", "limit": 5})
    assert from_text("Engagement last 7d limit 5") == question


questions = st.fixed_dictionaries(
    {
        "kind": st.just(KIND),
        "range": st.sampled_from((*RANGES, *EXACT_RANGES[:1], "2025-03-25,2025-04-05")),
        "conditions": st.sampled_from(CONDITIONS),
    }
)


@settings(max_examples=40, deadline=None)
@given(worlds(flagged=True), questions)
def test_engagement_matches_the_oracle(world, fields):
    question: Any = from_json(fields)
    found, active = engagement(world, question)
    shares = [len(people) / len(active) for people, _, _ in found.values() if active]
    times = [known / len(people) for people, _, known in found.values() if people]
    with both_engines(world) as engines:
        for engine in engines:
            answer = engine.answer(question)
            assert {row[0]: (row[3], row[4]) for row in answer.rows} == {
                name: (len(people), count) for name, (people, count, _) in found.items()
            }
            for event, share, each, users, _, quadrant in answer.rows:
                assert share == (pytest.approx(users / len(active)) if active else None)
                known = found[event][2]
                assert each == (pytest.approx(known / users) if users else None)
                if users:
                    reach = "many" if share >= median(shares) else "few"
                    often = "often" if each > median(times) else "seldom"
                    assert quadrant == f"{reach}, {often}"
            check_people(engine, question, answer)
