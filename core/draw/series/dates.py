"""Labels below a time axis: its first and its last date, and calendar borders between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from core.answers import TimeBucket
from core.draw.figures import Tick, bucket_text, day_text, moment, time_ticks
from core.draw.series.axes import Axes
from core.draw.spans import Canvas, Line
from core.text import width
from core.timeframe import CLOCK

GAP = 2
"""Cells between two labels, at least."""

Placed = tuple[int, str]
"""The first column of a label, and its text."""


def time_labels(axes: Axes, buckets: Sequence[TimeBucket], granularity: str) -> list[Placed]:
    """Return the labels of a time axis."""
    if not buckets:
        return []
    names = [end_text(buckets, at, granularity) for at in (0, len(buckets) - 1)]
    return labels_of(axes, names, time_ticks(buckets, granularity))


def labels_of(axes: Axes, ends: Sequence[str], choices: Iterable[list[Tick]]) -> list[Placed]:
    """Return the labels of both ends, and the densest of some sets of labels that fits between."""
    last = axes.count - 1
    first = (max(axes.column(0) - width(ends[0]) // 2, 0), ends[0])
    found = [first] if width(ends[0]) <= axes.width else []
    at = min(axes.column(last) - width(ends[-1]) // 2, axes.width - width(ends[-1]))
    if last and at >= first[0] + width(ends[0]) + GAP:
        found.append((at, ends[-1]))
    for choice in choices:
        ticks = [(axes.column(i) - width(text) // 2, text) for i, text in choice if 0 < i < last]
        free = [tick for tick in ticks if _apart([tick, *found])]
        if free and _apart(free):
            return sorted([*free, *found])
    return found


def _apart(placed: Sequence[Placed]) -> bool:
    ordered = sorted(placed)
    return all(a + width(text) + GAP <= b for (a, text), (b, _) in pairwise(ordered))


def end_text(buckets: Sequence[TimeBucket], at: int, granularity: str) -> str:
    """Return the label of a bucket at an end of the axis: "Apr 12", "Apr 12 2023", "14:00"."""
    first, last = moment(buckets[0].label), moment(buckets[-1].label)
    here = moment(buckets[at].label)
    if granularity in CLOCK and here.year > 1:
        return f"{here:%H:%M}" if first.date() == last.date() else f"{here:%b %d %H:%M}"
    if granularity in ("daily", "weekly") and here.year > 1:
        return day_text(here, year=first.year != last.year)
    return bucket_text(buckets[at].label, granularity)


def labels_line(placed: Iterable[Placed], size: int) -> Line:
    """Return the labels as one line of `size` cells."""
    canvas = Canvas(size, 1)
    for start, text in placed:
        canvas.text(start, 0, text, "dim")
    return canvas.row(0) if size > 0 else ()
