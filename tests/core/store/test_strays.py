"""Events whose time may be a mistake are found without reading the others."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from core.store.ingest.importer import Event, store_events
from core.store.strays import Strays, strays
from core.store.workspace import open_writer
from core.timeframe import DAY

NOW = 20_000 * DAY


def found(tmp_path: Path, days: Sequence[float]) -> Strays:
    """What is said of events on some days, counted from 1970."""
    with closing(open_writer(tmp_path / "w.db")) as connection:
        store_events(
            connection, [Event("a", int(day * DAY), f"u{n}") for n, day in enumerate(days)]
        )
        return strays(connection, NOW)


def test_nothing_is_said_of_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, []).sentences() == ()


@pytest.mark.parametrize(("days", "count"), [([20_000], 0), ([20_000.001, 20_000.5, 21_000], 3)])
def test_events_later_than_now_are_in_the_future(
    tmp_path: Path, days: list[float], count: int
) -> None:
    assert found(tmp_path, [19_999, *days]).future == count


@pytest.mark.parametrize(
    ("days", "early"),
    [
        ([0, 15_000, 15_001], (1, 0, 0, 15_000)),
        ([0, 15_000], (1, 0, 0, 15_000)),
        ([14_635, 15_000], (0, 0, 0, 0)),
        ([14_634, 15_000], (1, 14_634, 14_634, 15_000)),
        ([0, 1, 15_000, 15_001], (0, 0, 0, 0)),
        ([0, 900, *([15_000] * 2_000)], (2, 0, 900, 15_000)),
        ([0, 0, 0, *([15_000] * 2_000)], (0, 0, 0, 0)),
        ([0], (0, 0, 0, 0)),
    ],
)
def test_a_few_events_a_year_before_all_others_are_told(
    tmp_path: Path, days: list[float], early: tuple[int, ...]
) -> None:
    said = found(tmp_path, days)
    assert (said.early, said.early_from, said.early_until, said.others_from) == early
