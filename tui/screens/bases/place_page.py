"""PlacePage: a place for one kind of question: the last one asked, a saved one, or none yet."""

from __future__ import annotations

from typing import ClassVar

from core.errors import BadQuestion
from core.language.questions import format_question
from core.queries import from_json
from core.queries.common.question import Question
from tui.actions import edits
from tui.screens.bases.question_page import QuestionPage
from tui.widgets.answer import AnswerView


class PlacePage(QuestionPage):
    """Root page of a place for one kind of question."""

    kind: ClassVar[str] = ""
    nothing: ClassVar[str] = ""
    example: ClassVar[str] = ""

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
        """Ask another question of this kind, as text."""
        if self.question is None:
            self.edit_text(f"New {self.kind}", self.example_here())
        else:
            self.action_edit()

    def example_here(self) -> str:
        """Return an example to start from, with the workspace's own events."""
        known = [_quoted(name) for name in self.context.catalog.events.pickable]
        first, second = [*known, "signup", "purchase"][:2]
        return self.example.format(first, second) + self._range()

    def _range(self) -> str:
        text = edits.usual_range(self.app.engine)
        return f" {text.replace(',', '..')}" if "," in text else ""

    def action_table(self) -> None:
        """Say that this answer is already a table."""
        self.say("This page is already a table. v chooses another chart.")


def _quoted(name: str) -> str:
    text = format_question(from_json({"kind": "trend", "event": name}))
    return text.strip() or name
