"""The people behind one number: exactly those it counted."""

from __future__ import annotations

from typing import Any

from core.answers import Cell
from core.queries.common.question import Question
from core.queries.people.people import PeopleBehind
from tui.actions.people.columns import PAGE
from tui.screens.bases.page import bindings
from tui.screens.bases.people_list import PeopleList
from tui.services.state import body_of
from tui.texts.people import many


class PeoplePage(PeopleList):
    """The page of a question that lists people."""

    page_id = "people"
    BINDINGS = bindings("people")

    @classmethod
    def behind(
        cls, place: str, question: Question, cell: Cell, expected: float | None = None
    ) -> PeoplePage:
        """Return the page of the people behind a number in a question's answer.

        Args:
            expected: the number itself, if it counts people.
        """
        return cls(place, PeopleBehind(of=question, cell=cell, limit=PAGE), expected)

    def memory(self) -> dict[str, Any]:
        """See Page."""
        return {"page": "people", "question": body_of(self.listed)}

    @property
    def crumb(self) -> str:
        """See Page: how many people."""
        view = self.main
        total = view.answer.total if view and view.answer else None
        return many(total) if total is not None else "people"
