"""The most frequent events (definitions 4.3, appendix A.1)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from core.queries import from_json
from tests.oracles.events import top_events as oracle
from tests.worlds.compare import ask, both_engines, check_people
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import CONDITIONS, EXACT_RANGES, RANGES, worlds


def test_top_events_of_the_fixture(engine):
    answer = ask(engine, "top_events", range=A_RANGE)
    assert answer.rows == (
        ("add_to_cart", 5, 5),
        ("sign_up", 5, 4),
        ("purchase", 4, 4),
        ("view_item", 3, 1),
        ("contact_support", 1, 1),
    )
    assert not answer.truncated


def test_a_cut_list_says_so(engine):
    answer = ask(engine, "top_events", range=A_RANGE, limit=2, order_by="users")
    assert [row[0] for row in answer.rows] == ["add_to_cart", "purchase"]
    assert answer.truncated


@settings(max_examples=30, deadline=None)
@given(
    worlds(flagged=True),
    st.sampled_from(RANGES + EXACT_RANGES),
    st.sampled_from(CONDITIONS),
    st.sampled_from(("count", "users")),
)
def test_top_events_match_the_oracle(world, span, conditions, order):
    question = from_json(
        {"kind": "top_events", "range": span, "conditions": conditions, "order_by": order}
    )
    expected = oracle.top_events(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            answer = engine.answer(question)
            assert list(answer.rows) == expected
            check_people(engine, question, answer)
