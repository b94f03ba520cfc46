"""Histograms: a bar per bin, those of groups below those of the whole, or a table."""

from __future__ import annotations

import math

from core.answers import BOX, Bin, BinGroup, Histogram
from core.draw.figures import COUNTED, figure
from core.draw.legend import wrapped
from core.draw.spans import Line, Look, Span, clipped, safe, under_cursor
from core.draw.spark import bar
from core.draw.table import Texts, grid_lines, scrolled
from core.text import duration, fit, percent, width

Cursor = tuple[int, int] | None
POINTED_FROM = 50
"""Width in cells from which the bins of mean, median and p90 are pointed at."""

BOXED_FROM, BOX_FROM = 10, 30
"""Rows besides notes, and cells, from which the spread of the values has a line."""

LONG = 20
"""Bins of seconds with longer labels are drawn with rounded bounds."""


def histogram_bars(
    answer: Histogram, size: int, height: int, look: Look, cursor: Cursor
) -> list[Line]:
    """Draw a bar per bin, with its count and share at the end; empty bins keep their row."""
    if not answer.bins:
        return [(Span("No bins.", "dim"),), *wrapped(list(answer.notes), size)]
    notes = wrapped(_facts(answer), size) if height >= 6 else []
    if height >= BOXED_FROM + len(notes):
        notes = [*box_lines(answer, size, look), *notes]
    rows = _rows(answer)
    name = min(max(width(label) for label, _ in rows), max(size // 3, 4))
    tails = [_tail(b, answer, size) for _, b in rows]
    tail = max(width(t) for t in tails)
    largest = max(b.count for _, b in rows)
    notes_at = _pointers(answer) if size >= POINTED_FROM else {}
    pointed = max(map(width, notes_at.values()), default=-3) + 3
    room = max(size - name - tail - 4 - pointed, 0)
    found: list[Line] = []
    shown, said = scrolled(len(rows), max(height - len(notes), 1), cursor and cursor[0])
    for row in shown:
        here, (label, part) = cursor is not None and cursor[0] == row, rows[row]
        line: Line = (
            Span(look.pick("› ", "> ") if here else "  ", "cursor"),
            Span(fit(label, name, right=True)),
            Span(" "),
            Span(
                fit(bar(part.count, largest, room, look), room),
                f"series{row // len(answer.bins) % 8}",
            ),
            Span(" "),
            Span(fit(tails[row], tail, right=True), "bold"),
        )
        if row in notes_at:
            line = (*line, Span(f" {look.pick('◂', '<')} {notes_at[row]}", "accent"))
        found.append(under_cursor(line, size) if here else clipped(line, size))
    return [*found, *said, *notes]


def box_lines(answer: Histogram, size: int, look: Look) -> list[Line]:
    """Return the spread as a line: thin from p10 to p90, thick for the middle half, and in words.

    Positions are in proportion to the values.
    """
    if len(answer.box) != len(BOX) or size < BOX_FROM or not math.isfinite(sum(answer.box)):
        return []
    names = ["median" if p == 50 else f"p{p}" for p in BOX]
    said = [
        f"{name} {figure(value, answer.of)}" for name, value in zip(names, answer.box, strict=True)
    ]
    words = wrapped([f"{', '.join(said)}."], size)
    low, high = answer.box[0], answer.box[-1]
    if high <= low:
        return words
    room = size - 4
    ends = [round((value - low) / (high - low) * (room - 1)) for value in answer.box]
    thin, thick = look.pick("─", "-"), look.pick("━", "=")
    glyphs = [thick if ends[1] <= x <= ends[3] else thin for x in range(room)]
    glyphs[0], glyphs[-1] = look.pick("├", "|"), look.pick("┤", "|")
    text = "".join(glyphs)
    line: Line = (
        Span("  "),
        Span(text[: ends[1]], "muted"),
        Span(text[ends[1] : ends[2]], "series0"),
        Span(look.pick("┃", "#"), "bold"),
        Span(text[ends[2] + 1 : ends[3] + 1], "series0"),
        Span(text[max(ends[3], ends[2]) + 1 :], "muted"),
    )
    return [line, *words]


def _pointers(answer: Histogram) -> dict[int, str]:
    """Return row -> which of mean, median and p90 of its whole or group lie in its bin."""
    found: dict[int, list[str]] = {}
    parts: list[Histogram | BinGroup] = [answer, *answer.groups]
    for place, part in enumerate(parts):
        values = (("median", part.median), ("mean", part.mean), ("p90", part.p90))
        for name, value in values:
            at = _bin_of(answer, value)
            if at is not None:
                found.setdefault(place * len(answer.bins) + at, []).append(name)
    return {row: ", ".join(names) for row, names in found.items()}


def _bin_of(answer: Histogram, value: float | None) -> int | None:
    """Return the bin that holds a value; None if the bins overlap or have no bounds."""
    bounds = [(part.start, part.end) for part in answer.bins]
    if value is None or not math.isfinite(value) or any(start is None for start, _ in bounds[1:]):
        return None
    holding = [
        at
        for at, (start, end) in enumerate(bounds)
        if (start is None or start <= value) and (end is None or value < end)
    ]
    return holding[0] if len(holding) == 1 and bounds[holding[0]] != (None, None) else None


def _rows(answer: Histogram) -> list[tuple[str, Bin]]:
    """Return each row's label and bin: those of the whole, then those of each group."""
    exact = answer.of != "seconds" or all(len(part.label) <= LONG for part in answer.bins)
    names = [safe(part.label) if exact else _rounded(part) for part in answer.bins]
    rows = list(zip(names, answer.bins, strict=True))
    for group in answer.groups:
        of = safe(" / ".join(group.group))
        rows += [(f"{of}  {name}", part) for name, part in zip(names, group.bins, strict=True)]
    return rows


def _rounded(part: Bin) -> str:
    """Return a short label for a bin of seconds: "3d 7h – 6d 15h"."""
    return f"{duration(part.start)} – {duration(part.end)}" if part.end else safe(part.label)


def _tail(part: Bin, answer: Histogram, size: int) -> str:
    """The figures at the end of a bar: its count and, if there is room, its share."""
    count = figure(part.count, answer.unit)
    return f"{count} {percent(part.share):>6}" if size >= 36 else count


def histogram_table(
    answer: Histogram, size: int, height: int, look: Look, cursor: Cursor
) -> list[Line]:
    """Draw a row per bin: count, share and, if different from the count, people."""
    notes = wrapped(_facts(answer), size) if height >= 6 else []
    rows = _rows(answer)
    bins = [part for _, part in rows]
    columns = [
        Texts(safe(answer.of), tuple(label for label, _ in rows)),
        Texts(
            answer.unit,
            tuple(figure(b.count, answer.unit) for b in bins),
            right=True,
            figures=tuple(float(b.count) for b in bins),
        ),
        Texts("share", tuple(percent(b.share) for b in bins), right=True),
    ]
    if any(b.people != b.count for b in bins):
        people = tuple(figure(b.people, "users") for b in bins)
        columns.append(Texts("people", people, right=True))
    rows_shown, at = max(height - len(notes), 2), cursor and cursor[0]
    _, said = scrolled(len(bins), rows_shown - 1, at)
    lines = grid_lines(columns, size, rows_shown - len(said), look, at)
    return [*lines, *said, *notes]


def _facts(answer: Histogram) -> list[str]:
    named = answer.unit if answer.unit in COUNTED else ""
    whole = f"Shares are of {figure(answer.total, answer.unit)} {named}".rstrip() + "."
    found = [whole]
    if answer.mean is not None:
        found.append(f"{_averages(answer, answer.of)}.".capitalize())
    for group in answer.groups:
        count = f"{safe(' / '.join(group.group))}: {figure(group.total, answer.unit)}"
        found.append(", ".join(filter(None, [count, _averages(group, answer.of)])) + ".")
    if answer.omitted:
        found.append(f"{answer.omitted} more groups are not shown.")
    return [*found, *answer.notes]


def _averages(part: Histogram | BinGroup, of: str) -> str:
    if part.mean is None:
        return ""
    figures = (("mean", part.mean), ("median", part.median), ("p90", part.p90))
    return ", ".join(f"{name} {figure(value, of)}" for name, value in figures)
