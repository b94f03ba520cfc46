"""Histograms: a bar per bin, those of groups below those of the whole, or a table."""

from __future__ import annotations

import math
from itertools import pairwise

from core.answers import BOX, Bin, BinGroup, Histogram
from core.draw.columns import Texts
from core.draw.figures import figure, is_counted, short
from core.draw.legend import wrapped
from core.draw.spans import Line, Look, Span, clipped, safe, under_cursor
from core.draw.spark import bar, thickened
from core.draw.table import grid_lines, scrolled
from core.text import fit, percent, things, width

Cursor = tuple[int, int] | None
POINTED_FROM = 50
"""Width in cells from which the bins of mean, median and p90 are pointed at."""

BOX_FROM = 30
"""Width in cells from which the spread of the values is drawn beside the bins."""

LEAST = 4
"""Cells of the longest bar for which labels are not cut."""


def histogram_bars(
    answer: Histogram, size: int, height: int, look: Look, cursor: Cursor
) -> list[Line]:
    """Draw a bar per bin, with its count and share at the end; empty bins keep their row."""
    if not answer.bins:
        return [(Span("There is nothing to count.", "dim"),), *wrapped(list(answer.notes), size)]
    notes = wrapped(_facts(answer), size) if height >= 6 else []
    rows = _rows(answer)
    tails = [_tail(b, answer, size) for _, b in rows]
    tail = max(width(t) for t in tails)
    name = min(max(width(label) for label, _ in rows), max(size // 3, size - tail - 4 - LEAST, 4))
    box = _box(answer, look) if size >= BOX_FROM else {}
    largest = max(b.count for _, b in rows)
    notes_at = _pointers(answer) if size >= POINTED_FROM else {}
    pointed = max(map(width, notes_at.values()), default=-3) + 3
    room = max(size - name - tail - 4 - 2 * bool(box) - pointed, 0)
    found: list[tuple[Line, Line]] = []
    shown, said = scrolled(len(rows), max(height - len(notes), 1), cursor and cursor[0])
    for row in shown:
        here, (label, part) = cursor is not None and cursor[0] == row, rows[row]
        line: Line = (
            Span(look.pick("› ", "> ") if here else "  ", "cursor"),
            Span(fit(label, name, right=True)),
            Span(" "),
            *((box.get(row, Span(" ")), Span(" ")) if box else ()),
            picture := Span(
                fit(bar(part.count, largest, room, look), room),
                f"series{row // len(answer.bins) % 8}",
            ),
            Span(" "),
            Span(fit(tails[row], tail, right=True), "bold"),
        )
        if row in notes_at:
            line = (*line, Span(f" {look.pick('◂', '<')} {notes_at[row]}", "accent"))
        beside = box.get(row, Span(" "))
        beside = Span(look.pick("┃", "#"), "series0") if beside.style == "bold" else beside
        again = (Span(" " * (name + 3)), *((beside, Span(" ")) if box else ()), picture)
        dressed = under_cursor if here else clipped
        found.append((dressed(line, size), dressed(again, size)))
    return [*thickened(found, height - len(said) - len(notes), 0, look), *said, *notes]


def _box(answer: Histogram, look: Look) -> dict[int, Span]:
    """Return row -> its piece of the spread, on the axis of the bins: thin from p10 to p90, thick
    for the middle half, a cross at the median.
    """
    found: dict[int, Span] = {}
    parts: list[Histogram | BinGroup] = [answer, *answer.groups]
    for place, part in enumerate(parts):
        ends = [_bin_of(answer, value) for value in part.box]
        known = [end for end in ends if end is not None]
        if len(known) != len(BOX):
            continue
        for at in range(known[0], known[-1] + 1):
            inner = known[1] <= at <= known[3]
            glyph = look.pick("┃" if inner else "│", "#" if inner else "|")
            span = Span(glyph, "series0" if inner else "muted")
            if at == known[2]:
                span = Span(look.pick("╋", "+"), "bold")
            found[place * len(answer.bins) + at] = span
    return found


def _box_words(answer: Histogram) -> str:
    """Return the spread in words, and the mean: "P10 17s, p25 44s, median 1m 14s, ...".

    It is "" without a spread.
    """
    if len(answer.box) != len(BOX):
        return ""
    named = [("median" if p == 50 else f"p{p}", v) for p, v in zip(BOX, answer.box, strict=True)]
    named += [("mean", answer.mean)] if answer.mean is not None else []
    words = ", ".join(f"{name} {figure(value, answer.of)}" for name, value in named)
    return f"{words[0].upper()}{words[1:]}."


def _pointers(answer: Histogram) -> dict[int, str]:
    """Return row -> which of mean, median and p90 of its whole or group lie in its bin."""
    found: dict[int, list[str]] = {}
    parts: list[Histogram | BinGroup] = [answer, *answer.groups]
    for place, part in enumerate(parts):
        values = (("median", part.median), ("mean", part.mean), ("p90", part.p90))
        places = [(name, _bin_of(answer, value)) for name, value in values]
        if part.median is None:
            places = [("median", _counted(part, 0.5)), ("p90", _counted(part, 0.9))]
        for name, at in places:
            if at is not None:
                found.setdefault(place * len(answer.bins) + at, []).append(name)
    return {row: ", ".join(names) for row, names in found.items()}


def _counted(part: Histogram | BinGroup, share: float) -> int | None:
    """Return the bin that holds a percentile, by the counts of bins that follow each other."""
    bounds = [(each.start, each.end) for each in part.bins]
    total = sum(each.count for each in part.bins)
    if not total or any(low[1] is None or low[1] != high[0] for low, high in pairwise(bounds)):
        return None
    reached = 0
    for at, each in enumerate(part.bins):
        reached += each.count
        if reached >= share * total:
            return at
    return None


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
    names = _labels(answer)
    rows = list(zip(names, answer.bins, strict=True))
    for group in answer.groups:
        of = safe(" / ".join(group.group))
        rows += [(f"{of}  {name}", part) for name, part in zip(names, group.bins, strict=True)]
    return rows


def _labels(answer: Histogram) -> list[str]:
    """Return the labels of the bins, those of seconds in fitting units: "3m-10m", "30m-1h"."""
    names = [safe(part.label) for part in answer.bins]
    if answer.of != "seconds":
        return names
    timed = [_timed(part) or name for part, name in zip(answer.bins, names, strict=True)]
    return timed if len(set(timed)) == len(names) else names


def _timed(part: Bin) -> str:
    """Return the bounds of a bin of seconds, "" if it has none."""
    if part.start is None or part.end is None:
        return ""
    low, high = (short(value, "seconds").replace(" ", "") for value in (part.start, part.end))
    return f"{low}-{high}{' incl.' if part.label.endswith(' incl.') else ''}"


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
        columns.append(Texts(answer.counted or "people", people, right=True))
    rows_shown, at = max(height - len(notes), 2), cursor and cursor[0]
    _, said = scrolled(len(bins), rows_shown - 1, at)
    lines = grid_lines(columns, size, rows_shown - len(said), look, at)
    return [*lines, *said, *notes]


def _facts(answer: Histogram) -> list[str]:
    named = answer.unit if is_counted(answer.unit) else ""
    whole = f"Shares are of {figure(answer.total, answer.unit)} {named}".rstrip() + "."
    found = [whole]
    if answer.box:
        found.append(_box_words(answer))
    elif answer.mean is not None:
        found.append(f"{_averages(answer, answer.of)}.".capitalize())
    for group in answer.groups:
        count = f"{safe(' / '.join(group.group))}: {figure(group.total, answer.unit)}"
        found.append(", ".join(filter(None, [count, _averages(group, answer.of)])) + ".")
    if answer.omitted:
        left = things(answer.omitted, "more group is", "more groups are")
        found.append(f"{left} not shown.")
    return [*found, *answer.notes]


def _averages(part: Histogram | BinGroup, of: str) -> str:
    if part.mean is None:
        return ""
    figures = (("mean", part.mean), ("median", part.median), ("p90", part.p90))
    return ", ".join(f"{name} {figure(value, of)}" for name, value in figures)
