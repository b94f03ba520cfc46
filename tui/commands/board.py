"""`footfall board`: a board as text, or in the explorer."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import click

from tui.commands.common import (
    database,
    interruptible,
    look_of,
    open_engine,
    put,
    width_of,
    width_option,
)


@click.command("board")
@click.argument("name")
@click.argument("db", required=False)
@click.option("--print", "printed", is_flag=True, help="Print it as text.")
@click.option("--plain", is_flag=True, help="As text without frames: tile under tile, in full.")
@click.option("-r", "--range", metavar="RANGE", help="7d, mtd, 2025-01-01,2025-01-31, ...")
@width_option
def command(
    name: str, db: str | None, printed: bool, plain: bool, range: str | None, width: int | None
) -> int:
    """Open the board NAME, an id or a title; piped or with --print: as text."""
    return show(database(db), name, printed=printed, plain=plain, range=range, width=width)


def show(
    path: Path,
    name: str | None,
    *,
    printed: bool = False,
    plain: bool = False,
    range: str | None = None,
    width: int | None = None,
) -> int:
    """Print a board, or open it where there is a terminal; return the exit code."""
    if printed or plain or not screen_possible():
        write_board(path, name, range, width, plain=plain)
        return 0
    from tui.app import run

    board = None
    if name is not None:
        from tui.commands.starting import find_board

        board = find_board(path, open_engine(path), name)
    return run(path, board=board, range=range)


def screen_possible() -> bool:
    """Return whether standard input and output are a terminal that can show the explorer."""
    return sys.stdout.isatty() and sys.stdin.isatty() and os.environ.get("TERM") != "dumb"


def write_board(
    path: Path, name: str | None, range: str | None, width: int | None, *, plain: bool
) -> None:
    """Write a board as text to standard output: in tiles as on the screen, or plain."""
    from core.boards import answer_board
    from core.draw.board import print_board
    from core.store.saved import Saved
    from tui.commands.board_text import board_text
    from tui.commands.starting import find_board

    engine = open_engine(path)
    if range is not None:
        engine.context().span(range)
    board = find_board(path, engine, name)
    marks = Saved(path).marks(board_id=board.id)
    answers = interruptible(lambda stop: answer_board(board, engine, range, stop))
    look, size = look_of(engine), width_of(width)
    if plain:
        put(board_text(board, answers, size, replace(look, glyphs="ascii"), marks))
    else:
        put(print_board(board, answers, size, look, marks))
