"""A board as text: the same numbers as on the screen, tile under tile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import FootfallError, Stopped
from core.text import clean, cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.boards import Block, Board
    from core.draw import Look
    from core.engines.sqlite import SqliteEngine, Stop


def board_text(
    board: Board,
    engine: SqliteEngine,
    *,
    width: int,
    look: Look,
    range: str | None = None,
    marks: Sequence[Any] = (),
    stop: Stop | None = None,
) -> str:
    """Return a board as text; a tile that fails says so in its place.

    Args:
        range: instead of the ranges of the board and its tiles.
        marks: shown on charts over time.

    Raises:
        Stopped: somebody stopped it.
    """
    parts = [cut(clean(board.title), width).upper()]
    if board.description:
        parts.append(cut(clean(board.description, 2_000), width))
    for block in sorted(board.blocks, key=lambda b: (b.position.y, b.position.x)):
        parts.append(_tile(board, block, engine, width, look, range, marks, stop))
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _tile(
    board: Board,
    block: Block,
    engine: SqliteEngine,
    width: int,
    look: Look,
    range: str | None,
    marks: Sequence[Any],
    stop: Stop | None,
) -> str:
    if block.type == "note":
        lines = block.content.splitlines()
        return "\n".join(cut(clean(line, 2_000), width) for line in lines)
    from core.boards import block_chart, block_question
    from core.draw import text

    try:
        result = engine.run(block_question(board, block, range), stop=stop)
        chart = block_chart(block)
    except Stopped:
        raise
    except FootfallError as error:
        title = f"{clean(block.title)}\n\n" if block.title else ""
        return title + "\n".join(cut(clean(line), width) for line in str(error).splitlines())
    answer = result.answer
    if block.title:
        answer = answer.model_copy(update={"title": block.title})
    return text(answer, width, look, chart=chart, marks=marks)
