"""Marks: what happened and when, in a list above the chart they are drawn on."""

from __future__ import annotations

from textual.app import ComposeResult

from core.queries import from_json
from core.store.library.saved import CATEGORIES, Mark
from core.text import clean
from tui.actions import edits
from tui.actions.marks import delete_mark, edit_mark
from tui.actions.saving import undo_delete
from tui.screens.bases.page import bindings
from tui.screens.bases.question_page import QuestionPage
from tui.texts.summary import Chip
from tui.widgets.answer import AnswerView
from tui.widgets.listing import Listing, Row

EMPTY = "No marks yet. n creates one here, m on any chart over time."


class MarksPage(QuestionPage):
    """Enter shows the chart at the mark's day."""

    page_id = "marks"
    labels = {"open": "chart", "edit": "edit mark", "filter": "category"}  # noqa: RUF012
    BINDINGS = bindings("marks")
    DEFAULT_CSS = """
    MarksPage Listing { height: 40%; min-height: 6; }
    MarksPage AnswerView { height: 1fr; }
    """

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.category: str | None = None
        self.marks: dict[str, Mark] = {}

    def body(self) -> ComposeResult:
        """See Page."""
        yield Listing("Marks", id="marks", empty=EMPTY)
        yield AnswerView(id="chart", at_end=True)

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
        base = edits.usual_range(self.app.engine)
        question = self.app.state.question("metrics")
        if question is None or question.kind not in ("trend", "active_users"):
            question = from_json({"kind": "active_users", "range": base})
        self.first_view.saved = question
        self.ask(self.first_view, question)

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
        """See Page."""
        view.show_dates()
        self.update_chrome()

    def marks_changed(self) -> None:
        """See QuestionPage."""
        self.fill()
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

    def action_delete(self) -> None:
        """Delete the mark under the cursor."""
        if self.mark is not None:
            delete_mark(self, self.mark)

    def action_undo(self) -> None:
        """Bring the last deleted mark back."""
        undo_delete(self, "marks", self.marks_changed)

    def action_filter(self) -> None:
        """Cycle through the categories, then all."""
        self.category = edits.after([None, *CATEGORIES], self.category)
        self.fill()
        self.say(f"Showing {self.category or 'all categories'}.")
