"""What pages look like at fixed sizes, at tiny ones, and what the next start brings back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.containers import Vertical

from core.draw import Look
from core.store.library.saved import Mark, Saved
from tests.worlds.golden import check
from tests.worlds.tui_pilot import DAY, NOW, explorer, workspace
from tui.keys import PLACES
from tui.services.state import State


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small workspace with one mark."""
    found = workspace(tmp_path_factory.mktemp("tui") / "small.db")
    Saved(found).save_mark(Mark(title="release 4.2", timestamp=NOW - 11 * DAY))
    return found


def steady(screen: str) -> str:
    """The screen without how long a question took."""
    *rest, status, keys = screen.split("\n")
    return "\n".join([*rest, status[:50].rstrip(), keys])


async def test_a_board_at_80_by_24(path: Path) -> None:
    async with explorer(path) as ff:
        check("tui_board_80x24", steady(ff.screen))


async def test_a_board_at_120_by_40_with_braille(path: Path) -> None:
    async with explorer(path, size=(120, 40), look=Look()) as ff:
        check("tui_board_120x40", steady(ff.screen))


async def test_retention_at_80_by_24(path: Path) -> None:
    async with explorer(path, place="retention") as ff:
        await ff.press("down", "right")
        check("tui_retention_80x24", steady(ff.screen))


async def test_a_timeline_at_80_by_24(path: Path) -> None:
    async with explorer(path, place="users") as ff:
        await ff.press("enter", "down")
        check("tui_timeline_80x24", steady(ff.screen))


@pytest.mark.parametrize("size", [(60, 18), (81, 25), (200, 60), (59, 17), (12, 4), (1, 1)])
async def test_no_size_breaks_a_page(path: Path, size: tuple[int, int]) -> None:
    async with explorer(path, size=size) as ff:
        for _, digit, _ in PLACES:
            await ff.press(digit)
        await ff.press("question_mark")
        if size[0] >= 60:
            assert ff.app.screen.query_one(Vertical).region.right <= size[0]
        await ff.press("escape", "r", "escape")
        if size[0] >= 60 and size[1] >= 18:
            assert "? help" in ff.screen
        elif size[0] > 40:
            assert f"{size[0]}x{size[1]} is too small: footfall needs 60x18." in ff.screen


async def test_a_letter_that_does_nothing_on_a_page_says_so(path: Path) -> None:
    async with explorer(path) as ff:
        await ff.press("escape", "x")
        assert ff.status.startswith("x does nothing on this page; ? lists its keys.")


async def test_an_empty_workspace_says_what_to_do_on_every_page(tmp_path: Path) -> None:
    async with explorer(workspace(tmp_path / "empty.db", [])) as ff:
        assert "No events yet" in ff.screen
        await ff.press("2")
        assert "There are no events yet." in ff.screen
        for digit in "347":
            assert "There are no events yet." in await ff.press(digit)
        for _, digit, _ in PLACES:
            await ff.press(digit)
            for key in "ucgvtzzmdyp0":
                await ff.press(key)
                assert "Something broke" not in ff.screen, (digit, key)
            for key in "enfw":
                await ff.press(key, "escape", "escape")
                assert "Something broke" not in ff.screen, (digit, key)


async def test_a_resize_lays_the_board_out_again(path: Path) -> None:
    async with explorer(path, size=(120, 40)) as ff:
        assert ff.page.tiles[1].region.y == ff.page.tiles[0].region.y
        await ff.pilot.resize_terminal(60, 24)
        await ff.settle()
        assert ff.page.tiles[2].region.y > ff.page.tiles[0].region.y
        assert all(tile.region.right <= 60 for tile in ff.page.tiles)


async def test_the_next_start_returns_to_the_same_place_and_question(
    path: Path, tmp_path: Path
) -> None:
    file = tmp_path / "state.json"
    async with explorer(path, place="metrics", state_file=file) as ff:
        await ff.press("tab", "g", "c")
        left = ff.line
        await ff.press("q")
    assert State(path, file).values["place"] == "metrics"
    async with explorer(path, place="metrics", state_file=file) as ff:
        assert ff.line.rsplit("  ", 1)[-1] == left.rsplit("  ", 1)[-1].replace("*", "")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 99}', '{"version": 1}', "\x00"])
def test_a_damaged_state_is_set_aside(tmp_path: Path, text: str) -> None:
    file = tmp_path / "state.json"
    file.write_text(text)
    state = State(tmp_path / "some.db", file)
    assert state.values == {}
    assert "set aside" in state.notice
    state.save()
    assert json.loads(file.read_text())["version"] == 1
    assert (tmp_path / "state.damaged.json").exists()


async def test_zoom_fills_the_page_and_comes_back(path: Path) -> None:
    async with explorer(path) as ff:
        before = ff.screen
        await ff.press("z")
        assert ff.page.tiles[0].region.width == 80
        await ff.press("escape")
        assert ff.screen == before


async def test_a_figure_is_zoomed_to_its_chart(path: Path) -> None:
    async with explorer(path) as ff:
        before = ff.screen
        tile = ff.page.tiles[0]
        assert tile.chart == "number"
        zoomed = await ff.press("z")
        assert "0|" in zoomed
        assert "~ day not complete" in zoomed
        assert "Shown as bars." in await ff.press("v")
        await ff.press("z")
        assert tile.enlarged is False
        assert tile.chart != "number"
        tile.set_chart("number")
        assert ff.screen.split("\n")[:-2] == before.split("\n")[:-2]


async def test_a_crumb_says_nothing_twice(path: Path) -> None:
    async with explorer(path, place="retention") as ff:
        assert ff.line.startswith("Retention > any event, then any event ")
        assert "[ Retention: any event, then any event ]" in ff.screen
    async with explorer(path, place="funnel") as ff:
        await ff.press("E")
        await ff.type("signup > activate > purchase > visit within 7d last 30d")
        await ff.press("enter")
        assert ff.line.startswith("Funnels > signup > activate > purchase > visit ")
