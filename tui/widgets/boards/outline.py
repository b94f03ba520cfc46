"""A board in outline: its tiles where they are, each with its answer, until then its question."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from core.boards.answering import block_question
from core.boards.wide import wide_words
from core.definitions.board import Block, Board
from core.draw.board import outline_lines
from core.draw.spans import Line
from core.errors import FootfallError
from core.language.questions import format_question
from core.queries.common.question import Question
from tui.widgets.panel import Panel
from tui.widgets.words import wrapped


class Outline(Panel):
    """Shows the board it is told; it never has the focus."""

    can_focus = False

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._board: Board | None = None
        self._asked: dict[str, str] = {}
        self._answers: dict[str, Any] = {}

    def tell(self, board: Board | None) -> None:
        """Show another board, None for none."""
        if board == self._board:
            return
        self._board, self._answers = board, {}
        self.heading = board.title if board is not None else ""
        blocks = board.blocks if board is not None else ()
        self._asked = {block.id: _asked(board, block) for block in blocks if board is not None}
        self.repaint()

    def wanted(self) -> dict[str, Question]:
        """Return block id -> the question of each tile that has one; it may have an answer."""
        found: dict[str, Question] = {}
        if self._board is None:
            return found
        for block in self._board.blocks:
            if block.type == "chart":
                with suppress(FootfallError):
                    found[block.id] = block_question(self._board, block)
        return found

    def take(self, board: str, block: str, answer: Any) -> None:
        """Show the answer of a tile, if its board is still the one on show."""
        if self._board is not None and self._board.id == board:
            self._answers[block] = answer
            self.repaint()

    def content(self, width: int, height: int) -> list[Line]:
        """See Panel."""
        board = self._board
        if board is None:
            return []
        said = " ".join(filter(None, (board.description, wide_words(board))))
        lines = wrapped(said, width, "dim")[: height // 3] if said else []
        look = self.app.look
        room = height - len(lines)
        return [*lines, *outline_lines(board, self._asked, width, room, look, self._answers)]


def _asked(board: Board, block: Block) -> str:
    """Return what a tile asks, as text; why it cannot be read if it cannot."""
    if block.type == "note":
        return block.content
    try:
        return format_question(block_question(board, block))
    except FootfallError as error:
        return error.message
