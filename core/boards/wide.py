"""What a board asks of all its tiles: one range, one comparison and one set of filters.

Definitions 11.11. They are over what a tile asks itself, except for the tiles that keep their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.definitions.board import Board, Compared
from core.errors import BadQuestion
from core.filters import in_words
from core.queries.common.question import Question
from core.queries.terms import range_words

FIELDS: Final = ("range", "compare", "conditions")
"""The fields of questions that a board can ask of all tiles."""

OFF: Final = "none"
"""The comparison of a board that compares none of its tiles."""

COMPARED: Final = {
    "previous": "compared with the previous period",
    "yoy": "compared with the year before",
    OFF: "not compared",
}


def widened(board: Board, changes: Mapping[str, Any]) -> Board:
    """Return a board that asks something else of all its tiles.

    Args:
        changes: `range`, "" for that of each tile; `compare`, None for none, "" for that of each
            tile; `conditions` in place of the board's filters, as JSON. Other fields do not count.

    Raises:
        BadQuestion: the conditions are none.
    """
    wide: dict[str, Any] = {}
    if "range" in changes:
        wide["range"] = str(changes["range"] or "")
    if "compare" in changes:
        how = changes["compare"]
        wide["compare"] = OFF if how is None else how if how in COMPARED else ""
    if "conditions" in changes:
        from core.queries import from_json

        body = {"kind": "trend", "conditions": changes["conditions"]}
        wide["filters"] = from_json(body).conditions
    return board.model_copy(update=wide) if wide else board


def is_wide(board: Board) -> bool:
    """Whether a board asks anything of all its tiles."""
    return bool(board.range or board.compare or board.filters)


def narrow(board: Board) -> Board:
    """Return a board that leaves all its tiles what they ask themselves."""
    return board.model_copy(update={"range": "", "compare": "", "filters": ()})


def compared(question: Question, how: Compared) -> Question:
    """Return a question compared as a board wants it; unchanged if its kind cannot be compared.

    Args:
        how: "" leaves it as it is.
    """
    wanted = None if how == OFF else how
    if how == "" or getattr(question, "compare", wanted) == wanted:
        return question
    from core.queries import from_json

    try:
        return from_json({**question.model_dump(by_alias=True), "compare": wanted})
    except BadQuestion:
        return question


def wide_words(board: Board) -> str:
    """Return what a board asks of all its tiles: "For all tiles: last 7d, country is US."; ""."""
    parts = [range_words(board.range)] if board.range else []
    parts += [COMPARED[board.compare]] if board.compare else []
    parts += [in_words(clause) for clause in board.filters]
    return f"For all tiles: {', '.join(parts)}." if parts else ""
