"""From a number to the people behind it, to one person's timeline, and back."""

from __future__ import annotations

import re
from pathlib import Path

from tests.worlds.tui_pilot import explorer


async def test_enter_goes_from_a_tile_to_a_person_and_escape_comes_back(path: Path) -> None:
    async with explorer(path) as ff:
        assert "[1 Boards]" in ff.screen
        assert ff.line.startswith("Boards > ")
        board = ff.line.split("  ")[0]
        await ff.press("enter")
        assert ff.line.count(">") == 2
        chart = ff.line.split("  ")[0]
        await ff.press("left", "left", "left")
        counted = ff.page.view.cell
        people = await ff.press("enter")
        assert "people" in ff.line
        shown = ff.page.view.answer
        assert f"1-{shown.total} of {shown.total}" in people.replace("\N{EN DASH}", "-")
        user = shown.rows[0].user
        await ff.press("enter")
        assert ff.line.split("  ")[0].endswith(f"> {user}")
        assert "signup" in ff.screen
        await ff.press("escape")
        assert "people" in ff.line
        await ff.press("backspace")
        assert ff.line.split("  ")[0] == chart
        assert ff.page.view.cell == counted
        await ff.press("escape")
        assert ff.line.split("  ")[0] == board


async def test_the_list_is_as_long_as_the_number(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("tab")
        for _ in range(5):
            await ff.press("left")
            view = ff.page.main
            row, column = view.cursor
            counted = view.answer.lines[row].values[column]
            await ff.press("enter")
            assert ff.page.view.answer.total <= counted
            await ff.press("escape")


async def test_dropped_and_not_returned_are_the_others(path: Path) -> None:
    async with explorer(path, place="funnel") as ff:
        await ff.press("E")
        await ff.type("signup > activate > purchase within 7d last 30d")
        await ff.press("enter")
        step = ff.page.main.answer.groups[0].steps[1]
        await ff.press("down", "u")
        assert f"{step.drop_off} people" in ff.line
        assert "Dropped before step 2" in ff.screen
        await ff.press("escape", "enter")
        assert f"{step.count} people" in ff.line
        await ff.press("escape", "up", "u")
        assert "nobody else to list" in ff.status


async def test_retention_cells_have_a_cursor_and_two_doors(path: Path) -> None:
    async with explorer(path, place="retention") as ff:
        await ff.press("E")
        await ff.type("retention of signup return visit weekly 4")
        await ff.press("enter", "down", "right", "right")
        view = ff.page.main
        assert view.cell.cohort is not None
        assert view.cell.period == 1
        cohort = next(c for c in view.answer.cohorts if c.label == view.cell.cohort)
        assert f"{cohort.counts[1]} of {cohort.size} users came back" in ff.screen
        await ff.press("u")
        assert f"{cohort.size - cohort.counts[1]} people" in ff.line
        await ff.press("escape", "enter")
        assert f"{cohort.counts[1]} people" in ff.line


async def test_changes_below_do_not_leak_upward(path: Path) -> None:
    async with explorer(path) as ff:
        before = ff.line
        await ff.press("enter", "greater_than_sign", "less_than_sign", "b")
        await ff.press("down", "enter")
        assert "by country" in ff.line
        await ff.press("escape")
        assert ff.line == before


async def test_segments_open_their_members(path: Path) -> None:
    async with explorer(path, place="segments") as ff:
        await ff.press("down")
        assert "returning" in ff.screen
        size = ff.page.counts["returning"]
        await ff.press("enter")
        assert f"{size} people" in ff.line


async def test_people_are_found_by_id(path: Path) -> None:
    async with explorer(path, place="users") as ff:
        await ff.press("slash")
        await ff.type("u07")
        await ff.until(lambda: ff.page.main.answer.total == 1, "the one who is found")
        await ff.press("enter", "enter")
        assert ff.line.startswith("Users > u07")


async def test_everybody_is_sorted_where_they_are_listed(path: Path) -> None:
    async with explorer(path, place="users") as ff:
        assert "[ Everybody ]" in ff.screen
        assert "by last seen, newest first" in ff.screen
        await ff.press("o")
        assert ff.line == "Users"
        assert "by first seen, oldest first" in ff.screen
        await ff.press("o")
        users = [person.user for person in ff.page.main.answer.rows]
        assert users == sorted(users)


async def test_the_list_of_everybody_has_no_range_to_change(path: Path) -> None:
    async with explorer(path, place="users") as ff:
        before = ff.page.question
        await ff.press("minus", "r", "f", "less_than_sign")
        assert ff.page.question == before
        assert ff.app.screen is ff.page


async def test_enter_opens_the_row_the_cursor_has_not_rested_on(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        second = ff.page.listing.rows[1].text
        await ff.press("down", "enter")
        assert ff.page.main.answer.title == second
        assert ff.page.main.has_focus


async def test_a_search_that_finds_nobody_says_how_to_go_on(path: Path) -> None:
    async with explorer(path, place="users") as ff:
        await ff.press("slash")
        await ff.type("zzzq")
        await ff.shows('Nobody matches "zzzq". 0 lists everybody.')
        await ff.press("escape", "escape")
        await ff.shows("[ Everybody ]")


async def test_ranges_on_a_list_are_those_of_the_question_that_counted(path: Path) -> None:
    async with explorer(path, place="funnel") as ff:
        await ff.press("E")
        await ff.type("signup > activate within 1d last 7d")
        await ff.press("enter", "enter")
        assert re.search(r">7 +7 days .* now ", await ff.press("r"))
        await ff.press("escape", "less_than_sign")
        assert ff.page.question.of.range == "2025-04-28,2025-05-04"
        await ff.press("E")
        await ff.type("dau weekly")
        await ff.press("enter")
        assert "Active users" in ff.line


async def test_down_at_the_last_row_brings_the_next_people(path: Path) -> None:
    from tui.screens.people import PeoplePage

    async with explorer(path, place="users") as ff:
        question = ff.page.question.model_copy(update={"limit": 5})
        total = ff.page.main.answer.total
        ff.app.push_screen(PeoplePage("users", question))
        await ff.settle()
        assert f"1-5 of {total}" in ff.screen
        await ff.press("end", "down")
        assert f"6-10 of {total}" in ff.screen
        assert ff.page.main.cell.row == ff.page.main.answer.rows[0].user
        await ff.press("up")
        assert f"1-5 of {total}" in ff.screen
        assert ff.page.main.cell.row == ff.page.main.answer.rows[-1].user
        await ff.press("enter")
        assert f"person 5 of {total}" in ff.line
        await ff.press("greater_than_sign")
        assert "PgDn or PgUp read on" in ff.status
