"""AnswerView: any answer in a panel, with a cursor on its numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from textual.events import Click
from textual.message import Message

from core.answers import Cell
from core.draw import draw, navigate
from core.draw.figures import compared_text, span_text, undated, whole_text
from core.draw.places import begin, beside
from core.draw.spans import Line, Span, dimmed
from core.engines.running import Result
from core.errors import FootfallError, Stopped
from core.queries.common.question import Question
from core.store.library.saved import Mark
from tui.services.runner import Run
from tui.services.state import log
from tui.texts.empty import RESET
from tui.widgets.panel import CursorPanel
from tui.widgets.words import wrapped

LEAST = 6
"""Lines of an answer at least, however few it fills."""

LEAST_STOPPED = 4
"""Lines from which on the last one says that a question was stopped."""


class AnswerView(CursorPanel):
    """Shows the answer to a question, or why there is none.

    Attributes:
        question: the question this panel asks; answers to other questions are not shown.
        answered: the question of the last result.
        forgiving: whether it may name things that are not in the data, as saved questions may.
        result: the last result, kept while the next one is pending.
        error: the error of the last question, if it failed.
        empty: a sentence shown for an empty answer.
        chart: the kind of chart, "" for the shape's default.
        marks: the marks to draw, for core.draw.
        cursor: row and column in `navigate(answer, chart)`; None for no cursor.
    """

    class Moved(Message):
        """The cursor moved to another cell."""

        def __init__(self, view: AnswerView) -> None:
            super().__init__()
            self.view = view

    class Chosen(Message):
        """A cell was clicked."""

        def __init__(self, view: AnswerView) -> None:
            super().__init__()
            self.view = view

    def __init__(
        self, heading: str = "", *, id: str | None = None, cursor: bool = True, at_end: bool = False
    ) -> None:
        super().__init__(heading, id=id)
        self.question: Question | None = None
        self.answered: Question | None = None
        self.saved: Question | None = None
        self.forgiving = False
        self.result: Result | None = None
        self.error: Exception | None = None
        self.empty = ""
        self.chart = ""
        self.marks: tuple[Mark, ...] = ()
        self.has_cursor = cursor
        self.at_end = at_end
        self.cursor: tuple[int, int] | None = None
        self.waiting = False
        self.run: Run | None = None
        self.fixed_heading = heading
        self._cells: list[list[Cell]] = []
        self._drawn_for: tuple[Any, ...] = ()
        self._drawn: list[Line] = []

    # -- what it shows

    @property
    def answer(self) -> Any:
        """The answer on show, or None."""
        return self.result.answer if self.result else None

    @property
    def stopped(self) -> bool:
        """Whether the answer on show is the one before a question that was stopped."""
        return isinstance(self.error, Stopped) and self.answer is not None

    @property
    def shown_question(self) -> Question | None:
        """The question of the answer on show: an older one, after a question was stopped."""
        return self.answered if self.stopped else self.question

    @property
    def cell(self) -> Cell | None:
        """The address under the cursor."""
        if self.cursor is None or not self._cells:
            return None
        row, column = self.cursor
        return self._cells[row][column]

    @property
    def number(self) -> float | None:
        """The number under the cursor, if the answer names it."""
        cell = self.cell
        if cell is None or not hasattr(self.answer, "cells"):
            return None
        return next((value for found, value in self.answer.cells() if found == cell), None)

    @property
    def shown_cursor(self) -> tuple[int, int] | None:
        """The cursor as it is drawn."""
        return self.cursor

    def show(self, result: Result, empty: str = "") -> None:
        """Show a result; the cursor stays where it was if possible."""
        new_question = self.answer is None
        self.result, self.error, self.empty, self.waiting = result, None, empty, False
        self._find_cells(fresh=new_question)
        self._label()
        self.repaint()

    def beside(self, **parts: Any) -> None:
        """Show something beside the answer that is not part of it."""
        if self.result is not None:
            answer = self.result.answer.model_copy(update=parts)
            self.result = replace(self.result, answer=answer)
            self.repaint()

    def fail(self, error: Exception) -> None:
        """Show why there is no answer; after a stopped question the old answer stays."""
        self.error, self.waiting = error, False
        self._label()
        self.repaint()

    def forget_answer(self) -> None:
        """Show no answer any more."""
        if self.question is not None or self.error is not None:
            self.question = self.result = self.error = self.cursor = None
            self._label()
            self.repaint()

    def wait(self) -> None:
        """Dim the old answer while the next one is pending; why there was none is over."""
        if not self.waiting:
            self.waiting, self.error = True, None
            self._label()
            self.repaint()

    def show_dates(self) -> None:
        """Write on the edge the figure of the whole range, its dates, and those compared with."""
        dates = span_text(self.answer.first, self.answer.last)
        if self.answer.shape in ("series", "steps"):
            figure = whole_text(self.answer, plain=self.app.look.ascii)
            dates = "  ".join(part for part in (figure, dates) if part)
        compared = getattr(self.answer, "comparison", None)
        if compared is not None:
            dates += f"  vs {compared_text(compared)}"
        self.aside = dates
        self.repaint()

    @property
    def drawn_as(self) -> str:
        """The kind of chart currently drawn."""
        return self.chart

    def set_chart(self, chart: str) -> None:
        """Draw as another kind of chart."""
        self.chart = chart
        self._find_cells(fresh=False)
        self.repaint()

    def _find_cells(self, *, fresh: bool) -> None:
        self._cells = [
            row
            for row in navigate(self.answer, self.drawn_as, self.app.look.calendar.week_start)
            if row
        ]
        if not self.has_cursor or not self._cells:
            self.cursor = None
        elif self.cursor is None or fresh:
            self.cursor = begin(self.answer, self._cells, at_end=self.at_end)
        else:
            row = min(self.cursor[0], len(self._cells) - 1)
            self.cursor = (row, min(self.cursor[1], len(self._cells[row]) - 1))

    def _label(self) -> None:
        title = self.fixed_heading or (self.answer.title if self.answer else "")
        if not title and self.question is not None and self.question.kind == "people":
            from core.queries.people.people import PeopleBehind

            assert isinstance(self.question, PeopleBehind)
            title = self.question.title()
        self.heading = title + (" ..." if self.waiting else " (stopped)" if self.stopped else "")

    def content(self, width: int, height: int) -> list[Line]:
        """See Panel: the drawn answer, or a sentence."""
        if self.stopped and height >= LEAST_STOPPED:
            lines = self._draw(width, height - 1)[: height - 1]
            lines += [()] * (height - 1 - len(lines))
            return [*lines, (Span(str(self.error), "error"),)]
        if self.error is not None and not self.stopped:
            return self._sorry(self.error, width)
        if self.answer is None:
            return []
        if self.empty:
            said = wrapped(self._why_empty, width)
            return [(), *said] if len(said) < height else said
        lines = self._draw(width, height)
        if self.waiting:
            return dimmed(lines)
        return lines

    def needed(self, height: int) -> int | None:
        """Return how many of some lines its answer fills; None if it is drawn as high as it can
        be, or if there is none.
        """
        if self.answer is None or self.empty or self.error is not None:
            return None
        lines = self._draw_now(self.inner()[0], height)
        while lines and not any(span.text.strip() for span in lines[-1]):
            lines.pop()
        return max(len(lines), LEAST) if len(lines) < height else None

    @property
    def _why_empty(self) -> str:
        """Why the answer is empty; how to take changes back only where there are some."""
        if self.saved is not None and self.saved != self.shown_question:
            return self.empty
        return self.empty.removesuffix(RESET).rstrip()

    def _draw(self, width: int, height: int) -> list[Line]:
        look, at, dated = self.app.look, self.shown_cursor, self._is_dated(self.answer)
        key = (id(self.result), width, height, look, self.drawn_as, at, self.marks, dated)
        if key != self._drawn_for:
            self._drawn = self._draw_now(width, height)
            self._drawn_for = key
        return self._drawn

    def _draw_now(self, width: int, height: int) -> list[Line]:
        try:
            return self._drawn_with(self.shown_cursor, width, height)
        except Exception as error:  # a drawing that fails must not take down the screen
            log(error)
            return wrapped("This answer cannot be drawn here. v chooses another chart.", width)

    def _drawn_with(self, cursor: tuple[int, int] | None, width: int, height: int) -> list[Line]:
        return self.draw(self.answer, cursor, width, height)

    def draw(
        self, answer: Any, cursor: tuple[int, int] | None, width: int, height: int
    ) -> list[Line]:
        """Draw an answer as this panel draws its own; what the edge says is not said again."""
        return draw(
            undated(answer) if self._is_dated(answer) else answer,
            width,
            height,
            self.app.look,
            chart=self.drawn_as,
            cursor=cursor,
            marks=self.marks,
        )

    def _is_dated(self, answer: Any) -> bool:
        """Whether the edge says with which dates an answer is compared."""
        compared = getattr(answer, "comparison", None)
        dates = compared_text(compared) if compared is not None else ""
        return bool(dates) and dates in self.aside and self._beside(self.size.width)

    def _sorry(self, error: Exception, width: int) -> list[Line]:
        if not isinstance(error, FootfallError):
            lines = wrapped("Something broke in this panel. F5 tries again, i shows what.", width)
            return [(), *lines]
        lines = [(), *wrapped(error.message, width, "bold")]
        if error.hint:
            lines += [(), *wrapped(error.hint, width)]
        return lines

    # -- moving

    def move(self, rows: int, columns: int) -> bool:
        """Move the cursor; False if it cannot move that way."""
        if self.cursor is None or not self._cells:
            return False
        row, column = beside(self.answer, self.drawn_as, self.cursor, rows, columns)
        row = min(max(row, 0), len(self._cells) - 1)
        column = min(max(column, 0), len(self._cells[row]) - 1)
        return self._to(row, column)

    def move_to(self, row: int, column: int) -> bool:
        """Put the cursor on a cell; negative numbers count from the end."""
        if not self._cells:
            return False
        row = row % len(self._cells) if row < 0 else min(row, len(self._cells) - 1)
        size = len(self._cells[row])
        return self._to(row, column % size if column < 0 else min(column, size - 1))

    def move_to_edge(self, last: bool) -> bool:
        """Go to the first or last column if a row has several, else to the first or last row."""
        if self.cursor is None or not self._cells:
            return False
        row, _ = self.cursor
        if len(self._cells[row]) > 1:
            return self.move_to(row, -1 if last else 0)
        return self.move_to(-1 if last else 0, 0)

    def _to(self, row: int, column: int) -> bool:
        if (row, column) == self.cursor:
            return False
        self.cursor = (row, column)
        self.repaint()
        self.post_message(self.Moved(self))
        return True

    @property
    def page_rows(self) -> int:
        """How many rows a page up or down moves."""
        return max(self.size.height - 4, 1)

    # -- mouse

    def on_click(self, event: Click) -> None:
        """A click moves the cursor; a second one opens what is under it, as Enter does."""
        if event.chain == 2:
            self.post_message(self.Chosen(self))
        elif self.cursor is not None and self._cells and self.error is None and not self.empty:
            self._point((event.x - 2, event.y - 1))

    def _point(self, at: tuple[int, int]) -> None:
        width, height = self.inner()
        assert self.cursor is not None
        if self.answer.shape == "flow" and self.drawn_as in ("", "flow"):
            from core.draw.flows.bands import pointed

            found = pointed(self.answer, width, height, self.app.look, self.cursor, at)
            self._to(*(found or self.cursor))
            return
        from core.draw.pointing import cell_at, differing

        plain = self._drawn_with(None, width, height)

        def place(row: int, column: int) -> tuple[int, int] | None:
            return differing(plain, self._drawn_with((row, column), width, height))

        found = cell_at(place, [len(row) for row in self._cells], self.cursor, at)
        if found is not None:
            self._to(*found)
