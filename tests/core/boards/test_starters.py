"""What a workspace opens with: a range that has its data, and tiles that say something about it."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from typing import Any

import pytest

from core.boards.answering import answer_board
from core.boards.periods import Period, period
from core.boards.starters import starter_boards
from core.store.ingest.importer import Log, store_logs
from core.store.workspace import open_writer
from core.timeframe import DAY, Calendar, to_day
from tests.worlds.world import Event, World, engine_of

NOW = 1_700_000_000_000
TODAY = to_day(date(2026, 6, 1))


def shown(*days: tuple[int, int]) -> Period:
    """Return the period for (days ago, events) pairs."""
    return period({TODAY - ago: total for ago, total in days}, TODAY, Calendar())


@pytest.mark.parametrize(
    ("days", "expected", "unit", "cohorts"),
    [
        (((0, 5),), "2d", "hourly", ""),
        (((5, 5), (1, 5)), "7d", "daily", ""),
        (((20, 5), (1, 5)), "30d", "daily", "weekly"),
        (((400, 5), (29, 5)), "30d", "daily", "weekly"),
        (((100, 5),), "2026-02-21,2026-02-21", "hourly", ""),
        (((160, 5), (100, 5)), "2025-12-23,2026-02-21", "daily", "weekly"),
        (((300, 50), (100, 5)), "2025-08-04,2026-02-21", "weekly", "monthly"),
        (((3000, 90), (100, 10)), "2026-02-21,2026-02-21", "hourly", ""),
        (((3000, 900), (100, 10)), "2018-03-01,2026-02-21", "monthly", "monthly"),
        (((-9, 5),), "2026-06-10,2026-06-10", "hourly", ""),
        (((-9, 5), (100, 5)), "2026-02-21,2026-02-21", "hourly", ""),
        ((), "30d", "daily", "weekly"),
    ],
)
def test_a_period_has_the_data(
    days: tuple[tuple[int, int], ...], expected: str, unit: str, cohorts: str
) -> None:
    found = shown(*days)
    assert (found.range, found.unit, found.cohorts) == (expected, unit, cohorts)


def test_a_period_is_compared_only_where_there_was_something_before() -> None:
    assert shown((45, 1), (1, 1)).compared
    assert not shown((20, 1), (1, 1)).compared
    assert shown((480, 100), (300, 100), (100, 900)).compared
    assert not shown((160, 5), (100, 5)).compared


def tiles(engine: Any, at: int = 0) -> dict[str, Any]:
    """Return title -> answer of a starter board, none of which failed."""
    board = starter_boards(engine)[at]
    found = answer_board(board, engine)
    assert [a for a in found.values() if isinstance(a, Exception)] == []
    return {block.title or block.content: found.get(block.id) for block in board.blocks}


def test_events_of_nobody_are_counted_and_people_left_out() -> None:
    world = World(
        tuple(Event("buy", NOW - n * DAY, None, properties={"amount": n}) for n in range(40)),
        now=NOW,
    )
    with engine_of(world) as engine:
        assert [board.title for board in starter_boards(engine)] == ["Overview"]
        found = tiles(engine)
    *named, note = found
    assert named == [
        "buy",
        "amount of buy",
        "All events by day",
        "Top events",
        "amount of buy by day",
    ]
    assert "--map user=COLUMN" in note
    assert found["All events by day"].lines[0].total == 30


def test_page_views_are_broken_down_by_path() -> None:
    world = World(
        tuple(
            Event("page view", NOW - n * 60_000, f"u{n % 3}", properties={"path": f"/{n % 2}"})
            for n in range(8)
        ),
        now=NOW,
    )
    with engine_of(world) as engine:
        found = tiles(engine)
        assert list(found)[-2:] == ["Active users by hour", "page view by path"]
        lines = found["page view by path"].lines
        assert {line.group[0]: line.total for line in lines} == {"/0": 4, "/1": 4}
        tiles(engine, 1)


def test_logs_have_a_board_alone_and_beside_events() -> None:
    with engine_of(World((), now=NOW)) as engine:
        with closing(open_writer(engine.path)) as connection:
            store_logs(connection, [Log(NOW - n * DAY, "late", "ERROR") for n in range(3)])
        assert [board.title for board in starter_boards(engine)] == ["Logs"]
        found = tiles(engine)
        assert found["Errors"].lines[0].total == 3
        with closing(open_writer(engine.path)) as connection:
            from core.store.ingest import importer

            importer.store_events(connection, [importer.Event("buy", NOW - DAY, "ana")])
        titles = [board.title for board in starter_boards(engine)]
        assert titles == ["Overview", "People", "Logs"]
        assert "Logs by level" in tiles(engine)
