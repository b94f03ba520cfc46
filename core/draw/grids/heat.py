"""Figures by row and column, such as weekdays by hour: heat by colour or by letter."""

from __future__ import annotations

from typing import NamedTuple

from core.answers import Cohort, Grid
from core.draw.figures import counted, figure, short
from core.draw.grids.labels import grid_notes, line_label, line_labels, window_name
from core.draw.legend import wrapped
from core.draw.spans import Line, Look, Span, safe
from core.draw.spark import merged
from core.draw.table import window
from core.draw.units import money
from core.text import fit, number
from core.text import width as cell_width

SHADES = " .:-=+x#"
"""Letters of the levels, from 0 for nothing."""

WIDEST = 8
SHORT = 3
"""How many letters of a row's name are shown if there is little room."""

STEPS = (1, 2, 3, 4, 6, 8, 12)
"""How many columns may share one name above them."""

Cursor = tuple[int, int] | None


class View(NamedTuple):
    """The visible part of a grid.

    Attributes:
        rows: those below the first, which is always shown.
        label, size, cell: widths in cells of a row's name, of its size and of a figure.
        written: whether cells show figures, not only shades.
    """

    rows: range
    columns: range
    label: int
    size: int
    cell: int
    written: bool


def heat_chart(answer: Grid, size: int, height: int, look: Look, cursor: Cursor) -> list[Line]:
    """Draw a row for all and one for each, as many figures as fit, and the cell under the cursor
    below.

    If figures do not fit in the cells, only their shades are drawn.
    """
    below = len(answer.lines) - 1
    foot = _foot(answer, _view(answer, size, height, cursor), size, look, cursor)
    keep = min(len(foot), max(height - 2 - below, min(1, height - 4), 0))
    view = _view(answer, size, height - 2 - keep, cursor)
    lines = [_heading(answer, view)]
    lines += [_row(answer, row, view, look, cursor) for row in (0, *view.rows)]
    return [*lines, *foot[: max(height - len(lines), 0)]]


