"""Users: look people up by id or trait."""

from __future__ import annotations

from typing import Any

from core.queries import from_json
from core.queries.common.question import Question
from core.queries.people.people import PeopleBehind
from tui.actions import edits
from tui.actions.people.columns import PAGE
from tui.screens.bases.page import bindings
from tui.screens.bases.people_list import PeopleList
from tui.texts.summary import Chip
from tui.widgets.answer import AnswerView

MOST = 100


class UsersPage(PeopleList):
    """A search field over a list of people."""

    page_id = "users"
    BINDINGS = bindings("users")
    field_stays = True

    def __init__(self, place: str) -> None:
        super().__init__(place, everybody())

    @property
    def crumb(self) -> str:
        """See Page."""
        return "Users"

    @property
    def chips(self) -> tuple[Chip, ...]:
        """See FramePage: the text that people are searched by."""
        return (Chip(self._text, "find"),) if self._text else ()

    def answered(self, view: AnswerView) -> None:
        """See Page: there is no search yet while everybody is listed."""
        if view is self.main and not self._text:
            view.heading = "Everybody"
        super().answered(view)

    def searched(self, text: str) -> Question:
        """See PeopleList: best matches first, unless the list has an order or columns."""
        if not text:
            return self.listed
        found: dict[str, Any] = {"kind": "user_search", "user": text}
        as_listed = edits.revise(self.listed, offset=0)
        if as_listed != self.first_question:
            return edits.revise(as_listed, of=found)
        return from_json({**found, "limit": MOST})


def everybody() -> Question:
    """Return the question that lists everybody."""
    return PeopleBehind(of=from_json({"kind": "active_users", "range": "all_time"}), limit=PAGE)
