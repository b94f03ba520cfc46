"""PlacePage: a place for one kind of question: the last one asked, a saved one, or none yet."""

from __future__ import annotations

from typing import ClassVar

from core.errors import BadQuestion
from core.queries.common.question import Question
from tui.actions.beginning import begin
from tui.screens.bases.question_page import QuestionPage
from tui.widgets.answer import AnswerView


class PlacePage(QuestionPage):
    """Root page of a place for one kind of question."""

    kind: ClassVar[str] = ""
    nothing: ClassVar[str] = ""

    @property
    def crumb(self) -> str:
        """See Page."""
        view = self.main
        title = view.heading if view and view.answer else ""
        title = title.removeprefix(f"{self.kind.capitalize()}: ")
        return f"{super().crumb} > {title}" if title else super().crumb

    def start(self) -> None:
        """See Page: the last question, or the first saved one of its kind."""
        question = self.app.state.question(self.place) or self.app.library.first_of(self.kind)
        if question is None:
            self.first_view.fail(BadQuestion(self.nothing, "n creates one."))
            return
        self.first_view.saved = question
        self.ask(self.first_view, question)

    def put(self, question: Question) -> None:
        """See QuestionPage: another kind of question opens on its own page."""
        if question.kind == self.kind:
            super().put(question)
            return
        self.app.navigator.open(question)

    def answered(self, view: AnswerView) -> None:
        """See Page."""
        view.show_dates()
        if view.question is not None:
            self.app.state.keep(self.place, view.question)
        self.update_chrome()

    def action_new(self) -> None:
        """Build another question of this kind."""
        begin(self, self.kind)

    def action_table(self) -> None:
        """Say that this answer is already a table."""
        self.say("This page is already a table. v chooses another chart.")
