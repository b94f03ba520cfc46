"""PeopleList: a list of people, each with a timeline."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from core.queries.common.question import Question
from core.queries.kinds import KINDS
from core.queries.people.people import PeopleBehind
from core.store.library.saved import Item
from core.text import number
from tui.actions import edits
from tui.actions.people_segment import make_fixed, take_back
from tui.screens.bases.accompanied_page import AccompaniedPage
from tui.texts.fields import has
from tui.texts.people import loaded_text
from tui.texts.summary import Chip, chips
from tui.widgets.answer import AnswerView
from tui.widgets.companion import Composition, is_shown
from tui.widgets.records.person import ActiveDays
from tui.widgets.records.timeline_view import TimelineView

ORDERS = {
    "last_seen": "by last seen, newest first",
    "first_seen": "by first seen, oldest first",
    "user": "by id",
}
PAGE = 200
"""How many people are read at a time."""


class PeopleList(AccompaniedPage):
    """A list of people; Enter opens a person's timeline.

    Args:
        question: the question that lists them.
        expected: how many a number counted; the page says so if there are more or fewer.
    """

    labels = {"new": "make segment"}  # noqa: RUF012
    DEFAULT_CSS = "PeopleList #days { height: 11; }"

    def __init__(self, place: str, question: Question, expected: float | None = None) -> None:
        super().__init__(place)
        self.first_question = question
        self.expected = expected
        self.made: Item | None = None

    @property
    def chips(self) -> tuple[Chip, ...]:
        """See FramePage: those of the question whose people are listed."""
        return chips(self.counting) if self.counting else ()

    def body(self) -> ComposeResult:
        """See Page."""
        days = ActiveDays("Active days", id="days")
        yield Composition([AnswerView(id="people")], beside=[TimelineView(id="who"), days])

    def start(self) -> None:
        """See Page."""
        self.first_view.saved = self.first_question
        self.ask(self.first_view, self.first_question)

    def answered(self, view: AnswerView) -> None:
        """See Page."""
        super().answered(view)
        if view is not self.main:
            view.footing = "newest first"
            view.repaint()
            self.query_one(ActiveDays).tell(view.answer.days)
            return
        people = view.answer
        view.footing = loaded_text(people)
        view.aside = _order(view.question)
        view.repaint()
        self.update_chrome()
        if self.expected is not None and people.total != self.expected:
            counted = f"The number was {number(self.expected)} and is now {number(people.total)}."
            self.say(f"{counted} Esc and then F5 counts again.", warning=True)
        self.expected = None

    def accompany(self) -> None:
        """See AccompaniedPage: the person under the cursor, and what they did last."""
        who, cell = self.query_one(TimelineView), self.first_view.cell
        if not is_shown(who) or cell is None or not cell.row:
            who.forget_answer()
            self.query_one(ActiveDays).tell(())
        elif getattr(who.question, "user", None) != cell.row:
            who.cursor = None
            self.ask(who, who.question_about(cell.row))

    @property
    def counting(self) -> Question | None:
        """The question that counted these people."""
        return getattr(self.question, "of", self.question)

    @property
    def range_now(self) -> str:
        """See QuestionPage."""
        return self.counting.range if self.counting else ""

    @property
    def filtered(self) -> Question | None:
        """See QuestionPage."""
        return self.counting

    @property
    def conditions_now(self) -> tuple[Any, ...]:
        """See QuestionPage."""
        return self.counting.conditions if self.counting else ()

    def complete(self) -> None:
        """See QuestionPage."""
        counting = self.counting
        if counting is not None:
            self._new_range(lambda _, ctx: edits.complete_only(counting, ctx).range)

    def put(self, question: Question) -> None:
        """See QuestionPage: list other people here."""
        if KINDS[question.kind].page == "people" and self.main is not None:
            self.ask(self.first_view, question)
        else:
            self.app.navigator.open(question)

    def set_fields(self, **changes: Any) -> None:
        """Change the question that counted these people, not the list."""
        question = self.question
        if isinstance(question, PeopleBehind):
            if "range" in changes and question.cell.bucket:
                self.say("These people belong to one point in time. Esc goes back to the chart.")
                return
            self.change(
                lambda q: edits.revise(q, of=edits.revise(question.of, **changes), offset=0)
            )
        else:
            super().set_fields(**changes)

    def action_new(self) -> None:
        """Make a segment of exactly the people listed."""
        make_fixed(self)

    def action_undo(self) -> None:
        """Delete the segment that was made here."""
        take_back(self)

    def action_sort(self) -> None:
        """Sort by last seen, first seen or id."""
        if self.question is not None and has(self.question, "order"):
            order = edits.after(list(ORDERS), edits.field_of(self.question, "order"))
            self.change(lambda q: edits.revise(q, order=order, offset=0))
            self.say(f"Sorted {ORDERS[order]}.")
        else:
            self.say("Search results are sorted by how well they match.")

    def move(self, rows: int, columns: int) -> None:
        """Move the cursor; past the last or first row the next or previous people are loaded."""
        view = self.first_view
        before = view.cursor
        super().move(rows, columns)
        people = view.answer
        if people is None or not rows or view.cursor != before or view.waiting:
            return
        if rows > 0 and people.offset + len(people.rows) < people.total:
            view.cursor = (0, 0)
            self.change(lambda q: edits.revise(q, offset=people.offset + people.limit))
        elif rows < 0 and people.offset:
            view.cursor = (people.limit - 1, 0)
            self.change(lambda q: edits.revise(q, offset=max(people.offset - people.limit, 0)))

    def action_open(self) -> None:
        """Open the timeline of the person under the cursor."""
        cell = self.first_view.cell
        if cell is not None and cell.row is not None and self.first_view.answer is not None:
            users = [person.user for person in self.first_view.answer.rows]
            self.app.navigator.open_person(cell.row, users)

    def value_text(self) -> str:
        """See Page: the person's id."""
        cell = self.first_view.cell
        return cell.row if cell is not None and cell.row else ""


def _order(question: Question | None) -> str:
    return ORDERS.get(getattr(question, "order", ""), "")
