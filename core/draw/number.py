"""One figure, large or small, with its sparkline and its comparison."""

from __future__ import annotations

from collections.abc import Sequence

from core.answers import Number, Series
from core.draw.figures import bucket_text, compared_text, counted, facts, figure, short
from core.draw.legend import delta, key, value_line, whole, wrapped
from core.draw.spans import Line, Look, Span, cells, clipped, padded, safe, spread
from core.draw.spark import TALLEST, big, filled_sparkline, sparkline
from core.draw.units import unit_of
from core.text import cut

Cursor = tuple[int, int] | None


TALL_FROM = 5
"""Rows from which a figure is drawn three rows high."""

APART = 2
"""Cells between a figure and its change."""

MOST_ROWS, HALF_FROM = 4, 16
"""How many rows a sparkline below a figure takes at most, and the rows of a box of which it takes
half.
"""


def number_answer(answer: Number, width: int, height: int, look: Look) -> list[Line]:
    """Draw a Number: the figure, and below it the change."""
    compared = answer.previous is not None
    shift = changed(answer.value, answer.previous, answer.unit, look) if compared else ()
    lines = _headline(answer.value, answer.unit, shift, width, height, look)
    return [*lines, *wrapped(list(answer.notes), width)]


def changed(
    value: float | None, previous: float | None, unit: str, look: Look, *, open_: bool = False
) -> Line:
    """Return the change against a previous figure: "▲ 26.3% vs 315"; in ASCII "+26.3% vs 315".

    Args:
        open_: whether both figures are of a period that is not complete.
    """
    shift = delta(value, previous)
    text = shift.text
    if text[:1] in "+-" and not look.ascii:
        text = f"{'▲' if text[0] == '+' else '▼'} {text[1:]}"
    head = (Span("~ ", "partial"),) if open_ else ()
    return (*head, Span(text, shift.style), Span(f" vs {figure(previous, unit)}", "dim"))


def _headline(
    value: float | None,
    unit: str,
    shift: Line,
    width: int,
    height: int,
    look: Look,
    name: str = "",
    *,
    here: bool = False,
) -> list[Line]:
    """Return the figure in one row with its change beside it, or in three with it below.

    Args:
        here: whether it is under the cursor.
    """
    text = figure(value, unit)
    tall = []
    if not look.ascii and height >= TALL_FROM:
        tall = big(text, width, "cursor" if here else "bold")
    if tall:
        bare = unit in ("number", "percent", "seconds") or bool(getattr(unit, "symbol", ""))
        words = " ".join(filter(None, ("" if bare else str(unit), name)))
        named: Line = (Span(" "), Span(words, "dim")) if words else ()
        if cells(tall[2]) + cells(named) > width:
            named = ()
        return [tall[0], tall[1], (*tall[2], *named), *([shift] if shift else [])]
    style = "cursor" if here else "bold"
    whole: Line = (Span(counted(value, unit), style),)
    if name and cells(whole) + cells(shift) + cells((Span(name),)) + 2 + APART <= width:
        whole = (Span(f"{name}  "), *whole)
    right = shift if cells(whole) + cells(shift) + APART <= width else shift[:-1]
    if cells(whole) + cells(right) + APART > width:
        whole = (Span(text if len(text) <= width else short(value, unit), style),)
    return [spread(whole, right, width)]


def number_chart(
    answer: Series, width: int, height: int, look: Look, cursor: Cursor, marks: Sequence[object]
) -> list[Line]:
    """Draw the totals of a series with filled sparklines; several lines become rows."""
    if answer.several:
        return _rows(answer, width, height, look, cursor)
    if not answer.lines:
        return [(Span("Nothing counted.", "dim"),)]
    line, unit, compared = answer.lines[0], unit_of(answer), answer.comparison
    shift: Line = ()
    if compared is not None:
        before = line.previous_total
        shift = changed(line.total, before, unit, look, open_=bool(compared.until))
    name = cut(safe(line.name), 24)
    here = cursor is not None and not cursor[0]
    lines = _headline(line.total, unit, shift, width, height, look, name, here=here)
    spare = height - len(lines)
    footed = spare >= 2 and bool(answer.buckets) and not _is_dated_elsewhere(answer)
    notes = whole(facts(answer), width, spare - footed - 1)
    most = height // 2 if HALF_FROM <= height < TALLEST else MOST_ROWS
    rows = min(max(spare - footed - len(notes), 1), most)
    if spare >= 1:
        at = cursor[1] if cursor and cursor[0] else None
        partial = [b.partial for b in answer.buckets]
        lines += filled_sparkline(line.values, width, rows, look, partial=partial, cursor=at)
    if footed and cursor is not None and cursor[0]:
        lines.append(value_line(answer, (0, cursor[1]), width, look))
    elif footed:
        lines.append(_dates(answer, width))
    return [*lines, *notes]


def _is_dated_elsewhere(answer: Series) -> bool:
    """Whether the dates are said outside the chart."""
    return answer.comparison is not None and not answer.comparison.first


def _dates(answer: Series, width: int) -> Line:
    """Return the dates compared with, else those of both ends of the sparkline."""
    compared = compared_text(answer.comparison) if answer.comparison is not None else ""
    if compared:
        return (Span(cut(f"vs {compared}", width), "dim"),)
    first, last = answer.buckets[0].label, answer.buckets[-1].label
    year = first[:4] != last[:4]
    left = bucket_text(first, answer.granularity, year=year)
    right = bucket_text(last, answer.granularity, year=year)
    return spread((Span(left, "dim"),), (Span(right, "dim"),), width)


def _rows(answer: Series, width: int, height: int, look: Look, cursor: Cursor) -> list[Line]:
    """One row per line: key, name, sparkline, total."""
    shown = answer.lines[: max(height, 1)]
    names = [cut(safe(line.name), 24) for line in shown]
    totals = [figure(line.total, unit_of(answer, i)) for i, line in enumerate(shown)]
    number = max((len(t) for t in totals), default=0)
    name = min(max((cells((Span(n),)) for n in names), default=0), max(width - number - 5, 4))
    lines: list[Line] = []
    for index, line in enumerate(shown):
        left = padded((*key(index, look), Span(f" {names[index]}")), name + 3)
        spark = width - name - number - 6
        picture = (
            sparkline(line.values, spark, look, style=f"series{index % 8}") if spark >= 8 else ()
        )
        style = "cursor" if cursor and cursor[0] == index else "bold"
        right = (*picture, Span(" "), Span(totals[index].rjust(number), style))
        lines.append(spread(clipped(left, width - number - 1), right, width))
    return lines
