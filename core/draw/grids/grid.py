"""Retention grids: a row per cohort, a cell per period, heat by colour and by letter.

With a breakdown the combined rows of the groups come first, then the cohorts of everybody and of
each group, in the order of `Grid.lines`.
"""

from __future__ import annotations

from typing import NamedTuple

from core.answers import Cohort, Grid
from core.draw.figures import moment, next_date, period_text
from core.draw.grids.labels import cohort_label, grid_notes, line_labels, row_names, window_name
from core.draw.legend import flowed, whole, wrapped
from core.draw.spans import SHADES, Line, Look, Span, safe
from core.draw.spark import merged, slim
from core.draw.table import window
from core.text import fit, number, percent
from core.text import width as cell_width
from core.timeframe import UNITS

CELL, WIDEST = 6, 12
"""The least and the greatest width of a cell."""

BAR = 8
"""Width in cells of the bar of a cohort's size."""

WHEN = {
    "unbounded": "in {unit} n or later",
    "on_or_before": "by {unit} n",
    "streak": "every {unit} up to n",
    "bracket": "on its days",
}
"""When a retention mode counts people as returned."""

Cursor = tuple[int, int] | None


class Heat(NamedTuple):
    """The scale of a grid: level 6 is the largest rate after period 0, 7 is everybody."""

    largest: float
    decimals: bool

    @classmethod
    def of(cls, answer: Grid) -> Heat:
        """Return the scale of an answer."""
        rates = [
            rate for _, cohort in answer.lines for rate in cohort.rates[1:] if rate is not None
        ]
        largest = max(rates, default=0.0)
        return cls(largest or 1.0, 0 < largest < 0.1)

    def level(self, rate: float) -> int:
        """Return 0 to 7; 7 is reserved for nearly everybody, as in period 0."""
        if rate >= 0.995:
            return 7
        return min(int(rate / self.largest * 6.999), 6)

    def text(self, rate: float | None) -> str:
        """Return the rate in three cells, percent without its sign."""
        if rate is None:
            return "  –"
        tenths = self.decimals and rate < 0.0995
        text = percent(rate, 1 if tenths else 0).removesuffix("%")
        return ("<.1" if text == "<0.1" else text).rjust(3)


class View(NamedTuple):
    """The visible part of a grid: periods and rows below the first, with their widths in cells.

    Attributes:
        label, size, bar, cell: the widths of a name, of its size, of the bar of it, and of a cell.
        ruled: whether a rule sets the combined rows apart.
        largest: the size of the largest cohort.
    """

    periods: range
    rows: range
    label: int
    size: int
    bar: int
    cell: int
    ruled: bool
    largest: int


def grid_chart(answer: Grid, size: int, height: int, look: Look, cursor: Cursor) -> list[Line]:
    """Draw a retention grid with the sentence for the cell under the cursor below it.

    If not all rows fit, the newest cohorts are shown, with a breakdown the groups, or the rows
    around the cursor.
    """
    if answer.columns:
        from core.draw.grids.heat import heat_chart

        return heat_chart(answer, size, height, look, cursor)
    if answer.measure != "share":
        from core.draw.grids.money import money_chart

        return money_chart(answer, size, height, look, cursor)
    if not answer.cohorts:
        return [
            (Span("No cohort started in this range.", "dim"),),
            *wrapped(list(answer.notes), size),
        ]
    said = wrapped([sentence(answer, cursor)], size, "accent") if cursor else []
    notes = wrapped(grid_notes(answer), size)
    heat, scaled = Heat.of(answer), cursor is not None
    foot = [*said, *_foot(answer, heat, size, look, "", scaled=scaled), *notes]
    spare = height - 1 - len(answer.lines)
    least = len(said) + 1 + (height >= SCALED_FROM)
    keep = min(len(foot), max(spare, min(least, height - 4), 0))
    ruled = spare - keep >= 1 or height >= RULED_FROM
    room = height - 2 - keep - ruled
    names = row_names(answer)
    view = _view(answer, names, size, room, cursor, ruled=ruled)
    headed = _headed(answer, view.rows)
    if headed and room >= LEAST_HEADED:
        view = _view(answer, names, size, room - len(headed), cursor, ruled=ruled)
        headed = _headed(answer, view.rows)
    if len(view.rows) + len(headed) > room:
        headed = {}
    if answer.groups and not headed:
        names = line_labels(answer)
    lines = [_heading(answer, view, cursor)]
    for row in (0, *view.rows):
        if row in headed:
            lines.append(headed[row])
        lines.append(_row(answer, row, names[row], view, heat, look, cursor))
        if (
            ruled
            and row <= len(answer.groups)
            and (row == len(answer.groups) or row + 1 not in view.rows)
        ):
            lines.append((Span(look.pick("─", "-") * _width(view), "grid"),))
            ruled = False
    cut = _cut(answer, view, look)
    if cut and keep:
        foot = [*said, *_foot(answer, heat, size, look, cut, scaled=scaled), *notes]
    left = max(height - len(lines), 0)
    shown = foot[: min(left, len(foot) - len(notes))]
    return [*lines, *shown, *whole(grid_notes(answer), size, left - len(shown))]


