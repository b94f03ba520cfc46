"""Dressed: an application in the colours and glyphs of this terminal, quiet on its wire."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar

import tui.terminal as terminal  # before Textual, which reads ESCDELAY when it is imported

# isort: split
from textual.driver import Driver
from textual.events import Event, Key, Paste
from textual.theme import Theme

from core.draw.spans import Look
from core.timeframe import Calendar
from tui.services.errors import failed, guarded
from tui.services.keyboard import ASKED_TO_END
from tui.services.typing import Typing
from tui.themes.own import DEFAULT, THEMES
from tui.themes.sheet import Sheet
from tui.themes.tokens import tokens_of
from tui.widgets.host import Host
from tui.widgets.paint import Ink
from tui.wire import quiet
from tui.wire.frames import Frames


class Dressed(Host):
    """What every application here has: themes, typed keys in order, and few bytes.

    Args:
        look: how charts are drawn; None detects it.
        calendar: the days of the workspace.
    """

    TITLE = "footfall"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    ESCAPE_TO_MINIMIZE = False
    BINDINGS: ClassVar[list[Any]] = []

    def __init__(self, look: Look | None, calendar: Calendar | None = None) -> None:
        self.frames = Frames()
        self.frames.paint = self._paint
        self.tier = terminal.colours()
        self._colours: tuple[Theme, Mapping[str, str]] | None = None
        super().__init__(ansi_color=self.tier != "theme")
        self.animation_level = "none"
        # Two widgets of every page that no page here uses.
        self._disable_tooltips = self._disable_notifications = True
        detected = Look(glyphs=terminal.glyphs(), colour=self.tier == "theme")
        self.look = look or (replace(detected, calendar=calendar) if calendar else detected)
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DEFAULT
        self.stylesheet = Sheet(variables=self.get_css_variables())
        self.ink = self._ink()
        self.keymap = {}
        self.typing = Typing(self)

    def on_mount(self) -> None:
        """Apply the theme's colours, and begin to pass keys on."""
        self.take_colours()
        self.theme_changed_signal.subscribe(self, lambda _: self.take_colours())
        self.run_worker(self.typing.work(), group="typing")
        if not self.is_headless:
            with suppress(NotImplementedError, RuntimeError, ValueError):  # no signals here
                loop = asyncio.get_running_loop()
                loop.add_signal_handler(signal.SIGTERM, self.call_later, self.leave, ASKED_TO_END)

    def leave(self, code: int = 0) -> None:
        """Exit with a code; the terminal is then as it was before."""
        self.exit(code)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """See App: the colours of charts and panels that a theme does not set itself."""
        return dict(tokens_of(self.current_theme))

    def get_css_variables(self) -> dict[str, str]:
        """See App; computed once for a theme, though a start asks for them six times."""
        theme = self.current_theme
        if self._colours is None or self._colours[0] is not theme:
            self._colours = theme, super().get_css_variables()
        return dict(self._colours[1])

    def _ink(self) -> Ink:
        if self.tier != "theme" or self.current_theme.ansi:
            return Ink("mono" if self.tier == "mono" else "ansi")
        colours = self.get_css_variables()
        return Ink("theme", {k: v[:7] for k, v in colours.items() if v.startswith("#")})

    def take_colours(self) -> None:
        """Take the colours of the theme for charts and panels."""
        self.ink = self._ink()
        self.look = replace(self.look, colour=self.ink.tier == "theme")

    def _paint(self) -> None:
        """Paint the page on top where it is not as it was painted last."""
        if self._running and self.screen_stack:
            self.screen._compositor_refresh()

    def get_driver_class(self) -> type[Driver]:
        """See App; a terminal is sent only what differs from what it shows."""
        return quiet(super().get_driver_class())

    def show_soon(self) -> None:
        """See Host: at once."""
        self.frames.release()

    def on_resize(self) -> None:
        """A terminal of another size may show anything."""
        self.frames.forget()

    async def on_event(self, event: Event) -> None:
        """See App; a typed key waits until what the one before it opened is there."""
        typed = isinstance(event, Key | Paste) and not event.is_forwarded
        if not (typed and self.typing.take(event)):
            await super().on_event(event)

    async def run_action(self, action: Any, *args: Any, **kwargs: Any) -> bool:
        """Run an action; if it fails it says so and leaves the screen as it is."""
        try:
            return await super().run_action(action, *args, **kwargs)
        except Exception as error:
            failed(self, error)
        return True

    def push_screen(self, screen: Any, callback: Any = None, *args: Any, **kwargs: Any) -> Any:
        """See App; an error in an overlay's callback is handled like that of an action."""
        safe = guarded(self, callback) if callback else None
        return super().push_screen(screen, safe, *args, **kwargs)
