"""Totals and changes are doors: the people of a range, and who came, went and stayed."""

from __future__ import annotations

from pathlib import Path

from tests.worlds.tui_pilot import explorer


async def test_the_total_of_a_range_opens_its_people_from_a_chart_a_number_and_a_table(
    path: Path,
) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("E")
        await ff.type("users of visit last 30d")
        await ff.press("enter", "tab")
        whole = int(ff.page.main.answer.lines[0].total)
        days = ff.page.main.answer.lines[0].bucket_sum
        assert whole < days
        assert f"{whole} users  " in ff.screen
        await ff.press("u")
        assert f"the people of the whole range: {whole}" in ff.screen
        await ff.press("t")
        assert f"{whole} people" in ff.line
        await ff.press("escape", "u", "c")
        assert "not previous period" in ff.screen
        await ff.press("escape", "v", "v", "v", "v")
        assert ff.page.main.chart == "number"
        await ff.press("home", "up", "enter")
        assert f"{whole} people" in ff.line
        await ff.press("escape", "down", "enter")
        assert f"{whole} people" not in ff.line


async def test_who_did_not_finish_a_funnel_or_come_back_in_any_cohort_is_listed(path: Path) -> None:
    async with explorer(path, place="funnel") as ff:
        await ff.press("E")
        await ff.type("signup > activate > purchase within 7d last 30d")
        await ff.press("enter", "semicolon", "n")
        steps = ff.app.stack_of("funnel")[0].main.answer.groups[0].steps
        assert ff.page.main.answer.total == steps[0].count - steps[2].count
        await ff.press("4", "E")
        await ff.type("retention of signup return visit weekly 4")
        await ff.press("enter", "home", "right", "right")
        view = ff.page.main
        assert (view.cell.cohort, view.cell.period) == (None, 1)
        combined = view.answer.combined
        await ff.press("u")
        assert ff.page.main.answer.total == combined.sizes[1] - combined.counts[1]


async def test_a_change_opens_who_came_went_and_stayed(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("E")
        await ff.type("users of visit last 10d vs prev")
        await ff.press("enter", "tab")
        line = ff.page.main.answer.lines[0]
        counts = {}
        for letter, words in (("c", "not previous"), ("w", "only previous"), ("s", "also")):
            await ff.press("u", letter)
            counts[letter] = ff.page.main.answer.total
            assert words in ff.screen
            await ff.press("escape")
        assert counts["c"] + counts["s"] == line.total
        assert counts["w"] + counts["s"] == line.previous_total
        assert counts["c"] or counts["w"]
        await ff.press("v", "v", "v")
        assert ff.page.main.chart == "table"
        await ff.press("end", "enter")
        assert f"{line.total:.0f} people" in ff.line


async def test_the_rest_below_the_bars_of_a_share_opens_its_people_and_its_values(
    path: Path,
) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("E")
        await ff.type("composition by amount last 30d as bars")
        await ff.press("enter", "tab", "end")
        answer = ff.page.main.answer
        _, people, _ = answer.other
        assert ff.page.main.cell == answer.rest
        await ff.press("enter")
        assert f"{people} people" in ff.line
        await ff.press("escape", "u")
        assert ff.page.page_id == "chart"
        assert ff.page.main.chart == "table"
        assert len(ff.page.main.answer.rows) > 13
