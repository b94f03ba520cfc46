"""What is saved in a workspace, as the explorer lists it. Reading never raises: from a workspace
that is busy or damaged fewer things are listed, and `troubles` says why.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from core.boards.answering import block_question
from core.definitions.board import Board
from core.engines.running import Engine
from core.errors import FootfallError
from core.queries import from_json
from core.queries.common.question import Question
from core.store.library.saved import Item, Mark, Saved
from core.store.waiting import Patience
from core.text import clean, things

if TYPE_CHECKING:
    from core.boards.suggestions import Suggestion, Suggestions

Value = TypeVar("Value")

QUICK = Patience(0.3)
"""How long the screen may block for another program; longer waits happen in a thread."""


class Library:
    """Boards, charts and audiences of one workspace.

    Args:
        engine: knows which events exist, for the starter boards.
        saved: the saved things of the workspace.

    Attributes:
        troubles: what could not be read last time -> why.
    """

    def __init__(self, engine: Engine, saved: Saved) -> None:
        self.engine = engine
        self.saved = saved
        self.troubles: dict[str, str] = {}
        self._suggestions: tuple[Any, Suggestions] | None = None
        self._suggested: tuple[Suggestions, dict[str, list[Suggestion]]] | None = None

    def suggestions(self) -> Suggestions:
        """Return the suggested questions for the current data."""
        from core.boards.suggestions import Suggestions

        now = self.engine.state()
        if self._suggestions is None or self._suggestions[0] != now:
            self._suggestions = (now, Suggestions(self.engine))
        return self._suggestions[1]

    def worth(self, event: str | None) -> list[str]:
        """Return the properties that break an event down well, best first; see Suggestions."""
        known = self.engine.context().catalog.events.ids
        return self.suggestions().worth(event) if event is None or event in known else []

    def suggested(self, event: str = "") -> list[Suggestion]:
        """Return the suggested questions about an event, "" for the most frequent one, computed
        once per state of the data.
        """
        now = self.suggestions()
        if self._suggested is None or self._suggested[0] is not now:
            self._suggested = (now, {})
        known = self._suggested[1]
        if event not in known:
            body = {"kind": "trend", "event": event, "range": now.facts.period.range}
            known[event] = now.listed(from_json(body) if event else None)
        return known[event]

    def boards(self) -> list[Board]:
        """Return the saved boards or, if there are none, unsaved starter boards."""
        return self.saved_boards() or self.starters()

    def saved_boards(self) -> list[Board]:
        """Return the saved boards."""
        return self._read("boards", self.saved.boards)

    def starters(self) -> list[Board]:
        """Return boards made from the existing events."""
        from core.boards.starters import starter_boards

        return self._read("starter boards", lambda: list(starter_boards(self.engine)))

    def charts(self) -> list[Item]:
        """Return the saved charts."""
        return self._items("charts")

    def audiences(self) -> list[Item]:
        """Return the saved audiences."""
        return self._items("audiences")

    def custom_events(self) -> list[Item]:
        """Return the custom events."""
        return self._items("custom_events")

    def alerts(self) -> list[Item]:
        """Return the alerts."""
        return self._items("alerts")

    def alert_states(self, items: list[Item]) -> dict[str, tuple[str, str]]:
        """Return alert id -> its state as of the last run, and what was said of it."""
        if not items:
            return {}
        from core.alerts.running import alert_of
        from core.alerts.telling import state_words
        from core.store.library.alert_states import states_of

        def read() -> list[tuple[str, tuple[str, str]]]:
            found = states_of(self.saved.access)
            return [
                (item.id, state_words(alert_of(item), found.get(item.id, {}).values()))
                for item in items
            ]

        return dict(self._read("alerts", read))

    def alarm(self) -> str:
        """Return a sentence on the alerts that fired in the last run, "" if none did."""
        alerts = self.alerts()
        states = self.alert_states(alerts)
        firing = [clean(a.title) for a in alerts if states.get(a.id, ("", ""))[0] == "firing"]
        if not firing:
            return ""
        verb = "fires" if len(firing) == 1 else "fire"
        return f"{things(len(firing), 'alert')} {verb}: {', '.join(firing)}."

    def marks(self, category: str | None = None) -> list[Mark]:
        """Return the marks, newest first."""
        return self._read("marks", lambda: self.saved.marks(category=category))

    def _items(self, kind: Any) -> list[Item]:
        return self._read(kind, lambda: self.saved.items(kind))

    def _read(self, what: str, read: Callable[[], list[Value]]) -> list[Value]:
        try:
            found = read()
        except FootfallError as error:
            path = self.saved.path
            self.troubles[what] = error.message.replace(str(path), path.name)
            return []
        self.troubles.pop(what, None)
        return found

    def question_of(self, value: Question | Item) -> tuple[Question, str]:
        """Return the question of a saved chart, and how it is drawn.

        Raises:
            BadQuestion: what is saved is not a question.
        """
        if isinstance(value, Question):
            return value, ""
        from core.queries.composite.saved_chart import chart_question

        return chart_question(value.body), str(value.body.get("chart", ""))

    def first_of(self, kind: str) -> Question | None:
        """Return the first question of a kind among saved charts and the boards' tiles."""
        from core.queries.composite.saved_chart import chart_question

        for item in self.charts():
            found = _asked(partial(chart_question, item.body), kind)
            if found is not None:
                return found
        for board in self.boards():
            for block in board.blocks:
                found = _asked(partial(block_question, board, block), kind)
                if found is not None and block.type == "chart":
                    return found
        return None


def _asked(make: Callable[[], Question], kind: str) -> Question | None:
    try:
        question = make()
    except FootfallError:
        return None
    return question if question.kind == kind else None