def _view(answer: Grid, size: int, height: int, cursor: Cursor) -> View:
    names = [cell_width(name) for name in line_labels(answer)]
    users = max(len(answer.unit), *(len(number(row.size)) for _, row in answer.lines))
    texts = [short(x, answer.measure) for _, row in answer.lines for x in row.rates]
    count = len(answer.columns)
    longest = max(map(len, texts), default=1)
    label = min(max(names), size // 3)
    cell = (size - 2 - label - users) // count
    if cell < SHORT:
        label = min(label, SHORT)
        cell = (size - 2 - label - users) // count
    at = max(cursor[1] - 1, 0) if cursor else 0
    at_row = cursor[0] - 1 if cursor and cursor[0] else 0
    below = window(len(answer.lines) - 1, max(height, 1), at_row)
    return View(
        range(below.start + 1, below.stop + 1),
        window(count, max(size - 2 - label - users, 1), at) if cell < 1 else range(count),
        label,
        users,
        min(max(cell, 1), WIDEST),
        cell > longest,
    )


def _heading(answer: Grid, view: View) -> Line:
    left = " " * (1 + view.label) + answer.unit.rjust(view.size + 1)
    names = [window_name(answer, column) for column in view.columns]
    if not view.written or max(map(len, names)) >= view.cell:
        names = [name.partition(":")[0] for name in names]
    room = max(map(len, names), default=0) + 1
    step = next((n for n in STEPS if n * view.cell >= room), len(names))
    above = [
        name.rjust(view.cell) if view.written else name.ljust(view.cell * step)[: view.cell * step]
        for name in (names if view.written else names[::step])
    ]
    return (Span(f"{left}{'' if view.written else ' '}{''.join(above)}".rstrip(), "dim"),)


def _row(answer: Grid, row: int, view: View, look: Look, cursor: Cursor) -> Line:
    own = answer.lines[row][1]
    here = cursor[1] if cursor is not None and cursor[0] == row else -1
    bold = "bold" if own.label == "combined" else ""
    found = [
        Span(look.pick("›", ">") if here >= 0 else " ", "cursor"),
        Span(_name(answer, row, view), "cursor" if here == 0 else bold),
        Span(number(own.size).rjust(view.size + 1), "cursor" if here == 0 else "bold"),
        Span("" if view.written else " "),
    ]
    largest = _largest(answer, row)
    for column in view.columns:
        found.append(_cell(answer, own, column, view, largest, look, here == column + 1))
    return merged(found)


def _name(answer: Grid, row: int, view: View) -> str:
    name = line_label(answer, row)
    return fit(name[:SHORT] if view.label == SHORT else name, view.label)


def _largest(answer: Grid, row: int) -> float:
    """The figure with the strongest shade; rows for all have their own."""
    whole = answer.lines[row][1].label == "combined"
    shown = [own for _, own in answer.lines if (own.label == "combined") == whole]
    return max((rate for own in shown for rate in own.rates if rate is not None), default=0)


def level_of(share: float) -> int:
    """Return the level of a part of the largest: 0 for nothing, 7 for all of it."""
    return 1 + min(int(share * 6.999), 6) if share > 0 else 0


def _cell(
    answer: Grid, own: Cohort, column: int, view: View, largest: float, look: Look, here: bool
) -> Span:
    rate = own.rates[column]
    text = short(rate, answer.measure) if view.written else ""
    if here:
        closed = f"[{text.rjust(view.cell - 2)}]" if len(text) + 2 <= view.cell else f"[{text}"
        return Span(closed[: view.cell], "cursor")
    if rate is None:
        gap = text if view.written else look.pick("–", "x")
        return Span(gap.rjust(view.cell), "dim")
    level = level_of(rate / largest) if rate > 0 else 0
    if view.written and own.label == "combined":
        return Span(text.rjust(view.cell), "bold")
    if view.written:
        return Span(text.rjust(view.cell), f"heat{level}")
    return Span((SHADES[level] if look.letters else " ") * view.cell, f"heat{level}")


def _foot(answer: Grid, view: View, size: int, look: Look, cursor: Cursor) -> list[Line]:
    said = wrapped([heat_sentence(answer, cursor)], size, "accent") if cursor else []
    most, whole = (
        money(value, answer.combined.currency, plain=look.ascii)
        if answer.combined.currency
        else figure(value, answer.measure)
        for value in (_largest(answer, len(answer.lines) - 1), _largest(answer, 0))
    )
    whole = "" if view.written else f", of all up to {whole}"
    shades = f"shades {' '.join(SHADES[1:])}" if look.letters else "shades"
    scale = [] if look.letters and view.written else [f"{shades} up to {most}{whole}"]
    return [*said, *wrapped([*scale, *grid_notes(answer)], size)]


def heat_sentence(answer: Grid, cursor: tuple[int, int]) -> str:
    """Return what the cell under the cursor says, in words."""
    group, own = answer.lines[min(max(cursor[0], 0), len(answer.lines) - 1)]
    name = line_label(answer, 0).capitalize() if own.label == "combined" else safe(own.label)
    name += f" of {safe(' / '.join(group))}" if group else ""
    if cursor[1] <= 0:
        return f"{name}: {counted(own.size, answer.unit)}."
    column = min(cursor[1], len(answer.columns)) - 1
    count, rate = own.counts[column], own.rates[column]
    name += f", {window_name(answer, column)}"
    if count is None:
        return f"{name}: not in this range."
    if answer.measure == answer.unit:
        return f"{name}: {counted(count, answer.unit)}."
    return f"{name}: {_worth(answer, own, rate)}, of {counted(count, answer.unit)}."


def _worth(answer: Grid, row: Cohort, value: float | None) -> str:
    """Return a figure in words: an amount with its currency, or how many of what."""
    return money(value, row.currency) if row.currency else counted(value, answer.measure)
