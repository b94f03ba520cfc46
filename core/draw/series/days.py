"""Calendars: one square a day, weeks from left to right, the darker the more."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from core.answers import Series
from core.draw.figures import bucket_text, facts, figure, has_calendar, moment
from core.draw.legend import value_line, wrapped
from core.draw.number import number_chart
from core.draw.series.lines import line_chart
from core.draw.series.marks import Marked, marked
from core.draw.spans import SHADES, Canvas, Line, Look, Span, clipped
from core.draw.units import unit_of

Cursor = tuple[int, int] | None
ROOMY = 18
"""Rows from which a day takes two of them."""

ROWS = 10
"""Rows that a calendar needs: months, seven weekdays, the scale, and a sentence; one more with
marks.
"""

NARROWEST, LOWEST = 24, 5
"""The smallest box, in cells, in which what has no room for a calendar is drawn as a line."""

MARGIN = 4
WIDEST = 4
"""Width in cells of the names of weekdays, and of a day at most, with the gap after it."""


class Year(NamedTuple):
    """Days by week and weekday.

    Attributes:
        first: the first day of the first week.
        weeks: how many weeks there are.
        start, end: the first and the last day that is drawn.
    """

    first: date
    weeks: int
    start: date
    end: date

    @classmethod
    def of(cls, start: date, end: date, week_start: int) -> Year:
        """Return the weeks from `start` to `end`; week_start is 0 for Monday, 6 for Sunday."""
        first = start - timedelta(days=(start.weekday() - week_start) % 7)
        return cls(first, (end - first).days // 7 + 1, start, end)

    def day(self, weekday: int, week: int) -> date:
        """Return a day; outside the range its nearest day."""
        found = self.first + timedelta(days=7 * week + weekday)
        return min(max(found, self.start), self.end)


def calendar_chart(
    answer: Series, width: int, height: int, look: Look, cursor: Cursor, marks: Sequence[Any]
) -> list[Line]:
    """Draw a series as a calendar; if it is none for one, or there is no room, as a line."""
    if not has_calendar(answer):
        return line_chart(answer, width, height, look, cursor, marks)
    days = [moment(bucket.label).date() for bucket in answer.buckets]
    values = dict(zip(days, answer.lines[0].values, strict=True))
    year = Year.of(days[0], days[-1], look.calendar.week_start)
    at = None if cursor is None else year.day(min(max(cursor[0], 0), 6), max(cursor[1], 0))
    if height < ROWS or width < NARROWEST:
        narrow = width < NARROWEST or height < LOWEST
        other = number_chart if narrow else line_chart
        on = None if at is None else (int(narrow), days.index(at))
        return other(answer, width, height, look, on, marks)
    found = marked(marks, answer.buckets) if height > ROWS else {}
    tall = 2 if height >= ROOMY + bool(found) and width - MARGIN >= 2 * year.weeks else 1
    signs = {days[index]: mark for index, mark in found.items()}
    lines = year_lines(year, values, width, look, at, tall=tall, marks=signs)
    most = figure(max((v for v in values.values() if v is not None), default=0), unit_of(answer))
    lines.append(scale_line(most, width, look, left_out(year, width)))
    if at is not None:
        said = value_line(answer, (0, days.index(at)), width, look)
        mark = signs.get(at)
        title = (Span(f"  {mark.letter} {mark.title}", mark.style),) if mark else ()
        lines.append(clipped((*said, *title), width))
    else:
        span = [bucket_text(b.label, "daily", year=True) for b in answer.buckets]
        text = f"{span[0]} to {span[-1]}, {figure(answer.lines[0].total, unit_of(answer))} in all"
        lines.append((Span(text, "dim"),))
    return [*lines, *wrapped(facts(answer), width)]


def year_lines(
    year: Year,
    values: Mapping[date, float | None],
    width: int,
    look: Look,
    cursor: date | None,
    *,
    tall: int = 1,
    marks: Mapping[date, Marked] = MappingProxyType({}),
) -> list[Line]:
    """Return the months and seven rows of days, and a row of marks if there are any; of more weeks
    than fit those around the cursor.

    Args:
        values: day -> its figure; None if it is not known. A day that is not named is left blank.
        tall: how many rows a day takes.
        marks: day -> its mark, whose letter stands below its week.
    """
    room = width - MARGIN
    cell = min(max(room // year.weeks, 1), WIDEST * tall)
    count = min(year.weeks, room // cell)
    week = year.weeks - 1 if cursor is None else (cursor - year.first).days // 7
    start = min(max(week - count // 2, 0), year.weeks - count)
    canvas = Canvas(MARGIN + count * cell, 1 + 7 * tall + bool(marks))
    known = [v for v in values.values() if v is not None and math.isfinite(v)]
    most = max([*known, 0.0])
    for weekday in range(7):
        first = year.first + timedelta(days=weekday)
        here = cursor is not None and cursor.weekday() == first.weekday()
        canvas.text(0, weekday * tall + 1, f"{first:%a}", "cursor" if here else "dim")
        for column in range(count):
            day = year.first + timedelta(days=7 * (start + column) + weekday)
            if day in values:
                place = (MARGIN + column * cell, weekday * tall + 1)
                _square(canvas, place, (cell, tall), values[day], most, look, here=day == cursor)
    _months(canvas, year, start, count, cell)
    for day, mark in marks.items():
        column = (day - year.first).days // 7 - start
        if 0 <= column < count:
            x, y = MARGIN + column * cell, canvas.height - 1
            canvas.put(x, y, mark.letter if canvas.get(x, y) == " " else "+", mark.style)
    return canvas.lines()


def left_out(year: Year, width: int) -> str:
    """Return how many weeks are drawn if not all fit: "36 of 58 weeks"."""
    count = min(year.weeks, width - MARGIN)
    return f"{count} of {year.weeks} weeks" if count < year.weeks else ""


def _square(
    canvas: Canvas,
    place: tuple[int, int],
    size: tuple[int, int],
    value: float | None,
    most: float,
    look: Look,
    *,
    here: bool,
) -> None:
    """Draw a day, with a gap above it and, where it is wide enough, after it."""
    (x, y), (cell, tall) = place, size
    wide = cell - (cell > 1)
    level = _level(value, most)
    for row in range(tall):
        if here:
            mark = "[" + " " * (wide - 2) + "]" if wide > 1 else look.pick("◆", "@")
            canvas.text(x, y + row, mark, "spot")
        elif level is None:
            canvas.text(x, y + row, look.pick("·", ".") * wide if not row else " ", "dim")
        elif look.letters:
            canvas.text(x, y + row, (SHADES[level] if level else "_") * wide)
        else:
            canvas.text(x, y + row, ("█" if row else "▆") * wide, f"heat{level}-ink")


def _level(value: float | None, most: float) -> int | None:
    """Return 0 for nothing, 1 to 7 up to the most; None if the value is not known."""
    if value is None or not math.isfinite(value):
        return None
    return 0 if value <= 0 or most <= 0 else 1 + min(int(value / most * 7), 6)


def _months(canvas: Canvas, year: Year, start: int, count: int, cell: int) -> None:
    """Name each month above its first whole week, January by its year."""
    end = 0
    for column in range(count):
        day = year.first + timedelta(days=7 * (start + column))
        name = f"{day:%Y}" if day.month == 1 else f"{day:%b}"
        x = MARGIN + column * cell
        if (day.day <= 7 or not column) and x >= end and x + len(name) <= canvas.width:
            canvas.text(x, 0, name, "dim")
            end = x + len(name) + 1


def scale_line(most: str, width: int, look: Look, more: str = "") -> Line:
    """Return the scale of the shades, from nothing to the most of a day, and what is left out."""
    shades = [
        Span((shade if level else "_") * 2) if look.letters else Span("  ", f"heat{level}")
        for level, shade in enumerate(SHADES)
    ]
    line = (
        Span(f"{' ' * MARGIN}0 ", "dim"),
        *shades,
        Span(f" {most} a day  {more}".rstrip(), "dim"),
    )
    return clipped(line, width)
