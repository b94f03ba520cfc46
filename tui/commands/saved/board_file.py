"""`footfall board --html`, `--svg` and `--md`: a whole board written for others to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import BadInput
from tui.commands.output import put

if TYPE_CHECKING:
    from core.definitions.board import Board
    from core.draw import Look


def board_file(
    kind: str, board: Board, answers: Mapping[str, Any], look: Look, marks: Sequence[Any]
) -> str:
    """Return a board as "html", "svg" or "md"; for the arguments see core.draw.board_file."""
    from core.draw.board_file import board_html, board_markdown, board_svg

    if kind == "md":
        return board_markdown(board, answers, look, marks)
    from tui.widgets.pictures import on_dark, on_paper

    drawn = replace(look, glyphs="braille", colour=True)
    if kind == "html":
        return board_html(board, answers, drawn, marks, paint=on_paper(), dark=on_dark())
    return board_svg(board, answers, drawn, marks, paint=on_paper())


def put_file(text: str, file: str, workspace: Path) -> None:
    """Write a text to a file in place of what it held, or to standard output for "-".

    Raises:
        BadInput: the file is the workspace, or cannot be written.
    """
    from core.store.workspace import is_part_of

    if file == "-":
        put(text)
        return
    target = Path(file).expanduser()
    if is_part_of(target, workspace):
        raise BadInput(f"{file} is the workspace itself.", "Name another file.")
    try:
        target.write_text(text, "utf-8")
    except (OSError, ValueError) as error:
        raise BadInput(f"{file} cannot be written: {error}.") from error
