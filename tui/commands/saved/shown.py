"""Showing a board: in the explorer, or as text where there is no terminal for it."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from core.errors import QueryFailed
from tui.commands.database import open_engine
from tui.commands.output import look_of, put, say


class Over(NamedTuple):
    """What is asked of all tiles of a board over what it asks itself.

    Attributes:
        range: a range text.
        where: conditions as text.
        compare: "previous", "yoy" or "none".
        section: the name of the only section that is shown.
    """

    range: str | None = None
    where: str | None = None
    compare: str | None = None
    section: str | None = None


AS_SAVED = Over()
"""Nothing."""


def show(
    path: Path,
    name: str | None,
    *,
    printed: bool = False,
    plain: bool = False,
    over: Over = AS_SAVED,
    width: int | None = None,
    notice: str = "",
) -> int:
    """Print a board, or open it if there is a terminal, with a notice; return the exit code."""
    as_text = printed or plain or any(over[1:])
    if as_text or not screen_possible():
        code = write_board(path, name, over, width, plain=plain)
        if not as_text and _is_terminal():
            say("TERM=dumb: this terminal cannot show the explorer, so the board is printed.")
        return code
    from tui.services.keyboard import typed_ahead

    with typed_ahead():
        from tui.app import run

        board = None
        if name is not None:
            from tui.commands.saved.starting import find_board

            board = find_board(path, open_engine(path), name)
        return run(path, board=board, range=over.range, notice=notice)


def screen_possible() -> bool:
    """Return whether standard input and output are a terminal that can show the explorer."""
    return _is_terminal() and os.environ.get("TERM") != "dumb"


def _is_terminal() -> bool:
    return sys.stdout.isatty() and sys.stdin.isatty()


def write_board(
    path: Path,
    name: str | None,
    over: Over,
    width: int | None,
    *,
    plain: bool,
) -> int:
    """Write a board to standard output as text: in tiles as on the screen, or plain.

    Returns:
        The exit code: 1 if the database could not answer a tile, whose place then shows the error.
    """
    from core.draw.board import print_board
    from tui.commands.options import width_of
    from tui.commands.saved.board_text import board_text
    from tui.commands.saved.common import saved_at

    engine, board, answers = answered(path, name, over, drawn=not plain)
    board = as_asked(board, over)
    marks = saved_at(path).marks(board_id=board.id)
    look, size = look_of(engine), width_of(width)
    if plain:
        put(board_text(board, answers, size, replace(look, glyphs="ascii"), marks))
    else:
        put(print_board(board, answers, size, look, marks))
    return exit_code(answers)


def exit_code(answers: dict[str, Any]) -> int:
    """Return 1 if the database could not answer one of a board's tiles, else 0."""
    return int(any(isinstance(answer, QueryFailed) for answer in answers.values()))


def answered(
    path: Path, name: str | None, over: Over, *, drawn: bool = True
) -> tuple[Any, Any, dict[str, Any]]:
    """Return an engine on a workspace, a board of it, and the answers of its tiles by their id.

    Args:
        drawn: whether these are drawn, see core.boards.answering.
    """
    from core.boards.answering import answer_board
    from tui.commands.interrupt import interruptible
    from tui.commands.saved.starting import find_board

    engine = open_engine(path)
    if over.range is not None:
        engine.context().span(over.range)
    board = find_board(path, engine, name)
    if over.section is not None:
        from core.boards.sections import only, section_named

        board = only(board, section_named(board, over.section))
    if over.compare is not None:
        board = board.model_copy(update={"compare": over.compare})
    clauses = conditions(over.where)
    answers = interruptible(
        lambda stop: answer_board(board, engine, over.range, stop, clauses, drawn=drawn)
    )
    return engine, board, answers


def as_asked(board: Any, over: Over) -> Any:
    """Return a board that says of itself what was asked of all its tiles."""
    filters = (*board.filters, *conditions(over.where))
    return board.model_copy(update={"range": over.range or board.range, "filters": filters})


def conditions(text: str | None) -> tuple[Any, ...]:
    """Return the conditions in a text; BadQuestion when there are none."""
    if not text:
        return ()
    from core.language.questions import parse

    return parse(f"events where {text}").conditions
