"""Funnels of boards have their conversion over time beside them where they are drawn."""

from __future__ import annotations

import pytest

from core.boards.answering import answer_board
from core.boards.over_time import conversion_over_time
from core.definitions.board import Block, Board
from core.draw import Look, draw, plain
from core.draw.spark import LEVELS
from tests.worlds.compare import from_text
from tests.worlds.world import DAY, HOUR, Event, World, engine_of

NOON = 1_744_804_800_000
"""2025-04-16 12:00 UTC."""


@pytest.fixture(scope="module")
def engine():
    """A person a day for forty days, of whom every second one buys."""
    events = []
    for n in range(40):
        start = NOON - n * DAY - 2 * HOUR
        events.append(Event("signup", start, f"u{n}"))
        events += [Event("purchase", start + HOUR, f"u{n}")] * (n % 2)
    with engine_of(World(tuple(events), now=NOON)) as found:
        yield found


def board(*questions: str) -> Board:
    """A board with a tile for each question."""
    blocks = tuple(Block(id=str(n), question=text) for n, text in enumerate(questions))
    return Board(title="b", blocks=blocks)


def test_a_funnel_that_is_drawn_has_its_conversion_over_time(engine) -> None:
    shown = board("signup > purchase last 30d", "signup")
    found = answer_board(shown, engine, drawn=True)
    trend = found["0"].trend
    assert trend.granularity == "daily"
    assert trend.lines[0].total_fraction == (15, 30)
    assert set(trend.lines[0].values[:-8]) == {0.0, 1.0}
    bare = answer_board(shown, engine)
    assert bare["0"].trend is None
    assert found["0"].model_dump_json() == bare["0"].model_dump_json()
    assert found["1"] == bare["1"]


def test_the_line_stands_beside_the_total_where_it_has_room(engine) -> None:
    answer = answer_board(board("signup > purchase last 30d"), engine, drawn=True)["0"]

    def line(width: int) -> str:
        return next(
            row for row in plain(draw(answer, width, 12, Look())).split("\n") if "end to end" in row
        )

    assert set(line(50)) & set(LEVELS)
    assert not set(line(40)) & set(LEVELS)


def test_what_has_no_line_is_asked_nothing(engine) -> None:
    ctx = engine.context()
    none = ("signup", "funnel signup", "signup > purchase last 2d", "signup > purchase by country")
    assert [conversion_over_time(from_text(text), ctx) for text in none] == [None] * len(none)
    weekly = conversion_over_time(from_text("signup > purchase where x is 1 last 90d"), ctx)
    assert weekly is not None
    assert (weekly.granularity, weekly.range) == ("weekly", "90d")
    assert weekly.conditions == from_text("signup > purchase where x is 1").conditions
