"""Tables: the columns that fit, numbers right-aligned, bars if there is room."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.draw.columns import FEW, INTERVAL, Texts, layout, narrowed, widened
from core.draw.figures import bucket_text, facts, figure, is_alike
from core.draw.legend import LOWEST, delta, noted, wrapped
from core.draw.spans import Line, Look, Span, cells, safe, under_cursor
from core.draw.spark import (
    TALLEST,
    bar,
    filled_sparkline,
    halved,
    heightened,
    signed_bar,
    sparkline,
)
from core.draw.units import money, unit_of, units_of
from core.text import duration, fit, number, percent

if TYPE_CHECKING:
    from core.answers import Column, Series, Table

BAR_FROM, LONGEST = 10, 80
"""Cells of the longest bar beside a table, at least and at most."""

HIGHEST = 4
"""Lines of a row with a line over time at most; of three or more the last one is free."""

CHANGE = "change"
"""The column of a table whose rows are sorted by how much they changed."""

PARTS = ("count", "events", "sessions")
"""Columns whose rows are parts of a whole, if all rows are there."""

SIGNED = (CHANGE, "expected")
"""Columns of differences."""


def window(count: int, rows: int, cursor: int | None) -> range:
    """Return which rows to show so that the cursor is among them."""
    rows = max(rows, 1)
    if cursor is None or cursor < rows:
        return range(min(count, rows))
    start = min(max(cursor - rows // 2, 0), max(count - rows, 0))
    return range(start, min(start + rows, count))


def scrolled(count: int, rows: int, cursor: int | None) -> tuple[range, list[Line]]:
    """Return which of `count` rows to show in `rows`, and the line that says so if not all fit.

    The line takes the place of a row if there are four or more.
    """
    said = count > rows >= SAID_FROM
    shown = window(count, rows - said, cursor)
    text = f"{shown.start + 1} to {shown.stop} of {count:,}"
    return shown, [(Span(text, "dim"),)] if said else []


SAID_FROM = 4
"""Rows from which a list says which of its rows are shown, if not all are."""


def grid_lines(
    columns: Sequence[Texts],
    size: int,
    height: int,
    look: Look,
    cursor: int | None = None,
    *,
    open_end: bool = False,
) -> list[Line]:
    """Return a heading and the rows around the cursor, with a bar at the end if there is room.

    Rows are higher where there is room for that, if at least half of them have bars.

    Args:
        open_end: whether something follows in the rows, so that the one under the cursor is filled
            only as far as its columns.
    """
    pointer = 2 if size >= 12 else 0
    widths = layout(columns, size - pointer)
    barred = next((c for c in columns if c.figures), None)
    if barred is None:
        widths = widened(columns, widths, size - pointer)
    used = pointer + sum(w + 2 for w in widths if w) - 2
    count = len(columns[0].texts) if columns else 0
    room = size - used - 3
    aside = barred is not None and room >= BAR_FROM
    higher = barred is not None and 2 * sum(map(bool, barred.figures)) >= count and count < height
    below = higher and not (aside or look.ascii or height >= TALLEST)
    lines: list[tuple[Line, Line]] = []
    for row in window(count, height - 1, cursor):
        here = cursor == row
        line = [Span(look.pick("› ", "> ") if here else "  ", "cursor")] if pointer else []
        for column, cells_wide in zip(columns, widths, strict=True):
            if cells_wide:
                style = column.styles[row] if column.styles else ""
                text = fit(column.texts[row], cells_wide, right=column.right)
                line += [Span(text, style), Span("  ")]
        again: Line = ()
        if barred and aside:
            bar = _bar(barred.figures, row, min(room, LONGEST), look)
            again = (Span(" " * (cells(line) + 1)), *bar)
            line += [Span(" "), *bar]
        elif cells(line) > size:
            line.pop()  # the gap after the last column
        if barred and below:
            bar = _bar(barred.figures, row, min(size - pointer, LONGEST), look)
            again = (Span(" " * pointer), *halved(bar))
        end = cells(line) if open_end else size
        whole: list[Line] = [tuple(line), again]
        first, more = (under_cursor(each, end) for each in whole) if here else whole
        lines.append((first, more))
    heading = _heading(columns, widths, pointer)
    if below:
        each = min((height - 1) // count, 3)
        return [heading, *(part for row in lines for part in (*row, ())[:each])]
    if aside and higher:
        return [heading, *heightened(lines, height - 1, look)]
    return [heading, *(first for first, _ in lines)]


def _bar(figures: Sequence[float], row: int, size: int, look: Look) -> Line:
    """Return the bar beside a row, from a middle axis if there are negative figures."""
    if min(figures) < 0:
        return signed_bar(figures[row], min(figures), max(figures), size, look)
    return (Span(bar(figures[row], max(figures), size, look), "series0"),)


def _heading(columns: Sequence[Texts], widths: Sequence[int], pointer: int) -> Line:
    texts = [fit(c.heading, w, right=c.right) for c, w in zip(columns, widths, strict=True) if w]
    return (Span(" " * pointer + "  ".join(texts), "dim"),)


def table_answer(
    answer: Table, size: int, height: int, look: Look, cursor: tuple[int, int] | None
) -> list[Line]:
    """Draw a Table."""
    columns = [_column(answer, at, look) for at in range(len(answer.columns))]
    if not answer.rows:
        return [_headings_only(columns), (Span("No rows.", "dim"),), *wrapped(_notes(answer), size)]
    columns = _with_share(answer, columns, size)
    if answer.keys and 0 in layout(columns, size - 2):
        columns = narrowed(columns)
    every = len(columns)
    if 0 in layout(columns, size - 2):
        columns = [c for c in columns if any(c.texts)] or columns
    hidden = every - len(columns) + layout(columns, size - 2).count(0)
    cut = bool(hidden and height >= LOWEST)
    notes = noted(_notes(answer), size, height, len(answer.rows) + 1 + cut)
    rows = max(height - len(notes) - cut, 2)
    at = cursor and cursor[0]
    _, said = scrolled(len(answer.rows), rows - 1, at)
    picture = _picture(answer, size, rows - len(answer.rows) - 1, look, at)
    lines = [*grid_lines(columns, size, rows - len(said) - len(picture), look, at), *said]
    lines += picture
    if cut:
        notes = [*notes, (Span(f"+{hidden} column{'s' * (hidden > 1)} not shown", "dim"),)]
    return [*lines, *notes]


def _picture(answer: Table, size: int, height: int, look: Look, cursor: int | None) -> list[Line]:
    """Return what is drawn of a table below its rows, where there is room."""
    if not LOWEST <= height < TALLEST or not {c.name for c in answer.columns} >= INTERVAL:
        return []
    from core.draw.tables.intervals import intervals

    return intervals(answer, size, height, look, cursor)


def _with_share(answer: Table, columns: list[Texts], size: int) -> list[Texts]:
    """Put the share of each row beside its count, if these are parts of a whole and fit."""
    at = next((n for n, c in enumerate(answer.columns) if c.name in PARTS), None)
    names = {column.name for column in answer.columns}
    if at is None or answer.truncated or not answer.keys or "share" in names or len(names) > FEW:
        return columns
    counts = [_size(row[at]) for row in answer.rows]
    if len(counts) < 2 or sum(counts) <= 0:
        return columns
    share = Texts("share", tuple(percent(n / sum(counts)) for n in counts), right=True)
    found = [*columns[: at + 1], share, *columns[at + 1 :]]
    return columns if 0 in layout(found, size - 2) else found


def table_bars(
    answer: Table, size: int, height: int, look: Look, cursor: tuple[int, int] | None
) -> list[Line]:
    """Draw the first rows of a Table with bars, and one row for the rest."""
    if not answer.charted:
        return table_answer(answer, size, height, look, cursor)
    rows = answer.rows[: answer.charted]
    if answer.other is not None:
        rows = (*rows, answer.other)
    shown = answer.model_copy(update={"rows": rows, "truncated": False})
    return table_answer(shown, size, height, look, cursor)


def _headings_only(columns: Sequence[Texts]) -> Line:
    return (Span("  ".join(c.heading for c in columns), "dim"),)


def _notes(answer: Table) -> list[str]:
    more = ["There are more rows than shown."] if answer.truncated else []
    return [*more, *answer.notes]


def _column(answer: Table, at: int, look: Look) -> Texts:
    column = answer.columns[at]
    values = [row[at] for row in answer.rows]
    measured = at == _measured(answer)
    return Texts(
        safe(column.name),
        tuple(_written(v, column, look) for v in values),
        right=column.type in ("count", "number", "percent", "duration"),
        whole=column.type == "time",
        last=column.name == CHANGE,
        figures=tuple(_size(v) for v in values) if measured else (),
    )


def _written(value: object, column: Column, look: Look) -> str:
    """Return a value as text, a change with its sign."""
    if column.name not in SIGNED or not isinstance(value, int | float):
        return value_text(value, column, look)
    if column.name == CHANGE:
        text = value_text(value, column, look)
    else:
        text = number(value, 0 if float(value).is_integer() else 1)
    return f"+{text}" if value > 0 else text


def _size(value: object) -> float:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else 0.0


def _measured(answer: Table) -> int:
    """Return the column that bars show: the change, by which rows are sorted, else a count."""
    names = [column.name for column in answer.columns]
    if CHANGE in names:
        return names.index(CHANGE)
    return next((i for i, c in enumerate(answer.columns) if c.type == "count"), -1)


def value_text(value: object, column: Column, look: Look) -> str:
    """Return a table value in the format of its column's type."""
    if value is None:
        return "–" if column.type != "text" else ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        is_data = isinstance(value, dict | list)
        if is_data and not value:
            return ""
        return safe(json.dumps(value, ensure_ascii=False) if is_data else value)
    if column.type == "percent":
        return percent(float(value))
    if column.type == "duration":
        return duration(float(value))
    if column.type == "time":
        return when_text(int(value), look)
    if column.currency:
        return money(value, column.currency, plain=look.ascii)
    if column.type in ("count", "number"):
        return number(value, 0 if float(value).is_integer() else 2)
    return safe(value)


