"""EventsView: single events, newest first, with a cursor on their cells."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from textual.events import Click
from textual.message import Message

from core.answers import Table
from core.columns import CONTEXT
from core.draw.spans import Line, dimmed
from core.draw.timeline import by_variety
from core.engines.running import Result
from core.text import clean, cut, number
from core.timeframe import Calendar
from tui.texts.happened import Fact, Happened, facts, happened, pairs, property_fact
from tui.widgets.answer import AnswerView
from tui.widgets.records.cells import Shown, cell_at, headings, row_line, scrolled
from tui.widgets.records.cells import column as column_of

WIDEST = {"event": 28, "person": 20}
WIDEST_CONTEXT = 14
LEAST_PROPERTIES = 20
"""Columns of the context are shown while so many cells are left for properties."""


class EventsView(AnswerView):
    """A list of events that grows at its end.

    Attributes:
        events: those loaded, newest first.
        total: how many there are, None while that is not known.
    """

    class Ended(Message):
        """The cursor reached the last loaded event, and there are more."""

    def __init__(self, heading: str = "", *, id: str | None = None) -> None:
        super().__init__(heading, id=id)
        self.events: tuple[Happened, ...] = ()
        self.total: int | None = None
        self._top_row = 0
        self._shown_columns: tuple[Any, ...] = ((), [])

    # -- what is loaded

    def show(self, result: Result, empty: str = "") -> None:
        """Show a first page; the cursor stays on its event if that is on it."""
        found = happened(result.answer)
        here = self.event if self.cursor is not None and self.cursor[0] else None
        self._load(result, found)
        self.error, self.empty, self.waiting = None, empty, False
        self._stay(here)
        self._label()
        self.repaint()

    def refresh_top(self, page: Table) -> None:
        """Show a newer first page above the events that are loaded."""
        if self.result is None:
            return
        found = happened(page)
        rows, more = page.rows, page.truncated
        known = {event.key for event in self.events}
        if found and found[-1].key in known:  # else there is a gap between the two
            older = [i for i, event in enumerate(self.events) if event.key < found[-1].key]
            rows += tuple(self.result.answer.rows[i] for i in older)
            more = self._more if older else more
        here = self.event if self.cursor is not None and self.cursor[0] else None
        answer = self.result.answer.model_copy(update={"rows": rows, "truncated": more})
        self._load(replace(self.result, answer=answer), happened(answer))
        self._stay(here)
        self.repaint()

    def append(self, page: Table) -> None:
        """Show another page after the events that are loaded, unless it is there already."""
        found = happened(page)
        if self.result is None or not self.events:
            return
        if found and found[0].key >= self.events[-1].key:
            return
        rows = (*self.result.answer.rows, *page.rows)
        answer = self.result.answer.model_copy(update={"rows": rows, "truncated": page.truncated})
        self.result = replace(self.result, answer=answer)
        self.events = (*self.events, *found)
        self.repaint()

    def _load(self, result: Result, found: tuple[Happened, ...]) -> None:
        self.result, self.events = result, found

    def _stay(self, event: Happened | None) -> None:
        keys = [event.key for event in self.events]
        column = self.cursor[1] if self.cursor else 1
        row = keys.index(event.key) if event is not None and event.key in keys else 0
        self.cursor = (row, column) if keys else None
        self._top_row = min(self._top_row, row)
        self.post_message(self.Moved(self))

    @property
    def _more(self) -> bool:
        return self.result is not None and bool(self.result.answer.truncated)

    # -- what is under the cursor

    @property
    def event(self) -> Happened | None:
        """The event under the cursor."""
        if self.cursor is None or self.cursor[0] >= len(self.events):
            return None
        return self.events[self.cursor[0]]

    @property
    def column(self) -> str:
        """The name of the column under the cursor."""
        columns = self._columns(self.inner()[0])
        return columns[min(self.cursor[1] if self.cursor else 0, len(columns) - 1)].name

    def facts_here(self) -> list[Fact]:
        """Return what the cell under the cursor says: one fact, or each of the properties."""
        event, column = self.event, self.column
        if event is None:
            return []
        if column == "properties":
            return [property_fact(name, value) for name, value in event.properties.items()]
        return [f for f in facts(event, self.app.engine.calendar) if f.label == column][:1]

    @property
    def number(self) -> float | None:
        """See AnswerView: cells are no numbers."""
        return None

    # -- drawing

    def content(self, width: int, height: int) -> list[Line]:
        """See Panel."""
        if self.error is not None or self.result is None or self.empty or not self.events:
            return super().content(width, height)
        columns = self._columns(width)
        row, column = self.cursor or (0, 0)
        self._top_row = scrolled(self._top_row, row, height - 1, len(self.events))
        last = min(self._top_row + height - 1, len(self.events))
        self.footing = self._footing(last)
        lines: list[Line] = [headings(columns, width)]
        for at in range(self._top_row, last):
            here = min(column, len(columns) - 1) if at == row else None
            lines.append(row_line(columns, at, here, width))
        if self.waiting:
            return dimmed(lines)
        return lines

    def _footing(self, last: int) -> str:
        many = number(self.total) if self.total is not None else ""
        if not many:
            many = f"more than {number(len(self.events))}" if self._more else number(last)
        return f"{number(self._top_row + 1)}-{number(last)} of {many}"

    def _columns(self, wide: int) -> list[Shown]:
        """The columns that fit, for all events that are loaded."""
        made_for = (wide, len(self.events), self.events[:1], self.app.look)
        if self._shown_columns[0] != made_for:
            self._shown_columns = (made_for, self._made(wide))
        found: list[Shown] = self._shown_columns[1]
        return found

    def _made(self, wide: int) -> list[Shown]:
        events, calendar = self.events, self.app.engine.calendar
        columns = [
            column_of("time", _times(events, calendar, self.app.engine.clock()), wide),
            column_of("event", [e.event for e in events], WIDEST["event"]),
            column_of("person", [e.user or "" for e in events], WIDEST["person"]),
        ]
        used = sum(column.size + 2 for column in columns)
        some = any(event.properties for event in events)
        for name in CONTEXT:
            texts = [event.context.get(name, "") for event in events]
            column = column_of(name, texts, WIDEST_CONTEXT)
            rest = wide - used - column.size - 2 - (LEAST_PROPERTIES if some else 0)
            if any(texts) and rest >= 0:
                columns.append(column)
                used += column.size + 2
        if some and wide - used >= 8:
            ranks = by_variety([event.properties for event in events])
            texts = [
                cut(clean(pairs(dict(sorted(e.properties.items(), key=lambda p: ranks[p[0]])))),
                    wide - used)
                for e in events
            ]  # fmt: skip
            columns.append(Shown("properties", wide - used, tuple(texts)))
        return columns

    # -- moving

    def move(self, rows: int, columns: int) -> bool:
        """See AnswerView; at the last event more of them are asked for."""
        if self.cursor is None or not self.events:
            return False
        row = min(max(self.cursor[0] + rows, 0), len(self.events) - 1)
        most = len(self._columns(self.inner()[0])) - 1
        column = min(max(min(self.cursor[1], most) + columns, 0), most)
        moved = self._to(row, column)
        if rows > 0 and row == len(self.events) - 1 and self._more:
            self.post_message(self.Ended())
        return moved

    def move_to(self, row: int, column: int) -> bool:
        """See AnswerView."""
        if not self.events:
            return False
        row = row % len(self.events) if row < 0 else min(row, len(self.events) - 1)
        return self._to(row, max(column, 0))

    def move_to_edge(self, last: bool) -> bool:
        """Go to the newest, or to the oldest that is loaded."""
        return self.move(len(self.events) if last else -len(self.events), 0)

    def on_click(self, event: Click) -> None:
        """Put the cursor on the cell under the mouse; a double click opens it."""
        row, x = self._top_row + event.y - 2, event.x - 2
        if 0 <= row < len(self.events):
            self._to(row, cell_at(self._columns(self.inner()[0]), x))
            if event.chain == 2:
                self.post_message(self.Chosen(self))


def _times(events: tuple[Happened, ...], calendar: Calendar, now: int) -> list[str]:
    """Local times to the second, with the year unless all are of this year."""
    local = [calendar.local(event.ts) for event in events]
    this = calendar.local(now).year
    day = "%b %d" if all(when.year == this for when in local) else "%Y-%m-%d"
    return [when.strftime(f"{day} %H:%M:%S") for when in local]
