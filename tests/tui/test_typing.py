"""Typing ahead: keys mean what they meant to the person who typed them, at any speed."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.events import Key, Paste
from textual.message_pump import MessagePump
from textual.screen import Screen

from core.queries.common.question import Question
from tests.worlds.terminal.session import DOWN, ENTER, ESCAPE, HOME, Terminal
from tests.worlds.tui_pilot import Driver, explorer
from tui.app import Explorer
from tui.services import typing

NAMES = {" ": "space", "/": "slash", ":": "colon", "=": "equals_sign", "_": "underscore"}


async def burst(ff: Driver, *keys: str) -> None:
    """Type keys at once: names of keys, or texts with a space before them."""
    for key in keys:
        for char in key[1:] if key[0] == " " else [key]:
            text = char if len(char) == 1 else None
            ff.app.post_message(Key(NAMES.get(char, char), text))
    await ff.settle()


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("8", "/", " u07", "enter", "enter"), "Users > u07"),
        ((":", " go users", "enter", "/", " u07", "enter", "enter"), "Users > u07"),
        (("2", "/", " purchase", "enter", "enter", "up", "enter"), "Metrics > purchase > "),
        (("2", "enter", "b", " country", "enter"), "by country"),
        ((":", " signup by country", "enter"), "by country"),
        (("2", "enter", "E", "  by country", "enter"), "by country"),
        (("2", "enter", "r", "9", "b", " plan", "enter"), "by plan"),
        (("3", "down", "enter", "down", "enter"), " > u"),
        (("3", "enter", "/", " u1", "enter", "enter"), " > u1"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
async def test_keys_in_one_burst_do_what_they_do_one_by_one(
    path: Path, keys: tuple[str, ...], line: str
) -> None:
    async with explorer(path, place="marks") as ff:
        await burst(ff, *keys)
        assert line in ff.line


ON_SHOW = ("funnel", "people", "user_activity")
"""The questions of the pages that are opened here, not those of panels and starters beside."""


def held(monkeypatch: pytest.MonkeyPatch, app: Explorer) -> Event:
    """Hold the answers of the pages on show until the event that is returned is set."""
    answer = app.engine.run
    goes_on = Event()

    def later(question: Question, **options: Any) -> Any:
        if question.kind in ON_SHOW:
            goes_on.wait(60)
        return answer(question, **options)

    monkeypatch.setattr(app.engine, "run", later)
    return goes_on


async def test_enter_waits_for_the_number_it_is_on_and_says_so(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typing, "SHOWN_AFTER", 0.05)
    async with explorer(path, place="marks") as ff:
        goes_on = held(monkeypatch, ff.app)
        for key in ("3", "down", "enter", "down", "enter"):
            ff.app.post_message(Key(key, None))
        await ff.says("Down ENTER Down ENTER: waits for the answer. ESC takes it back.")
        goes_on.set()
        await ff.settle()
        assert ff.page.page_id == "timeline"
        assert "waits" not in ff.status


@pytest.mark.parametrize("key", ["escape", "ctrl+c"])
async def test_keys_that_wait_can_be_taken_back(
    path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setattr(typing, "SHOWN_AFTER", 0.05)
    async with explorer(path, place="marks") as ff:
        await ff.press("3")
        goes_on = held(monkeypatch, ff.app)
        for typed in ("f5", "enter"):
            ff.app.post_message(Key(typed, None))
        await ff.says("ENTER: waits for the answer.")
        ff.app.post_message(Key(key, None))
        await ff.until(lambda: "waits" not in ff.status, "no key that waits")
        goes_on.set()
        await ff.settle()
        assert ff.page.page_id == "funnel"


async def test_keys_that_wait_too_long_are_dropped_with_a_word(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typing, "LONGEST", 0.1)
    async with explorer(path, place="marks") as ff:
        await ff.press("3")
        goes_on = held(monkeypatch, ff.app)
        for key in ("f5", "down", "enter"):
            ff.app.post_message(Key(key, None))
        await ff.says("2 keys not acted on")
        goes_on.set()
        await ff.settle()
        assert ff.page.page_id == "funnel"


def slow_to_compose(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let screens take so long to compose, as on a machine that is too busy to begin with it."""
    compose = Screen._compose

    async def begun_late(pump: MessagePump) -> None:
        await asyncio.sleep(0)

    async def later(screen: Screen[Any]) -> None:
        await asyncio.sleep(seconds)
        await compose(screen)

    monkeypatch.setattr(Screen, "_compose", later)
    monkeypatch.setattr(typing, "OPENING", 0.01)
    monkeypatch.setattr(typing, "_emptied", begun_late)


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("3", "down", "enter", "down", "enter"), " > u"),
        (("2", "enter", "b", " country", "enter"), "by country"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
async def test_keys_wait_for_a_screen_that_is_slow_to_open(
    path: Path, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...], line: str
) -> None:
    async with explorer(path, place="marks") as ff:
        slow_to_compose(monkeypatch, 0.2)
        await burst(ff, *keys)
        assert line in ff.line


