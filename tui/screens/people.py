"""The people behind one number: exactly those it counted."""

from __future__ import annotations

from typing import Any

from core.answers import Cell
from core.queries.base import Question
from core.queries.people import PeopleBehind
from core.text import number
from tui import edits
from tui.screens.asked import AskedPage
from tui.screens.page import bindings
from tui.widgets.answer import AnswerView

ORDERS = ("last_seen", "first_seen", "user")
PAGE = 200


class PeoplePage(AskedPage):
    """A list of people; Enter opens one's timeline."""

    page_id = "people"
    BINDINGS = bindings("people")

    def __init__(self, place: str, question: Question, expected: float | None = None) -> None:
        super().__init__(place)
        self.first_question = question
        self.expected = expected

    @classmethod
    def behind(
        cls, place: str, question: Question, cell: Cell, expected: float | None = None
    ) -> PeoplePage:
        """Return the page of the people behind a number of a question's answer.

        Args:
            expected: how many people that number said there are, where it counts people.
        """
        return cls(place, PeopleBehind(of=question, cell=cell, limit=PAGE), expected)

    @property
    def crumb(self) -> str:
        """See Page: how many people."""
        view = self.main
        total = view.answer.total if view and view.answer else None
        return f"{number(total)} people" if total is not None else "people"

    @property
    def asked(self) -> str:
        """See Page."""
        from tui.question_line import short

        return short(getattr(self.question, "of", self.question)) if self.question else ""

    def body(self) -> Any:
        """See Page."""
        yield AnswerView(id="people")

    def start(self) -> None:
        """See Page."""
        self.main.saved = self.first_question
        self.ask(self.main, self.first_question)

    def answered(self, view: AnswerView) -> None:
        """See Page."""
        people = view.answer
        last = people.offset + len(people.rows)
        view.footing = f"{people.offset + 1}-{last} of {number(people.total)}" if last else ""
        view.repaint()
        self.update_chrome()
        if self.expected is not None and people.total != self.expected:
            counted = f"The number was {number(self.expected)}, now it is {number(people.total)}."
            self.say(f"{counted} Esc, then F5 there counts again.", warning=True)
        self.expected = None

    def set_fields(self, **changes: Any) -> None:
        """Change the question that counted them, not the list."""
        question = self.question
        if isinstance(question, PeopleBehind):
            if "range" in changes and question.cell.bucket:
                self.say("These people are of one moment. Esc goes back to the chart.")
                return
            self.change(
                lambda q: edits.revise(q, of=edits.revise(question.of, **changes), offset=0)
            )
        else:
            super().set_fields(**changes)

    def action_sort(self) -> None:
        """Newest, oldest, by name."""
        if self.question is not None and edits.has(self.question, "order"):
            order = edits.after(list(ORDERS), self.question.order)
            self.change(lambda q: edits.revise(q, order=order, offset=0))
            self.say(f"Sorted by {order.replace('_', ' ')}.")

    def action_page_down(self) -> None:
        """A page down, fetching the next people at the end."""
        before = self.main.cursor
        super().action_page_down()
        if self.main.cursor == before and self.main.answer is not None:
            people = self.main.answer
            if people.offset + len(people.rows) < people.total:
                self.main.cursor = (0, 0)
                self.change(lambda q: edits.revise(q, offset=people.offset + people.limit))

    def action_page_up(self) -> None:
        """A page up, fetching the people before at the start."""
        before = self.main.cursor
        super().action_page_up()
        if self.main.cursor == before and self.main.answer is not None and self.main.answer.offset:
            offset = max(self.main.answer.offset - self.main.answer.limit, 0)
            self.change(lambda q: edits.revise(q, offset=offset))

    def action_open(self) -> None:
        """The timeline of the person under the cursor."""
        from tui.screens.timeline import TimelinePage

        cell = self.main.cell
        if cell is not None and cell.row is not None and self.main.answer is not None:
            users = [person.user for person in self.main.answer.rows]
            self.app.push_screen(TimelinePage(self.place, cell.row, users))

    def value_text(self) -> str:
        """See Page: the person's id."""
        cell = self.main.cell
        return cell.row if cell is not None and cell.row else ""
