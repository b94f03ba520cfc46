"""What is saved in a workspace, as the explorer lists it. Reading never raises: a workspace that
is busy just lists less."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.boards import Board
from core.engines.sqlite import SqliteEngine
from core.errors import FootfallError
from core.openings import Openings
from core.queries.base import Question
from core.queries.saved_chart import chart_question
from core.store.saved import Item, Mark, Saved


class Library:
    """Boards, charts and audiences of one workspace.

    Args:
        engine: knows which events exist, for the starter boards.
        saved: where things are saved.
    """

    def __init__(self, engine: SqliteEngine, saved: Saved) -> None:
        self.engine = engine
        self.saved = saved
        self._openings: tuple[Any, Openings] | None = None

    def openings(self) -> Openings:
        """Return the questions to begin with, as the data is now."""
        now = self.engine.generation()
        if self._openings is None or self._openings[0] != now:
            self._openings = (now, Openings(self.engine))
        return self._openings[1]

    def boards(self) -> list[Board]:
        """Return the saved boards; without any, starter boards that are not saved."""
        return self.saved_boards() or self.starters()

    def saved_boards(self) -> list[Board]:
        """Return the saved boards."""
        try:
            return self.saved.boards()
        except FootfallError:
            return []

    def starters(self) -> list[Board]:
        """Return boards made from the events that exist."""
        from core.starters import starter_boards

        try:
            return list(starter_boards(self.engine))
        except FootfallError:
            return []

    def charts(self) -> list[Item]:
        """Return the saved charts."""
        return self._items("charts")

    def audiences(self) -> list[Item]:
        """Return the saved audiences."""
        return self._items("audiences")

    def marks(self, category: str | None = None) -> list[Mark]:
        """Return the marks, newest first."""
        try:
            return self.saved.marks(category=category)
        except FootfallError:
            return []

    def _items(self, kind: Any) -> list[Item]:
        try:
            return self.saved.items(kind)
        except FootfallError:
            return []

    def question_of(self, value: Question | Item) -> tuple[Question, str]:
        """Return the question of a saved chart, and how it is drawn.

        Raises:
            BadQuestion: what is saved is no question.
        """
        if isinstance(value, Question):
            return value, ""
        return chart_question(value.body), str(value.body.get("chart", ""))

    def first_of(self, kind: str) -> Question | None:
        """Return the first question of a kind among saved charts and the boards' tiles."""
        from core.board_answers import block_question

        for item in self.charts():
            found = _asked(lambda item=item: self.question_of(item)[0], kind)
            if found is not None:
                return found
        for board in self.boards():
            for block in board.blocks:
                found = _asked(lambda b=board, k=block: block_question(b, k), kind)
                if found is not None and block.type == "chart":
                    return found
        return None


def _asked(make: Callable[[], Question], kind: str) -> Question | None:
    try:
        question = make()
    except FootfallError:
        return None
    return question if question.kind == kind else None
