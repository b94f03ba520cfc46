"""A chart's frame: positions of values and buckets on a canvas, labels, marks and cursor."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from core.answers import TimeBucket
from core.answers.display import Axis
from core.draw.figures import Tick, short, ticks, time_ticks
from core.draw.spans import Canvas, Line, Look, Span
from core.draw.units import beyond
from core.text import width

LETTERS = {"release": "R", "news": "N", "incident": "I", "post": "P"}


@dataclass(frozen=True)
class Axes:
    """Positions on a canvas.

    Attributes:
        width, height: the canvas, in cells.
        low, high: the values at its bottom and top.
        count: the number of buckets across the width.
        rows: how many steps a row is divided into.
        bands: whether buckets are stretches of the width, as for bars, rather than points.
        log: whether low and high, and results of `y`, are powers of ten.
        least, most: values beyond these are not drawn.
    """

    width: int
    height: int
    low: float
    high: float
    count: int
    rows: int = 1
    bands: bool = False
    log: bool = False
    least: float | None = None
    most: float | None = None

    def y(self, value: float) -> float | None:
        """Return the position of a value between low and high; None if it is not drawn."""
        if self.least is not None and value < self.least:
            return None
        if self.most is not None and value > self.most:
            return None
        if not self.log:
            return value
        return math.log10(value) if value > 0 else None

    def column(self, index: int) -> int:
        """Return the column of a bucket."""
        return round(self.x(index))

    def band(self, index: int) -> tuple[int, int]:
        """Return the first column of a bucket's stretch and its width."""
        start = index * self.width // max(self.count, 1)
        return start, (index + 1) * self.width // max(self.count, 1) - start

    def x(self, index: int) -> float:
        """Return a bucket's position in cells."""
        if self.bands:
            start, size = self.band(index)
            return start + max(size - 2, 0) // 2
        if self.count < 2:
            return (self.width - 1) / 2
        return index * (self.width - 1) / (self.count - 1)

    def cells(self, value: float) -> float:
        """Return a value's height above the bottom in cells, with zero between two cells."""
        unit = self.height / (self.high - self.low)
        return min(max(round(-self.low * unit) + value * unit, 0.0), float(self.height))

    def row(self, value: float) -> int:
        """Return the row of a value, 0 at the top; for a bar, the row it ends in."""
        if self.bands:
            end = self.cells(value)
            cell = math.ceil(end - 1e-9) - 1 if value > 0 else math.floor(end + 1e-9)
            return self.height - 1 - min(max(cell, 0), self.height - 1)
        share = (self.high - value) / (self.high - self.low)
        return int(round(share * (self.height * self.rows - 1)) // self.rows)


@dataclass(frozen=True)
class Scale:
    """The value axis: its ticks, and the width of its labels.

    Attributes:
        values: the values of its ticks; powers of ten if `log`.
        visible: whether its labels are drawn.
    """

    values: tuple[float, ...]
    unit: str
    log: bool = False
    visible: bool = True

    @classmethod
    def of(
        cls, values: Iterable[float | None], unit: str, height: int, axis: Axis | None = None
    ) -> Scale:
        """Return a round scale that encloses the values, with a tick at most every second row."""
        axis = axis or Axis()
        known = [v for v in values if v is not None and not beyond(v, axis)]
        known += [b for b in (axis.min_bound, axis.max_bound) if b is not None]
        if axis.scale == "logarithmic":
            return cls(_powers([v for v in known if v > 0], height), unit, True, axis.visible)
        low, high = min(known, default=0.0), max(known, default=0.0)
        zero = axis.min_bound is None or axis.min_bound <= 0
        found = ticks(low, high, max(height // 2, 1), unit, zero=zero)
        if axis.min_bound is not None:
            found = [axis.min_bound, *(v for v in found if v > axis.min_bound)]
        if axis.max_bound is not None:
            found = [*(v for v in found if v < axis.max_bound), axis.max_bound]
        return cls(tuple(found), unit, False, axis.visible)

    @property
    def labels(self) -> list[str]:
        """The ticks as text."""
        if not self.visible:
            return [""] * len(self.values)
        return [short(10.0**v if self.log else v, self.unit) for v in self.values]

    @property
    def gutter(self) -> int:
        """Width of the labels in cells."""
        return max(width(label) for label in self.labels)


def _powers(values: list[float], height: int) -> tuple[float, ...]:
    """Return the powers of ten that enclose positive values, as many as fit."""
    low = math.floor(math.log10(min(values, default=1.0)) + 1e-9)
    high = max(math.ceil(math.log10(max(values, default=10.0)) - 1e-9), low + 1)
    step = max(-(-(high - low) // max(height // 2, 1)), 1)
    return tuple(float(low + n * step) for n in range(-(-(high - low) // step) + 1))


def framed(canvas: Canvas, axes: Axes, scale: Scale, look: Look) -> list[Line]:
    """Return the canvas with value labels and the axis on its left."""
    shown: dict[int, str] = {}
    for value, label in zip(scale.values, scale.labels, strict=True):
        shown[axes.row(value)] = label
    bar, tick = look.pick("│", "|"), look.pick("┤", "|")
    return [
        (
            Span(shown.get(y, "").rjust(scale.gutter), "dim"),
            Span(tick if y in shown else bar, "border"),
            *canvas.row(y),
        )
        for y in range(canvas.height)
    ]


def labels_line(
    columns: Sequence[tuple[int, str]], size: int, *, pointer: int | None = None, glyph: str = "^"
) -> Line:
    """Return texts below their columns, without those that would touch, and a pointer."""
    canvas = Canvas(size, 1)
    taken: list[tuple[int, int]] = []
    if pointer is not None:
        taken.append((pointer - 1, pointer + 1))
    for column, text in columns:
        start = min(column, size - width(text))
        end = start + width(text)
        if start < 0 or any(start <= b + 1 and end >= a - 1 for a, b in taken):
            continue
        canvas.text(start, 0, text, "dim")
        taken.append((start, end))
    if pointer is not None:
        canvas.put(pointer, 0, glyph, "cursor")
    return canvas.row(0) if size > 0 else ()


def fitting(axes: Axes, choices: Iterable[list[Tick]]) -> list[tuple[int, str]]:
    """Return the first, densest set of labels that fits below the axis."""
    for choice in choices:
        placed = [(axes.column(i), text) for i, text in choice]
        if len(placed) >= 2 and _apart(placed, axes.width):
            return placed
    return []


def _apart(placed: Sequence[tuple[int, str]], size: int) -> bool:
    end = -3
    for column, text in placed:
        start = min(column, size - width(text))
        if start < end + 3:
            return False
        end = start + width(text)
    return True


def time_labels(
    axes: Axes, buckets: Sequence[TimeBucket], granularity: str
) -> list[tuple[int, str]]:
    """Return the labels of a time axis: calendar boundaries, else its two ends."""
    found = fitting(axes, time_ticks(buckets, granularity))
    if found or not buckets:
        return found
    from core.draw.figures import bucket_text

    ends = [0, len(buckets) - 1] if len(buckets) > 1 else [0]
    named = [(i, bucket_text(buckets[i].label, granularity)) for i in ends]
    return [(axes.column(i), text.removeprefix("week of ")) for i, text in named]


def mark_letters(marks: Sequence[Any], buckets: Sequence[TimeBucket]) -> dict[int, str]:
    """Return bucket index -> its mark's letter, or their number if several share the bucket.

    A mark with a duration counts in the bucket where it begins.
    """
    found: dict[int, list[str]] = {}
    for mark in marks:
        for index, bucket in enumerate(buckets):
            if bucket.start <= mark.timestamp < bucket.end:
                found.setdefault(index, []).append(LETTERS.get(mark.category, "M"))
                break
    return {
        index: letters[0] if len(letters) == 1 else str(min(len(letters), 9))
        for index, letters in found.items()
    }


def marks_line(axes: Axes, letters: dict[int, str]) -> Line:
    """Return the row of mark letters below a canvas."""
    canvas = Canvas(axes.width, 1)
    for index, letter in letters.items():
        column = axes.column(index)
        if canvas.width and canvas.get(min(column, canvas.width - 1), 0) != " ":
            letter = "+"
        canvas.put(column, 0, letter, "mark")
    return canvas.row(0) if canvas.width else ()


def rule(canvas: Canvas, column: int, char: str, style: str) -> None:
    """Draw a vertical line where the canvas is empty."""
    for y in range(canvas.height):
        if 0 <= column < canvas.width and canvas.get(column, y) == " ":
            canvas.put(column, y, char, style)
