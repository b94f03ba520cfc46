"""PlacePage: a place for one kind of question: the last one asked, a saved one, or none yet."""

from __future__ import annotations

from typing import ClassVar

from core.errors import BadQuestion, CannotOpen
from core.queries.common.question import Question
from core.store.library.saved import Item
from core.text import clean
from tui.actions.beginning import begin
from tui.actions.kept.chosen import Chosen, delete_chosen, duplicate_chosen, rename_chosen
from tui.actions.kept.copying import Link, chart_link, question_link
from tui.actions.kept_questions import kept_rows, question_of
from tui.actions.saving import save_question, undo_last
from tui.screens.bases.accompanied_page import AccompaniedPage
from tui.texts.empty import NO_EVENTS
from tui.widgets.answer import AnswerView
from tui.widgets.listing import Listing, Row


class PlacePage(AccompaniedPage):
    """Root page of a place for one kind of question, with a list of the saved ones."""

    kind: ClassVar[str] = ""
    nothing: ClassVar[str] = ""

    @property
    def steps(self) -> list[str]:
        """See FramePage."""
        view = self.main
        title = view.heading if view and view.answer else ""
        title = title.removeprefix(f"{self.kind.capitalize()}: ")
        return [self.crumb, *filter(None, [title])]

    def start(self) -> None:
        """See Page: the last question, or the first saved one of its kind."""
        self.fill()
        self.first_view.focus()
        question = self.app.state.question(self.place) or self.app.library.first_of(self.kind)
        if question is None:
            for trouble in self.app.library.troubles.values():
                raise CannotOpen(trouble)
            self.first_view.fail(self._why_none())
            return
        self.first_view.saved = question
        self.ask(self.first_view, question)

    def _why_none(self) -> BadQuestion:
        """Return why there is no question, and what to do."""
        if self.app.engine.context().latest is None:
            return BadQuestion(*NO_EVENTS)
        return BadQuestion(self.nothing, "n creates one.")

    def put(self, question: Question) -> None:
        """See QuestionPage: another kind of question opens on its own page."""
        if question.kind == self.kind:
            super().put(question)
            return
        self.app.navigator.open(question)

    def answered(self, view: AnswerView) -> None:
        """See Page."""
        if view is self.main:
            view.show_dates()
            if view.question is not None:
                self.app.state.keep(self.place, view.question)
        super().answered(view)
        self.update_chrome()

    # -- the saved ones

    def saved_list(self) -> Listing:
        """Return the panel that lists the saved questions."""
        return Listing("Saved", id="kept", empty="Nothing saved yet. w saves this one.")

    @property
    def listing(self) -> Listing:
        """The list of saved questions."""
        return self.query_one("#kept", Listing)

    def fill(self) -> None:
        """List the saved questions as they are now; the cursor stays on its question."""
        here = self.kept.id if self.kept is not None else ""
        rows = kept_rows(self.app.library, self.kind)
        self.listing.fill(rows)
        now = [row.value for row in rows if isinstance(row.value, Item) and row.value.id == here]
        if now:
            self.listing.select(now[0])

    def resume(self) -> None:
        """See Page: the list may have changed."""
        super().resume()
        self.fill()

    def action_save(self) -> None:
        """Save the question, and list it."""
        save_question(self, self.fill)

    def opens_row(self, row: Row | None) -> str:
        """See QuestionPage."""
        return row.text.strip() if row is not None else ""

    def choose(self, listing: Listing) -> None:
        """Open the saved question under the cursor."""
        if listing.value is None:
            return
        question, title = question_of(listing.value)
        if question is None:
            self.say(f"{clean(title)} cannot be read.", warning=True)
            return
        view = self.first_view
        view.saved, view.chart, view.cursor = question, "", None
        self.turn_to(None)
        self.ask(view, question)
        self.call_after_refresh(view.focus)

    @property
    def kept(self) -> Item | None:
        """The saved question under the cursor of the list."""
        value = self.listing.value
        return value if isinstance(value, Item) else None

    @property
    def link(self) -> Link | None:
        """See QuestionPage."""
        if self.panel is not self.listing or self.listing.value is None:
            return super().link
        if self.kept is not None:
            return chart_link(self.kept)
        return question_link(question_of(self.listing.value)[0])

    def action_rename(self) -> None:
        """Rename the saved question under the cursor of the list."""
        rename_chosen(self, self._chosen)

    def action_duplicate(self) -> None:
        """Save the question under the cursor of the list under another name too."""
        duplicate_chosen(self, self._chosen)

    def action_delete(self) -> None:
        """Delete the saved question under the cursor of the list."""
        delete_chosen(self, self._chosen)

    def action_undo(self) -> None:
        """Bring the last deleted question back."""
        undo_last(self, "charts")

    @property
    def _chosen(self) -> Chosen:
        return None if self.kept is None else ("charts", self.kept)

    def action_new(self) -> None:
        """Build another question of this kind."""
        begin(self, self.kind)

    def action_table(self) -> None:
        """Say that this answer is already a table."""
        self.say("This page is already a table. v chooses another chart.")
