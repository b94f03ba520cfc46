"""A board as plain text: what the screen shows, one tile below the other, with nothing cut off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.boards.answering import block_chart
from core.boards.wide import wide_words
from core.draw import text
from core.errors import FootfallError
from core.text import clean, cut

if TYPE_CHECKING:
    from core.definitions.board import Block, Board
    from core.draw import Look


def board_text(
    board: Board, answers: Mapping[str, Any], width: int, look: Look, marks: Sequence[Any] = ()
) -> str:
    """Return a board as text; a tile that failed shows its error instead.

    Args:
        answers: block id -> answer or error, of core.definitions.board.answer_board.
        marks: shown on charts over time.
    """
    parts = [cut(clean(board.title), width).upper()]
    if board.description:
        parts.append(cut(clean(board.description, 2_000), width))
    if said := wide_words(board):
        parts.append(_lines(said, width))
    for block in board.in_order:
        parts.append(_tile(block, answers.get(block.id), width, look, marks))
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _tile(block: Block, answer: Any, width: int, look: Look, marks: Sequence[Any]) -> str:
    if block.type == "note":
        return _lines(block.content, width)
    if isinstance(answer, FootfallError):
        title = f"{clean(block.title)}\n\n" if block.title else ""
        return title + _lines(str(answer), width)
    if block.title:
        answer = answer.model_copy(update={"title": block.title})
    return text(answer, width, look, chart=block_chart(block), marks=marks)


def _lines(content: str, width: int) -> str:
    return "\n".join(cut(clean(line, 2_000), width) for line in content.splitlines())
