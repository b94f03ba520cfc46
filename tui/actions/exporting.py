"""Writing a panel, or a whole board, to a file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.boards.answering import block_chart, labelled
from core.draw import Look, draw
from core.draw import text as draw_text
from core.draw.board import print_board
from core.draw.figures import span_text
from core.draw.spans import Span, safe
from core.errors import BadInput, FootfallError, QueryFailed
from core.text import cut, escaped
from tui.widgets.dialogs import Menu, Prompt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from core.definitions.board import Block, Board
    from tui.actions.pages import AnswerPage, BoardAnswered
    from tui.widgets.answer import AnswerView
    from tui.widgets.boards.tile import Tile

FORMATS = (
    ("c", "csv", "csv"),
    ("t", "tsv", "tsv"),
    ("j", "json", "json"),
    ("m", "markdown", "markdown"),
    ("q", "sql, the statements behind it", "sql"),
    ("x", "text, as drawn", "text"),
    ("s", "svg, a picture", "svg"),
    ("h", "html, a page with the picture", "html"),
)
BOARD_FORMATS = (
    ("H", "whole board: html, a page", "html"),
    ("M", "whole board: markdown", "markdown"),
    ("J", "whole board: json, all answers", "json"),
    ("S", "whole board: svg, a picture", "svg"),
    ("X", "whole board: text, as drawn", "text"),
)
HEADING = 34
"""Cells that the name of a panel has in the heading of the menu."""

SUFFIX = {"markdown": "md", "text": "txt"}


def export_panel(page: AnswerPage) -> None:
    """Ask for a format and a file, and write the focused answer."""
    view = page.view
    if view is None or view.answer is None:
        page.say("There is no answer to export yet.")
        return

    def chosen(kind: str | None) -> None:
        if kind is not None:
            ask_file(page, view.heading, kind, lambda: panel_as(view, kind))

    page.app.push_screen(Menu(_headed(view), FORMATS), chosen)


def export_board(page: BoardAnswered) -> None:
    """Ask for a format and a file, and write the focused tile or the whole board."""
    view = page.view

    def chosen(found: tuple[str, str] | None) -> None:
        what, kind = found or ("", "")
        if what == "board":
            _ask_board(page, kind)
        elif what and view is not None:
            ask_file(page, view.heading, kind, lambda: panel_as(view, kind))

    alone = FORMATS if view is not None and view.answer is not None else ()
    entries = [(key, words, ("tile", kind)) for key, words, kind in alone]
    entries += [(key, words, ("board", kind)) for key, words, kind in BOARD_FORMATS]
    page.app.push_screen(Menu(_headed(view if alone else None), entries), chosen)


def _headed(view: AnswerView | None) -> str:
    """Return the heading of the menu: which panel is written."""
    return "Export" if view is None else f"Export {cut(view.heading, HEADING)}"


def _ask_board(page: BoardAnswered, kind: str) -> None:
    """Ask for a file for the board as it is on show, unless answers are still missing."""
    if is_pending(page):
        return
    ask_file(page, page.shown.title, kind, lambda: board_as(page, kind))


def is_pending(page: BoardAnswered) -> bool:
    """Whether answers of the board are still missing, which is then said."""
    pending = any(tile.error is None and tile.answer is None for tile in page.tiles)
    if pending or any(tile.waiting for tile in page.tiles):
        page.say("Some tiles are not answered yet. Try again in a moment.", warning=True)
        return True
    return False


def on_show(page: BoardAnswered) -> tuple[Board, dict[str, Any]]:
    """Return the board on show, with its changes, and block id -> answer or error."""
    answers = {tile.block.id: _answer_of(page, tile) for tile in page.tiles}
    charts = {tile.block.id: tile.chart for tile in page.tiles}
    return _with_charts(page.shown, charts), answers


def board_as(page: BoardAnswered, kind: str) -> str:
    """Return the board on show, with its changes, in one of BOARD_FORMATS."""
    from core.boards.files import answered_data
    from core.draw.pages.html import WHOLE, board_html, board_svg
    from core.draw.pages.markdown import board_markdown
    from tui.widgets.pictures import paints

    board, answers = on_show(page)
    if kind == "json":
        return escaped(json.dumps(answered_data(board, answers), ensure_ascii=False, indent=2))
    look = Look(calendar=page.app.look.calendar)
    marks = list({mark.id: mark for tile in page.tiles for mark in tile.marks}.values())
    if kind == "text":
        return print_board(board, answers, WHOLE, look, marks)
    if kind == "markdown":
        return board_markdown(board, answers, look, marks)
    drawn = board_html if kind == "html" else board_svg
    return drawn(board, answers, look, marks, paint=paints(page.app.ink.on("surface")))


def _answer_of(page: BoardAnswered, tile: Tile) -> Any:
    """Return a tile's answer with a note on the board's filters, or its error."""
    answer = tile.answer
    if answer is None or (tile.error is not None and not tile.stopped):
        error = tile.error
        return error if isinstance(error, FootfallError) else QueryFailed(str(error))
    asked = tile.shown_question
    if asked is None:
        return answer
    block = page.shown.block(tile.block.id) or tile.block
    return labelled(answer, asked, page.shown, block)


def _with_charts(board: Board, charts: Mapping[str, str]) -> Board:
    """Return a board whose tiles are drawn as they are on show."""

    def drawn(block: Block) -> Block:
        chart = charts.get(block.id, "")
        if not chart or chart == block_chart(block):
            return block
        return block.model_copy(update={"chart": chart})

    return board.model_copy(update={"blocks": tuple(map(drawn, board.blocks))})


def ask_file(page: AnswerPage, title: str, kind: str, content: Callable[[], str]) -> None:
    """Ask for the name of a file of a format, proposing one from a title, and write it."""
    page.app.push_screen(
        Prompt(
            "Write to",
            lambda path: write(content(), path),
            value=f"{_slug(title)}.{SUFFIX.get(kind, kind)}",
            help="Existing files are not overwritten.",
        ),
        lambda said: page.say(said) if said else None,
    )


def write(text: str, name: str) -> str:
    """Write a text to a new file; return a sentence to confirm it.

    Raises:
        BadInput: the file exists or cannot be written.
    """
    path = Path(name.strip()).expanduser()
    try:
        with path.open("x", encoding="utf-8", newline="") as stream:
            stream.write(text if text.endswith("\n") else text + "\n")
    except FileExistsError as error:
        raise BadInput(f"{path} exists already.", "Choose another name.") from error
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be written: {error}.") from error
    return f"Wrote {path.absolute()}."


def panel_as(view: AnswerView, kind: str) -> str:
    """Return the answer of a panel in one of FORMATS."""
    from core.draw.svg import COLUMNS
    from core.export import export

    if kind == "text":
        return draw_text(view.answer, COLUMNS)
    if kind in ("svg", "html"):
        return _picture(view, kind)
    if kind == "sql":
        from tui.texts.inspection import as_sql

        return as_sql(view.question, view.result)
    return export(view.answer, kind)


def _picture(view: AnswerView, kind: str) -> str:
    """Return the panel's chart in the colours of the theme, below its title and dates."""
    from core.draw.svg import COLUMNS, ROWS, page, picture
    from tui.widgets.pictures import paints

    answer, look = view.answer, Look(calendar=view.app.look.calendar)
    dates = span_text(answer.first, answer.last)
    heading = ((Span(safe(view.heading), "title"), Span(f"  {dates}", "dim")), ())
    body = draw(answer, COLUMNS, ROWS, look, chart=view.drawn_as, marks=view.marks)
    paint = paints(view.app.ink.on("surface"))
    drawn = picture([*heading, *body], COLUMNS, paint)
    return drawn if kind == "svg" else page(safe(view.heading), drawn, paint)


def _slug(title: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", title).strip("-").lower()[:40] or "export"
