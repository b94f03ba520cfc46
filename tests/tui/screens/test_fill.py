"""At 120x40 no place is mostly blank: what a person would ask next has the room."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.store.library.saved import Saved
from fixtures.demo import make
from tests.worlds.tui_pilot import NOW, Driver, explorer
from tui.keys import PLACES

BLANK = frozenset(" |+-=")
MOST, OF_HALF = 0.25, 0.4
"""The share of content rows that may be blank: of whole rows, and of those of the left or the right
half."""


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, with its boards and marks."""
    path: Path = tmp_path_factory.mktemp("sample") / "demo.db"
    make(path, NOW)
    return path


def blank_share(rows: list[str]) -> float:
    """Return the share of rows that hold nothing but frames."""
    return sum(set(row) <= BLANK for row in rows) / len(rows)


def content(ff: Driver) -> list[str]:
    """Return the rows between the lines of the chrome."""
    return [row.ljust(120) for row in ff.screen.split("\n")[2:-2]]


async def test_no_half_of_a_place_is_blank(sampled: Path) -> None:
    assert Saved(sampled).boards()
    async with explorer(sampled, size=(120, 40)) as ff:
        for _, digit, _ in PLACES:
            await ff.press(digit)
            rows = content(ff)
            assert blank_share(rows) <= MOST, ff.screen
            for half in (slice(0, 60), slice(60, 120)):
                assert blank_share([row[half] for row in rows]) <= OF_HALF, ff.screen
        await ff.press("8", "enter")  # a person, of few events
        assert blank_share(content(ff)) <= MOST, ff.screen
        for key in ("escape", "down"):
            await ff.press("1", key)
            board = ff.page.boards[ff.page.listing.value]
            assert all(block.title in ff.screen for block in board.blocks[:8])
