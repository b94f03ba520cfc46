"""The mouse does what keys do: a click moves the cursor, a double click opens."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import MouseScrollDown

from core.draw.pointing import cell_at
from tests.worlds.tui_pilot import Driver, explorer
from tui.widgets.dialogs import Menu
from tui.widgets.overlay import Box


async def click(ff: Driver, widget: object, x: int, y: int, times: int = 1) -> None:
    """Click a place of a widget."""
    await ff.pilot.click(widget, offset=(x, y), times=times)
    await ff.settle()


async def test_a_click_moves_the_cursor_of_a_grid(path: Path) -> None:
    async with explorer(path, place="retention", size=(120, 40)) as ff:
        view = ff.page.view
        await click(ff, view, 26, 5)
        rows = [view.render_line(y) for y in range(view.size.height)]
        assert ">" in rows[5].text
        row, column = view.cursor
        assert row > 0 < column


async def test_a_click_moves_the_cursor_of_a_chart(path: Path) -> None:
    async with explorer(path, place="metrics", size=(120, 40)) as ff:
        await ff.press("enter")
        view = ff.page.view
        columns = []
        for x in (30, 50, 70):
            await click(ff, view, x, 8)
            columns.append(view.cursor[1])
        assert columns == sorted(set(columns))


async def test_a_click_on_a_person_and_a_double_click_open_the_timeline(path: Path) -> None:
    async with explorer(path, place="users") as ff:
        view = ff.page.first_view
        await click(ff, view, 5, 6)
        row = view.cursor[0]
        assert row > 2
        user = view.render_line(6).text.split()[2]
        await click(ff, view, 5, 6, times=2)
        assert ff.page.page_id == "timeline"
        assert ff.page.user == user


async def test_menus_take_arrows_enter_backspace_and_the_mouse(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("enter", "r")
        menu = ff.app.screen
        chosen = menu.entries[menu.at]
        assert chosen[2] == ff.page.question.range
        await ff.press("down", "enter")
        assert ff.page.question.range == menu.entries[menu.at][2] != chosen[2]
        await ff.press("r", "backspace")
        assert ff.app.screen is ff.page
        await ff.press("r")
        box = ff.app.screen.query_one(Box)
        await click(ff, box, 5, 1)
        assert ff.page.question.range == "today"
        await ff.press("r")
        await click(ff, ff.app.screen, 1, 1)
        assert ff.app.screen is ff.page


async def test_a_menu_that_does_not_fit_says_so_and_scrolls(path: Path) -> None:
    async with explorer(path, place="metrics", size=(60, 18)) as ff:
        ff.app.push_screen(Menu("Ways", [(chr(97 + i), f"way {i}", i) for i in range(24)]))
        await ff.settle()
        assert "1-14 of 24" in await ff.press("home")
        screen = await ff.press("end")
        assert "11-24 of 24" in screen
        assert "x  way 23" in screen
        assert "way 0 " not in screen


async def test_the_wheel_moves_in_a_menu(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("enter", "r")
        before = ff.app.screen.at
        box = ff.app.screen.query_one(Box)
        at = box.region.offset
        wheel = MouseScrollDown(None, at.x + 1, at.y + 1, 0, 1, 0, False, False, False)
        ff.app.post_message(wheel)
        await ff.settle()
        assert ff.app.screen.at == before + 1


@pytest.mark.parametrize("at", [(0, 0), (7, 3), (99, 99), (12, 5)])
def test_the_nearest_cell_of_a_regular_grid_is_found(at: tuple[int, int]) -> None:
    sizes = [4] * 6
    row, column = cell_at(lambda r, c: (4 * c, r + 1), sizes, (2, 2), at)
    assert row == min(max(at[1] - 1, 0), 5)
    assert column == min(at[0] // 4, 3)


def test_rows_that_scroll_with_the_cursor_are_found() -> None:
    def place(row: int, column: int) -> tuple[int, int]:
        top = max(row - 4, 0)
        return 0, row - top

    row, _ = cell_at(place, [1] * 100, (2, 0), (3, 4))
    assert row == 4


@pytest.mark.parametrize("line", range(12))
def test_rows_of_several_lines_are_found_on_each_of_them(line: int) -> None:
    row, _ = cell_at(lambda r, c: (0, 3 * r), [1] * 4, (line % 4, 0), (0, line))
    assert row == line // 3
