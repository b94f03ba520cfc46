"""The explorer: places with their own pages, the look of this terminal, what is remembered."""

from __future__ import annotations

import base64
import contextlib
import logging
from pathlib import Path
from typing import Any, ClassVar

import tui.terminal as terminal  # before Textual, which reads ESCDELAY when it is imported

# isort: split
from rich.style import Style
from textual.app import App
from textual.screen import Screen

from core.draw.spans import Look
from core.engines.sqlite import SqliteEngine
from core.errors import FootfallError
from core.queries import from_json
from core.queries.base import Question
from core.store.saved import Saved
from core.text import age, clean, number
from tui.keys import PLACES
from tui.library import Library
from tui.screens import places
from tui.state import State
from tui.widgets.paint import Ink

TIME_LIMIT = 10.0
POLL_SECONDS = 5.0
MOST_COPIED = 75_000
"""Characters of base64 that terminals take in one clipboard sequence."""


class Explorer(App[int]):
    """One workspace in the terminal.

    Args:
        engine: answers questions about it.
        saved: its boards, marks and audiences.
        state: what the last time left.
        look: how charts are drawn; None finds out.
        place: where to start.
    """

    TITLE = "footfall"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    ESCAPE_TO_MINIMIZE = False
    MODES: ClassVar[dict[str, Any]] = {place: places.root(place) for place, _, _ in PLACES}
    BINDINGS: ClassVar[list[Any]] = []
    CSS = """
    Page { background: $background; color: $foreground; }
    .-away { display: none; }
    .-table TableView { display: block; }
    """

    def __init__(
        self, engine: SqliteEngine, saved: Saved, state: State, *,
        look: Look | None = None, place: str = "boards",
    ) -> None:  # fmt: skip
        tier = terminal.colours()
        self.DEFAULT_MODE = place  # the first page, without a blank one before it
        super().__init__(ansi_color=tier != "theme")
        self.engine, self.saved, self.state = engine, saved, state
        self.library = Library(engine, saved)
        self.animation_level = "none"
        self.look = look or Look(
            glyphs=terminal.glyphs(), colour=tier == "theme", calendar=engine.calendar
        )
        self.ink = Ink(tier, True)
        self.first_page: Screen[Any] | None = None
        self._generation = engine.generation()
        self.stale = False
        self.facts = self._facts()

    def on_mount(self) -> None:
        """Take the theme's colours and look for new data now and then."""
        self._take_colours()
        self.theme_changed_signal.subscribe(self, lambda _: self._take_colours())
        self.set_interval(POLL_SECONDS, self._poll)
        if self.first_page is not None:
            self.push_screen(self.first_page)

    def _take_colours(self) -> None:
        theme = self.current_theme
        base = Style()
        if self.ink.tier == "theme":
            colours = self.theme_variables
            base = Style(color=colours["foreground"][:7], bgcolor=colours["background"][:7])
        self.ink = Ink(self.ink.tier, theme.dark, base)

    # -- places and pages

    def stack_of(self, place: str) -> list[Screen[Any]]:
        """Return the pages of the place on show, its root first."""
        return list(self.screen_stack) if self.current_mode == place else []

    def go(self, place: str) -> None:
        """Show a place as it was left."""
        if place != self.current_mode:
            self.switch_mode(place)

    def leave(self) -> None:
        """Remember where we are, and end."""
        self.state.values["place"] = self.current_mode
        self.state.values["glyphs"] = self.look.glyphs
        self.exit(0)

    # -- the data

    def _facts(self) -> str:
        ctx = self.engine.context()
        name = clean(self.engine.path.name)
        if ctx.earliest is None or ctx.latest is None:
            return f"{name}  no events"
        days = ctx.calendar.day_of(ctx.earliest), ctx.calendar.day_of(ctx.latest)
        total = self.engine.events_in(*days)
        return f"{name}  {number(total)} events  newest {age(self.engine.clock() - ctx.latest)}"

    def _poll(self) -> None:
        with contextlib.suppress(FootfallError):
            stale = self.engine.generation() != self._generation
            if stale != self.stale:
                self.stale = stale
                self._update_status()

    def seen(self) -> None:
        """The data on show is the newest."""
        with contextlib.suppress(FootfallError):
            self._generation = self.engine.generation()
            self.facts = self._facts()
        self.stale = False

    def _update_status(self) -> None:
        update = getattr(self.screen, "update_status", None)
        if update is not None:
            update()

    # -- what is remembered

    def remembered(self, place: str) -> Question | None:
        """Return the question a place had the last time, if it can still be asked."""
        with contextlib.suppress(FootfallError, TypeError):
            body = self.state.values.get("questions", {}).get(place)
            return from_json(body) if isinstance(body, dict) else None
        return None

    def remember(self, place: str, question: Question) -> None:
        """Keep a place's question for the next start."""
        kept = self.state.values.setdefault("questions", {})
        kept[place] = question.model_dump(mode="json", by_alias=True)

    # -- the terminal

    def set_glyphs(self, glyphs: Any) -> None:
        """Draw with other glyphs from now on."""
        self.look = Look(glyphs=glyphs, colour=self.look.colour, calendar=self.look.calendar)
        self.screen.action_redraw()

    def send_to_clipboard(self, text: str) -> str:
        """Send text to the terminal's clipboard; return a sentence that says so, or why not."""
        if not text:
            return "There is nothing to copy here."
        size = len(base64.b64encode(text.encode()))
        shown = f"{len(text.encode()) / 1000:.1f} KB"
        if size > MOST_COPIED:
            return f"Too big to copy ({shown}). x writes a file."
        self.copy_to_clipboard(text)
        return f"Sent {shown} to your terminal's clipboard."

    def note_failure(self, error: Exception) -> None:
        """Keep an unexpected failure for the log."""
        logging.getLogger("footfall").error("a question broke", exc_info=error)


def run(
    path: str | Path,
    *,
    board: str | None = None,
    range: str | None = None,
    question: Question | None = None,
    look: Look | None = None,
) -> int:
    """Open the explorer on a workspace and return the exit code.

    Args:
        board: a board to open, by name or id.
        range: a range text for that board.
        question: a question to open instead.
        look: how charts are drawn; None finds out.

    Raises:
        CannotOpen: the file is missing or not a workspace.
        NotFound: there is no such board.
    """
    engine = SqliteEngine(path, time_limit=TIME_LIMIT)
    saved = Saved(path)
    state = State(Path(path))
    place = places.start_place(state, board, question)
    app = Explorer(engine, saved, state, look=look, place=place)
    app.first_page = places.first_page(saved, board, range, question)
    code = app.run()
    state.save()
    engine.close()
    return code if code is not None else app.return_code or 0
