"""What is unusual on a day: judged by its weekday, ranked by how far it moved."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion
from core.language.questions import format_cell
from core.queries import from_json
from core.queries.events.unusual import Counted, Moved
from core.values.usual import Usual
from tests.oracles.events.unusual import unusual
from tests.worlds.compare import ask, both_engines, check_people, from_text, people
from tests.worlds.strategies import CONDITIONS, worlds
from tests.worlds.world import DAY, HOUR, Event, World, engine_of

KIND = "unusual"
MONDAY = 1_743_984_000_000
"""2025-04-07 00:00 UTC."""


def happened(name: str, day: int, times: int, country: str) -> list[Event]:
    at = MONDAY + day * DAY + 9 * HOUR
    return [Event(name, at + n, f"u{n}", context={"country": country}) for n in range(times)]


@pytest.fixture(scope="module")
def mondays():
    """Ten weeks: 4 or 5 views on Mondays, 1 on other days; on day 0, a Monday, 9 and 2 sales."""
    events = [
        event for day in range(-70, 0)
        for event in happened("view", day, 1 if day % 7 else 4 + day // 7 % 2, "NL")
    ]  # fmt: skip
    events += happened("view", 0, 9, "NL") + happened("sale", 0, 2, "DE")
    with engine_of(World(tuple(events), now=MONDAY + DAY + HOUR)) as engine:
        yield engine


def test_what_moved_most_comes_first_with_its_usual(mondays):
    answer = ask(mondays, KIND, breakdown=["event", "country"])
    assert answer.rows == (
        ("any event", "above", 11, 4.5, pytest.approx(3.0471, abs=1e-4), 5.952948,
         pytest.approx(8.77, abs=0.01), 9),
        ("country = NL", "above", 9, 4.5, pytest.approx(3.0471, abs=1e-4), 5.952948,
         pytest.approx(6.07, abs=0.01), 9),
        ("event = view", "above", 9, 4.5, pytest.approx(3.0471, abs=1e-4), 5.952948,
         pytest.approx(6.07, abs=0.01), 9),
        ("country = DE", "above", 2, 0, 0, 0, None, 2),
        ("event = sale", "above", 2, 0, 0, 0, None, 2),
    )  # fmt: skip
    assert (answer.first, answer.notes) == ("2025-04-07", ("Compared with 10 Mondays before.",))
    assert len(ask(mondays, KIND).rows) == 5, "events and the context fields with several values"


def test_a_change_that_chance_alone_explains_does_not_come_first():
    many = Moved("many", Counted(104, 9), Usual(100, 1, 12, alike=True))
    few = Moved("few", Counted(4, 4), Usual(1, 0, 12, alike=True))
    assert (many.size, few.size) == (pytest.approx(0.4), 3)


def test_its_people(mondays):
    question = from_json({"kind": KIND})
    assert people(mondays, question, Cell(row="event = sale")) == ["u0", "u1"]
    assert len(people(mondays, question, Cell(row="any event"))) == 9
    assert format_cell(question, Cell(row="event = sale")).startswith("Users with event = sale")
    with pytest.raises(BadQuestion, match="no row 'sale'"):
        people(mondays, question, Cell(row="sale"))


def test_a_day_without_data_and_one_that_is_not_over(mondays):
    today = ask(mondays, KIND, range="today")
    assert (today.rows, today.notes) == (
        (), ("The newest event is from 2025-04-07; nothing is known after that.",),
    )  # fmt: skip
    early = ask(mondays, KIND, range="2025-01-27,2025-01-29")
    assert early.rows == ()
    assert early.notes == ("Nothing is usual yet: 2 earlier days are known, 6 are needed.",)


def test_it_reads_only_stored_sets(mondays):
    statements = mondays.run(from_json({"kind": KIND}), fresh=True).statements
    assert len(statements) == 3
    assert not [s for s in statements if "from events" in s.text]


def test_its_text():
    fields = {"kind": KIND, "measure": "users", "breakdown": ["event", "country"], "range": "today"}
    assert from_text("unusual users by event, country today") == from_json(fields)


questions = st.fixed_dictionaries(
    {
        "kind": st.just(KIND),
        "range": st.sampled_from(("today", "yesterday", "yesterday", "7d", "last_week")),
        "measure": st.sampled_from(("count", "users")),
        "breakdown": st.sampled_from((["event"], ["country"], ["item", "event"], ["trait:plan"])),
        "conditions": st.sampled_from(CONDITIONS),
        "limit": st.just(1000),
    }
)


@settings(max_examples=40, deadline=None)
@given(worlds(flagged=True, days=20), questions)
def test_unusual_matches_the_oracle(world: World, fields: dict[str, Any]) -> None:
    question: Any = from_json(fields)
    found = unusual(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            answer = engine.answer(question)
            assert {row[0]: row[2:4] for row in answer.rows} == {
                name: (each.figure, each.middle) for name, each in found.items()
            }
            for name, side, figure, middle, low, high, *_ in answer.rows:
                reach = 1.96 * found[name].scale
                assert (low, high) == pytest.approx((max(middle - reach, 0), middle + reach))
                assert side == ("above" if figure > high else
                                "below" if figure < middle - reach else "usual")  # fmt: skip
            check_people(engine, question, answer)
