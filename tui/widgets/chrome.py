"""The four lines around every page: tabs, crumb with the question, status, keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, cast

from textual.events import Click

from core.draw.spans import Line, Span, cells, spread
from core.text import clean, cut, width
from tui.keys import PLACES, Action
from tui.widgets.panel import Painted

LONGEST_STEP = 26
"""Width in cells of one crumb step when the crumb does not fit."""


class Performing(Protocol):
    """A page that runs actions."""

    def perform(self, call: str) -> None:
        """Run an action by its call."""


class OneLine(Painted):
    """A single line."""

    DEFAULT_CSS = "OneLine { height: 1; width: 1fr; }"


class Tabs(OneLine):
    """The places by digit; the current one in brackets."""

    def __init__(self, place: str, name: str) -> None:
        super().__init__(id="tabs")
        self.place = place
        self.workspace = name

    def face(self, width: int, height: int) -> list[Line]:
        """See Painted."""
        spans = self._named(width, all_names=True)
        if cells(spans) > width:
            spans = self._named(width, all_names=False)
        right = (Span(clean(self.workspace) + " ", "dim"),)
        return [spread(spans, right, width)]

    def _named(self, width: int, *, all_names: bool) -> Line:
        gap, space = ("   ", " ") if width >= 100 else (" ", "")
        spans: list[Span] = []
        for place, digit, name in PLACES:
            spans.append(Span(gap if spans else " "))
            if place == self.place:
                spans.append(Span(f"[{digit} {name}]", "focus"))
            else:
                spans += [Span(digit, "key"), Span(space + name if all_names else "", "dim")]
        return tuple(spans)

    def on_click(self, event: Click) -> None:
        """Go to the place under the mouse."""
        line = self.face(self.size.width, 1)[0]
        x = 0
        for span in line:
            x += width(span.text)
            if event.x < x:
                found = [p for p, digit, name in PLACES if name in span.text or digit == span.text]
                if found:
                    self.app.go(found[0])
                return


class Crumb(OneLine):
    """The location and, on the right, the question in short."""

    def __init__(self) -> None:
        super().__init__(id="crumb")
        self.steps: Sequence[str] = ()
        self.asked = ""

    def face(self, width: int, height: int) -> list[Line]:
        """See Painted: the crumb is shortened from the left."""
        asked = cut(clean(self.asked), max(width * 2 // 3, 10))
        room = width - 3 - cells((Span(asked),))
        shown = self._shortened(room)
        return [spread((Span(" "), Span(shown, "title")), (Span(asked + " ", "accent"),), width)]

    def _shortened(self, room: int) -> str:
        steps = [clean(step) for step in self.steps]
        text = " > ".join(steps)
        if width(text) > room and len(steps) > 1:
            steps = [cut(step, LONGEST_STEP) for step in steps]
            text = " > ".join(steps)
        while len(steps) > 1 and width(text) > room:
            steps.pop(0)
            text = " > ".join(["...", *steps])
        return cut(text, room)


class Status(OneLine):
    """What is open and how the last answer was computed; a message takes the left side."""

    def __init__(self) -> None:
        super().__init__(id="status")
        self.left = ""
        self.trouble = False
        self.right: Sequence[str] = ()
        self.message = ""
        self.warning = False

    def face(self, width: int, height: int) -> list[Line]:
        """See Painted."""
        style = "error" if self.trouble else "dim"
        if self.message:
            style = "error" if self.warning else "accent"
        left = (Span(" " + clean(self.message or self.left, 300), style),)
        parts = list(self.right)
        while len(parts) > 1 and width < cells(left) + len("  ".join(parts)) + 2:
            parts.pop(0)
        right = (Span(clean("  ".join(parts)) + " ", "dim"),)
        return [spread(left, right, width)]


class KeyLine(OneLine):
    """The page's keys, the most important first; `?` is never cut off."""

    def __init__(self) -> None:
        super().__init__(id="keys")
        self.actions: Sequence[Action] = ()
        self.labels: dict[str, str] = {}

    def face(self, width: int, height: int) -> list[Line]:
        """See Painted: what does not fit is dropped from the right."""
        spans: list[Span] = [Span(" ")]
        for _, line in self._entries(width):
            spans += line
        last = spans.pop()
        return [(*spans, Span(last.text.rstrip(), last.style))]

    def _entries(self, room: int) -> list[tuple[Action, Line]]:
        found: list[tuple[Action, Line]] = []
        used = 1
        for action in self.actions:
            label = self.labels.get(action.id, action.label)
            line: Line = (Span(action.shown, "key"), Span(" " + label + "  ", "dim"))
            size = cells(line)
            if found and used + size - 2 > room:
                break
            found.append((action, line))
            used += size
        return found

    def on_click(self, event: Click) -> None:
        """Run the action under the mouse."""
        x = 1
        for action, line in self._entries(self.size.width):
            x += cells(line)
            if event.x < x:
                self.run_page_action(action)
                return

    def run_page_action(self, action: Action) -> None:
        """Pass an action on to the page."""
        cast(Performing, self.screen).perform(action.call)