LEAST_HEADED = 4
"""Rows from which groups are named above their cohorts."""


def _headed(answer: Grid, rows: range) -> dict[int, Line]:
    """Return row -> the heading above it: the group of the cohorts that follow, if there are any.

    The first row that is shown has one, and each whose group is another than that of the row above.
    """
    found: dict[int, Line] = {}
    for row in rows if answer.groups else ():
        group, cohort = answer.lines[row]
        before, above = answer.lines[row - 1]
        new = row == rows.start or above.label == "combined" or before != group
        if cohort.label != "combined" and new:
            found[row] = (Span(f" {safe(' / '.join(group)) or 'everybody'}", "title"),)
    return found


RULED_FROM = 12
"""Rows from which the combined row is set apart even if a cohort gives way to the rule."""


def _width(view: View) -> int:
    return 2 + view.label + view.size + view.bar + view.cell * len(view.periods)


def _view(
    answer: Grid, names: list[str], size: int, rows: int, cursor: Cursor, *, ruled: bool
) -> View:
    widths = [cell_width(name) for name in names]
    widths += [cell_width(safe(" / ".join(group.group))) for group in answer.groups]
    label = min(max(widths), max(size // 3, len("combined")))
    users = max(len(answer.unit), *(len(number(c.size)) for _, c in answer.lines), 5)
    count = _periods(answer)
    room = size - 2 - label - users
    bar = BAR + 1 if room >= CELL * count + BAR + 1 and size >= BARRED_FROM else 1
    fits = max((room - bar) // CELL, 1)
    at = max(cursor[1] - 1, 0) if cursor else 0
    below = len(answer.lines) - 1
    at_row = cursor[0] - 1 if cursor and cursor[0] else 0 if answer.groups else below - 1
    shown = window(below, max(rows, 1), at_row)
    periods = window(count, fits, at)
    cell = min(max((room - bar) // max(len(periods), 1), CELL), WIDEST)
    largest = max((c.size for _, c in answer.lines if c.label != "combined"), default=0)
    rows_shown = range(shown.start + 1, shown.stop + 1)
    return View(periods, rows_shown, label, users, bar, cell, ruled, largest)


SCALED_FROM = 14
"""Rows from which the scale of the shades stands below, even if a cohort gives way to it."""

BARRED_FROM = 70
"""Width in cells from which the size of a cohort has a bar."""


def _periods(answer: Grid) -> int:
    return max(len(c.counts) for _, c in answer.lines)


def _heading(answer: Grid, view: View, cursor: Cursor) -> Line:
    left = " " + "cohort".ljust(view.label) + answer.unit.rjust(view.size + 1) + " " * view.bar
    at = cursor[1] - 1 if cursor is not None else -1
    names = [
        Span(_above(window_name(answer, p), view.cell), "accent" if p == at else "dim")
        for p in view.periods
    ]
    return merged([Span(left, "dim"), *names])


def _above(name: str, cell: int) -> str:
    """Return a window's name at the width of its cells; for long brackets only the first day."""
    short = name if len(name) < CELL else f"{name.partition('-')[0]}+"
    if len(short) >= CELL - 1:
        return short.rjust(CELL).ljust(cell)
    return " " * _margin(cell) + (short.rjust(CELL - 3) + "  ").ljust(cell)[: cell - _margin(cell)]


def _margin(cell: int) -> int:
    """How many cells are left of the figure of a cell."""
    return (cell - CELL) // 2 + 1


def _row(
    answer: Grid, row: int, called: str, view: View, heat: Heat, look: Look, cursor: Cursor
) -> Line:
    cohort = answer.lines[row][1]
    combined = cohort.label == "combined"
    here = cursor is not None and cursor[0] == row
    name = fit(called, view.label)
    whole = here and cursor is not None and cursor[1] == 0
    lit = "cursor" if whole else "accent" if here else ""
    found = [
        Span(look.pick("›", ">") if here else " ", "cursor"),
        Span(name, lit or ("bold" if combined else "")),
        Span(number(cohort.size).rjust(view.size + 1), lit or "bold"),
    ]
    barred = view.bar > 1 and not combined
    picture = slim(cohort.size, view.largest, view.bar - 1, look) if barred else ""
    found.append(Span(f" {picture}".ljust(view.bar), "muted"))
    for period in view.periods:
        if period < len(cohort.counts):
            at = here and cursor is not None and cursor[1] == period + 1
            found += _cell(cohort, period, view.cell, heat, look, here=at)
    return merged(found)


def _cell(
    cohort: Cohort, period: int, cell: int, heat: Heat, look: Look, *, here: bool
) -> list[Span]:
    """Return a cell: its figure, its letter without colour, and a ~ if it is not over.

    What is not over has no shade of its own: it is dim.
    """
    rate = cohort.rates[period]
    open_ = cohort.incomplete[period]
    level = heat.level(rate) if rate is not None else 0
    shade = SHADES[level] if look.letters and rate else " "
    text = heat.text(rate)
    left = " " * _margin(cell)
    right = " " * (cell - CELL - _margin(cell) + 1)
    if here:
        return [Span(f"{left[1:]}[{text}{'~' if open_ else shade}]{right}", "cursor")]
    if rate is None:
        return [Span(f"{left}{text}  {right}", "dim")]
    if look.letters:
        return [
            Span(f"{left}{text}{shade}"),
            Span(f"{'~' if open_ else ' '}{right}", "partial"),
        ]
    if open_:
        return [Span(f"{left}{text} ~{right}", "partial")]
    return [Span(f"{left}{text} {right}", f"heat{level}"), Span(" ")]


def _cut(answer: Grid, view: View, look: Look) -> str:
    found = []
    count = _periods(answer)
    if len(view.periods) < count:
        shown = [window_name(answer, p) for p in (view.periods[0], view.periods[-1], count - 1)]
        found.append("{} to {} of {}".format(*shown))
    if len(view.rows) < len(answer.lines) - 1:
        found.append(
            f"{'rows' if answer.groups else 'cohorts'} {view.rows[0]}{look.pick('–', '-')}"
            f"{view.rows[-1]} of {len(answer.lines) - 1}"
        )
        if answer.omitted:
            found.append(f"{answer.omitted:,} smaller group{'s' * (answer.omitted > 1)} left out")
    return ", ".join(found)


def _foot(answer: Grid, heat: Heat, size: int, look: Look, cut: str, *, scaled: bool) -> list[Line]:
    """Return what the grid needs to be read, after which part of it is shown.

    Args:
        scaled: whether the scale of colours is among it; that of letters always is.
    """
    unit = "bracket" if answer.brackets else UNITS.get(answer.granularity, "period")
    when = WHEN.get(answer.mode, "in {unit} n").format(unit=unit)
    if answer.reference == "previous":
        when += f", of those of {unit} n-1"
    parts: list[Line] = [(Span(cut, "dim"),)] if cut else []
    parts += [] if look.letters else [(Span(f"% active {when}", "dim"),)]
    if scaled or look.letters:
        parts.append(_scale(percent(heat.largest, 0), look))
    parts.append((Span(f"~ {unit} not over", "partial"),))
    parts.append((Span(f"combined: cohorts whose {unit} n is over", "dim"),))
    return flowed(parts, size)


def _scale(most: str, look: Look) -> Line:
    """Return the scale of the shades, from nobody to the most after the first period."""
    if look.letters:
        return (Span(f"shade {' '.join(SHADES)} up to {most}", "dim"),)
    shades = (Span(" ", f"heat{level}") for level in range(len(SHADES) - 1))
    return (Span("0 ", "dim"), *shades, Span(f" {most}", "dim"))


def sentence(answer: Grid, cursor: tuple[int, int]) -> str:
    """Return the cell under the cursor as a sentence."""
    if answer.columns:
        from core.draw.grids.heat import heat_sentence

        return heat_sentence(answer, cursor)
    if answer.measure != "share":
        from core.draw.grids.money import money_sentence

        return money_sentence(answer, cursor)
    group, cohort = answer.lines[min(max(cursor[0], 0), len(answer.lines) - 1)]
    combined = cohort.label == "combined"
    name = "All cohorts" if combined else f"{cohort_label(cohort, answer)} cohort"
    name += f" of {safe(' / '.join(group))}" if group else ""
    period = cursor[1] - 1
    if period < 0 or not cohort.counts:
        return f"{name}: {number(cohort.size)} {answer.unit}."
    period = min(period, len(cohort.counts) - 1)
    count, rate = cohort.counts[period], cohort.rates[period]
    name_of = window_name(answer, period)
    rolls = answer.brackets or answer.basis != "calendar"
    dates = f" ({period_text(cohort.label, answer.granularity, period)})"
    dates = "" if combined or rolls else dates
    name_of = f"days {name_of}" if answer.brackets else name_of
    if count is None:
        return f"{name}, {name_of}{dates}: not started yet."
    open_ = ", not over yet" if cohort.incomplete[period] else ""
    return f"{name}, {name_of}{dates}: {_came_back(answer, cohort, period, rate)}{open_}."


def _came_back(answer: Grid, cohort: Cohort, period: int, rate: float | None) -> str:
    """Return "12 of 40 users came back, 30%"."""
    out_of = cohort.sizes[period] if period < len(cohort.sizes) else cohort.size
    back = number(cohort.counts[period] or 0)
    if answer.reference == "previous" and period:
        return f"{back} {answer.unit} came back, after {number(out_of)} the one before, " + (
            percent(rate)
        )
    mean = " on average" if answer.average == "simple" and cohort.label == "combined" else ""
    return f"{back} of {number(out_of)} {answer.unit} came back, {percent(rate)}{mean}"


def period_start(cohort: str, granularity: str, period: int) -> str:
    """Return the ISO date a cohort's n-th period begins on."""
    return next_date(moment(cohort).date(), granularity, period).isoformat()