def when_text(ms: int, look: Look, *, year: bool = True) -> str:
    """Return an instant in the look's zone: "2014-09-13 23:59", or "Sep 13 23:59".

    In an hour that occurs twice its offset is added.
    """
    try:
        local = look.calendar.local(ms)
    except (ValueError, OverflowError, OSError):
        return str(ms)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    offset = f"{local:%z}" if twice else ""
    return (f"{local:%Y-%m-%d %H:%M}" if year else f"{local:%b %d %H:%M}") + offset


def series_table(
    answer: Series,
    size: int,
    height: int,
    look: Look,
    cursor: tuple[int, int] | None,
    marks: Sequence[object],
) -> list[Line]:
    """Draw a series as a table: lines told apart with their totals, or the buckets of one."""
    columns = _line_columns(answer) if answer.several else _bucket_columns(answer)
    notes = noted(facts(answer), size, height, len(columns[0].texts) + 1)
    at = cursor and cursor[0]
    rows = max(height - len(notes), 2)
    _, said = scrolled(len(columns[0].texts), rows - 1, at)
    rows -= len(said)
    lines = grid_lines(columns, size, rows, look, at, open_end=answer.several)
    if answer.several:
        lines = _with_trends(answer, lines, size, look, at, rows)
    return [*lines, *said, *notes]


