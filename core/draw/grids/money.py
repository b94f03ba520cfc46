"""Lifetime value as a grid: a row per cohort, its revenue by day N, heat by colour."""

from __future__ import annotations

from collections.abc import Sequence

from core.answers import Cohort, Grid
from core.draw.figures import figure, short
from core.draw.grids.labels import cohort_label, grid_notes, line_label, line_labels, window_name
from core.draw.legend import wrapped
from core.draw.spans import Line, Look, Span, safe
from core.draw.spark import merged
from core.draw.table import window
from core.draw.units import money, sign_of
from core.text import fit, number
from core.text import width as cell_width

CELL = 8
"""Width of a column in cells: a space, the figure, its mark."""

TOO_LONG = 10_000
"""Figures from this on are abbreviated."""

Cursor = tuple[int, int] | None


def money_chart(answer: Grid, size: int, height: int, look: Look, cursor: Cursor) -> list[Line]:
    """Draw the grid with the sentence for the cell under the cursor below it.

    The last two columns are how many ever paid and the revenue to date.
    """
    said = wrapped([money_sentence(answer, cursor)], size, "accent") if cursor else []
    explained = "r7d is that of the first 7 days; paid, how many ever paid"
    open_ = "~ excludes people who have not had that many days yet"
    notes = wrapped(
        [f"{explained}; total, their revenue so far.", open_, *grid_notes(answer)], size
    )
    foot = [*said, *notes, *wrapped(_unsigned(answer, look), size)]
    below = len(answer.lines) - 1
    keep = min(len(foot), max(height - 2 - below, min(len(said) + 1, height - 4), 0))
    names = [cell_width(name) for name in line_labels(answer)]
    label = min(max([*names, 8]), max(size // 4, 8))
    room = size - 1 - label - 9 - 2 * CELL
    at = max(min(cursor[1] - 1, len(answer.days) - 1), 0) if cursor else 0
    periods = window(len(answer.days), max(room // CELL, 1), at)
    at_row = cursor[0] - 1 if cursor and cursor[0] else 0 if answer.groups else below - 1
    rows = window(below, max(height - 2 - keep, 1), max(at_row, 0))
    most = [_most(answer, period) for period in range(len(answer.days))]
    lines = [_heading(answer, label, periods)]
    for row in (0, *(n + 1 for n in rows)):
        lines.append(_row(answer, row, label, periods, most, look, cursor))
    if len(rows) < below and keep:
        cut = f"rows {rows[0] + 1}{look.pick('–', '-')}{rows[-1] + 1} of {below}"
        foot.insert(len(said), (Span(cut, "dim"),))
    return [*lines, *foot[: max(height - len(lines), 0)]]


def _heading(answer: Grid, label: int, periods: range) -> Line:
    names = [window_name(answer, period) for period in periods]
    columns = "".join(f"{name:>{CELL - 1}} " for name in (*names, "paid", "total"))
    return (Span(" " + "cohort".ljust(label) + "users".rjust(9) + columns, "dim"),)


def _row(
    answer: Grid,
    row: int,
    label: int,
    periods: range,
    most: Sequence[float],
    look: Look,
    cursor: Cursor,
) -> Line:
    _, cohort = answer.lines[row]
    here = cursor[1] if cursor is not None and cursor[0] == row else -1
    bold = "bold" if cohort.label == "combined" else ""
    found = [
        Span(look.pick("›", ">") if here >= 0 else " ", "cursor"),
        Span(fit(line_label(answer, row), label), "cursor" if here == 0 else bold),
        Span(number(cohort.size).rjust(9), "cursor" if here == 0 else "bold"),
    ]
    for period in periods:
        found += _cell(answer, cohort, period, most, here == period + 1, look)
    ever = "cursor" if here > len(answer.days) else ""
    found.append(Span(f"{number(cohort.paid or 0):>{CELL - 1}} ", ever))
    total = _signed(short(cohort.total or 0, "number"), _sign(cohort, look), CELL - 1)
    found.append(Span(f"{total:>{CELL - 1}} "))
    return merged(found)


def _most(answer: Grid, period: int) -> float:
    """Return the largest figure of a column, whatever its sign; 0 without any."""
    known = (cohort.rates[period] for _, cohort in answer.lines)
    return max((abs(rate) for rate in known if rate is not None), default=0.0)


def _cell(
    answer: Grid, cohort: Cohort, period: int, most: Sequence[float], here: bool, look: Look
) -> list[Span]:
    """Return a figure with its mark, shaded by the largest of all columns."""
    value = cohort.rates[period]
    mark = Span("~" if cohort.incomplete[period] else " ", "partial")
    bare = _text(value, answer.measure, most[period])
    sign = _sign(cohort, look) if answer.measure == "money" else ""
    text = _signed(bare, sign, CELL - 2 - here).rjust(CELL - 2)
    if here:
        return [
            Span(f"[{text[: CELL - 2].strip():>{CELL - 3}}]"[: CELL - 1].rjust(CELL - 1), "cursor"),
            mark,
        ]
    if value is None:
        return [Span(f" {text}", "dim"), mark]
    level = min(int(abs(value) / (max(most) or 1.0) * 5.999), 5)
    return [Span(" "), Span(text, f"heat{level}"), mark]


def _text(value: float | None, measure: str, most: float) -> str:
    """Return a figure with as many decimals as the others of its column, of which `most` is the
    largest.
    """
    if value is None or most >= TOO_LONG:
        return short(value, measure)
    if measure == "users":
        return number(value)
    decimals = 0 if most >= 1000 else 1 if most >= 100 else 2
    least = 10.0**-decimals
    if 0 < abs(value) < least / 2:
        return f"<{least:.{decimals}f}"
    return f"{'-' if value < 0 else ''}{abs(value):,.{decimals}f}"


def _sign(cohort: Cohort, look: Look) -> str:
    """Return the sign of a row's currency; "" for one without, which is named below the grid."""
    sign = sign_of(cohort.currency, plain=look.ascii)
    return sign if len(sign) == 1 else ""


def _signed(text: str, sign: str, size: int) -> str:
    """Return a figure with a sign before it where there is room."""
    if not sign or not text[-1].isalnum() or len(text) >= size:
        return text
    at = len(text) - len(text.lstrip("-<"))
    return f"{text[:at]}{sign}{text[at:]}"


def _unsigned(answer: Grid, look: Look) -> list[str]:
    """Return the sentence that names the currency of figures without a sign."""
    row = answer.combined
    return [f"Amounts in {row.currency}."] if row.currency and not _sign(row, look) else []


def money_sentence(answer: Grid, cursor: tuple[int, int]) -> str:
    """Return the cell under the cursor as a sentence."""
    group, cohort = answer.lines[min(max(cursor[0], 0), len(answer.lines) - 1)]
    name = "All cohorts" if cohort.label == "combined" else cohort_label(cohort, answer)
    name += f" of {safe(' / '.join(group))}" if group else ""
    people = f"{number(cohort.size)} {answer.unit}"
    if cursor[1] <= 0:
        return f"{name}: {people}."
    if cursor[1] > len(answer.days):
        total = _amount(answer, cohort, cohort.total)
        return f"{name}: {number(cohort.paid or 0)} of {people} paid, {total}."
    period = cursor[1] - 1
    old, day = cohort.sizes[period], answer.days[period]
    span = f"{day} day{'s' * (day > 1)}"
    if not old:
        return f"{name}: nobody has had {span} yet."
    return (
        f"{name}, {span}: {_amount(answer, cohort, cohort.rates[period])}; "
        f"{number(cohort.counts[period] or 0)} of {number(old)} {answer.unit} paid."
    )


def _amount(answer: Grid, cohort: Cohort, value: float | None) -> str:
    if answer.measure != "money" or not cohort.currency:
        return figure(value, answer.measure)
    return money(value, cohort.currency)
