"""What is sent to the terminal: the fewest bytes that make it show the same."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.effort import effort
from tests.worlds.terminal.glass import Glass
from tests.worlds.terminal.session import DOWN, ENTER, ESCAPE, RIGHT, Terminal
from tests.worlds.tui_pilot import explorer
from tui.app import Explorer
from tui.widgets.answer import AnswerView
from tui.widgets.overlay import Overlay
from tui.wire.frames import Frames

STYLES = (
    "",
    "1",
    "2",
    "7",
    "4",
    "38;2;1;2;3",
    "1;38;5;9;48;2;3;4;5",
    "31",
    "1;91;48;5;7",
    "97;104",
)
CHARS = "  ab─│⣿·é"


def painted(chance: random.Random, columns: int, rows: int) -> str:
    """Return a frame as Textual writes one: runs of text, each with its whole style."""
    frame = ""
    for _ in range(chance.randint(1, 6)):
        x, y = chance.randrange(columns - 12), chance.randrange(rows)
        frame += f"\x1b[{y + 1};{x + 1}H"
        for _ in range(chance.randint(1, 3)):
            text = "".join(chance.choices(CHARS, k=chance.randint(1, 2)))
            frame += f"\x1b[{chance.choice(STYLES)}m{text}\x1b[0m"
    return frame


def test_the_terminal_shows_what_was_painted() -> None:
    chance = random.Random(7)
    painted_on, sent_to, frames = Glass(30, 5), Glass(30, 5), Frames()
    whole = "".join(f"\x1b[{y};1H\x1b[48;2;9;9;9m{' ' * 30}\x1b[0m" for y in range(1, 6))
    for frame in (whole, *(painted(chance, 30, 5) for _ in range(400))):
        painted_on.write(frame)
        assert frames.read(frame)
        sent_to.write(frames.changes())
        assert sent_to.lines == painted_on.lines


def test_what_is_not_known_between_two_painted_parts_is_left_as_it_is() -> None:
    chance = random.Random(8)
    painted_on, sent_to, frames = Glass(30, 5), Glass(30, 5), Frames()
    for frame in (painted(chance, 30, 5) for _ in range(200)):
        painted_on.write(frame)
        assert frames.read(frame)
        sent_to.write(frames.changes())
        assert sent_to.lines == painted_on.lines
        if chance.random() < 0.3:
            frames.forget()


def test_nothing_is_sent_twice() -> None:
    frames = Frames()
    frame = "\x1b[1;1H\x1b[1;31mab\x1b[0m c\x1b[2;1Hd"
    assert frames.read(frame)
    assert frames.changes()
    assert frames.read(frame)
    assert frames.changes() == ""


def test_a_style_is_sent_once_and_not_for_spaces() -> None:
    frames = Frames()
    bold, plain = "\x1b[1;31m{}\x1b[0m", "\x1b[31m{}\x1b[0m"
    for text in (bold.format("a"), "\x1b[2m \x1b[0m", bold.format("b"), plain.format("c")):
        frames.read(text)
    frames.read("\x1b[2;1H" + bold.format("d"))
    assert frames.changes() == ("\x1b[1;1H\x1b[0;1;31ma b\x1b[2;1Hd\x1b[1;4H\x1b[22mc\x1b[2;2H")


def test_a_row_with_wide_characters_is_sent_whole() -> None:
    frames = Frames()
    frames.read("\x1b[1;3Ha日b\x1b[2;1Hcd")
    frames.changes()
    frames.read("\x1b[1;3Hx")
    assert frames.changes() == "\x1b[1;3Hx日b\x1b[1;4H"
    frames.read("\x1b[1;5Hy")
    assert frames.changes() == "\x1b[1;3Hx yb\x1b[1;6H"


def test_held_frames_become_one() -> None:
    frames, sent = Frames(), []
    frames.send = lambda: sent.append(frames.changes())
    frames.hold()
    for text in ("one", "two"):
        frames.read(f"\x1b[1;1H{text}")
        assert frames.changes() == ""
    frames.release()
    frames.release()
    assert sent == ["\x1b[1;1H\x1b[mtwo"]


def test_after_forgetting_everything_is_sent_again() -> None:
    frames = Frames()
    for _ in range(2):
        frames.read("\x1b[1;1Hab")
        assert frames.changes() == "\x1b[1;1H\x1b[mab"
        frames.forget()


@pytest.mark.parametrize("other", ["\x1b]52;c;YQ==\x07", "\x1b[?1000h", "\x1b[?2026$p", "\x1b[>1u"])
def test_what_is_not_about_cells_goes_as_it_is(other: str) -> None:
    frames = Frames()
    frames.read("\x1b[1;1Hab")
    frames.changes()
    assert not frames.read(other)
    frames.read("\x1b[1;1Hab")
    assert frames.changes() == ""


def test_after_an_unknown_sequence_nothing_is_taken_as_shown() -> None:
    frames = Frames()
    frames.read("\x1b[1;1Hab")
    frames.changes()
    assert not frames.read("\x1b[2J")
    frames.read("\x1b[1;1Hab")
    assert frames.changes() == "\x1b[1;1H\x1b[mab"


MOVE, FOCUS, PUSH, RANGE = 700, 1_500, 8_000, 16_000
"""Bytes that an action may send at 80x24; twice that at 120x40."""

ROW = MOVE + PUSH
"""A move to a row, and then what the row shows once the cursor rests: a frame of its own."""

ACTIONS = (
    ("the range menu", "r", PUSH),
    ("another range", "7", RANGE),
    ("help", "?", PUSH),
    ("closing help", ESCAPE, PUSH),
    ("the palette", ":", PUSH),
    ("a letter in the palette", "m", PUSH),
    ("closing the palette", ESCAPE, PUSH),
    ("the next tile", "\t", FOCUS),
    ("a tile's page", ENTER, PUSH),
    ("back to the board", ESCAPE, PUSH),
    ("metrics", "2", PUSH),
    ("the next panel", "\t", FOCUS),
    ("the panel before", "\x1b[Z", FOCUS),
    ("another row of metrics", DOWN, ROW),
    ("one more row of metrics", DOWN, ROW),
    ("retention", "4", PUSH),
    ("the next cell", RIGHT, MOVE),
    ("the next row", DOWN, MOVE),
    ("a form", "e", PUSH),
    ("the next row of a form", DOWN, MOVE),
    ("leaving a form", ESCAPE, PUSH),
    ("users", "8", PUSH),
    ("the next person", DOWN, MOVE),
    ("finding somebody who did much", "/u_00077", PUSH),
    ("those who are found", ENTER, PUSH),
    ("a person", ENTER, PUSH),
    ("a person's next event", DOWN, MOVE),
)
BESIDE = slice(0, 18), slice(21, 23)
"""Which of them are tried on a large screen: the others differ little there."""

MOVED, DONE = 0.12, 0.4
"""Seconds without a byte after which a move, or any other action, is over."""


def test_actions_send_few_bytes_and_paint_once(tmp_path: Path) -> None:
    sample = tmp_path / "sample.db"
    with Terminal(["demo", str(sample)], tmp_path) as small:
        watch(small, (80, 24), ACTIONS)
        with Terminal([str(sample)], tmp_path / "large", size=(120, 40)) as large:
            small.send("1")
            small.settle(1)
            left = time.monotonic()
            watch(large, (120, 40), [a for part in BESIDE for a in ACTIONS[part]])
            large.settle(DONE)
            assert large.idle(max(1, left + 10 - time.monotonic())) == 0
        assert small.idle(0.01) == 0, "in the ten seconds before"


def watch(screen: Terminal, size: tuple[int, int], actions: Sequence[tuple[str, str, int]]) -> None:
    """Type, and hold what is sent against its limit, which doubles at 120x40.

    A board of which the answers do not come at once is dimmed in a frame before them.
    """
    times = 1 if size == (80, 24) else 2
    screen.until("Signups", "in range")
    screen.settle(1)
    for name, key, most in actions:
        sent = screen.act(key, quiet=MOVED if most == MOVE else DONE)
        assert sent.bytes, name
        assert sent.bytes <= most * times, (name, size)
        if most == ROW:
            assert sum(sent.frames) - max(sent.frames) <= MOVE * times, (name, size)
        dimmed = 1 if most == RANGE and len(sent.frames) > 2 else 0
        assert sent.cells <= (1.3 + dimmed) * size[0] * size[1], (name, size)


@pytest.mark.parametrize(
    ("place", "keys"),
    [("users", ("down", "up")), ("funnel", ("down", "up")), ("boards", ("tab", "shift+tab"))],
)
async def test_a_key_that_asks_nothing_is_painted_with_little_work(
    path: Path, place: str, keys: tuple[str, str]
) -> None:
    async with explorer(path, place=place, size=(120, 40)) as ff:
        await ff.press(*keys)
        taken = []
        for key in keys * 3:
            with effort() as work:
                await ff.pilot.press(key)
            taken.append(work.calls)
        assert min(taken) < 75_000


async def test_a_page_that_opens_is_painted_when_it_is_shown(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = []
    shown = Explorer._display

    def display(app: Explorer, screen: Any, painted: Any) -> None:
        held.append(app.frames.held)
        shown(app, screen, painted)

    monkeypatch.setattr(Explorer, "_display", display)
    async with explorer(path) as ff:
        opened = len(held)
        await ff.press("2")
        assert 0 < opened < len(held)
        assert not any(held)


async def test_a_key_in_a_box_paints_nothing_of_what_is_behind_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[Overlay] = []
    render = Overlay.render

    def counted(box: Overlay) -> Any:
        painted.append(box)
        return render(box)

    monkeypatch.setattr(Overlay, "render", counted)
    async with explorer(path, place="metrics") as ff:
        page = ff.page
        for keys in (("r",), ("escape", "tab", "e"), ("enter",)):
            await ff.press(*keys)
            painted.clear()
            await ff.press("down", "up")
            assert not painted, keys
        await ff.press("escape", "escape", "r")
        page.say("This is said behind the box.")
        await ff.settle()
        assert "This is said behind the box." in ff.screen


async def test_an_answer_is_drawn_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    draw = AnswerView.draw

    def counted(view: AnswerView, *args: Any) -> Any:
        drawn.append(view.id)
        return draw(view, *args)

    monkeypatch.setattr(AnswerView, "draw", counted)
    async with explorer(path, place="metrics") as ff:
        await ff.press("r")
        drawn.clear()
        await ff.press("7")
        assert drawn == ["chart"]


def test_the_screen_is_the_terminal_also_where_standard_error_is_a_file(
    path: Path, tmp_path: Path
) -> None:
    errors = tmp_path / "errors.txt"
    with Terminal([str(path)], tmp_path, errors=errors) as screen:
        screen.until("Boards ›")
        assert errors.read_text() == ""