def _line_columns(answer: Series) -> list[Texts]:
    lines = answer.lines
    totals = [line.total for line in lines]
    heading = " / ".join(name.removeprefix("properties.") for name in answer.breakdown) or "line"
    columns = [
        Texts(safe(heading), tuple(safe(line.name) for line in lines)),
        Texts(
            _figures_heading(answer),
            tuple(figure(t, unit_of(answer, i)) for i, t in enumerate(totals)),
            right=True,
        ),
    ]
    behind = [line.total_fraction for line in lines if line.total_fraction is not None]
    if len(behind) == len(lines):
        texts = tuple(f"{part:,} of {whole:,}" for part, whole in behind)
        columns.append(Texts("people", texts, right=True))
    if answer.additive and not answer.omitted and any(totals) and len(set(units_of(answer))) == 1:
        whole = sum(t or 0 for t in totals)
        columns.append(Texts("share", tuple(percent((t or 0) / whole) for t in totals), right=True))
    return [*columns, *_compared(answer, [(x.total, x.previous_total) for x in lines])]


def _figures_heading(answer: Series) -> str:
    """Return what the totals of lines are: things by their name, else amounts or other values."""
    if answer.unit != "number":
        return str(answer.unit)
    return "amount" if all(line.currency for line in answer.lines) else "value"


