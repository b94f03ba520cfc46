"""A field of several lines over a page, with its Markdown shown as a board shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Paste
from textual.widgets import TextArea

from core.draw.board import note_lines
from core.draw.spans import Line
from core.text import harmless
from tui.widgets.host import Host
from tui.widgets.overlay import Box, Overlay


class _Text(TextArea):
    app: Host
    DEFAULT_CSS = """
    _Text { height: 1fr; border: round $focus; padding: 0 1; scrollbar-size: 0 0; }
    _Text { background: $surface; }
    _Text:focus { border: round $focus; }
    _Text.-ascii { border: ascii $focus; }
    """

    def __init__(self, text: str) -> None:
        super().__init__(text, soft_wrap=True, highlight_cursor_line=False)
        self.cursor_blink = False

    async def _on_paste(self, event: Paste) -> None:
        """See TextArea: what controls a terminal is left out."""
        event.prevent_default()
        event.stop()
        self.insert(harmless(event.text))


class Writing(Overlay):
    """Several lines of Markdown. Escape closes with the text, ctrl+c without it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "accept", show=False, priority=True)]
    DEFAULT_CSS = """
    Writing Vertical { width: 84%; max-width: 90; height: 84%; max-height: 26; }
    Writing Box { height: 1fr; }
    """

    def __init__(self, heading: str, text: str) -> None:
        super().__init__()
        self.heading = heading
        self.text = text

    def box(self) -> ComposeResult:
        """See Overlay."""
        with Vertical():
            yield _Text(self.text)
            box = Box(f"{self.heading}, as shown", self._lines)
            box.can_focus = False
            yield box

    @property
    def keys(self) -> Sequence[tuple[str, str]]:
        """See Overlay."""
        return (("ctrl+c", "leave it as it was"), ("ESC", "done"))

    def on_mount(self) -> None:
        """Put the cursor at the end of the text."""
        field = self.query_one(_Text)
        field.set_class(field.app.look.ascii, "-ascii")
        field.focus()
        field.move_cursor(field.document.end)

    def _lines(self, cells: int) -> list[Line]:
        return note_lines(self.query_one(_Text).text, cells)

    def on_text_area_changed(self) -> None:
        """Show the text as it is now."""
        self.query_one(Box).repaint()

    def action_accept(self) -> None:
        """Close with the text."""
        self.dismiss(self.query_one(_Text).text)
