"""Names from data that try to be markup, links, escape sequences or endless."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.definitions.board import Block, Board, Position
from core.store.ingest.importer import Event
from core.store.library.saved import Item, Mark, Saved
from tests.worlds.tui_pilot import DAY, NOW, Driver, explorer, workspace

NASTY = (
    "[/x]",
    "[@click=app.quit]x[/]",
    "\x1b[31mred\x1b]0;title\x07",
    "c1\x9b31m\x90",
    "\N{RIGHT-TO-LEFT OVERRIDE}live",
    "n" * 5_000,
    "日本語イベント" * 9,
    "a\nb\r\tc",
    "[true, false]",
    "'; drop table events; --",
)
HARMFUL = ("\x1b", "\x9b", "\x07", "\x90", "\r", "\t", "\N{RIGHT-TO-LEFT OVERRIDE}")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which everything that can be named is named badly."""
    events = [
        Event(
            event=name,
            ts_ms=NOW - day * DAY - place * 1000,
            user=f"{NASTY[place - 1]}{day % 4}",
            context={"country": name[:100], "browser": "[bold]x"},
            properties={name[:100]: NASTY[place - 1], "amount": day},
        )
        for day in range(20)
        for place, name in enumerate(NASTY)
        if (day + place) % 3
    ]
    found = workspace(tmp_path_factory.mktemp("tui") / "[@click=app.quit]x.db", events)
    saved = Saved(found)
    for name in (NASTY[0], NASTY[2], NASTY[4]):
        saved.save_mark(Mark(title=name, timestamp=NOW - 3 * DAY))
        saved.save("charts", Item(title=f"chart {name}", body={"question": "dau"}))
    saved.save_audience(f"audience {NASTY[1]}", {"filters": []}, description=NASTY[0])
    blocks = [
        Block(
            title=f"tile {name[:50]}",
            question=json.dumps({"kind": "trend", "event": name, "breakdown": "country"}),
            position=Position(x=at % 2 * 6, y=at // 2 * 4),
        )
        for at, name in enumerate(NASTY[:4])
    ]
    note = Block(type="note", content=f"# {NASTY[0]}\n- {NASTY[2]}", position=Position(y=20))
    saved.save_board(Board(title=f"board {NASTY[2]}", blocks=(*blocks, note)))
    return found


def harmless(ff: Driver) -> None:
    """The screen holds no control characters and every line fits."""
    screen = ff.screen
    for char in HARMFUL:
        assert char not in screen
    for strip in ff.app.screen._compositor.render_strips():
        assert strip.cell_length == ff.app.size.width


WALKS = {
    "boards": ("enter", "enter", "escape", "t", "i", "escape", "b", "escape", "escape", "escape"),
    "metrics": ("down", "down", "slash", "escape", "tab", "enter", "enter", "enter", "escape"),
    "segments": ("end", "enter", "escape", "down"),
    "marks": ("down", "e", "escape", "enter", "d", "escape"),
    "users": ("enter", "enter", "greater_than_sign", "i", "escape", "escape"),
    "events": ("down", "enter", "tab", "enter", "escape", "escape", "tab", "end", "f", "escape"),
    "sql": ("right", "enter", "escape", "slash", "escape", "v", "v", "tab", "end", "i", "escape"),
    "funnel": ("n", "enter", "down", "enter", "enter", "escape"),
    "retention": ("n", "enter", "down", "right", "enter", "enter"),
}


@pytest.mark.parametrize("place", WALKS)
async def test_no_page_is_broken_by_a_name(path: Path, place: str) -> None:
    async with explorer(path, place=place) as ff:
        harmless(ff)
        for key in WALKS[place]:
            await ff.press(key)
            harmless(ff)
            assert "Something broke" not in ff.screen, key
        for key in ("question_mark", "escape", "colon", "down", "escape"):
            await ff.press(key)
            harmless(ff)
        assert ff.app.is_running


async def test_ascii_glyphs_mean_ascii_only(path: Path) -> None:
    async with explorer(path, size=(60, 18), place="metrics") as ff:
        for key in (
            "down",
            "tab",
            "b",
            "escape",
            "enter",
            "o",
            "enter",
            "i",
            "escape",
            "5",
            "6",
            "8",
            "question_mark",
        ):
            assert (await ff.press(key)).isascii(), (key, ff.screen)


async def test_a_long_heading_keeps_its_frame_whole(path: Path) -> None:
    async with explorer(path, size=(60, 18), place="users") as ff:
        page = ff.page
        for size in range(70):
            page.main.heading = "h" * size
            page.main.repaint()
            top = page.main.face(60, 12)[0]
            assert sum(len(span.text) for span in top) == 60, size
            assert top[-1].text.endswith("+")


async def test_no_panel_around_a_page_is_broken_by_a_name(path: Path) -> None:
    async with explorer(path, size=(120, 40)) as ff:
        for digit in "234567898":
            await ff.press(digit, "down")
            if hasattr(ff.page, "accompany"):
                ff.page.accompany()
                await ff.settle()
            harmless(ff)
            assert "Something broke" not in ff.screen, digit
            assert "cannot be drawn" not in ff.screen, digit
        await ff.press("enter")
        harmless(ff)
