"""The root page of each place; a page's file is loaded when its place is first shown."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

from textual.screen import Screen

from core.definitions.board import Board
from core.queries.common.question import Question
from core.store.library.saved import Saved
from tui.navigation import board_page, page_for
from tui.services.state import State, question_in

ROOTS = {
    "boards": "tui.screens.boards:BoardsPage",
    "metrics": "tui.screens.metrics:MetricsPage",
    "funnel": "tui.screens.funnel:FunnelPage",
    "retention": "tui.screens.retention:RetentionPage",
    "segments": "tui.screens.segments:SegmentsPage",
    "marks": "tui.screens.marks:MarksPage",
    "events": "tui.screens.events:EventsPage",
    "users": "tui.screens.users:UsersPage",
    "sql": "tui.screens.sql:SqlPage",
}
"""place -> module:class."""


def root(place: str) -> Callable[[], Screen[Any]]:
    """Return a function that makes the root page of a place."""

    def make() -> Screen[Any]:
        module, _, name = ROOTS[place].partition(":")
        page: Screen[Any] = getattr(importlib.import_module(module), name)(place)
        return page

    return make


def start_place(state: State, board: str | Board | None, question: Question | None) -> str:
    """Return the place where the explorer opens: the requested one, else where it was left."""
    if board is not None:
        return "boards"
    if question is not None:
        return "metrics"
    place = state.values.get("place")
    return place if place in ROOTS else "boards"


def reopened(left: Sequence[Any], place: str, boards: Sequence[Board]) -> list[Screen[Any]]:
    """Return the pages that were open above the root of a place, as far as they still can be.

    Args:
        left: what was remembered: for each page what it is opened with, and where its cursors were.
        boards: those that there are.
    """
    found: list[Screen[Any]] = []
    known = {board.id: board for board in boards}
    for kept in left:
        page = _reopened(kept, place, known)
        if page is None:
            break
        found.append(page)
    return found


def _reopened(kept: Any, place: str, boards: dict[str, Board]) -> Screen[Any] | None:
    if not isinstance(kept, dict):
        return None
    page, question = kept.get("page"), question_in(kept.get("question"))
    if page == "board" and str(kept.get("board")) in boards:
        from tui.screens.board import BoardPage

        opened = BoardPage(place, boards[kept["board"]])
        opened.take(kept)
        return opened
    if page == "chart" and question is not None:
        from tui.screens.chart import ChartPage

        words = str(kept.get("title", "")), str(kept.get("chart", ""))
        return ChartPage(place, question, *words, question_in(kept.get("saved")))
    if page == "people" and question is not None:
        from tui.screens.people import PeoplePage

        return PeoplePage(place, question)
    if page == "person" and kept.get("user"):
        from tui.screens.timeline import TimelinePage

        listed = kept.get("users")
        users = [str(user) for user in listed] if isinstance(listed, list) else []
        within = kept.get("within")
        whole = (
            within if isinstance(within, list) and [*map(type, within)] == [int, int] else (0, 0)
        )
        return TimelinePage(
            place,
            str(kept["user"]),
            users,
            last=bool(kept.get("last")),
            within=(whole[0], whole[1]),
        )
    return None


def first_page(
    saved: Saved, board: str | Board | None, range_text: str | None, question: Question | None
) -> Screen[Any] | None:
    """Return the page to open above the root, if one was requested."""
    if board is not None:
        found = saved.board(board) if isinstance(board, str) else board
        return board_page(found, range_text)
    if question is not None:
        return page_for("metrics", question)
    return None
