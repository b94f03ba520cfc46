"""The explorer: places with their own pages, the look of this terminal, remembered state."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, cast

import tui.terminal  # noqa: F401  before Textual, which reads ESCDELAY when it is imported

# isort: split
from textual.await_complete import AwaitComplete
from textual.screen import Screen
from textual.timer import Timer

from core.definitions.board import Board
from core.draw.spans import Glyphs, Look
from core.engines.opening import open_engine
from core.engines.running import Engine
from core.errors import CannotOpen
from core.queries.common.question import Question
from core.store.library.saved import Saved
from tui import places
from tui.keys import PLACES
from tui.navigation import Navigation, board_page
from tui.screens.bases.page import Page
from tui.services.config import Config, read
from tui.services.errors import tell
from tui.services.freshness import Freshness
from tui.services.library import QUICK, Library
from tui.services.passwords import ask_password
from tui.services.renames import Renames
from tui.services.settable import GLYPHS
from tui.services.state import State
from tui.services.tabs import BoardTabs
from tui.start.dressed import Dressed
from tui.themes.own import DEFAULT

POLL_SECONDS = 5.0
HELD_SECONDS = 0.15
"""How long a page that is open may wait for its next answer before it is shown without it."""

MOST_PAGES = 6
"""How many pages on top of each other are opened again by the next start."""

OPENING_SECONDS = 1.0
"""How long a page may take to open, with its answers, before it is shown as it is."""

SHORTEST = 0.001
"""Seconds of a timer that is due."""


class Explorer(Dressed):
    """One workspace in the terminal.

    Args:
        engine: answers questions about it.
        saved: its boards, marks and audiences.
        state: what was remembered from the last session.
        look: how charts are drawn; None detects it.
        place: where to start.
    """

    MODES: ClassVar[dict[str, Any]] = {place: places.root(place) for place, _, _ in PLACES}
    CSS = """
    Page { background: $background; color: $foreground; }
    .-table TableView { display: block; }
    """

    def __init__(
        self,
        engine: Engine,
        saved: Saved,
        state: State,
        *,
        look: Look | None = None,
        place: str = "boards",
    ) -> None:
        # The first page, without a blank one before it; Textual reads this from the instance.
        self.DEFAULT_MODE = place  # type: ignore[misc]
        super().__init__(look, engine.calendar)
        self.engine, self.saved, self.state = engine, saved, state
        self.library = Library(engine, saved)
        self.renames = Renames()
        self.tabs = BoardTabs(state)
        self.navigator = Navigation(self)
        self.first_page: Screen[Any] | None = None
        self.came_from: Question | None = None
        self.data = Freshness(engine)
        self.config = Config()
        self._usual = self.look
        self.returning: list[Any] = []
        self._opening = True
        self._held_until = 0.0
        self.notices: tuple[str, ...] = ()
        self._release: Timer | None = None

    def on_mount(self) -> None:
        """Check for new data at intervals, and open the first page."""
        self.set_interval(POLL_SECONDS, self._poll)
        for page in self._first_pages:
            self.push_screen(page)
        self._opening = False
        self._put_back()
        if self.notices:
            self.call_after_refresh(tell, self, "  ".join(self.notices))

    def configure(self, config: Config) -> None:
        """Apply settings: keys, and the choices made here last or else configured.

        A choice made here holds until the setting behind it is changed.
        """
        self.config = config
        self.keymap = config.keys
        self.set_keymap(dict(config.keys))
        self.notices = (*config.notices, *filter(None, (self.state.notice,)))
        self._dress()

    def settings_changed(self, name: str) -> None:
        """See Host."""
        self.state.values.pop(name, None)
        self.config = read()
        self.engine.time_limit = self.config.seconds
        self._dress()
        if isinstance(self.screen, Page):
            self.screen.action_redraw()

    def _dress(self) -> None:
        """Take the theme and the glyphs that are chosen or configured."""
        glyphs = self.state.choice("glyphs", self.config.glyphs)
        if not self._usual.ascii:
            known = glyphs if glyphs in GLYPHS else self._usual.glyphs
            self.look = replace(self.look, glyphs=cast(Glyphs, known))
        theme = self.state.choice("theme", self.config.theme)
        self.show_colours(theme if theme in self.available_themes else DEFAULT)

    # -- where it was left

    def come_back(self) -> None:
        """Open the pages that were open above the place where the last session ended."""
        left = self.state.values.get("pages")
        if isinstance(left, list) and left and self.first_page is None:
            self.returning = left

    @cached_property
    def _first_pages(self) -> list[Screen[Any]]:
        """The pages that open on the first one: what was asked for, was left, or the last board."""
        place = self.current_mode
        boards = self.library.boards() if place == "boards" or self.returning else []
        if boards:
            self.tabs.rename({board.id: board.title for board in boards})
        if self.first_page is not None:
            return [self.first_page]
        if self.returning:
            return places.reopened(self.returning[1:], place, boards)
        last = self.state.last_board(boards)
        return [board_page(last)] if last is not None else []

    @property
    def root_is_covered(self) -> bool:
        """See Host: the list of boards is, by the board that the program opens with."""
        return self._opening and self.current_mode == "boards" and bool(self._first_pages)

    def _put_back(self) -> None:
        for page, kept in zip(self.screen_stack, self.returning, strict=False):
            where = kept.get("at") if isinstance(kept, dict) else None
            if isinstance(page, Page) and isinstance(where, dict):
                page.come_back(where)

    @property
    def _pages(self) -> list[Page]:
        """The pages of the place, without one that is still opening."""
        return [page for page in self.screen_stack if isinstance(page, Page) and page.is_mounted]

    def remember(self) -> None:
        """Remember the place, its pages and their cursors for the next start."""
        self.state.values["place"] = self.current_mode
        self.state.values["pages"] = [
            {**page.memory(), "at": page.left_at()} for page in self._pages[:MOST_PAGES]
        ]

    def take_colours(self) -> None:
        """See Dressed; the page on top is drawn again."""
        super().take_colours()
        if isinstance(self.screen, Page):
            self.screen.action_redraw()

    # -- places and pages

    def stack_of(self, place: str) -> list[Screen[Any]]:
        """Return the pages of the place on show, its root first."""
        return list(self.screen_stack) if self.current_mode == place else []

    def go(self, place: str) -> None:
        """Show a place as it was left."""
        if place != self.current_mode:
            asked = (getattr(page, "question", None) for page in reversed(self.screen_stack))
            self.came_from = next(filter(None, asked), None)
            self._hold()
            self.switch_mode(place)

    def pop_screen(self) -> AwaitComplete:
        """See App."""
        if isinstance(self.screen, Page):
            self._hold()
        return super().pop_screen()

    def switch_screen(self, screen: Any) -> AwaitComplete:
        """See App; a page is shown once it has its answers."""
        if isinstance(screen, Page):
            self._hold()
        return super().switch_screen(screen)

    def _hold(self) -> None:
        """Show a page once it has its answers, or after a moment without them."""
        self.frames.hold()
        self._held_until = time.monotonic() + OPENING_SECONDS
        self._release_after(OPENING_SECONDS)

    def show_soon(self) -> None:
        """See Host."""
        if self.frames.held:
            self._release_after(min(HELD_SECONDS, self._held_until - time.monotonic()))

    def _release_after(self, seconds: float) -> None:
        if self._release is not None:
            self._release.stop()
        self._release = self.set_timer(max(seconds, SHORTEST), self.frames.release)

    def leave(self, code: int = 0) -> None:
        """See Dressed; running questions are stopped, and the place is remembered."""
        for page in self._pages:
            if page.is_built:
                page.questions.cancel_all()
        self.remember()
        super().leave(code)

    def read_again(self) -> None:
        """Reopen the file, even if another one has taken its place."""
        self.data.seen()
        self.look = replace(self.look, calendar=self.engine.calendar)

    def _poll(self) -> None:
        """Look for news, and write down where this is: a terminal can be closed at any moment."""
        self.remember()
        self.state.save()
        page = next((s for s in reversed(self.screen_stack) if isinstance(s, Page)), None)
        troubled = bool(self.data.trouble)
        if self.data.look() and page is not None:
            if self.data.trouble:
                page.say("")  # an older message would hide it
            elif troubled:
                _ask_refused(page)
            page.update_status()

    # -- the terminal

    def set_glyphs(self, glyphs: Glyphs) -> None:
        """Switch to other glyphs."""
        self.look = Look(glyphs=glyphs, colour=self.look.colour, calendar=self.look.calendar)
        self.state.choose("glyphs", glyphs, self.config.glyphs)
        if isinstance(self.screen, Page):
            self.screen.action_redraw()

    def set_colours(self, theme: str) -> None:
        """Switch to another theme and remember it; the ansi themes use the terminal's colours."""
        self.show_colours(theme)
        self.state.choose("theme", theme, self.config.theme)

    def show_colours(self, theme: str) -> None:
        """Show another theme for the time being."""
        self.theme = theme
        self.ansi_color = self.tier != "theme" or self.current_theme.ansi

    def push_screen(self, screen: Any, callback: Any = None, *args: Any, **kwargs: Any) -> Any:
        """See App; a page is shown once it has its answers."""
        if isinstance(screen, Page):
            self._hold()
        return super().push_screen(screen, callback, *args, **kwargs)


