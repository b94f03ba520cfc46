"""Keys in the order they were typed: each is acted on when what the one before it opened is there.

A key changes what the next one means: `/` opens a field, Enter a page, and both take a moment. So a
key waits until nothing is left to handle, the screen on top is mounted and laid out, and whatever
the key acts on has its answer; then it goes the usual way.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Protocol, runtime_checkable

from textual.app import App
from textual.events import Event, Key
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget

from core.text import things
from tui.keys import name_of

LONGEST = 10.0
"""Seconds after which keys that wait for an answer are dropped."""

SHOWN_AFTER = 0.3
"""Seconds after which it is said that keys wait."""

OPENING = 2.0
"""Seconds that a screen has for its first layout."""

SHORT = 0.05
NEXT_LOOK = 0.01
STOPPING = ("ctrl+c", "escape")
PAGE = "the page"
"""What keys wait for until the screen on top has its widgets."""


@runtime_checkable
class Awaiting(Protocol):
    """A screen on which some keys act on answers."""

    def awaited(self, key: str) -> str:
        """Return what a key has to wait for, in words; "" if it can be acted on now."""

    def say(self, text: str, *, warning: bool = False) -> None:
        """Show a sentence until the next key."""


class Typing:
    """The keys that have been typed but not acted on.

    Args:
        app: where keys come from, and go on to.
    """

    def __init__(self, app: App[int]) -> None:
        self._app = app
        self._held: deque[Event] = deque()
        self._arrived = asyncio.Event()
        self._going: Event | None = None
        self._noticed = False
        self._working = False

    @property
    def busy(self) -> bool:
        """Whether a key waits."""
        return bool(self._held) or self._working

    def take(self, event: Event) -> bool:
        """Hold a key or a pasted text until its turn; False if this is its turn."""
        if event is self._going:
            return False
        if isinstance(event, Key) and event.key in STOPPING and self._stops(event.key):
            self._held.clear()
        self._held.append(event)
        self._arrived.set()
        return True

    def _stops(self, key: str) -> bool:
        """Whether a key takes back those before it: ctrl+c always, Escape once one sees them."""
        return key == "ctrl+c" or self._noticed

    async def work(self) -> None:
        """Pass keys on, one after the other, for as long as the application runs."""
        while True:
            await self._arrived.wait()
            self._working = True
            while self._held:
                await self._settled()
                await self._answered()
                if self._held:
                    self._going = self._held.popleft()
                    self._app.post_message(self._going)
            await self._settled()
            self._working = False
            if not self._held:
                self._arrived.clear()

    # -- the screen

    async def _settled(self) -> None:
        """Wait until nothing is left to handle and the screen on top can take a key."""
        end = time.monotonic() + OPENING
        while time.monotonic() < end:
            for pump in self._path():
                await _emptied(pump)
            if self._quiet() and self._laid_out():
                return
            await asyncio.sleep(0.001)

    def _path(self) -> list[MessagePump]:
        """Return the way of a key: the application, the focus, and all that is around it."""
        stack = self._app.screen_stack if self._app.is_running else []
        if not stack:
            return [self._app]
        focused = self._app.focused
        around = list(focused.ancestors_with_self) if focused else []
        inner = [node for node in around if node is not self._app and node not in stack]
        return [self._app, *inner, *reversed(stack), self._app]

    def _quiet(self) -> bool:
        stack = self._app.screen_stack
        if not stack:
            return False
        pumps: list[MessagePump] = [self._app, *stack, *stack[-1].walk_children(Widget)]
        return not any(pump.message_queue_size for pump in pumps) and self._composed()

    def _composed(self) -> bool:
        """Whether the screen on top has its widgets; what a key does there looks for them."""
        screen = self._screen
        return screen is not None and all(
            node.is_mounted for node in (screen, *screen.walk_children(Widget))
        )

    def _laid_out(self) -> bool:
        focused = self._app.focused
        return focused is None or not focused.display or bool(focused.size.area)

    # -- answers

    async def _answered(self) -> None:
        """Wait until what the next key acts on has its answer; drop the keys after a while."""
        started = time.monotonic()
        while self._held and (why := self._awaited(self._held[0])):
            waited = time.monotonic() - started
            if waited > LONGEST:
                self._drop(why)
            elif waited > SHOWN_AFTER and why != PAGE:
                self._notice(why)
            await asyncio.sleep(NEXT_LOOK)
        if self._noticed:
            self._noticed = False
            self._say("")
        if time.monotonic() - started > NEXT_LOOK:
            await self._settled()

    def _awaited(self, event: Event) -> str:
        if not self._composed():
            return PAGE
        screen = self._screen
        if isinstance(event, Key) and isinstance(screen, Awaiting):
            return screen.awaited(event.key)
        return ""

    def _drop(self, why: str) -> None:
        count = things(len(self._held), "key")
        self._held.clear()
        self._noticed = False
        self._say(f"Waited {LONGEST:.0f} s for {why}: {count} not acted on.", warning=True)

    def _notice(self, why: str) -> None:
        keys = " ".join(_name(event) for event in self._held)
        self._say(f"{keys}: waits for {why}. ESC takes it back.")
        self._noticed = True

    def _say(self, text: str, *, warning: bool = False) -> None:
        screen = self._screen
        if isinstance(screen, Awaiting) and self._composed():
            screen.say(text, warning=warning)
        elif isinstance(screen, Awaiting):
            screen.call_later(screen.say, text, warning=warning)

    @property
    def _screen(self) -> Screen[object] | None:
        stack = self._app.screen_stack
        return stack[-1] if stack else None


async def _emptied(pump: MessagePump) -> None:
    """Wait until a pump has handled what is in its queue now, or has ended."""
    done = asyncio.Event()
    if not pump.is_running or not pump.call_later(done.set):
        return
    while pump.is_running:
        try:
            await asyncio.wait_for(done.wait(), SHORT)
        except TimeoutError:
            continue
        return


def _name(event: Event) -> str:
    if not isinstance(event, Key):
        return "pasted text"
    return event.character if event.is_printable and event.character else name_of(event.key)
