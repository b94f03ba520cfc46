"""What a form is for, what it closes with, and the answer beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from core.engines.running import Result
from core.errors import FootfallError
from core.language.questions import format_question
from core.queries.common.context import Context
from core.queries.common.question import Question
from core.text import things
from tui.editors.entries import Edit, Entry
from tui.editors.kinds.table import added, rows_of
from tui.services.runner import Run, View
from tui.widgets.answer import AnswerView
from tui.widgets.host import Host


@dataclass(frozen=True)
class Built:
    """What a form closes with.

    Attributes:
        chart: how the text says it is drawn, "" if it does not.
    """

    question: Question
    chart: str = ""


class FormPage(Protocol):
    """The page that a form is over."""

    @property
    def app(self) -> Host:
        """The application."""

    @property
    def context(self) -> Context:
        """The context that questions are asked in."""

    def ask(self, view: View, question: Question) -> None:
        """Ask a question for a view."""


@dataclass(frozen=True)
class Purpose:
    """What a form is for.

    Attributes:
        heading: what is built; "" for the kind of the question.
        read: a text -> the question and its chart; FootfallError says what is wrong.
        rows: a question -> its rows.
        added: a question -> what letters add on rows that do not say.
        live: the question on show -> the one that is answered beside it.
        first: what is asked for at once.
        text: whether it begins as text.
        write: a question -> its text.
        wrong: why it was refused last time.
    """

    heading: str
    read: Callable[[str], tuple[Question, str]]
    rows: Callable[[Question], list[Entry]] = rows_of
    added: Callable[[Question], dict[str, Edit]] = added
    live: Callable[[Question], Question] = lambda question: question
    first: Edit | None = None
    text: bool = False
    write: Callable[[Question], str] = format_question
    wrong: FootfallError | None = None


class Live:
    """The answer beside a form: asks the page, and does not count as an answer of the page."""

    marks: tuple[Any, ...] = ()
    forgiving = False

    def __init__(self, view: AnswerView) -> None:
        self._view = view
        self.question: Question | None = None
        self.run: Run | None = None

    @property
    def is_attached(self) -> bool:
        """See View."""
        return self._view.is_attached

    def show(self, result: Result, empty: str = "") -> None:
        """See View."""
        people = result.answer.shape == "people"
        self._view.aside = things(result.answer.total, "person", "people") if people else ""
        self._view.question = self.question
        self._view.show(result, empty)

    def fail(self, error: Exception) -> None:
        """See View."""
        self._view.fail(error)

    def wait(self) -> None:
        """See View."""
        self._view.wait()
