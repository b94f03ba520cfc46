"""Boards arranged by hand: tiles added, moved, resized, written, removed, and all of it undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.definitions.board import Block, Board, Position
from core.store.library.saved import Item, Saved
from tests.worlds.tui_pilot import DAY, NOW, explorer
from tui.commands import run


def at(board: Board) -> list[tuple[int, int, int, int]]:
    found = [b.position for b in board.blocks]
    return [(p.x, p.y, p.width, p.height) for p in found]


async def test_a_board_of_four_tiles_is_built_from_nothing(path: Path) -> None:
    saved = Saved(path)
    saved.save("charts", Item(title="Buyers", body={"question": "users of purchase", "chart": ""}))
    async with explorer(path) as ff:
        await ff.press("escape", "n", *"Growth", "enter")
        assert "n adds a tile" in ff.status
        await ff.press("n", *"head", "enter", *"Signups", "enter")
        await ff.press("n", *"metric", "down", "enter")
        await ff.press("n", *"buyers", "enter")
        await ff.press("n", *"note", "enter", *"It grows", "escape")
        assert "Growth (layout)" in ff.line
        assert " Signups\n" in ff.screen
        assert "It grows" in ff.screen
        assert saved.board("Growth").blocks == ()
        await ff.press("escape")
        assert "Board saved" in ff.status
        assert "It grows" in ff.screen
        board = saved.board("Growth")
        assert [b.type for b in board.blocks] == ["note", "chart", "chart", "note"]
        assert board.blocks[0].content == "# Signups"
        assert board.blocks[2].chart_id
        assert at(board) == [(0, 0, 12, 1), (0, 1, 6, 4), (6, 1, 6, 4), (0, 5, 6, 3)]
        await ff.press("U")
        assert saved.board("Growth").blocks == ()


async def test_whatever_was_deleted_is_listed_with_its_time_and_restored(path: Path) -> None:
    saved = Saved(path, clock=lambda: NOW - 2 * DAY)
    for title in ("Growth", "Money"):
        saved.delete_board(saved.save_board(Board(title=title)).id)
    chart = saved.save("charts", Item(title="Buyers", body={"question": "users of purchase"}))
    saved.delete("charts", chart.id)
    saved.save_board(Board(title="Here"))
    async with explorer(path) as ff:
        await ff.press("escape", "colon", *"restore", "enter")
        assert "chart: Buyers" in ff.screen
        assert "deleted 2 days ago" in ff.screen
        await ff.press(*"growth", "enter")
        assert "Restored Growth." in ff.status
        assert "Growth" in ff.screen.split("Here")[0]
        assert [board.title for board in saved.boards()] == ["Growth", "Here"]


async def test_every_step_of_a_layout_is_undone_and_leaving_it_stores_one_change(
    path: Path,
) -> None:
    saved = Saved(path)
    blocks = tuple(
        Block(id=name, title=name, question="dau", position=Position(x=x, y=0, width=6))
        for name, x in (("left", 0), ("right", 6))
    )
    before = saved.save_board(Board(title="Two", blocks=blocks))
    async with explorer(path) as ff:
        await ff.press("e", "right")
        assert at(ff.page.board) == [(6, 0, 6, 4), (0, 0, 6, 4)]
        await ff.press("plus", "greater_than_sign", "Y", "K", "d", "U", "U", "U", "U", "U")
        assert at(ff.page.board) == [(6, 0, 6, 4), (0, 0, 6, 4)]
        await ff.press("U")
        assert ff.page.board == before
        await ff.press("escape")
        assert ff.page.page_id == "board"
        assert len(saved.kept.versions("boards", "Two")) == 1


async def test_a_typed_question_is_a_tile_though_examples_have_its_words(path: Path) -> None:
    Saved(path).save_board(Board(title="Empty"))
    async with explorer(path) as ff:
        await ff.press("e", "n")
        await ff.type("sum(purchase.amount) > 5")
        await ff.press("enter")
        assert "was not expected here" in ff.screen
        await ff.type("sum(purchase.amount)")
        await ff.press("enter")
        assert "Weekday" not in ff.screen
        (block,) = ff.page.board.blocks
        assert block.question == "sum(purchase.amount)"


async def test_a_tile_more_leaves_the_others_their_rows_and_what_is_below_is_said(
    path: Path,
) -> None:
    blocks = tuple(
        Block(id=str(n), question="dau", position=Position(y=4 * n, width=12)) for n in range(3)
    )
    Saved(path).save_board(Board(title="High", blocks=blocks))
    async with explorer(path) as ff:
        assert [tile.size.height for tile in ff.page.tiles] == [8, 8, 8]
        assert "1 tile below" in ff.status
        await ff.press("tab", "tab")
        assert "below" not in ff.status


async def test_what_all_tiles_are_asked_is_kept_with_the_board_and_gone_back_to(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = Saved(path)
    place = Position(width=12)
    blocks = (
        Block(id="follows", question="dau last 90d", position=place),
        Block(
            id="own", question="dau last 90d", position=place.model_copy(update={"y": 4}),
            ignore_board_filters=True,
        ),
    )  # fmt: skip
    before = saved.save_board(Board(title="Wide", blocks=blocks))
    nl = {"field": "country", "value": "NL"}
    async with explorer(path, size=(120, 40)) as ff:
        await ff.press("r", "7", "c")
        ff.page.set_fields(conditions=[nl])
        await ff.settle()
        assert "w keeps it, 0 goes back" in ff.status
        follows, own = (tile.question for tile in ff.page.tiles)
        assert (follows.range, follows.compare, len(follows.conditions)) == ("7d", "previous", 1)
        assert (own.range, own.compare, own.conditions) == ("90d", None, ())
        assert " filtered by board " in ff.screen
        assert " keeps its own " in ff.screen
        await ff.press("b", *"plan", "enter", "r", "1", "w")
        assert "w keeps it" not in ff.status
        kept = saved.board("Wide")
        assert (kept.range, kept.compare, kept.filters[0].words) == (
            "24h", "previous", "country is NL",
        )  # fmt: skip
        assert [b.question for b in kept.blocks] == ["dau last 90d by plan", "dau last 90d"]
        shown = ff.screen
        await ff.press("r", "9", "0")
        assert ff.page.tiles[0].question.range == "24h"
        assert ff.screen.split("\n")[:-2] == shown.split("\n")[:-2]
        await ff.press("U")
        assert saved.board("Wide").blocks == before.blocks
        assert (saved.board("Wide").range, saved.board("Wide").filters) == ("", ())
        await ff.press("e", "tab", "f", "escape")
        assert not saved.board("Wide").blocks[1].ignore_board_filters
    saved.save_board(kept)
    assert run(["board", "Wide", str(path), "--print"]) == 0
    said = capsys.readouterr().out
    assert "For all tiles: last 24h, compared with the previous period, country is NL." in said
    assert " keeps its own " in said


async def test_open_boards_are_tabs_that_keys_and_clicks_go_between_as_they_were_left(
    path: Path, tmp_path: Path
) -> None:
    saved, state = Saved(path), tmp_path / "state.json"
    for title in ("Growth", "Money", "People"):
        blocks = (Block(id="x", title=f"{title} tile", question="dau"),)
        saved.save_board(Board(title=title, blocks=blocks))
    async with explorer(path, state_file=state, size=(80, 30)) as ff:
        await ff.press("right_parenthesis")
        assert "Only this board is open" in ff.status
        await ff.press("r", "7", "n", *"mon", "enter")
        tabs = ff.screen.split("\n")[2]
        assert tabs.split() == ["Growth*", "[Money]", "(", ")", "go", "n", "opens", "X", "closes"]
        assert ff.page.tiles[0].question.range == "30d"
        await ff.press("n", *"peo", "enter", "right_parenthesis")
        assert (ff.page.board.title, ff.page.tiles[0].question.range) == ("Growth", "7d")
        await ff.pilot.click("#tabline", offset=(tabs.index("Money"), 0))
        await ff.settle()
        assert ff.page.board.title == "Money"
        await ff.press("left_parenthesis", "q")
    async with explorer(path, state_file=state, back=True) as ff:
        assert ff.line.startswith("Boards > Growth (1 of 3)")
    async with explorer(path, state_file=state, back=True, size=(80, 30)) as ff:
        assert "[Growth*] Money  People" in ff.screen
        await ff.press("X")
        assert "Growth" not in ff.screen.split("\n")[2]
        saved.delete_board(saved.board("People").id)
        await ff.press("right_parenthesis")
        assert "That board is gone" in ff.status
        assert "People" not in ff.screen.split("\n")[2]
        await ff.press("X")
        assert ff.page.page_id == "boards"


async def test_beside_the_tiles_of_a_large_screen_is_more_about_the_selected_one(
    path: Path,
) -> None:
    blocks = (
        Block(id="a", title="Signups", question="signup last 30d", position=Position(width=6)),
        Block(id="b", title="Steps", question="signup > visit", position=Position(x=6, width=6)),
    )
    Saved(path).save_board(Board(title="Large", blocks=blocks))
    async with explorer(path, size=(180, 44)) as ff:
        await ff.shows("[ By country ]")
        await ff.shows("About Signups")
        await ff.press("tab")
        await ff.shows("About Steps")
        await ff.shows("Conversion over time")
        await ff.press("shift+tab")
        await ff.pilot.pause(0.3)
        await ff.press("tab", "tab", "enter")
        assert ff.page.page_id == "people"
        await ff.press("escape", "z")
        assert "By country" not in ff.screen
        assert ff.page.zoomed is ff.page.tiles[1]
    async with explorer(path, size=(150, 44)) as ff:
        assert "By country" not in ff.screen


async def test_sections_of_a_board_are_gone_through_by_keys_and_tiles_move_between_them(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def block(id_: str, y: int, **more: str) -> Block:
        kind = "note" if "content" in more else "chart"
        place = Position(x=0, y=y, width=12, height=1 if kind == "note" else 3)
        return Block(id=id_, type=kind, position=place, **more)

    saved = Saved(path)
    blocks = (
        block("new", 0, content="# Newcomers"),
        block("s", 1, question="users of signup", title="Signups"),
        block("money", 4, content="# Money"),
        block("p", 5, question="users of purchase", title="Buyers"),
    )
    saved.save_board(Board(title="Growth", blocks=blocks))
    async with explorer(path, size=(100, 30)) as ff:
        await ff.press("enter")
        assert "[All] Newcomers  Money" in ff.screen
        await ff.press("right_square_bracket", "right_square_bracket")
        assert "Growth: Money" in ff.line
        assert "Buyers" in ff.screen
        assert "Signups" not in ff.screen
        assert ff.page.focused is not None
        await ff.press("r", "9")
        await ff.press("right_square_bracket")
        assert "Signups" in ff.screen
        await ff.press("0", "left_square_bracket", "e")
        while ff.page.block.id != "p":
            await ff.press("tab")
        await ff.press("M", *"new", "enter", "escape")
        assert "Growth: Money" in ff.line
        assert "Buyers" not in ff.screen
        await ff.press("left_square_bracket")
        assert "Buyers" in ff.screen
        assert [b.id for b in saved.board("Growth").in_order] == ["new", "s", "p", "money"]
        await ff.press("U")
        assert [b.id for b in saved.board("Growth").in_order] == ["new", "s", "money", "p"]
    asked = ["board", "Growth", str(path), "--section", "money"]
    assert run([*asked, "--print"]) == 0
    shown = capsys.readouterr().out
    assert "Buyers" in shown
    assert "Signups" not in shown
    assert run(["board", "Growth", str(path), "--html", "-"]) == 0
    assert '<a href="#money">Money</a>' in capsys.readouterr().out
