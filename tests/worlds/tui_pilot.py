"""Driving the explorer by keys: a small workspace with a frozen clock, and what the screen says."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from textual.events import Key

from core.draw import Look
from core.engines.sqlite.engine import SqliteEngine
from core.store.ingest.importer import Event, store_events
from core.store.library.saved import Saved
from core.store.workspace import open_writer
from tui import places
from tui.app import Explorer
from tui.services.config import Config
from tui.services.state import State

NOW = int(datetime(2025, 5, 11, 15, 0, tzinfo=UTC).timestamp() * 1000)
HOUR = 3_600_000
DAY = 24 * HOUR
COUNTRIES = ("NL", "DE", "US")


def happened() -> list[Event]:
    """Forty people over thirty days: signup, then for some activate, purchase, and visits."""
    found = []
    for number in range(40):
        start = NOW - (29 - number % 28) * DAY - (number % 5) * HOUR
        user, country = f"u{number:02}", COUNTRIES[number % 3]
        steps = [("signup", 0), ("activate", 2)][: 1 if number % 3 == 0 else 2]
        if number % 4 == 1:
            steps.append(("purchase", 30))
        steps += [("visit", 24 * 7 * week + 5) for week in range(1, 4) if number % (week + 1) == 0]
        for name, hours in steps:
            moment = start + hours * HOUR
            if moment < NOW:
                found.append(
                    Event(
                        event=name,
                        ts_ms=moment,
                        user=user,
                        context={"country": country},
                        properties={"amount": number, "plan": "pro" if number % 2 else "free"},
                    )
                )
    return found


def workspace(path: Path, events: list[Event] | None = None) -> Path:
    """Write a workspace, of what happened if no events are given, and return its path."""
    if events is None:
        path.write_bytes(_usual_file())
    else:
        _write(path, events)
    return path


@lru_cache(maxsize=1)
def _usual_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "usual.db"
        _write(path, happened())
        return path.read_bytes()


def _write(path: Path, events: list[Event]) -> None:
    with closing(open_writer(path)) as connection:
        store_events(connection, events)


@dataclass
class Driver:
    """The explorer under a pilot."""

    app: Explorer
    pilot: Any

    async def press(self, *keys: str) -> str:
        """Press keys one after the other, each settled; return the screen."""
        for key in keys:
            self.app.post_message(Key(key, key if len(key) == 1 else None))
            await self.settle()
        return self.screen

    async def type(self, text: str) -> None:
        """Type into the field with the focus."""
        field = self.app.focused
        field.value = text
        await self.settle()

    async def settle(self) -> None:
        """Wait until no question runs and nothing is left to handle."""
        quiet = 0
        for _ in range(2_000):
            await asyncio.sleep(0.003)
            quiet = quiet + 1 if self._idle else 0
            if quiet == 3:
                return
        raise AssertionError(f"never settled:\n{self.screen}")

    async def says(self, text: str) -> None:
        """Wait until the status line says it, which takes a moment where an overlay comes back."""
        await self.until(lambda: text in self.status, text)

    async def shows(self, text: str) -> None:
        """Wait until the screen says it."""
        await self.until(lambda: text in self.screen, text)

    async def until(self, found: Callable[[], bool], what: object) -> None:
        """Wait for something that comes a moment after the explorer has settled."""
        for _ in range(500):
            if found():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"never came to {what!r}:\n{self.screen}")

    @property
    def _idle(self) -> bool:
        page = self.page
        if (
            self.app.typing.busy
            or page is None
            or (hasattr(page, "questions") and page.questions.busy)
        ):
            return False
        screen = self.app.screen
        if screen._layout_required or screen._dirty_widgets or screen._scroll_required:
            return False
        nodes = list(screen.walk_children(with_self=True))
        if not all(node.is_mounted for node in nodes):
            return False
        return not any(node.message_queue_size for node in (self.app, *nodes))

    @property
    def page(self) -> Any:
        """The page on top, below any overlay."""
        stack = reversed(self.app.screen_stack)
        return next((s for s in stack if hasattr(s, "page_id")), None)

    @property
    def screen(self) -> str:
        """What the terminal shows, no spaces at line ends."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    @property
    def line(self) -> str:
        """The second line: crumb and question."""
        return self.screen.split("\n")[1].strip()

    @property
    def status(self) -> str:
        """The status line."""
        lines = self.screen.split("\n")
        return lines[-2].strip() if len(lines) > 1 else ""


@asynccontextmanager
async def explorer(
    path: Path,
    *,
    size: tuple[int, int] = (80, 24),
    place: str = "boards",
    look: Look | None = None,
    first: Any = None,
    time_limit: float | None = 10,
    now: int = NOW,
    state_file: Path | None = None,
    config: Config | None = None,
    back: bool = False,
) -> AsyncIterator[Driver]:
    """Open the explorer on a workspace at a frozen instant."""
    engine = SqliteEngine(path, clock=lambda: now, time_limit=time_limit)
    saved = Saved(path, clock=lambda: now)
    state = State(path, state_file or path.with_suffix(f".{uuid4().hex}.json"))
    app = Explorer(engine, saved, state, look=look or Look(glyphs="ascii"), place=place)
    app.configure(config or Config())
    app.first_page = first
    if back:
        app.come_back()
    with patch.dict(os.environ, FOOTFALL_STATE_DIR=str(path.parent)):
        async with app.run_test(size=size) as pilot:
            driver = Driver(app, pilot)
            await driver.settle()
            yield driver
    state.save()
    engine.close()


__all__ = ["DAY", "HOUR", "NOW", "Driver", "explorer", "happened", "places", "workspace"]
