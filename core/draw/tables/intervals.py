"""Differences of a table as a picture: each with the interval it lies in, on one axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from core.draw.columns import DIFFERENCE, HIGH, LOW
from core.draw.figures import short, steps_of
from core.draw.spans import Line, Look, Span, cells, padded, safe
from core.draw.spark import merged
from core.text import cut, width

if TYPE_CHECKING:
    from core.answers import Table

NARROWEST = 24
"""Cells of the axis at least."""

HIGHEST = 3
"""Lines of a row at most."""

LABEL_APART = 14
"""Cells from one label of the axis to the next, at least."""

NAME = 28
"""Cells of a name at most."""


class Row(NamedTuple):
    """A name, its difference and the ends of its interval; None where there is none."""

    name: str
    value: float | None
    low: float | None
    high: float | None

    @property
    def style(self) -> str:
        """The style of its interval: muted if it encloses zero."""
        if self.low is None or self.high is None or self.low <= 0 <= self.high:
            return "muted"
        return "good" if self.low > 0 else "bad"


class Axis(NamedTuple):
    """Values from left to right over some cells, with round ticks."""

    low: float
    high: float
    size: int
    ticks: tuple[float, ...]

    @classmethod
    def of(cls, low: float, high: float, unit: str, size: int) -> Axis | None:
        """Return the axis that holds two values and zero; None if they are all the same."""
        low, high = min(low, 0.0), max(high, 0.0)
        if not 1e-12 < high - low < 1e300:
            return None
        most = max(size // LABEL_APART, 1)
        step = next((s for s in steps_of(high - low, unit) if (high - low) / s <= most), None)
        if step is None:
            return None
        first, last = int(low // step), int(-(-high // step))
        ticks = tuple(n * step for n in range(first, last + 1))
        return cls(ticks[0], ticks[-1], size, ticks)

    def at(self, value: float) -> int:
        """Return the cell of a value."""
        share = (value - self.low) / (self.high - self.low)
        return min(max(round(share * (self.size - 1)), 0), self.size - 1)


def intervals(
    answer: Table, size: int, height: int, look: Look, cursor: int | None = None
) -> list[Line]:
    """Draw the differences of a table that has their intervals on one axis; [] if there is no room.

    An interval that does not enclose zero has the colour of its sign.
    """
    names = [column.name for column in answer.columns]
    rows = _rows(answer, names)
    known = [v for row in rows for v in row[1:] if isinstance(v, float)]
    name = min(max(width(row.name) for row in rows), NAME)
    unit = "percent" if answer.columns[names.index(DIFFERENCE)].type == "percent" else "number"
    said = [_said(row.value, unit) for row in rows]
    room = size - 2 - name - 2 - max(map(width, said)) - 2
    each = min((height - 3) // len(rows), HIGHEST)
    if not known or each < 1 or room < NARROWEST:
        return []
    axis = Axis.of(min(known), max(known), unit, room)
    if axis is None:
        return []
    indent = 2 + name + 2
    found: list[Line] = [(), (Span("  difference and its interval (95%)", "dim"),)]
    for at, row in enumerate(rows):
        here = at == cursor
        label = Span(cut(row.name, name), "accent" if here else "")
        between: Line = (Span(" " * indent), *merged(_bare(axis, look)))
        above = (each - 1) // 2
        line = (*padded((Span("  "), label), indent), *_drawn(row, axis, look), Span("  "))
        end = Span(said[at], "dim" if row.style == "muted" else row.style)
        found += [between] * above + [(*line, end)] + [between] * (each - 1 - above)
    return [*found, _labels(axis, unit, indent)]


def _rows(answer: Table, names: Sequence[str]) -> list[Row]:
    places = [names.index(name) for name in (DIFFERENCE, LOW, HIGH)]
    texts = [at for at, column in enumerate(answer.columns) if column.type == "text"]
    return [
        Row(
            "  ".join(safe(row[at], 60) for at in texts),
            *(float(row[at]) if isinstance(row[at], int | float) else None for at in places),
        )
        for row in answer.rows
    ]


def _said(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    return f"{'+' if value > 0 else ''}{short(value, unit)}"


def _bare(axis: Axis, look: Look) -> list[Span]:
    """Return the cells of a line with nothing but the ticks and zero."""
    spans = [Span(" ")] * axis.size
    for tick in axis.ticks:
        spans[axis.at(tick)] = Span(look.pick("┊", "."), "grid")
    spans[axis.at(0.0)] = Span(look.pick("│", "|"), "muted")
    return spans


def _drawn(row: Row, axis: Axis, look: Look) -> Line:
    """Return the line with the interval of a row, and its difference on that."""
    spans = _bare(axis, look)
    if row.low is not None and row.high is not None:
        low, high = axis.at(row.low), axis.at(row.high)
        for x in range(low, high + 1):
            spans[x] = Span(look.pick("━", "-"), row.style)
        spans[low] = Span(look.pick("┣", "["), row.style)
        spans[high] = Span(look.pick("┫", "]"), row.style)
    if row.value is not None:
        spans[axis.at(row.value)] = Span(look.pick("●", "o"), f"{row.style} bold")
    return merged(spans)


def _labels(axis: Axis, unit: str, indent: int) -> Line:
    """Return the line of labels below the ticks; none runs into the one before."""
    line: list[Span] = []
    places = [(indent + axis.at(tick), _said(tick, unit)) for tick in axis.ticks]
    ends = [*(place for place, _ in places[1:]), indent + axis.size + LABEL_APART]
    for (place, text), after in zip(places, ends, strict=True):
        start = max(place - width(text) // 2, 0)
        gap = start - cells(line)
        if gap >= 0 and start + width(text) < after:
            line += [Span(" " * gap), Span(text, "dim")]
    return tuple(line)
