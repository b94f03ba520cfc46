"""A note on a board: simple markdown, as lines."""

from __future__ import annotations

from core.definitions.board import Block
from core.draw.spans import Line
from tui.widgets.panel import Panel
from tui.widgets.words import wrapped


class NoteView(Panel):
    """Headings in bold, list items with a dash, everything else as text."""

    def __init__(self, block: Block) -> None:
        super().__init__(block.title or "Note")
        self.block = block

    def content(self, width: int, height: int) -> list[Line]:
        """See Panel."""
        found: list[Line] = []
        for line in self.block.content.split("\n"):
            text = line.strip()
            if text.startswith("#"):
                found += wrapped(text.lstrip("# "), width, "bold")
            elif text[:2] in ("- ", "* "):
                found += wrapped(f"- {text[2:]}", width)
            else:
                found += wrapped(text.replace("**", "").replace("`", ""), width)
        return found
