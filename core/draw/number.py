"""One figure, large or small, with its sparkline and its comparison."""

from __future__ import annotations

from collections.abc import Sequence

from core.answers import Number, Series
from core.draw.figures import bucket_text, compared_text, counted, facts, figure, short
from core.draw.legend import delta, key, value_line, wrapped
from core.draw.spans import Line, Look, Span, cells, clipped, padded, safe, spread
from core.draw.spark import big, sparkline
from core.draw.units import unit_of
from core.text import cut

Cursor = tuple[int, int] | None


def number_answer(answer: Number, width: int, height: int, look: Look) -> list[Line]:
    """Draw a Number."""
    right = (delta(answer.value, answer.previous),) if answer.previous is not None else ()
    lines = _headline(answer.value, answer.unit, right, width, height, look)
    if answer.previous is not None:
        lines.append((Span(f"prev {figure(answer.previous, answer.unit)}", "dim"),))
    return [*lines, *wrapped(list(answer.notes), width)]


def _headline(
    value: float | None, unit: str, right: Line, width: int, height: int, look: Look, name: str = ""
) -> list[Line]:
    text = figure(value, unit)
    tall = [] if look.ascii or height < 6 else big(text, width - cells(right) - 1)
    if tall:
        bare = unit in ("number", "percent", "seconds") or bool(getattr(unit, "symbol", ""))
        words = " ".join(filter(None, ("" if bare else str(unit), name)))
        named = (Span(words, "dim"),)
        return [tall[0], (*tall[1],), (*tall[2], Span(" "), *named, Span("  "), *right)]
    whole: Line = (Span(counted(value, unit), "bold"),)
    if name and cells(whole) + cells(right) + cells((Span(name),)) + 3 <= width:
        whole = (Span(f"{name}  "), *whole)
    if cells(whole) + cells(right) + 1 > width:
        whole = (Span(text if len(text) <= width else short(value, unit), "bold"),)
    return [spread(whole, right, width)]


def number_chart(
    answer: Series, width: int, height: int, look: Look, cursor: Cursor, marks: Sequence[object]
) -> list[Line]:
    """Draw the totals of a series with sparklines; several lines become rows."""
    if len(answer.lines) > 1:
        return _rows(answer, width, height, look, cursor)
    if not answer.lines:
        return [(Span("Nothing counted.", "dim"),)]
    line = answer.lines[0]
    right: Line = (delta(line.total, line.previous_total),) if answer.comparison else ()
    if answer.comparison is not None and answer.comparison.until:
        right = (Span("~ ", "partial"), *right)
    name = cut(safe(line.name), 24)
    lines = _headline(line.total, unit_of(answer), right, width, height, look, name)
    at = cursor[1] if cursor else None
    partial = [b.partial for b in answer.buckets]
    if height >= 2:
        lines.append(sparkline(line.values, width, look, partial=partial, cursor=at))
    if cursor is not None and answer.buckets:
        lines.append(value_line(answer, cursor, width, look))
    elif answer.comparison is not None:
        dates = compared_text(answer.comparison)
        before = f"prev {figure(line.previous_total, unit_of(answer))}"
        whole = f"{before}  {dates}"
        lines.append((Span(whole if len(whole) <= width else before, "dim"),))
    elif answer.buckets:
        lines.append(_ends(answer, width))
    return [*lines, *wrapped(facts(answer), width)]


def _ends(answer: Series, width: int) -> Line:
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