def run(
    path: str | Path,
    *,
    board: str | Board | None = None,
    range: str | None = None,
    question: Question | None = None,
    look: Look | None = None,
    notice: str = "",
) -> int:
    """Open the explorer on a workspace and return the exit code.

    Args:
        board: a board to open: its name or id, or a starter board itself.
        range: a range text for that board.
        question: a question to open instead.
        look: how charts are drawn; None detects it.
        notice: what to say once it is open.

    Raises:
        CannotOpen: the file is missing or not a workspace.
        NotFound: there is no such board.
    """
    config = read()
    engine = open_engine(path, time_limit=config.seconds, wait=QUICK.seconds, ask=ask_password)
    saved = Saved(path, profile=os.environ.get("FOOTFALL_PROFILE", ""), patience=QUICK)
    state = State(Path(path))
    place = places.start_place(state, board, question)
    app = Explorer(engine, saved, state, look=look, place=place)
    app.configure(config)
    app.notices = (*filter(None, (notice, app.library.alarm())), *app.notices)
    app.first_page = places.first_page(saved, board, range, question)
    app.come_back()
    code = app.run()
    state.save()
    engine.close()
    return code if code is not None else app.return_code or 0


def _ask_refused(page: Page) -> None:
    """Ask again what was refused while the file could not be read."""
    for view in page.views if page.is_built else ():
        if view.question is not None and isinstance(view.error, CannotOpen):
            page.ask(view, view.question)
