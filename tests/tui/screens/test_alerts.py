"""Alerts made, changed, deleted and brought back in the explorer."""

from __future__ import annotations

from pathlib import Path

from core.definitions.board import Block, Board, Position
from core.language.questions import format_question
from core.store.library.saved import Saved
from tests.worlds.tui_pilot import explorer


async def test_an_alert_is_made_of_the_chart_on_show_changed_deleted_and_brought_back(
    path: Path,
) -> None:
    async with explorer(path, place="metrics", size=(120, 30)) as ff:
        await ff.press("W")
        assert "Fires when a figure is" in ff.screen
        await ff.press("down", "enter")
        await ff.type("few")
        await ff.press("enter")
        assert "is not a condition of an alert" in ff.screen
        await ff.type("3")
        await ff.press("enter", "h")
        await ff.type("22:00")
        await ff.press("enter")
        assert "are no quiet hours" in ff.screen
        await ff.type("22:00-07:00")
        await ff.press("enter", "r", "s")
        saved = ff.app.saved
        (made,) = saved.items("alerts")
        assert made.body == {
            "question": format_question(ff.page.question), "when": "below 3",
            "quiet": "22:00-07:00", "recovery": True,
        }  # fmt: skip
        assert "fires when below 3; footfall alerts run judges it." in ff.status
        assert ff.page.main.answer.drawing.thresholds[0].value == 3
        ff.page.listing.select(next(row.value for row in ff.page.listing.rows if row.value == made))
        ff.page.listing.focus()
        await ff.press("W", "w")
        await ff.type("unusually low")
        await ff.press("enter", "s")
        assert saved.item("alerts", made.id).body["when"] == "unusually low"
        await ff.press("d", "y")
        assert saved.items("alerts") == []
        await ff.press("U")
        assert [item.title for item in saved.items("alerts")] == [made.title]


async def test_an_alert_is_of_the_tile_with_the_focus_and_of_questions_with_figures(
    path: Path,
) -> None:
    saved = Saved(path)
    board = saved.save_board(Board(title="B", blocks=(
        Block(id="one", question="signup daily"),
        Block(id="two", question="user u01", position=Position(y=4)),
    )))  # fmt: skip
    async with explorer(path, place="boards", size=(120, 40)) as ff:
        assert ff.page.board.id == board.id
        await ff.press("W")
        await ff.type("above 5")
        await ff.press("enter", "s")
        assert [i.body["question"] for i in saved.items("alerts")] == ["signup last 30d"]
        await ff.press("W")
        assert "Alerts on this question" in ff.screen
        await ff.press("escape", "tab", "W")
        await ff.type("above 5")
        await ff.press("enter")
        assert "has no figure that an alert could judge" in ff.status
