"""Boxes over a page: a menu of letters, a list to choose from, one line of text, yes or no."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key, Resize
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input

from core.draw.spans import Line, Span
from core.errors import FootfallError
from core.text import clean, width
from tui.services.clipboard import send
from tui.services.errors import failed
from tui.widgets.host import Host
from tui.widgets.listing import Listing, Row
from tui.widgets.panel import Painted, Panel
from tui.widgets.words import folded, indented, wrapped


class Field(Input):
    """One line of text, without cursor blink or suggestions."""

    app: Host

    DEFAULT_CSS = """
    Field { height: 1; border: none; padding: 0 1; background: $surface; }
    Field:focus { border: none; background: $surface; }
    Field.-framed { height: 2; border: solid $secondary; border-bottom: none; }
    Field.-framed.-ascii { border: ascii $secondary; border-bottom: none; }
    """

    def __init__(self, value: str = "", *, hint: str = "", framed: bool = False) -> None:
        super().__init__(
            value=clean(value, 4_000), placeholder=Text(hint).plain, compact=not framed
        )
        self.set_class(framed, "-framed")
        self.cursor_blink = False

    def on_mount(self) -> None:
        """Use the glyphs of this terminal."""
        self.set_class(self.app.look.ascii, "-ascii")


class Overlay(ModalScreen[Any]):
    """A box over a page. Escape closes it without a value."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", show=False),
        Binding("ctrl+c", "close", show=False),
    ]
    DEFAULT_CSS = "Overlay { align: center middle; background: transparent; }"

    async def _dispatch_message(self, message: Message) -> None:
        """See MessagePump; a file that cannot be read does not close the box."""
        try:
            await super()._dispatch_message(message)
        except FootfallError as error:
            failed(self.app, error)

    def action_close(self) -> None:
        """Close without a value."""
        self.dismiss(None)


class Box(Panel):
    """A frame around lines provided by its owner."""

    def __init__(self, heading: str, lines: Callable[[int], list[Line]]) -> None:
        super().__init__(heading)
        self._made = lines

    def content(self, width: int, height: int) -> list[Line]:
        """See Panel."""
        return self._made(width)


class Menu(Overlay):
    """Entries with one letter each; pressing the letter chooses.

    Args:
        entries: (letter, words, value).
        now: the current value, which is marked.
    """

    DEFAULT_CSS = "Menu Box { width: 46; height: auto; max-height: 90%; }"

    def __init__(
        self, heading: str, entries: Sequence[tuple[str, str, Any]], now: Any = None
    ) -> None:
        super().__init__()
        self.heading = heading
        self.entries = entries
        self.now = now

    def compose(self) -> ComposeResult:
        """See Screen."""
        box = Box(self.heading, self._lines)
        box.footing = "press a letter   ESC closes"
        box.styles.height = len(self.entries) + 2
        box.styles.width = max(46, *(width(clean(words)) + 12 for _, words, _ in self.entries))
        yield box

    def _lines(self, cells: int) -> list[Line]:
        return [
            (
                Span(f" {letter}  ", "key"),
                Span(clean(words), "accent" if value == self.now else ""),
                Span("  <" if value == self.now else "", "dim"),
            )
            for letter, words, value in self.entries
        ]

    def on_key(self, event: Key) -> None:
        """Choose by letter."""
        for letter, _, value in self.entries:
            if event.character == letter:
                event.stop()
                self.dismiss(value)


class Confirm(Menu):
    """Asks y or n."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, (("y", "yes", True), ("n", "no", False)))


class Chooser(Overlay):
    """A list that narrows as you type; Enter chooses.

    Args:
        rows: the choices; `off` says why one cannot be chosen.
        free: returns a value for text that is not in the list, or None if the text is not valid.
        at: the row the cursor starts on.
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
    Chooser Vertical { width: 84%; max-width: 90; height: 84%; max-height: 30; }
    """

    def __init__(
        self,
        heading: str,
        rows: Sequence[Row],
        *,
        hint: str = "type to find",
        free: Callable[[str], Any] | None = None,
        at: int = 0,
    ) -> None:
        super().__init__()
        self.first_at = at
        self.heading = heading
        self.rows = rows
        self.hint = hint
        self.free = free

    def compose(self) -> ComposeResult:
        """See Screen."""
        with Vertical():
            yield Field(hint=self.hint, framed=True)
            listing = Listing(self.heading, empty="Nothing to choose from.")
            listing.can_focus = False
            yield listing

    def on_mount(self) -> None:
        """Fill the list."""
        self.listing.fill(self.rows)
        self.listing.at = self.first_at or self.listing.at
        self.query_one(Field).focus()

    @property
    def listing(self) -> Listing:
        """The list."""
        return self.query_one(Listing)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        self.listing.narrow(event.value)

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
            self.listing.footing = row.off
            self.listing.aside = row.off
            self.listing.repaint()
        elif row is not None and row.value is not None:
            self.dismiss(row.value)
        elif text and self.free is not None:
            self.dismiss(self.free(text))


class Prompt(Overlay):
    """One line of text, with its error below.

    Args:
        check: turns the text into the value to close with; its FootfallError is shown.
        value: the initial text.
        help: sentences below the line.
        wrong: why the initial text was not accepted.
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
    ) -> None:
        super().__init__()
        self.heading = heading
        self.check = check
        self.value = value
        self.help_text = help
        self.wrong = wrong

    def compose(self) -> ComposeResult:
        """See Screen."""
        with Vertical():
            box = Box(self.heading, self._lines)
            box.can_focus = False
            box.footing = "ENTER accepts   ESC closes"
            yield Field(self.value, framed=True)
            yield box

    def on_mount(self) -> None:
        """Put the cursor at the end of the text."""
        field = self.query_one(Field)
        field.focus()
        field.cursor_position = len(field.value)

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
    """Text to read: the SQL behind an answer, the properties of an event."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "step(1)", show=False),
        Binding("up,k", "step(-1)", show=False),
        Binding("pagedown,space", "step(15)", show=False),
        Binding("pageup", "step(-15)", show=False),
        Binding("y", "copy", show=False),
        Binding("q,enter,backspace,i", "close", show=False),
    ]
    DEFAULT_CSS = "Reader Box { width: 94%; height: 90%; }"

    def __init__(self, heading: str, text: str) -> None:
        super().__init__()
        self.heading = heading
        self.text = text
        self.first = 0

    def compose(self) -> ComposeResult:
        """See Screen."""
        box = Box(self.heading, self._lines)
        box.footing = "y copies   ESC closes"
        yield box

    def _lines(self, cells: int) -> list[Line]:
        return folded(self.text, cells)[self.first :]

    def action_step(self, lines: int) -> None:
        """Scroll."""
        last = max(self.text.count("\n") - 3, 0)
        self.first = min(max(self.first + lines, 0), last)
        self.query_one(Box).repaint()

    def action_copy(self) -> None:
        """Send the text to the terminal's clipboard."""
        self.query_one(Box).footing = send(self.app, self.text)
        self.query_one(Box).repaint()


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
