"""The editor of SQL: Textual's text area in a frame, with colours and completions of our own.

Textual colours text with tree-sitter, whose parsers are megabytes to install; a statement needs
only core.sql.tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key
from textual.message import Message
from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

from core.draw.spans import Line
from core.sql.completing import NOTHING, Completion, Words, completion
from core.sql.tokens import lines_of, place
from core.text import clean, harmless, width
from tui.texts.inspection import SQL_STYLES as STYLES
from tui.widgets.host import Host
from tui.widgets.paint import Ink
from tui.widgets.panel import Panel


class SqlText(TextArea):
    """The text itself."""

    app: Host
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+at,ctrl+space", "complete", show=False),
    ]
    DEFAULT_CSS = """
    SqlText { border: none; padding: 0; margin: 1 2; scrollbar-size: 0 0; background: $surface; }
    SqlText:focus { border: none; }
    SqlText .text-area--cursor-line { background: $surface; }
    SqlText .text-area--cursor-gutter { background: $surface; }
    """

    class Stopped(Message):
        """ctrl+c was pressed with nothing selected."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, show_line_numbers=True, soft_wrap=True, highlight_cursor_line=False)
        self.cursor_blink = False
        self.known = Words({}, (), ())
        self.completion: Completion = NOTHING
        self._chosen = -1

    def on_mount(self) -> None:
        """Take the colours of the theme."""
        self.take_colours(self.app.ink)

    def take_colours(self, ink: Ink) -> None:
        """Colour the text with the styles of the program."""
        styles = {kind: _of(ink.of(name)) if name else Style() for kind, name in STYLES.items()}
        self.register_theme(TextAreaTheme("sql", syntax_styles=styles))
        self.theme = "css"
        self.theme = "sql"
        self.refresh()

    # -- colours

    def _build_highlight_map(self) -> None:
        """See TextArea, whose highlights are in bytes of each line."""
        self._line_cache.clear()
        self._highlights.clear()
        lines = self.document.lines
        for row, found in enumerate(lines_of("\n".join(lines))):
            for start, end, kind in found:
                before = len(lines[row][:start].encode())
                after = before + len(lines[row][start:end].encode())
                self._highlights[row].append((before, after, kind))

    # -- completing

    @property
    def offset_here(self) -> int:
        """The position of the cursor in the text."""
        row, column = self.cursor_location
        return sum(len(line) + 1 for line in self.document.lines[:row]) + column

    def update_suggestion(self) -> None:
        """See TextArea: show the rest of the most fitting word; the right arrow takes it."""
        self.completion, self._chosen = completion(self.text, self.offset_here, self.known), -1
        words = self.completion.words
        typed = self.offset_here - self.completion.start
        self.suggestion = harmless(words[0][typed:]) if words else ""

    def action_complete(self) -> None:
        """Write the first word that fits, and the next one each time."""
        words = self.completion.words
        if not words:
            self.update_suggestion()
            words = self.completion.words
        if words:
            found, chosen = self.completion, (self._chosen + 1) % len(words)
            start = place(self.text, found.start)
            self.replace(harmless(words[chosen]), start, self.cursor_location)
            self.completion, self._chosen, self.suggestion = found, chosen, ""
            self.post_message(self.Changed(self))

    def write(self, text: str) -> None:
        """Insert a text at the cursor."""
        self.insert(harmless(text))

    def action_copy(self) -> None:
        """Copy what is selected; with nothing selected stop what is running."""
        if self.selected_text:
            super().action_copy()
        else:
            self.post_message(self.Stopped())

    async def _on_key(self, event: Key) -> None:
        """See TextArea; a break of lines sent as ctrl+j is the key that runs."""
        if event.key == "ctrl+j":
            return
        await super()._on_key(event)


class SqlEditor(Panel):
    """The frame around the text."""

    can_focus = False
    DEFAULT_CSS = "SqlEditor { layout: vertical; }"

    class Edited(Message):
        """The text or what it can be completed to changed."""

    def compose(self) -> ComposeResult:
        """See Widget."""
        yield SqlText(id="text")

    @property
    def field(self) -> SqlText:
        """The text area."""
        return self.query_one(SqlText)

    @property
    def lit(self) -> bool:
        """See Panel."""
        return self.field.has_focus if self.is_mounted and self.query(SqlText) else False

    def content(self, width: int, height: int) -> list[Line]:
        """See Panel: the text area lies over it."""
        return []

    def on_descendant_focus(self) -> None:
        """Show the focus on the frame."""
        self.repaint()

    def on_descendant_blur(self) -> None:
        """Show on the frame that the focus has gone."""
        self.repaint()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Say on the frame what the word under the cursor can become."""
        event.stop()
        field = self.field
        words: Sequence[str] = field.completion.words if field.has_focus else ()
        self.footing = fitting(words, self.size.width - 20)
        if self.footing:
            self.footing += "   ctrl+space"
        self.repaint()
        self.post_message(self.Edited())


def fitting(words: Sequence[str], cells: int) -> str:
    """Return as many words as fit, on one line."""
    found = ""
    for word in words:
        longer = f"{found}  {clean(word)}" if found else clean(word)
        if width(longer) > cells:
            break
        found = longer
    return found


def _of(style: Style) -> Style:
    """A style without its background, which is that of the widget."""
    return Style(color=style.color, bold=style.bold, italic=style.italic, dim=style.dim)
