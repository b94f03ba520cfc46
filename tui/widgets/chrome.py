"""Around every page: tabs, crumb with the question, status, keys; and what says it is too small."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from textual.events import Click, Resize

from core.draw.spans import Line, Span, cells, clipped, spread
from core.text import clean, cut, fit, width
from tui.keys import PLACES, Action
from tui.texts.summary import Chip, counted
from tui.widgets.panel import Painted
from tui.widgets.words import wrapped

LONGEST_STEP = 26
"""Width in cells of one crumb step when the crumb does not fit."""

LONGEST_CHIP = 40
"""Width in cells of the text of one chip."""

MOST_HINTS = 8
"""How many keys the key line names."""

OPENED = range(8, 25, 4)
"""Widths in cells of the words for what Enter opens."""


class Performing(Protocol):
    """A page that runs actions."""

    def perform(self, call: str) -> None:
        """Run an action by its call."""


class OneLine(Painted):
    """A single line."""

    DEFAULT_CSS = "OneLine { height: 1; width: 1fr; }"


class Tabs(OneLine):
    """The places by digit; the current one is a filled label."""

    def __init__(self, place: str, name: str) -> None:
        super().__init__(id="tabs")
        self.place = place
        self.workspace = name

    def face(self, width: int, height: int) -> list[Line]:
        """See Painted."""
        spans = self._named(roomy=width >= 100, all_names=True)
        if cells(spans) > width:
            spans = self._named(roomy=False, all_names=True)
        if cells(spans) > width:
            spans = self._named(roomy=False, all_names=False)
        right = (Span(clean(self.workspace) + " ", "dim"),)
        return [spread(spans, right, width)]

    def _named(self, *, roomy: bool, all_names: bool) -> Line:
        gap, space = ("   ", " ") if roomy else (" ", "")
        spans: list[Span] = []
        for place, digit, name in PLACES:
            spans.append(Span(gap if spans else " "))
            if place == self.place:
                label = f"[{digit} {name}]" if self.app.look.ascii else f" {digit} {name} "
                spans.append(Span(label, "tab"))
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
    """The location and, on the right, the question in chips with the keys that change them.

    Attributes:
        steps: the pages from the place's root to here.
        chips: the parts of the question.
        keys: the key of each action that the page has, as people write it.
        teaches: whether keys are named.
    """

    def __init__(self) -> None:
        super().__init__(id="crumb")
        self.teaches = True
        self.steps: Sequence[str] = ()
        self.chips: Sequence[Chip] = ()
        self.keys: Mapping[str, str] = {}

    def face(self, width: int, height: int) -> list[Line]:
        """See Painted: the crumb is shortened from the left; filters are counted if need be."""
        steps = sum(len(step) + 3 for step in self.steps)
        asked = self._fitting(max(width * 2 // 3, width - steps - 2))
        room = width - 3 - cells(asked)
        *above, here = self._shortened(room) or [""]
        path = "".join(f"{step} › " for step in above)
        left = (Span(" "), Span(path, "dim"), Span(here, "title"))
        return [spread(left, (*asked, Span(" ")), width)]

    def _fitting(self, room: int) -> Line:
        """Return the chips with their keys, without them, or with filters as their number."""
        found = self._line(self.chips, with_keys=True)
        if cells(found) <= room:
            return found
        chips = list(self.chips)
        filters = [chip for chip in chips if chip.action == "filter"]
        for kept in range(len(filters), -1, -1):
            found = self._line(_narrowed(chips, filters[kept:]))
            if cells(found) <= room:
                break
        return clipped(found, room)

    def _line(self, chips: Sequence[Chip], *, with_keys: bool = False) -> Line:
        spans: list[Span] = []
        for chip in chips:
            if spans:
                spans.append(Span(" ") if self._filled else Span(" | ", "dim"))
            spans += self._chip(chip, with_keys)
        return tuple(spans)

    @property
    def _filled(self) -> bool:
        """Whether chips have a background of their own."""
        return self.app.ink.tier == "theme" and not self.app.look.ascii

    def _chip(self, chip: Chip, with_keys: bool) -> list[Span]:
        ground, edge = ("chip ", " ") if self._filled else ("", "")
        text = cut(clean(chip.text), LONGEST_CHIP) + "*" * chip.changed
        style = ground + ("accent" if chip.changed else "")
        action = chip.action if self.teaches else ""
        before, key, after = _found(text, self.keys.get(action, ""))
        spans = [Span(edge, style)] if edge else []
        if key:
            spans += [Span(before, style), Span(key, f"{style} letter"), Span(after, style)]
        elif with_keys and action in self.keys:
            spans += [Span(self.keys[action] + " ", ground + "key"), Span(text, style)]
        else:
            spans.append(Span(text, style))
        return [*spans, Span(edge, style)] if edge else spans

    def _shortened(self, room: int) -> list[str]:
        steps = [clean(step) for step in self.steps]
        if _long(steps) > room and len(steps) > 1:
            steps = [cut(step, LONGEST_STEP) for step in steps]
        while len(steps) > 1 and _long(steps) > room:
            steps = ["...", *steps[1 + (steps[0] == "...") :]]
            if len(steps) == 2 and _long(steps) > room:
                break
        return (
            [*steps[:-1], cut(steps[-1], max(room - _long([*steps[:-1], ""]), 0))] if steps else []
        )


def _long(steps: Sequence[str]) -> int:
    """Return how many cells steps take, with what is between them."""
    return width(" > ".join(steps))


def _narrowed(chips: Sequence[Chip], filters: Sequence[Chip]) -> list[Chip]:
    """Return chips with some filters as one chip, where the first of them is."""
    found = []
    for chip in chips:
        if filters and chip is filters[0]:
            found.append(counted(filters))
        elif not any(chip is hidden for hidden in filters):
            found.append(chip)
    return found


def _found(text: str, key: str) -> tuple[str, str, str]:
    """Return a text cut where a word begins with a key; three empty texts if none does."""
    at = f" {text}".find(f" {key}") if key else -1
    return (text[:at], key, text[at + len(key) :]) if at >= 0 else ("", "", "")


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
    """At most eight of the page's keys, those of the focused panel first; `?` is always there.

    Attributes:
        actions: the page's, the most important first.
        labels: the page's own words for some of them.
        hints: the ids of those that the focused panel names first.
        opens: what Enter opens now, "" if nothing does.
    """

    def __init__(self) -> None:
        super().__init__(id="keys")
        self.actions: Sequence[Action] = ()
        self.labels: dict[str, str] = {}
        self.hints: Sequence[str] = ()
        self.opens = "open"

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
        for action in self._ordered()[:MOST_HINTS]:
            label = self.labels.get(action.id, action.label)
            if action.id == "open":
                label = _even(clean(self.opens))
            line = key_hint(action.shown, label)
            size = cells(line)
            if found and used + size - 2 > room:
                break
            found.append((action, line))
            used += size
        return found

    def _ordered(self) -> list[Action]:
        known = [a for a in self.actions if a.id != "open" or self.opens]
        first = [a for hint in self.hints for a in known if a.id == hint]
        always = [a for a in known[:2] if a not in first]
        return [*always, *first, *(a for a in known if a not in (*always, *first))]

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


def key_hint(key: str, words: str) -> Line:
    """Return a key and what it does, with the gap after it."""
    return (Span(key, "key"), Span(f" {words}  ", "dim"))


def _even(words: str) -> str:
    """Return words in one of a few widths, so that what follows seldom moves when they change."""
    room = next((size for size in OPENED if width(words) <= size), OPENED[-1])
    return fit(cut(words, room), room)


class TooSmall(Painted):
    """One centred sentence shown when the terminal is too small."""

    DEFAULT_CSS = """
    TooSmall { layer: cover; dock: top; width: 100%; height: 100%; display: none; }
    """

    def face(self, width: int, height: int) -> list[Line]:
        """See Painted."""
        lines = wrapped(f"{width}x{height} is too small: footfall needs 60x18.", max(width, 1))
        above = max((height - len(lines)) // 2, 0)
        return [()] * above + [_centred(line, width) for line in lines]

    def on_resize(self, event: Resize) -> None:
        """Draw for the new size."""
        self.repaint()


def _centred(line: Line, cells: int) -> Line:
    used = sum(width(span.text) for span in line)
    return (Span(" " * max((cells - used) // 2, 0)), *line)
