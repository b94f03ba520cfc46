"""A board in outline: its tiles where they are, each with its question in words."""

from __future__ import annotations

from core.boards.answering import block_question
from core.boards.wide import wide_words
from core.definitions.board import Block, Board
from core.draw.board import outline_lines
from core.draw.spans import Line
from core.errors import FootfallError
from core.language.questions import format_question
from tui.widgets.panel import Panel
from tui.widgets.words import wrapped


class Outline(Panel):
    """Shows the board it is told; it never has the focus."""

    can_focus = False

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._board: Board | None = None
        self._asked: dict[str, str] = {}

    def tell(self, board: Board | None) -> None:
        """Show another board, None for none."""
        if board == self._board:
            return
        self._board = board
        self.heading = board.title if board is not None else ""
        blocks = board.blocks if board is not None else ()
        self._asked = {block.id: _asked(board, block) for block in blocks if board is not None}
        self.repaint()

    def content(self, width: int, height: int) -> list[Line]:
        """See Panel."""
        board = self._board
        if board is None:
            return []
        said = " ".join(filter(None, (board.description, wide_words(board))))
        lines = wrapped(said, width, "dim")[: height // 3] if said else []
        look = self.app.look
        return [*lines, *outline_lines(board, self._asked, width, height - len(lines), look)]


def _asked(board: Board, block: Block) -> str:
    """Return what a tile asks, as text; why it cannot be read if it cannot."""
    if block.type == "note":
        return block.content
    try:
        return format_question(block_question(board, block))
    except FootfallError as error:
        return error.message
