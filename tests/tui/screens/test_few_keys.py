"""From a cold start on the sample a few keys lead to who dropped, came, and did what last."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Key

from fixtures.demo import make
from tests.worlds.tui_pilot import NOW, Driver, explorer


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, with its boards and marks."""
    path: Path = tmp_path_factory.mktemp("few") / "demo.db"
    make(path, NOW)
    return path


async def burst(ff: Driver, *keys: str) -> None:
    """Press keys without waiting for what they do."""
    for key in keys:
        ff.app.post_message(Key(key, key if len(key) == 1 else None))
    await ff.settle()


@pytest.mark.parametrize("at_once", [False, True], ids=["one by one", "in one burst"])
async def test_a_few_keys_from_a_cold_start_find_people(sampled: Path, at_once: bool) -> None:
    async with explorer(sampled) as ff:
        press = burst if at_once else Driver.press
        await press(ff, "3", "down", "u")
        funnel = ff.app.stack_of("funnel")[0].main.answer.groups[0]
        assert ff.page.main.answer.total == funnel.steps[1].drop_off
        assert "Dropped before step 2" in ff.screen
        await press(ff, "8", "L")
        timeline = ff.page.timeline
        assert {event.session for event in timeline.events} == {timeline.total_sessions}
        await press(ff, "2", "enter", "u", "c")
        line = ff.app.stack_of("metrics")[0].main.answer.lines[0]
        assert 0 < ff.page.main.answer.total < line.total
        assert "not previous period" in ff.screen
