"""The totals of several lines as horizontal bars, largest first."""

from __future__ import annotations

import math

from core.answers import Series
from core.draw.figures import facts, figure
from core.draw.legend import delta, wrapped
from core.draw.spans import Line, Look, Span, clipped, safe, under_cursor
from core.draw.spark import bar, signed_bar, thickened
from core.draw.table import scrolled
from core.draw.units import unit_of
from core.text import fit, percent, width

SHARED_FROM, CHANGED_FROM = 36, 44
"""Widths in cells from which shares and changes are written."""


def ranking(
    answer: Series, size: int, height: int, look: Look, cursor: tuple[int, int] | None
) -> list[Line]:
    """Draw a bar per line with its value, share and change; negative ones from a middle axis."""
    lines = answer.lines
    notes = wrapped(facts(answer), size) if height >= 6 else []
    shown, said = scrolled(len(lines), height - len(notes), cursor and cursor[0])
    tails = _tails(answer, size)
    names = [safe(line.name) for line in lines]
    name = min(max(map(width, names), default=0), max(size // 3, 8))
    tail = max((width(text) for text, _ in tails), default=0)
    totals = [line.total or 0.0 for line in lines]
    extent = [total if math.isfinite(total) else 0.0 for total in totals]
    space = max(size - name - tail - 2, 0)
    found: list[tuple[Line, Line]] = []
    for row in shown:
        here = cursor is not None and cursor[0] == row
        text, shift = tails[row]
        picture = _bar(extent, row, space, look)
        line: Line = (
            Span(fit(names[row], name)),
            Span(" "),
            *picture,
            Span(" "),
            Span(text.rjust(tail - width(shift.text)), "bold"),
            shift,
        )
        again = (Span(" " * (name + 1)), *picture)
        dressed = under_cursor if here else clipped
        found.append((dressed(line, size), dressed(again, size)))
    return [*thickened(found, height - len(said) - len(notes), 1, look), *said, *notes]


def _bar(extent: list[float], row: int, size: int, look: Look) -> Line:
    style = f"series{row % 8}"
    if min(extent) < 0:
        return signed_bar(extent[row], min(extent), max(extent), size, look, style)
    return (Span(fit(bar(extent[row], max(extent), size, look), size), style),)


def _tails(answer: Series, size: int) -> list[tuple[str, Span]]:
    """Return what is written at the end of each bar: its value and share, and its change."""
    lines = answer.lines
    values = [figure(line.total, unit_of(answer, i)) for i, line in enumerate(lines)]
    wide = max(map(width, values), default=0)
    texts = [value.rjust(wide) for value in values]
    whole = sum(line.total or 0 for line in lines)
    shared = answer.additive and not answer.omitted and whole > 0
    if shared and size >= SHARED_FROM and all((line.total or 0) >= 0 for line in lines):
        texts = [
            f"{text} {percent((line.total or 0) / whole):>6}"
            for text, line in zip(texts, lines, strict=True)
        ]
    compared = answer.comparison is not None and size >= CHANGED_FROM
    shifts = [delta(x.total, x.previous_total) if compared else Span("") for x in lines]
    return [
        (text, Span(shift.text.rjust(9) if compared else "", shift.style))
        for text, shift in zip(texts, shifts, strict=True)
    ]
