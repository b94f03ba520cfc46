"""Boxes over a page: a menu of letters, a list to choose from, one line of text, yes or no."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Click, Key, Resize
from textual.widgets import Input
from textual.widgets.input import Selection

from core.draw.spans import Line, Span
from core.errors import FootfallError
from core.text import clean, width
from tui.services.clipboard import send
from tui.widgets.listing import Listing, Row
from tui.widgets.overlay import CLOSES, Box, Field, Overlay
from tui.widgets.told import Told
from tui.widgets.words import folded, indented, wrapped


class Menu(Overlay):
    """Entries with one letter each: the letter chooses, as do Enter and a click.

    Args:
        entries: (letter, words, value).
        now: the current value, which is marked, and where the cursor starts.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", show=False),
        Binding("down", "step(1)", show=False),
        Binding("up", "step(-1)", show=False),
        Binding("pagedown", "step(10)", show=False),
        Binding("pageup", "step(-10)", show=False),
        Binding("home", "step(-1000)", show=False),
        Binding("end", "step(1000)", show=False),
        Binding("backspace", "close", show=False),
    ]
    DEFAULT_CSS = "Menu Box { width: 46; height: auto; max-width: 96%; max-height: 95%; }"

    def __init__(
        self, heading: str, entries: Sequence[tuple[str, str, Any]], now: Any = None
    ) -> None:
        super().__init__()
        self.heading = heading
        self.entries = entries
        self.now = now
        values = [value for _, _, value in entries]
        self.at = values.index(now) if now in values else 0

    @property
    def keys(self) -> Sequence[tuple[str, str]]:
        """See Overlay."""
        return (("ENTER or a letter", "choose"), ("Up Down", "move"), CLOSES)

    def box(self) -> ComposeResult:
        """See Overlay."""
        box = Box(self.heading, self._lines)
        box.styles.height = len(self.entries) + 2
        box.styles.width = max(46, *(width(clean(words)) + 13 for _, words, _ in self.entries))
        yield box

    @property
    def _first(self) -> int:
        """The first entry on show: the box scrolls where it is too low for all."""
        _, high = self.query_one(Box).inner()
        return min(max(self.at - high // 2, 0), max(len(self.entries) - high, 0))

    def _lines(self, cells: int) -> list[Line]:
        box = self.query_one(Box)
        _, high = box.inner()
        first, count = self._first, len(self.entries)
        part = f"{first + 1}-{min(first + high, count)} of {count}"
        box.footing = part if count > high else ""
        shown = list(enumerate(self.entries))[first : first + high]
        return [self._line(at, *entry, cells) for at, entry in shown]

    def _line(self, at: int, letter: str, words: str, value: Any, cells: int) -> Line:
        now = value == self.now
        style = "cursor" if at == self.at else ""
        text, mark = clean(words), "now" if now else ""
        return (
            Span(self.app.look.pick("▌", ">") if at == self.at else " ", style),
            Span(f"{letter}  ", style or "key"),
            Span(text, style or ("accent" if now else "")),
            Span(" " * max(cells - width(text) - width(mark) - 4, 0), style),
            Span(mark, style or "accent"),
        )

    def action_step(self, rows: int) -> None:
        """Move the cursor."""
        self.at = min(max(self.at + rows, 0), len(self.entries) - 1)
        self.query_one(Box).repaint()

    def action_choose(self) -> None:
        """Choose the entry under the cursor."""
        self.dismiss(self.entries[self.at][2])

    def on_key(self, event: Key) -> None:
        """Choose by letter."""
        for letter, _, value in self.entries:
            if event.character == letter:
                event.stop()
                self.dismiss(value)
                return

    def on_click(self, event: Click) -> None:
        """Choose the entry under the mouse; a click beside the box closes it."""
        box = self.query_one(Box)
        at = event.screen_y - box.region.y - 1
        if not box.region.contains(event.screen_x, event.screen_y):
            self.dismiss(None)
        elif 0 <= at < box.inner()[1] and self._first + at < len(self.entries):
            self.dismiss(self.entries[self._first + at][2])

    def on_mouse_scroll_down(self) -> None:
        """Move down."""
        self.action_step(1)

    def on_mouse_scroll_up(self) -> None:
        """Move up."""
        self.action_step(-1)


class Confirm(Menu):
    """Asks y or n; the cursor starts on no."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, (("y", "yes", True), ("n", "no", False)))
        self.at = 1


class Chooser(Overlay):
    """A list that narrows as you type; Enter chooses.

    Args:
        rows: the choices; `off` says why one cannot be chosen.
        free: returns a value for text that is not in the list, or None if the text is not valid;
            the reason in a FootfallError is shown, and the text stays.
        offer: returns the rows that a text itself leads to.
        at: the row the cursor starts on.
        verb: what Enter does, for the key line.
        asks: whether `free` reads questions, so that one with its signs is in no example of a row.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", show=False, priority=True),
        Binding("down", "step(1)", show=False, priority=True),
        Binding("up", "step(-1)", show=False, priority=True),
        Binding("pagedown", "step(10)", show=False, priority=True),
        Binding("pageup", "step(-10)", show=False, priority=True),
        Binding("tab", "step(1)", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    Chooser Vertical { width: 84%; max-width: 100; height: 84%; max-height: 32; }
    """
    NARROWEST: ClassVar[int] = 72
    """Columns that its box has, where the terminal has as many."""

    def __init__(
        self,
        heading: str,
        rows: Sequence[Row],
        *,
        hint: str = "type to find",
        free: Callable[[str], Any] | None = None,
        offer: Callable[[str], Sequence[Row]] | None = None,
        at: int = 0,
        verb: str = "choose",
        asks: bool = False,
    ) -> None:
        super().__init__()
        self.asks = asks
        self.first_at = at
        self.verb = verb
        self.offer = offer
        self.heading = heading
        self.rows = rows
        self.hint = hint
        self.free = free

    @property
    def keys(self) -> Sequence[tuple[str, str]]:
        """See Overlay."""
        return (("ENTER", self.verb), ("Up Down", "move"), ("letters", "narrow the list"), CLOSES)

    def box(self) -> ComposeResult:
        """See Overlay."""
        with Vertical() as box:
            box.styles.min_width = self._least(self.app.size.width)
            yield Field(hint=self.hint, title=self.heading)
            listing = self.new_list()
            listing.can_focus, listing.joined = False, True
            yield listing

    def new_list(self) -> Listing:
        """Return the list before it has rows."""
        return Told(empty="Nothing to choose from.")

    def on_resize(self, event: Resize) -> None:
        """Keep the box within the terminal."""
        self.query_one(Vertical).styles.min_width = self._least(event.size.width)

    def _least(self, columns: int) -> int:
        return min(self.NARROWEST, columns)

    def on_mount(self) -> None:
        """Fill the list."""
        self.listing.asks = self.asks
        self.listing.fill(self.rows)
        self.listing.at = self.first_at or self.listing.at
        self.query_one(Field).focus()

    @property
    def listing(self) -> Listing:
        """The list."""
        return self.query_one(Listing)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        offered = self.offer(event.value) if self.offer and event.value.strip() else ()
        self.listing.narrow(event.value, offered)

    def on_listing_chosen(self) -> None:
        """Choose with the mouse."""
        self.action_choose()

    def action_step(self, rows: int) -> None:
        """Move in the list."""
        self.listing.move(rows, 0)

    def action_choose(self) -> None:
        """Close with the row under the cursor, or with the typed text."""
        row = self.listing.row
        text = self.query_one(Field).value.strip()
        if row is not None and row.off:
            self.listing.aside = row.off
            self.listing.repaint()
        elif row is not None and row.value is not None:
            self.dismiss(row.value)
        elif text and self.free is not None:
            try:
                found = self.free(text)
            except FootfallError as error:
                self.listing.refused = error
                self.listing.repaint()
            else:
                self.dismiss(found)


class Prompt(Overlay):
    """One line of text, with its error below.

    Args:
        check: turns the text into the value to close with; its FootfallError is shown.
        value: the initial text.
        help: sentences below the line.
        wrong: why the initial text was not accepted.
        proposed: whether the initial text is only proposed, so that typing replaces it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "accept", show=False, priority=True)]
    DEFAULT_CSS = """
    Prompt { align: center top; }
    Prompt Vertical { width: 100%; height: 10; margin: 2 0 0 0; }
    Prompt Box { height: 1fr; }
    """

    def __init__(
        self,
        heading: str,
        check: Callable[[str], Any],
        *,
        value: str = "",
        help: str = "",
        wrong: FootfallError | None = None,
        proposed: bool = False,
    ) -> None:
        super().__init__()
        self.heading = heading
        self.check = check
        self.proposed = proposed
        self.value = value
        self.help_text = help
        self.wrong = wrong

    @property
    def keys(self) -> Sequence[tuple[str, str]]:
        """See Overlay."""
        return (("ENTER", "accept"), CLOSES)

    def box(self) -> ComposeResult:
        """See Overlay."""
        with Vertical():
            box = Box("", self._lines)
            box.can_focus, box.joined = False, True
            yield Field(self.value, title=self.heading)
            yield box

    def on_mount(self) -> None:
        """Put the cursor at the end of the text."""
        field = self.query_one(Field)
        field.focus()
        field.selection = Selection(0 if self.proposed else len(field.value), len(field.value))

    def _lines(self, cells: int) -> list[Line]:
        if self.wrong is None:
            return wrapped(self.help_text, cells, "dim")
        return [
            *wrapped(self.wrong.message, cells, "error"),
            *indented(self.wrong.hint, cells),
        ]

    def action_accept(self) -> None:
        """Close with the value, or say what is wrong."""
        try:
            found = self.check(self.query_one(Field).value)
        except FootfallError as error:
            self.wrong = error
            self.query_one(Box).repaint()
            return
        self.dismiss(found)


class Reader(Overlay):
    """Text to read: the SQL behind an answer, the properties of an event.

    Args:
        painted: returns a line of it in its colours.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "step(1)", show=False),
        Binding("up,k", "step(-1)", show=False),
        Binding("pagedown,space", "step(15)", show=False),
        Binding("pageup", "step(-15)", show=False),
        Binding("home", "step(-100000)", show=False),
        Binding("end", "step(100000)", show=False),
        Binding("y", "copy", show=False),
        Binding("q,enter,backspace,i", "close", show=False),
    ]
    DEFAULT_CSS = """
    Reader { align: center top; }
    Reader Box { width: 100%; height: 1fr; margin: 2 0 1 0; }
    """

    def __init__(
        self, heading: str, text: str, painted: Callable[[str], Line] | None = None
    ) -> None:
        super().__init__()
        self.heading = heading
        self.text = text
        self.painted = painted
        self.first = self._last = 0
        self.said = ""

    @property
    def keys(self) -> Sequence[tuple[str, str]]:
        """See Overlay."""
        return (("Up Down PgUp PgDn", "scroll"), ("y", "copy"), CLOSES)

    def box(self) -> ComposeResult:
        """See Overlay."""
        box = Box(self.heading, self._lines)
        yield box

    def _lines(self, cells: int) -> list[Line]:
        box = self.query_one(Box)
        _, high = box.inner()
        lines = folded(self.text, cells)
        self._last = max(len(lines) - high, 0)
        self.first = min(self.first, self._last)
        if self._last:
            at = f"{self.first + 1}-{min(self.first + high, len(lines))} of {len(lines)}"
            box.footing = "   ".join(filter(None, (self.said, at)))
        shown = lines[self.first : self.first + high]
        if self.painted is not None:
            return [self.painted("".join(span.text for span in line)) for line in shown]
        return shown

    def action_step(self, lines: int) -> None:
        """Scroll."""
        self.first = min(max(self.first + lines, 0), self._last)
        self.query_one(Box).repaint()

    def on_mouse_scroll_down(self) -> None:
        """Scroll down."""
        self.action_step(3)

    def on_mouse_scroll_up(self) -> None:
        """Scroll up."""
        self.action_step(-3)

    def action_copy(self) -> None:
        """Send the text to the terminal's clipboard."""
        self.said = self.query_one(Box).footing = send(self.app, self.text)
        self.query_one(Box).repaint()
