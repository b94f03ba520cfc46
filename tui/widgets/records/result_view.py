"""ResultView: the rows of a statement, scrolled both ways, sorted, searched, or as a chart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from textual.events import Click

from core.answers import Series, Table
from core.answers.charted import Way, charted, ways
from core.draw import draw
from core.draw.series.ranking import ranking
from core.draw.spans import Line, Look, Span, dimmed, finished
from core.engines.running import Result
from core.errors import FootfallError
from core.text import clean, cut, number, things
from tui.widgets.answer import AnswerView
from tui.widgets.panel import Panel
from tui.widgets.records.cells import Shown, cell_at, headings, row_line, scrolled
from tui.widgets.records.cells import column as column_of

WIDEST = 40
LEAST = 8


class ResultView(AnswerView):
    """A table of raw values with a cursor on its cells.

    Attributes:
        sorted_by: the column that rows are sorted by and whether the largest come first.
        found: the text that rows must contain.
        place_of: returns where in the statement an error is, for its line and a caret.
    """

    def __init__(
        self, heading: str = "", *, id: str | None = None, place_of: Callable[[Exception], Any]
    ) -> None:
        super().__init__(heading, id=id)
        self.sorted_by: tuple[int, bool] | None = None
        self.found = ""
        self.place_of = place_of
        self.whole: Table | None = None
        self._top_row = self._first_column = 0
        self._columns: list[Shown] = []

    # -- what it shows

    def show(self, result: Result, empty: str = "") -> None:
        """Show the rows of a statement."""
        same = self.whole is not None and self.whole.columns == result.answer.columns
        self.whole = result.answer
        if not same:
            self.sorted_by, self.found, self.cursor, self.chart = None, "", None, ""
        self.result, self.error, self.waiting, self.empty = result, None, False, ""
        self.rearrange()

    def search(self, text: str) -> None:
        """Show only rows with some words; none shows all."""
        self.found = text.strip()
        self.rearrange()

    def sort_next(self) -> None:
        """Sort by the column under the cursor: up, down, as it was asked."""
        if self.cursor is None:
            return
        at = self.cursor[1]
        orders = [(at, False), (at, True), None]
        now = orders.index(self.sorted_by) if self.sorted_by in orders else -1
        self.sorted_by = orders[(now + 1) % len(orders)]
        self.rearrange()

    def rearrange(self) -> None:
        """Sort and search the rows that were read."""
        if self.result is None or self.whole is None:
            return
        rows = [row for row in self.whole.rows if _holds(row, self.found.casefold().split())]
        if self.sorted_by is not None:
            at, largest = self.sorted_by
            rows.sort(key=lambda row: _order(row[at]), reverse=largest)
        answer = self.whole.model_copy(update={"rows": tuple(rows)})
        self.result = replace(self.result, answer=answer)
        self._columns = [
            column_of(
                column.name, [value_text(row[at]) for row in rows], WIDEST, right=_right(column)
            )
            for at, column in enumerate(answer.columns)
        ]
        row, column = self.cursor or (0, 0)
        self.cursor = (min(row, max(len(rows) - 1, 0)), column) if rows else None
        self._label()
        self.repaint()

    def _label(self) -> None:
        rows = len(self.answer.rows) if self.answer is not None else 0
        if self.error is not None or self.whole is None:
            self.heading = "Result"
        elif self.found:
            self.heading = (
                f'{number(rows)} of {things(len(self.whole.rows), "row")} with "{self.found}"'
            )
        else:
            self.heading = things(rows, "row")
        if self.whole is not None and self.whole.truncated and self.error is None:
            self.heading += ", there are more"
        self.heading += " ..." if self.waiting else ""

    @property
    def charts(self) -> list[str]:
        """The ways it can be drawn."""
        return ["table", *(ways(self.whole) if self.whole is not None else ())]

    @property
    def drawn_as(self) -> str:
        """See AnswerView: the table unless a chart of the rows was chosen."""
        return self.chart if self.chart in self.charts else "table"

    def set_chart(self, chart: str) -> None:
        """See AnswerView."""
        self.chart = chart
        self.repaint()

    @property
    def value(self) -> Any:
        """The value under the cursor."""
        if self.cursor is None or self.answer is None or not self.answer.rows:
            return None
        row, column = self.cursor
        return self.answer.rows[row][column]

    @property
    def column(self) -> str:
        """The name of the column under the cursor."""
        if self.cursor is None or self.answer is None:
            return ""
        return str(self.answer.columns[self.cursor[1]].name)

    @property
    def number(self) -> float | None:
        """See AnswerView: there are no people behind a row."""
        return None

    # -- drawing

    def content(self, width: int, height: int) -> list[Line]:
        """See Panel."""
        self.footing = ""
        if self.error is not None:
            return self._refused(width)
        if self.answer is None:
            return []
        if not self.answer.rows:
            words = "No row has these words. Esc shows all." if self.found else "No rows."
            return [headings(self._columns, width), (Span(words, "dim"),)]
        lines = (
            self._rows(width, height) if self.drawn_as == "table" else self._chart(width, height)
        )
        if self.waiting:
            return dimmed(lines)
        return lines

    def _chart(self, width: int, height: int) -> list[Line]:
        way: Way = "line" if self.drawn_as == "line" else "bars"
        return _drawn(charted(self.answer, way), way, width, height, self.app.look)

    def _rows(self, width: int, height: int) -> list[Line]:
        rows = self.answer.rows
        row, column = self.cursor or (0, 0)
        self._top_row = scrolled(self._top_row, row, height - 1, len(rows))
        columns = self._within(width, column)
        last = min(self._top_row + height - 1, len(rows))
        self.footing = self._footing(last, len(columns))
        lines: list[Line] = [headings(columns, width)]
        for at in range(self._top_row, last):
            here = column - self._first_column if at == row else None
            lines.append(row_line(columns, at, here, width))
        return lines

    def _within(self, width: int, column: int) -> list[Shown]:
        """The columns from the first shown, moved until the one under the cursor is whole."""
        self._first_column = min(self._first_column, column)
        while True:
            found: list[Shown] = []
            used = 0
            for shown in self._columns[self._first_column :]:
                room = width - used
                if found and room < min(shown.size, LEAST):
                    break
                found.append(replace(shown, size=min(shown.size, room)))
                used += shown.size + 2
                if used >= width:
                    break
            cut_off = found[-1].size < self._columns[self._first_column + len(found) - 1].size
            seen = self._first_column + len(found) - (1 if cut_off and len(found) > 1 else 0)
            if column < seen or self._first_column >= column:
                return found
            self._first_column += 1

    def _footing(self, last: int, columns: int) -> str:
        parts = []
        if columns < len(self._columns):
            first = self._first_column
            parts.append(f"columns {first + 1}-{first + columns} of {len(self._columns)}")
        if self._top_row or last < len(self.answer.rows):
            parts.append(
                f"{number(self._top_row + 1)}-{number(last)} of {number(len(self.answer.rows))}"
            )
        if self.sorted_by is not None:
            name = cut(clean(self._columns[self.sorted_by[0]].name), 20)
            parts.append(f"by {name}{' down' if self.sorted_by[1] else ''}")
        return "   ".join(parts)

    def _refused(self, width: int) -> list[Line]:
        error = self.error
        assert error is not None
        place = self.place_of(error) if isinstance(error, FootfallError) else None
        lines = self._sorry(error, width)
        if place is not None:
            row, column, text = place
            shown = f"{row + 1:>3}  {clean(text.expandtabs(1))}"
            lines += [(), (Span(cut(shown, width), "dim"),)]
            if column + 5 < width:
                lines.append((Span(" " * (column + 5)), Span("^", "error")))
        return lines

    # -- moving

    def move(self, rows: int, columns: int) -> bool:
        """See AnswerView."""
        if self.cursor is None or self.answer is None:
            return False
        row = min(max(self.cursor[0] + rows, 0), len(self.answer.rows) - 1)
        column = min(max(self.cursor[1] + columns, 0), len(self._columns) - 1)
        return self._to(row, column)

    def move_to(self, row: int, column: int) -> bool:
        """See AnswerView."""
        if self.answer is None or not self.answer.rows:
            return False
        count = len(self.answer.rows)
        return self._to(row % count if row < 0 else min(row, count - 1), max(column, 0))

    def move_to_edge(self, last: bool) -> bool:
        """Go to the first or the last row."""
        every = len(self.answer.rows) if self.answer is not None else 0
        return self.move(every if last else -every, 0)

    def on_click(self, event: Click) -> None:
        """Put the cursor on the cell under the mouse; a double click opens it."""
        row, x = self._top_row + event.y - 2, event.x - 2
        if self.answer is not None and 0 <= row < len(self.answer.rows):
            self._to(row, self._first_column + cell_at(self._columns[self._first_column :], x))
            if event.chain == 2:
                self.post_message(self.Chosen(self))


class ResultChart(Panel):
    """The rows of a statement as the first chart that fits them."""

    can_focus = False

    def __init__(self, heading: str = "", *, id: str | None = None) -> None:
        super().__init__(heading, id=id)
        self._series: Series | None = None
        self._way: Way = "bars"

    def draw_rows(self, table: Table | None) -> None:
        """Draw other rows; nothing if they cannot be drawn."""
        fitting = ways(table) if table is not None else ()
        self._series = charted(table, fitting[0]) if table is not None and fitting else None
        self._way = fitting[0] if fitting else "bars"
        self.repaint()

    def content(self, width: int, height: int) -> list[Line]:
        """See Panel."""
        if self._series is None:
            return []
        return _drawn(self._series, self._way, width, height, self.app.look)


def _drawn(series: Series, way: Way, width: int, height: int, look: Look) -> list[Line]:
    if way == "line":
        return draw(series, width, height, look, chart=way)
    return finished(ranking(series, width, height, look, None), width, height, look)


def value_text(value: object) -> str:
    """Return a raw value as text: numbers as they are, NULL for none."""
    if value is None:
        return "NULL"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.10g}"
    return str(value)


def _right(column: Any) -> bool:
    return column.type in ("count", "number")


def _holds(row: tuple[Any, ...], words: list[str]) -> bool:
    text = " ".join(map(value_text, row)).casefold() if words else ""
    return all(word in text for word in words)


def _order(value: Any) -> tuple[int, Any]:
    """Values as SQLite orders them: none, numbers, texts."""
    if value is None:
        return 0, 0
    return (1, value) if isinstance(value, int | float) else (2, str(value))