def _compared(
    answer: Series, pairs: Sequence[tuple[float | None, float | None]], *, by_time: bool = False
) -> list[Texts]:
    """Columns of previous figures and changes; `by_time` says that the pairs are buckets, and
    after them the total.
    """
    if answer.comparison is None:
        return []

    def alike(at: int) -> bool:
        return not by_time or at >= len(answer.buckets) or is_alike(answer, at)

    units = [unit_of(answer, 0 if by_time else at) for at in range(len(pairs))]
    deltas = [
        delta(now, before) if alike(at) else Span("–", "dim")
        for at, (now, before) in enumerate(pairs)
    ]
    return [
        Texts("prev", tuple(figure(b, units[at]) for at, (_, b) in enumerate(pairs)), right=True),
        Texts(
            "change",
            tuple(d.text for d in deltas),
            right=True,
            styles=tuple(d.style for d in deltas),
            last=True,
        ),
    ]


def _with_trends(
    answer: Series, lines: list[Line], size: int, look: Look, at: int | None, height: int
) -> list[Line]:
    """Put each line over time at the end of its row, as high as all can be, or if there is no room
    for that below it.
    """
    beside = size - max(cells(line) for line in lines) - 1
    shown = window(len(answer.lines), height - 1, at)
    each = min((height - 1) // max(len(shown), 1), HIGHEST)
    if look.ascii or height >= TALLEST:
        each = 1
    if beside < BAR_FROM:
        return _below(answer, lines, size, look, shown, at, each)
    room = min(beside, LONGEST)
    partial = [bucket.partial for bucket in answer.buckets]
    found = lines[:1]
    for line, row in zip(lines[1:], shown, strict=True):
        values, high = answer.lines[row].values, max(each - (each > 2), 1)
        style = f"series{row % 8}"
        if high == 1:
            pictures = [sparkline(values, room, look, partial=partial, style=style)]
        else:
            pictures = filled_sparkline(values, room, high, look, partial=partial, style=style)
        middle, indent = (high - 1) // 2, Span(" " * cells(line))
        for place, picture in enumerate(pictures):
            whole = (*(line if place == middle else (indent,)), Span(" "), *picture)
            found.append(under_cursor(whole, size) if row == at else whole)
        found += [()] * (each - high)
    return found


def _below(
    answer: Series,
    lines: list[Line],
    size: int,
    look: Look,
    shown: range,
    at: int | None,
    each: int,
) -> list[Line]:
    """Put each line over time below its row, in the rest of `each` lines."""
    partial = [bucket.partial for bucket in answer.buckets]
    found, high, indent = lines[:1], min(each - 1, 2), 2 * (size >= 12)
    for line, row in zip(lines[1:], shown, strict=True):
        style, room = f"series{row % 8}", min(size - indent, LONGEST)
        values = answer.lines[row].values
        pictures = filled_sparkline(values, room, high, look, partial=partial, style=style)
        drawn: list[Line] = [line, *((Span(" " * indent), *picture) for picture in pictures)]
        found += [under_cursor(part, size) if row == at else part for part in drawn]
        found += [()] * (each - 1 - high)
    return found


def _bucket_columns(answer: Series) -> list[Texts]:
    if not answer.lines:
        return [Texts(answer.granularity, ())]
    line = answer.lines[0]
    when = [
        bucket_text(b.label, answer.granularity, year=True) + (" ~" if b.partial else "")
        for b in answer.buckets
    ]
    previous = line.previous or (None,) * len(when)
    styles = ["partial" if b.partial else "" for b in answer.buckets]
    shares = (*line.fractions, line.total_fraction or (0, 0))
    behind = tuple(f"{part:,} of {whole:,}" for part, whole in shares) if line.fractions else ()
    pairs = [*zip(line.values, previous, strict=False), (line.total, line.previous_total)]
    return [
        Texts(
            answer.granularity,
            (*when, "total" if line.overlapping else "whole range"),
            styles=(*styles, "bold"),
        ),
        Texts(
            f"{answer.unit} {safe(line.name)}".rstrip(),
            tuple(figure(v, unit_of(answer)) for v in (*line.values, line.total)), right=True,
            figures=(*(max(v or 0.0, 0.0) for v in line.values), 0.0),
        ),
        *([Texts("people", behind, right=True)] if behind else []),
        *_compared(answer, pairs, by_time=True),
    ]  # fmt: skip
