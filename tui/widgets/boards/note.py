"""A note or a heading on a board: simple Markdown, as lines."""

from __future__ import annotations

from core.definitions.board import Block
from core.draw.board import heading_lines, note_lines
from core.draw.spans import Line
from tui.widgets.panel import Panel


class NoteView(Panel):
    """A framed note, or a heading without a frame."""

    def __init__(self, block: Block) -> None:
        super().__init__(block.title or "Note")
        self.block = block

    def take(self, block: Block) -> None:
        """Show another state of the block."""
        self.block = block
        self.heading = block.title or "Note"
        self.repaint()

    def face(self, width: int, height: int) -> list[Line]:
        """See Panel."""
        if not self.block.is_heading:
            return super().face(width, height)
        style = "focus" if self.lit else ""
        return heading_lines(self.block.content, width, height, self.app.look, style)

    def content(self, width: int, height: int) -> list[Line]:
        """See Panel."""
        return note_lines(self.block.content, width)
