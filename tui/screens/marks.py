"""Marks: what happened and when, in a list above the chart they are drawn on."""

from __future__ import annotations

from bisect import bisect_right
from functools import partial
from typing import Any

from textual.app import ComposeResult

from core.answers import Series
from core.draw.figures import span_text
from core.errors import BadQuestion
from core.queries import from_json
from core.queries.common.question import Question
from core.store.library.saved import CATEGORIES, Mark
from core.text import clean, things
from core.timeframe import to_date
from tui.actions import edits
from tui.actions.following import figure_of, taken_over
from tui.actions.kept.copying import Link, mark_link
from tui.actions.kept.naming import duplicate, rename
from tui.actions.marks import delete_mark, edit_mark
from tui.actions.saving import undo_last
from tui.screens.bases.accompanied_page import AccompaniedPage
from tui.screens.bases.page import bindings
from tui.texts.summary import Chip
from tui.widgets.answer import AnswerView
from tui.widgets.companion import About, Companion, Composition
from tui.widgets.listing import Listing, Row

EMPTY = "No marks yet. n creates one here, m on any chart over time."

SIDE = 7
"""Days before and after a mark that are compared."""

FIGURES = 2
"""How many key figures of the board are shown beside the chart's own."""


class MarksPage(AccompaniedPage):
    """Enter shows the chart at the mark's day."""

    page_id = "marks"
    labels = {"open": "chart", "edit": "edit mark", "filter": "category"}  # noqa: RUF012
    BINDINGS = bindings("marks")
    DEFAULT_CSS = """
    MarksPage Listing { height: 35%; min-height: 6; }
    MarksPage #chart { height: 1fr; }
    MarksPage #after, MarksPage #figure0, MarksPage #figure1 { height: 7; }
    MarksPage #others { height: 1fr; }
    """

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.category: str | None = None
        self._figures: list[tuple[Question, str]] = []
        self.marks: dict[str, Mark] = {}

    def body(self) -> ComposeResult:
        """See Page."""
        yield Composition(
            [Listing("Marks", id="marks", empty=EMPTY), AnswerView(id="chart", at_end=True)],
            beside=[
                Companion(self._after, self._heading, id="after", chart="number"),
                *map(self._figure_panel, range(FIGURES)),
                Companion(
                    self._by_event, "Events, 7 days before and after", id="others", chart="table"
                ),
            ],
        )

    @property
    def listing(self) -> Listing:
        """The list."""
        return self.query_one(Listing)

    @property
    def chips(self) -> tuple[Chip, ...]:
        """See FramePage: the marks that are listed, then the question of the chart."""
        count = f"{len(self.marks)} mark{'s' * (len(self.marks) != 1)}"
        return (Chip(self.category or "all"), Chip(count), *super().chips)

    def start(self) -> None:
        """See Page."""
        self.fill()
        self._figures = self._board_figures()
        base = edits.usual_range(self.app)
        question = self.app.state.question("metrics")
        if question is None or question.kind not in ("trend", "active_users"):
            question = from_json({"kind": "active_users", "range": base})
        self.first_view.saved = question
        self.ask(self.first_view, question)

    def show_only(self, category: str | None, words: str, range_text: str) -> None:
        """List the marks of a category, or whose titles have some words.

        Args:
            range_text: the range of the chart, "" to leave it.
        """
        self.category = category
        self.fill()
        self.listing.narrow(words)
        if range_text:
            self.set_fields(range=range_text)

    def fill(self) -> None:
        """List the current marks, newest first."""
        marks = self.app.library.marks(self.category)
        self.marks = {mark.id: mark for mark in marks}
        self.listing.empty = self.app.library.troubles.get("marks") or EMPTY
        self.listing.fill([self._row(mark) for mark in marks])
        self.update_chrome()

    def _row(self, mark: Mark) -> Row:
        day = self.app.engine.calendar.local(mark.timestamp).strftime("%b %d %Y")
        letter = mark.category[0].upper()
        return Row(f" {letter}  {day}  {clean(mark.title)}", mark.id, mark.category)

    @property
    def mark(self) -> Mark | None:
        """The mark under the cursor."""
        return self.marks.get(self.listing.value)

    def answered(self, view: AnswerView) -> None:
        """See Page: the days after the mark stand above what they are compared with."""
        super().answered(view)
        if view is self.main:
            view.show_dates()
            self._point()
            self.update_chrome()
        else:
            view.aside = span_text(view.answer.first, view.answer.last)
            view.repaint()

    # -- before and after

    def _figure_panel(self, at: int) -> Companion:
        derive = partial(self._figure, at)
        return Companion(derive, self._heading, id=f"figure{at}", chart="number")

    def on_listing_moved(self, event: Listing.Moved) -> None:
        """Compare the days around another mark."""
        self._point()
        self.rest()

    def _point(self) -> None:
        """Put the cursor of the chart on the period of the mark, if it is in the chart."""
        view = self.first_view
        if self.mark is None or not isinstance(view.answer, Series):
            return
        day = to_date(self.app.engine.calendar.day_of(self.mark.timestamp)).isoformat()
        labels = [bucket.label[:10] for bucket in view.answer.buckets]
        at = bisect_right(labels, day) - 1
        if at >= 0 and (day <= (view.answer.last or "")):
            view.move_to(0, at)

    def _around(self) -> dict[str, Any] | None:
        """The seven days from the mark on, compared with the seven before it.

        Raises:
            BadQuestion: the seven days are not over.
        """
        if self.mark is None:
            return None
        day = self.app.engine.calendar.day_of(self.mark.timestamp)
        missing = day + SIDE - self.context.today
        if missing > 0:
            raise BadQuestion(f"Needs {things(missing, 'more day')}.", "7 days count on each side.")
        return {
            "range": edits.dates_text(day, day + SIDE - 1),
            "compare": "previous",
            "granularity": "daily",
        }

    def _after(self, about: About) -> Question | None:
        """The question of the chart, around the mark."""
        around = self._around()
        return edits.revise(about.question, **around) if around is not None else None

    def _figure(self, at: int, about: About) -> Question | None:
        """A key figure of the board that was open last, around the mark."""
        around = self._around()
        if around is None:
            return None
        figures = [edits.revise(question, **around) for question, _ in self._figures]
        others = [figure for figure in figures if figure != self._after(about)]
        return others[at] if at < len(others) else None

    def _by_event(self, about: About) -> Question | None:
        """Every event around the mark, of the same people."""
        around = self._around()
        if around is None:
            return None
        kept = {**taken_over(about.question), **around}
        return from_json({**kept, "kind": "trend", "breakdown": ["event"]})

    def _heading(self, question: Question) -> str:
        """The name of a figure."""
        same = {"range": question.range, "compare": "previous", "granularity": "daily"}
        for asked, title in self._figures:
            if edits.revise(asked, **same) == question:
                return title
        return ""

    def _board_figures(self) -> list[tuple[Question, str]]:
        board = self.app.state.last_board(self.app.library.boards())
        if board is None:
            return []
        found = []
        for block in board.blocks:
            question = figure_of(board, block)
            if question is not None:
                found.append((question, clean(block.title) or ""))
        return found

    def marks_changed(self) -> None:
        """See QuestionPage; the cursor goes to a new mark."""
        known = {*self.marks}
        self.fill()
        new = {*self.marks} - known
        if len(new) == 1:
            self.listing.select(new.pop())
        super().marks_changed()

    def choose(self, listing: Listing) -> None:
        """Move the chart to the mark's day."""
        mark = self.mark
        question = self.question
        if mark is None or question is None:
            return
        day = self.app.engine.calendar.day_of(mark.timestamp)
        half = max(self.context.span(question.range).days // 2, 7)
        last = min(day + half, self.context.today)
        self.set_fields(range=edits.dates_text(day - half, max(last, day)))
        self.first_view.focus()

    def action_new(self) -> None:
        """Create a mark."""
        now = self.app.engine.clock()
        edit_mark(self, Mark(title="?", timestamp=now), "")

    def action_edit(self) -> None:
        """Edit the mark under the cursor."""
        if self.mark is not None:
            edit_mark(self, self.mark, self.mark.title)

    @property
    def link(self) -> Link | None:
        """See QuestionPage."""
        here = self.mark if self.panel is self.listing else None
        return mark_link(here) if here is not None else super().link

    def action_rename(self) -> None:
        """Give the mark under the cursor another title."""
        if self.mark is not None:
            rename(self, "marks", self.mark, lambda _: self.marks_changed())

    def action_duplicate(self) -> None:
        """Save the mark under the cursor under another title too."""
        if self.mark is not None:
            duplicate(self, "marks", self.mark, lambda _: self.marks_changed())

    def action_delete(self) -> None:
        """Delete the mark under the cursor."""
        if self.mark is not None:
            delete_mark(self, self.mark)

    def action_undo(self) -> None:
        """Bring the last deleted mark back."""
        undo_last(self, "marks", then=self.marks_changed)

    def action_filter(self) -> None:
        """Cycle through the categories, then all."""
        self.category = edits.after([None, *CATEGORIES], self.category)
        self.fill()
        self.say(f"Showing {self.category or 'all categories'}.")
