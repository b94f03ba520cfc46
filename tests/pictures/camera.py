"""Taking pictures: one run of the explorer for a size and a look, through all shots."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from rich.color import ColorSystem
from textual._context import visible_screen_stack
from textual.strip import Strip

from core.draw import Look
from core.draw.spans import Glyphs
from core.engines.running import Result
from core.engines.sqlite.engine import SqliteEngine
from core.errors import FootfallError
from core.store.library.saved import Saved
from fixtures import demo
from tests.pictures.shots import README, SAMPLE, SHOTS, Names, Shot
from tests.pictures.svg import drawing
from tests.worlds.tui_pilot import Driver
from tui.actions.typed import read
from tui.app import Explorer
from tui.services.state import State
from tui.widgets.chrome import Status
from tui.widgets.overlay import Field
from tui.widgets.panel import Painted

NOW = int(datetime(2026, 11, 20, 15, tzinfo=UTC).timestamp() * 1000)
"""When pictures of the sample are taken; it ends on a fixed day."""

SECONDS, MOMENT = 60, 0.9
"""The longest wait for a page, and the longest pause after a key before a page goes on."""

TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
"""The terminal that pictures are taken for, as environment variables."""


@dataclass(frozen=True)
class Kind:
    """A look: its theme, its terminal's variables, its glyphs and its colours."""

    name: str
    theme: str
    system: ColorSystem = ColorSystem.TRUECOLOR
    term: str = "xterm-256color"
    ascii: bool = False


KINDS = (
    Kind("dark", "footfall-dark"),
    Kind("light", "footfall-light"),
    Kind("dark-256", "footfall-dark", ColorSystem.EIGHT_BIT),
    Kind("light-256", "footfall-light", ColorSystem.EIGHT_BIT),
    Kind("sixteen", "footfall-dark", ColorSystem.STANDARD, "screen"),
    Kind("ascii", "footfall-dark", ColorSystem.STANDARD, "screen", True),
)


class Timeless(SqliteEngine):
    """An engine that says that every answer took a millisecond."""

    def run(self, *args: Any, **options: Any) -> Result:
        """See SqliteEngine."""
        return replace(super().run(*args, **options), milliseconds=1.0)


async def taken(
    path: Path,
    now: int,
    folder: Path,
    shots: Iterable[Shot],
    kind: Kind,
    size: tuple[int, int],
    names: Names = SAMPLE,
    *,
    also: Sequence[Glyphs] = (),
) -> AsyncIterator[tuple[Shot, Sequence[Strip]]]:
    """Yield the lines of the screen for each shot, everything on it answered.

    The end of the status line is left out, as it tells how long the answers took.

    Args:
        now: the frozen instant in Unix milliseconds.
        folder: where the state is kept; it begins empty.
        also: other glyphs in which each shot is yielded once more.
    """
    environment = {**TERMINAL, "TERM": kind.term, "FOOTFALL_STATE_DIR": str(folder)}
    with (
        patch.dict(os.environ, environment),
        closing(Timeless(path, clock=lambda: now)) as engine,
    ):
        os.environ.pop("NO_COLOR", None)
        state = State(path, folder / "state.json")
        glyphs: Glyphs = "ascii" if kind.ascii else "braille"
        look = Look(glyphs, colour=not kind.ascii, calendar=engine.calendar)
        app = Explorer(engine, Saved(path, clock=lambda: now), state, look=look)
        app.show_colours(kind.theme)
        async with app.run_test(size=size) as pilot:
            driver = Driver(app, pilot)
            for shot in shots:
                if await _open(driver, shot, names):
                    yield shot, await _still(driver)
                    for other in also:
                        _redraw(app, other)
                        yield shot, await _still(driver)
                        _redraw(app, glyphs)
                await _home(driver)


async def documents(folder: Path) -> dict[str, str]:
    """Return the pictures in docs/: their names and what is in the files.

    Args:
        folder: an empty folder for a new demo.
    """
    path = folder / "demo.db"
    demo.make(path, NOW)
    shots = [shot for shot in SHOTS if shot.name in README.values()]
    found = {}
    async for shot, lines in taken(path, NOW, folder, shots, KINDS[0], (120, 40)):
        found[shot.name] = drawing(lines)
    return {name: found[shot] for name, shot in README.items()}


async def _open(driver: Driver, shot: Shot, names: Names) -> bool:
    """Go to where a shot is taken; False if the workspace has nothing to show there."""
    app = driver.app
    app.go(shot.place)
    await _settled(driver)
    if shot.question:
        try:
            question, chart = read(names.filled(shot.question), app.engine.context())
        except FootfallError:
            return False
        app.navigator.open(question, chart=chart)
        await _settled(driver)
    for key in shot.keys[: -1 if shot.typed else None]:
        await driver.press(key)
    if shot.typed:
        await driver.type(shot.typed)
        await driver.press(*shot.keys[-1:])
    await _settled(driver)
    return True


async def _settled(driver: Driver) -> None:
    async with asyncio.timeout(SECONDS):
        await driver.settle()
        while _expects(driver.app):
            await asyncio.sleep(0.02)
        await driver.settle()


def _expects(app: Explorer) -> bool:
    """Whether something on the screen waits for a moment to pass, or for a plan of SQL."""
    if any(worker.is_running and worker.group == "plan" for worker in app.workers):
        return True
    nodes = [node for screen in app.screen_stack for node in screen.walk_children(with_self=True)]
    timers = [timer for node in nodes for timer in node._timers if timer._repeat == 0]
    return any(
        timer._task and not timer._task.done() and timer._interval < MOMENT for timer in timers
    )


async def _still(driver: Driver) -> Sequence[Strip]:
    """Return the lines of the screen without the time that answers took."""
    app = driver.app
    bars = [status for screen in app.screen_stack for status in screen.query(Status)]
    async with asyncio.timeout(SECONDS):
        while True:
            for status in bars:
                status.right = []
                status.repaint()
            for screen in app.screen_stack:  # a box keeps what is drawn of what it lies over
                screen.refresh()
            await driver.settle()
            if not any(status.right for status in bars):  # no answer was still on its way
                break
    visible_screen_stack.set(app._background_screens)  # what a box lies over
    return app.screen._compositor.render_strips()


def _redraw(app: Explorer, glyphs: Glyphs) -> None:
    """Draw all that is on the screen in other glyphs."""
    app.look = replace(app.look, glyphs=glyphs)
    for screen in app.screen_stack:
        for painted in screen.query(Painted):
            painted.forget()
        for field in screen.query(Field):
            field.set_class(glyphs == "ascii", "-ascii")
        screen.refresh()  # a box keeps what is drawn of the page that it lies over


async def _home(driver: Driver) -> None:
    """Close everything above the root of the place."""
    while len(driver.app.screen_stack) > 1:
        driver.app.pop_screen()
        await driver.settle()
