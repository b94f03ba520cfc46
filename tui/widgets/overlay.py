"""What boxes over a page are made of: the screen they are on, their frame, a field of one line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.content import Content
from textual.message import Message
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Input

from core.draw.spans import Line
from core.errors import FootfallError
from core.text import clean, cut
from tui.services.errors import failed
from tui.widgets.host import Host
from tui.widgets.keyhints import KeyHints
from tui.widgets.paint import Ink
from tui.widgets.panel import Panel

CLOSES = ("ESC", "close")

LONGEST_TITLE = 60
"""Width in cells of the title of a box with a field."""


class Field(Input):
    """One line of text, without cursor blink or suggestions."""

    app: Host

    DEFAULT_CSS = """
    Field { height: 1; border: none; padding: 0 1; background: $surface; }
    Field:focus { border: none; background: $surface; }
    Field.-framed { height: 2; border: round $focus; border-bottom: none; }
    Field.-framed { border-title-color: $focus; border-title-style: bold; }
    Field.-framed.-ascii { border: ascii $focus; border-bottom: none; }
    """

    def __init__(self, value: str = "", *, hint: str = "", title: str | None = None) -> None:
        # The cursor stands on a space before the hint, whose first letter would look typed.
        shown = f" {Text(hint).plain}" if hint else ""
        super().__init__(value=clean(value, 4_000), placeholder=shown, compact=title is None)
        self.heading = title
        self.set_class(title is not None, "-framed")
        self.cursor_blink = False

    def on_mount(self) -> None:
        """Use the glyphs of this terminal."""
        self.set_class(self.app.look.ascii, "-ascii")
        if self.heading:
            title = cut(clean(self.heading), LONGEST_TITLE)
            self.border_title = Content(f"[ {title} ]" if self.app.look.ascii else title)


class Faded(BackgroundScreen):
    """The screens below a box, in one colour of text: only the box is to be read.

    Args:
        screen: the one right below.
        ink: the colours of this terminal.
    """

    def __init__(self, screen: Screen[Any], ink: Ink) -> None:
        super().__init__(screen, Color(0, 0, 0, 0))
        self._ink = ink

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """See BackgroundScreen."""
        grounds = {g: self._ink.on(g).of("dim") for g in ("surface", "background")}
        faded = {style.bgcolor: style for style in grounds.values()}
        for part in super().__rich_console__(console, options):
            if isinstance(part, Segment) and not part.control:
                bgcolor = part.style.bgcolor if part.style is not None else None
                yield Segment(part.text, faded.get(bgcolor, grounds["surface"]))
            else:
                yield part


class Overlay(ModalScreen[Any]):
    """A box over a page, which is dimmed. Escape closes it without a value."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", show=False),
        Binding("ctrl+c", "close", show=False),
    ]
    DEFAULT_CSS = "Overlay { align: center middle; background: transparent; }"
    app: Host
    fades: ClassVar[bool] = True
    """Whether what is behind it is dimmed."""

    def compose(self) -> ComposeResult:
        """See Screen: the box, and the line of its keys over that of the page."""
        yield from self.box()
        yield KeyHints(self.keys)

    def box(self) -> Iterable[Widget]:
        """Return what it shows."""
        raise NotImplementedError

    @property
    def keys(self) -> Sequence[tuple[str, str]]:
        """Its keys and what they do, the most important first and at the end what leaves it."""
        return (CLOSES,)

    def render(self) -> RenderableType:
        """See Screen."""
        behind = super().render()
        if self.fades and isinstance(behind, BackgroundScreen):
            return Faded(behind.screen, self.app.ink)
        return behind

    def _compositor_refresh(self) -> None:
        """See Screen; a box can be behind another one."""
        super()._compositor_refresh()
        painted_behind(self)

    async def _dispatch_message(self, message: Message) -> None:
        """See MessagePump; a file that cannot be read does not close the box."""
        try:
            await super()._dispatch_message(message)
        except FootfallError as error:
            failed(self.app, error)

    def dismiss(self, result: Any = None) -> Any:
        """See Screen; the page is shown again with what the choice asks of it, as one picture."""
        if result is not None and self.fades:
            self.app.frames.hold()
            self.app.show_soon()
        return super().dismiss(result)

    def action_close(self) -> None:
        """Close without a value."""
        self.dismiss(None)


def painted_behind(screen: Screen[Any]) -> None:
    """Leave a screen as it was painted while a box is over it.

    What changed on it is passed on to the box then, but Textual asks for the whole of it once more,
    and so again after every key.
    """
    if screen.app.screen is not screen:
        screen._repaint_required = False


class Box(Panel):
    """A frame around lines provided by its owner."""

    def __init__(self, heading: str, lines: Callable[[int], list[Line]]) -> None:
        super().__init__(heading)
        self._made = lines

    def content(self, width: int, height: int) -> list[Line]:
        """See Panel."""
        return self._made(width)
