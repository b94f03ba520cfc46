"""What people come for, each from a cold start on the sample, by keys, at any speed."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from textual.events import Key

from core.language.questions import format_question
from fixtures.demo import make
from tests.worlds.tui_pilot import NOW, Driver, explorer

LONG = bool(os.environ.get("FOOTFALL_LONG"))
"""Whether every target is tried at every pace, and not only the shortest."""


@dataclass(frozen=True)
class Target:
    """Something to reach.

    Attributes:
        keys: what is typed, nothing but keys, names and numbers.
        most: how many keys it may take.
        reached: whether the explorer shows it.
    """

    keys: list[str]
    most: int
    reached: Callable[[Driver], bool]


def dropped(ff: Driver) -> bool:
    """The people who dropped at step 2 are listed."""
    cell = ff.page.question.cell
    return (cell.outcome, cell.step) == ("dropped", 2) and ff.page.main.answer.total > 0


def last_session(ff: Driver) -> bool:
    """Only the last session of a person is shown."""
    shown = ff.page.timeline
    return {event.session for event in shown.events} == {shown.total_sessions}


def payers_return(ff: Driver) -> bool:
    """Weekly retention of payers, by country."""
    text = format_question(ff.page.question)
    return text == "retention of purchase by country" and "by week" in ff.line


def revenue_kept(ff: Driver) -> bool:
    """Revenue by source against the period before is on a board of its own."""
    boards = [board for board in ff.app.library.saved_boards() if board.title == "Money"]
    kept = [block.question for board in boards for block in board.blocks]
    return kept == ["sum(purchase.amount) last 30d by source vs prev"]


def mark_compared(ff: Driver) -> bool:
    """The new mark is chosen, with what happened before and after it."""
    return "Launch" in ff.screen and "7 days before and after" in ff.screen


def funnel_built(ff: Driver) -> bool:
    """A funnel of four steps with a filter on the second, and people in it."""
    text = format_question(ff.page.question)
    first, second = text.split(" > ")[:2]
    steps = ff.page.main.answer.groups[0].steps
    return len(steps) == 4 and "[" not in first and "[" in second and steps[1].count > 0


def audience_applied(ff: Driver) -> bool:
    """An audience of those who purchased twice in 30 days, not in NL, is on every tile."""
    body = ff.app.library.audiences()[0].body
    assert body == {
        "events": [{"event": "purchase", "days": 30, "op": "gte", "count": 2}],
        "filters": [{"field": "country", "operator": "ne", "value": "NL"}],
    }
    return {tile.question.audience for tile in ff.page.tiles if tile.question} == {"Pay"}


def four_tiles(ff: Driver) -> bool:
    """A new board has four tiles."""
    boards = [board for board in ff.app.library.saved_boards() if board.title == "Four"]
    return [len(board.blocks) for board in boards] == [4]


TARGETS = {
    "who dropped at step 2": Target(["3", "down", "u"], 4, dropped),
    "a person's last session": Target(["8", "L"], 4, last_session),
    "a mark and its before and after": Target(
        ["2", "tab", *["left"] * 8, "m", *"Launch", "enter", "enter", "6"], 20, mark_compared
    ),
    "weekly retention by country of payers": Target(
        ["4", "n", *"pur", "enter", *["down"] * 9, "enter", *"cou", "enter", "ctrl+j"],
        25, payers_return,
    ),
    "a new funnel of four steps": Target(
        [
            "3", "n", "enter", "down", "enter", "down", "down", "enter", *"pur", "enter",
            "escape", "up", "up", "f", *"so", "enter", "enter", "enter", "ctrl+j",
        ],
        24, funnel_built,
    ),
    "revenue by source against the period before, on a board": Target(
        [
            "2", "tab", "e", "enter", *"pur", "enter",  # the event
            "down", "enter", *"sum", "enter", *"amou", "enter",  # the sum of its amounts
            "slash", *"broken", "enter", "enter", *"sour", "enter",  # by source
            "down", "right", "ctrl+j",  # against the period before
            "a", *"new", "enter", *"Money", "enter",
        ],
        50, revenue_kept,
    ),
    "an audience applied to a board": Target(
        [
            "5", "n", "enter", *"pur", "enter", "down", "enter", "enter",  # twice in 30 days
            "n", "down", "down", "enter", *"cou", "enter", "down", "enter", *"NL", "enter",
            "ctrl+j", *"Pay", "enter", "1", "s", *"Pay", "enter",
        ],
        39, audience_applied,
    ),
    "a board of four tiles": Target(
        [
            "2", "a", *"new", "enter", *"Four", "enter",
            *(key for _ in range(3) for key in ("down", "a", *"Four", "enter")),
        ],
        40, four_tiles,
    ),
}  # fmt: skip

SHORT = tuple(TARGETS)[:2]
"""Those that are typed slowly as well."""

PACES = [(name, None) for name in TARGETS] + [
    (name, every) for name in TARGETS for every in (0.0, 0.02, 0.05, 0.1) if LONG or name in SHORT
]
"""Every target in one burst; None is no time at all between keys, numbers are seconds."""


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, with its boards and marks."""
    path: Path = tmp_path_factory.mktemp("targets") / "demo.db"
    make(path, NOW)
    return path


@pytest.mark.parametrize(("name", "every"), PACES)
async def test_it_is_reached_by_keys(
    sampled: Path, tmp_path: Path, name: str, every: float | None
) -> None:
    target = TARGETS[name]
    assert len(target.keys) <= target.most
    path = tmp_path / "demo.db"
    shutil.copy(sampled, path)
    async with explorer(path, size=(120, 40) if "mark" in name else (80, 24)) as ff:
        for key in target.keys:
            ff.app.post_message(Key(key, key if len(key) == 1 else None))
            if every is not None:
                await asyncio.sleep(every)
        await ff.settle()
        await ff.until(lambda: target.reached(ff), name)
