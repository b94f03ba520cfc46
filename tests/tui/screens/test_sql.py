"""The place of SQL: writing, running, mistakes, rows, and what is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.store.library.saved import Saved
from tests.worlds.tui_pilot import Driver, explorer

QUERY = """select date(timestamp) as day, count(*) as events, max(user_id) as user_id
from events_v1
group by 1 order by 1"""


async def write(ff: Driver, text: str) -> None:
    """Put a statement into the editor and run it."""
    await ff.press("e")
    ff.app.focused.text = text
    await ff.press("f5")


async def test_a_statement_is_typed_completed_and_run(path: Path) -> None:
    async with explorer(path, place="sql") as ff:
        assert "4 rows" in ff.screen  # the example, about every event
        await ff.press("n", *"sel", "right", " ", *"event_na")
        assert "F5 run  ctrl+c stop  TAB rows  ESC leave" in ff.screen
        assert ff.app.focused.suggestion == "me"
        await ff.press(*" from even")
        assert "events_v1  event_names" in ff.screen
        await ff.press("ctrl+at", *" wher", "right", " ", *"event_na", "right", *" = 'purch")
        await ff.press("right", "'")
        assert ff.app.focused.text == "select event_na from events_v1 where event_name = 'purchase'"
        shown = await ff.press("f5")
        assert "no such column: event_na" in shown
        assert "  1  select event_na from" in shown
        assert "\n|" + " " * 13 + "^" in shown
        assert ff.app.focused.cursor_location == (0, 7)
        await ff.press(*["delete"] * 8, *"event_na", "right", "ctrl+j", "escape")
        assert "10 rows" in ff.screen
        runs = ff.page.history.runs
        assert [(run.rows, run.said) for run in runs[:2]] == [(10, ""), (None, "error")]


async def test_rows_are_sorted_searched_drawn_and_lead_to_people(path: Path) -> None:
    async with explorer(path, place="sql", size=(120, 40)) as ff:
        await write(ff, QUERY)
        await ff.press("escape")
        await ff.shows("USE TEMP B-TREE FOR GROUP BY")  # the plan, from a thread
        assert ff.page.query_one("#picture")._way == "line"
        rows = ff.page.result.answer.rows
        await ff.press("right", "o", "o")
        assert [row[1] for row in ff.page.result.answer.rows] == sorted(
            (row[1] for row in rows), reverse=True
        )
        await ff.press("o")
        assert ff.page.result.answer.rows == rows
        await ff.press("slash")
        await ff.type("05-0")
        await ff.press("enter")
        assert {row[0][5:9] for row in ff.page.result.answer.rows} == {"05-0"}
        assert 'with "05-0"' in ff.screen
        await ff.press("escape", "v")
        assert ff.page.result.drawn_as == "line"
        await ff.press("v", "v", "right", "enter")
        assert ff.page.page_id == "timeline"
        await ff.press("escape", "left", "left", "enter")
        assert rows[0][0] in ff.screen


async def test_wide_rows_scroll_sideways_and_say_so(path: Path) -> None:
    columns = ", ".join(f"'value {n}' as column_{n}" for n in range(20))
    async with explorer(path, place="sql") as ff:
        await write(ff, f"select {columns} from events_v1 limit 30")
        shown = await ff.press("escape")
        assert "columns 1-7 of 20   1-5 of 30" in shown
        await ff.press(*["right"] * 19)
        assert "value 19" in ff.screen
        assert ff.page.result.column == "column_19"
        assert "value 0" in await ff.press(*["left"] * 19)
        await write(ff, "select key from (select 1 as key union all select 2) limit 1")
        assert "1 row" in ff.screen


async def test_more_rows_than_fit_are_said(path: Path) -> None:
    many = "with recursive n(x) as (select 1 union all select x + 1 from n) select x from n"
    async with explorer(path, place="sql") as ff:
        await write(ff, f"{many} limit 1500")
        assert "1,000 rows, there are more" in ff.screen
        await write(ff, "delete from events")
        assert "query is not a SELECT." in ff.screen


async def test_a_statement_is_saved_loaded_deleted_and_put_on_a_board(path: Path) -> None:
    async with explorer(path, place="sql") as ff:
        await write(ff, QUERY)
        await ff.press("escape", "w")
        await ff.type("By day")
        await ff.press("enter")
        assert "By day" in ff.line
        await write(ff, "select 1 as one")
        await ff.press("escape", "tab")
        ff.page.listing.select(next(r.value for r in ff.page.listing.rows if "By day" in r.text))
        await ff.press("enter")
        assert ff.page.text.text == QUERY
        assert ff.page.result.column == "day"
        await ff.press("a", "enter")
        await ff.type("Rows")
        await ff.press("enter")
        saved = Saved(path)
        assert "events_v1" in str(saved.board("Rows").blocks[0].question)
        await ff.press("tab")
        await ff.press("d", "y")
        assert not saved.items("charts")
        await ff.press("U")
        assert [item.title for item in saved.items("charts")] == ["By day"]


async def test_a_long_statement_is_stopped_and_remembered(path: Path, tmp_path: Path) -> None:
    endless = "with recursive n(x) as (select 1 union all select x + 1 from n) select sum(x) from n"
    state = tmp_path / "state.json"
    async with explorer(path, place="sql", state_file=state) as ff:
        await ff.press("e")
        ff.app.focused.text = endless
        ff.page.action_run()
        assert ff.page.questions.busy
        ff.app.focused.action_copy()
        await ff.settle()
        assert "Stopped after" in ff.screen
        assert ff.page.history.runs[0].said == "cancelled"
    async with explorer(path, place="sql", state_file=state) as ff:
        assert ff.page.text.text == endless
        assert ff.page.result.answer is None  # it is not run again by itself


@pytest.mark.parametrize("kept", [{"sql_history": 3, "sql_text": []}, {"sql_history": [1, {}]}])
async def test_a_damaged_history_is_passed_over(path: Path, kept: dict[str, Any]) -> None:
    async with explorer(path, place="boards") as ff:
        ff.app.state.values.update(kept)
        await ff.press("escape", "9")
        assert "4 rows" in ff.screen
