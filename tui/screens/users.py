"""Users: look people up by id or trait."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.timer import Timer

from core.queries import from_json
from core.queries.common.question import Question
from core.queries.people.people import PeopleBehind
from tui.screens.bases.page import bindings
from tui.screens.bases.people_list import PAGE, PeopleList
from tui.texts.summary import Chip
from tui.widgets.answer import AnswerView
from tui.widgets.dialogs import Field

MOST = 100
REST = 0.15
"""Seconds without a key after which the typed text is searched."""

HELP = "/ finds people by id or trait, or a part of one"


class UsersPage(PeopleList):
    """A search field over a list of people."""

    page_id = "users"
    BINDINGS = bindings("users")
    DEFAULT_CSS = "UsersPage Field { dock: top; }"

    def __init__(self, place: str) -> None:
        super().__init__(place, _search(""))
        self._pending: Timer | None = None

    @property
    def crumb(self) -> str:
        """See Page."""
        return "Users"

    @property
    def chips(self) -> tuple[Chip, ...]:
        """See FramePage: the text that people are searched by."""
        text = getattr(self.question, "user", "") if self.question else ""
        return (Chip(text, "find"),) if text else ()

    def answered(self, view: AnswerView) -> None:
        """See Page: there is no search yet while everybody is listed."""
        if isinstance(view.question, PeopleBehind):
            view.heading = "Everybody"
        super().answered(view)

    def body(self) -> ComposeResult:
        """See Page."""
        yield Field(hint=HELP)
        yield from super().body()

    def action_find(self) -> None:
        """Focus the search field."""
        self.query_one(Field).focus()

    def on_input_changed(self, event: Field.Changed) -> None:
        """Search once typing rests."""
        if self._pending is not None:
            self._pending.stop()
        self._pending = self.set_timer(REST, self._search_now)

    def _search_now(self) -> None:
        if self._pending is not None:
            self._pending.stop()
            self._pending = None
            self.ask(self.first_view, _search(self.query_one(Field).value))

    def _to_list(self) -> None:
        self._search_now()
        self.first_view.focus()

    def on_input_submitted(self) -> None:
        """Enter goes to the list of what was typed."""
        self._to_list()

    def action_back(self) -> None:
        """Go from the field to the list, then to everybody; then as on every page."""
        if isinstance(self.focused, Field):
            self._to_list()
        elif self.query_one(Field).value:
            self.action_saved()
        else:
            super().action_back()

    def action_down(self) -> None:
        """Go from the field to the list."""
        if isinstance(self.focused, Field):
            self._to_list()
        else:
            super().action_down()

    def action_saved(self) -> None:
        """List everybody again."""
        self.query_one(Field).value = ""


def _search(text: str) -> Question:
    """Return the question for the typed text: everybody if it is empty."""
    if not text.strip():
        everybody = from_json({"kind": "active_users", "range": "all_time"})
        return PeopleBehind(of=everybody, limit=PAGE)
    return from_json({"kind": "user_search", "user": text.strip(), "limit": MOST})
