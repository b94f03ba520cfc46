"""The saved questions of one kind, and what can be done with one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from core.boards.answering import block_question
from core.errors import FootfallError
from core.queries.common.question import Question
from core.queries.composite.saved_chart import chart_question
from core.store.library.saved import Item
from core.text import clean
from tui.widgets.listing import Row

if TYPE_CHECKING:
    from tui.services.library import Library

NONE_SAVED = "none saved, w saves"
"""The heading of a list of what is kept while nothing is."""

OnBoard = tuple[Question, str]
"""A question on a board, and its title."""


def kept_rows(library: Library, kind: str) -> list[Row]:
    """Return rows with the saved questions of a kind, and those on boards."""
    saved = [Row(f" {clean(item.title)}", item) for item in library.charts() if _is(item, kind)]
    rows = [Row("saved" if saved else NONE_SAVED), *saved]
    for board in library.boards():
        boards = []
        for block in board.blocks:
            found = _asked(partial(block_question, board, block))
            if block.type == "chart" and found is not None and found.kind == kind:
                title = clean(block.title) or kind
                boards.append(Row(f" {title}", (found, title)))
        rows += [Row(f"on {clean(board.title)}"), *boards] if boards else ()
    return rows


def question_of(value: Item | OnBoard) -> tuple[Question | None, str]:
    """Return the question of a row, None if it cannot be read, and its title."""
    if isinstance(value, Item):
        return _asked(partial(chart_question, value.body)), value.title
    return value


def _is(item: Item, kind: str) -> bool:
    found = _asked(partial(chart_question, item.body))
    return found is not None and found.kind == kind


def _asked(make: Callable[[], Question]) -> Question | None:
    try:
        return make()
    except FootfallError:
        return None
