"""A flow in the explorer: a cursor on its nodes, and Enter to the people behind one."""

from __future__ import annotations

from pathlib import Path

from core.answers import Cell
from core.draw.flows.bands import pointed
from tests.worlds.tui_pilot import explorer


async def test_enter_on_a_node_opens_its_people(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("tab", "E")
        await ff.press("ctrl+u")
        await ff.type("paths from signup within 1d")
        await ff.press("enter")
        assert "Metrics > Paths from signup" in ff.line
        await ff.press("home")
        assert ff.page.view.cell == Cell(step=1, row="signup")
        await ff.press("right")
        assert ff.page.view.cell == Cell(step=2, row="activate", after="signup")
        await ff.press("right")
        assert ff.page.view.cell == Cell(step=2, row="activate")
        counted = ff.page.view.number
        assert "signup" in ff.screen
        assert "activate" in ff.screen
        await ff.press("enter")
        assert ff.page.view.answer.total == counted
        assert "activate at step 2" in ff.screen


async def test_edges_are_a_way_to_draw_it(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("tab", "E")
        await ff.press("ctrl+u")
        await ff.type("paths from signup within 1d")
        await ff.press("enter")
        await ff.press("v", "v")
        assert ff.page.view.cell.after == "signup"
        counted = ff.page.view.number
        await ff.press("enter")
        assert ff.page.view.answer.total == counted


async def test_bands_are_found_by_keys_and_by_the_mouse_and_lead_to_their_people(
    path: Path,
) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("tab", "E")
        await ff.press("ctrl+u")
        await ff.type("paths from signup within 1d")
        await ff.press("enter", "home", "right")
        band, counted = ff.page.view.cell, ff.page.view.number
        assert band.after == "signup"
        assert "signup to activate" in ff.screen
        await ff.press("home")
        view = ff.page.view
        look, (width, height) = ff.app.look, view.inner()
        found = {
            pointed(view.answer, width, height, look, view.cursor, (x, 3)) for x in range(width)
        }
        assert {(0, 0), (0, 1), (0, 2)} <= found
        await ff.press("right", "enter")
        assert ff.page.view.answer.total == counted
