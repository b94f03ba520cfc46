"""`footfall board --html`, `--svg`, `--md` and `--mail`: a whole board for others to read."""

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
    kind: str,
    board: Board,
    answers: Mapping[str, Any],
    look: Look,
    marks: Sequence[Any],
    foot: Sequence[str],
) -> str:
    """Return a board as "html", "svg" or "md"; for the arguments see core.draw.pages."""
    from core.draw.pages.html import board_html, board_svg
    from core.draw.pages.markdown import board_markdown

    if kind == "md":
        return board_markdown(board, answers, look, marks)
    from tui.widgets.pictures import on_dark, on_paper

    drawn = replace(look, glyphs="braille", colour=True)
    if kind == "html":
        paint, dark = on_paper(), on_dark()
        return board_html(board, answers, drawn, marks, paint=paint, dark=dark, foot=foot)
    return board_svg(board, answers, drawn, marks, paint=on_paper())


def board_message(
    to: Sequence[str],
    board: Board,
    answers: Mapping[str, Any],
    look: Look,
    marks: Sequence[Any],
    foot: Sequence[str],
) -> str:
    """Return a message with a board for `sendmail -t`; see `board_file`."""
    from core.draw.pages.mail import board_mail

    page = board_file("html", board, answers, look, marks, foot)
    return board_mail(to, board, answers, look, marks, page=page)


def put_file(text: str, file: str, workspace: Path) -> None:
    """Write a text to a file in place of what it held, or to standard output for "-".

    Raises:
        BadInput: the file is the workspace, or cannot be written.
    """
    from core.folders.writing import write_whole
    from core.store.workspace import is_part_of

    if file == "-":
        put(text)
        return
    target = Path(file).expanduser()
    if is_part_of(target, workspace):
        raise BadInput(f"{file} is the workspace itself.", "Name another file.")
    try:
        write_whole(target, text)
    except (OSError, ValueError) as error:
        raise BadInput(f"{file} cannot be written: {error}.") from error