async def test_keys_for_a_page_that_does_not_open_are_dropped_with_a_word(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typing, "LONGEST", 0.1)
    async with explorer(path, place="marks") as ff:
        slow_to_compose(monkeypatch, 0.5)
        for key in ("3", "down", "enter"):
            ff.app.post_message(Key(key, None))
        await ff.says("Waited 0 s for the page: 2 keys not acted on.")
        assert ff.page.page_id == "funnel"


async def test_pasted_text_goes_into_the_field_that_is_opening(path: Path) -> None:
    async with explorer(path, place="marks") as ff:
        ff.app.post_message(Key("8", "8"))
        ff.app.post_message(Key("slash", "/"))
        ff.app.post_message(Paste("u07"))
        ff.app.post_message(Key("enter", None))
        ff.app.post_message(Key("enter", None))
        await ff.settle()
        assert ff.line.startswith("Users > u07")


def test_a_terminal_at_any_speed(tmp_path: Path) -> None:
    """Bytes in one read, and one key at a time."""
    with Terminal(["demo", str(tmp_path / "s.db")], tmp_path) as screen:
        screen.until("Signups", "in range")
        for every, person, field in ((None, 3, "country"), (0, 5, "source"), (0.02, 7, "plan")):
            user = f"u_{person:05}"
            screen.send("8", "/", *user, ENTER, ENTER, every=every)
            screen.until(user, "active days")
            screen.send(ESCAPE, every=0.15)
            screen.until(f"Users matching {user}")
            screen.send("3", ":", *f"signup > email_verified by {field}", ENTER, every=every)
            screen.until(f"│  {field}", "to 2")
            screen.send(HOME, DOWN, ENTER, every=every)
            screen.until("Reached step 2")
            screen.send(ESCAPE, every=0.15)
            screen.send("0", "1", every=every)
            screen.until("Signups", "in range")


def test_keys_before_the_first_frame_are_not_echoed_and_act_on_the_first_page(
    path: Path, tmp_path: Path
) -> None:
    with Terminal([str(path)], tmp_path) as screen:
        while screen.echoes:
            screen.idle(0.01)
        before_the_first_frame = screen.idle(0)
        screen.send("2", ENTER)
        screen.idle(0.1)
        assert (before_the_first_frame, screen.screen.strip()) == (0, "")
        screen.until("Metrics ›", "ENTER people")
        screen.send("q")
        while not screen.echoes:
            screen.idle(0.01)


@pytest.mark.parametrize("opened", [False, True])
def test_a_program_that_is_asked_to_end_leaves_the_terminal_as_it_was(
    path: Path, tmp_path: Path, opened: bool
) -> None:
    with Terminal([str(path)], tmp_path) as screen:
        while screen.echoes:
            screen.idle(0.01)
        if opened:
            screen.send("2")
            screen.until("Metrics ›", "in range", seconds=60)
        screen.ask_to_end()
        end = time.monotonic() + 20
        while not screen.echoes and time.monotonic() < end:
            screen.idle(0.01)
        screen.idle(0.2)
        assert screen.echoes
        assert ("\x1b[?1049l" in screen.sent) == opened
