"""Positions on a canvas: values by a round scale, buckets from left to right."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.answers.display import USUAL_AXIS, Axis
from core.draw.figures import short, steps_of
from core.draw.series.plot import DOTS
from core.draw.spans import Canvas, Line, Look, Span
from core.draw.units import Unit, beyond
from core.text import width

FEWEST, MOST = 3, 6
"""How many ticks an axis has where the values allow it."""

TALL = 16
"""Rows from which it has at least one more."""


class Scale(NamedTuple):
    """The value axis: round ticks at even distances in value and in rows.

    Attributes:
        ticks: rows above the lowest one, and the value there; powers of ten if `log`.
        low: the value at the bottom of the lowest row.
        each: how much a row adds.
        visible: whether its labels are drawn.
    """

    ticks: tuple[tuple[int, float], ...]
    low: float
    each: float
    unit: str
    log: bool = False
    visible: bool = True

    @classmethod
    def of(
        cls, values: Iterable[float | None], unit: str, rows: int, axis: Axis | None = None
    ) -> Scale:
        """Return the scale that shows the values, and zero, as large as `rows` rows allow."""
        axis = axis or USUAL_AXIS
        known = [v for v in values if v is not None and math.isfinite(v) and not beyond(v, axis)]
        if axis.scale == "logarithmic":
            return _powers([v for v in known if v > 0], unit, rows, axis.visible)
        low, high = min([*known, 0.0]), max([*known, 0.0])
        if axis.min_bound is not None:
            low = axis.min_bound
            high = max([*known, low])
        if axis.max_bound is not None:
            return _bounded(low, axis.max_bound, unit, rows, axis.visible)
        if high - low < 1e-9:
            high = low + 1
        fixed = low if axis.min_bound is not None else 0.0
        found = _round(low - fixed, high - fixed, unit, rows)
        base, step, apart = found
        ticks = tuple(
            (row, fixed + (row - base) // apart * step) for row in range(base % apart, rows, apart)
        )
        each = step / apart
        return cls(_exact(ticks), fixed - base * each, each, unit, False, axis.visible)

    @property
    def labels(self) -> list[str]:
        """The ticks as text, the unit only at the uppermost."""
        if not self.visible:
            return [""] * len(self.ticks)
        texts = [short(10.0**v if self.log else v, self.unit) for _, v in self.ticks]
        sign = self.unit.symbol if isinstance(self.unit, Unit) else ""
        sign = sign or {"percent": "%", "currency": "$"}.get(self.unit, "")
        if not sign:
            return texts
        after = len(texts[-1]) - len(texts[-1].removesuffix(sign).rstrip())
        return [_bare(text, sign) + " " * after for text in texts[:-1]] + texts[-1:]

    @property
    def gutter(self) -> int:
        """Width of the labels in cells."""
        return max(map(width, self.labels), default=0)


def _bare(text: str, sign: str) -> str:
    return text.replace(sign, "", 1).strip()


def _exact(ticks: Sequence[tuple[int, float]]) -> tuple[tuple[int, float], ...]:
    return tuple((row, round(value, 12)) for row, value in ticks)


def _round(low: float, high: float, unit: str, rows: int) -> tuple[int, float, int]:
    """Return the row of zero, the value from tick to tick, and the rows between two ticks.

    Of all that hold low to high (which enclose zero), the one that draws them largest; a tick less
    than usual counts as a loss of a quarter, one more as one of two.
    """
    best: tuple[float, int, float, int] | None = None
    for apart in range(1, max(rows, 2)):
        for step in steps_of(high - low, unit):
            base = math.ceil(-low / step * apart - 1e-9)
            if base + high / step * apart > max(rows - 0.25, 0.75) + 1e-9:
                continue
            count = len(range(base % apart, rows, apart))
            odd = max(FEWEST + (rows >= TALL) - count, 8 * (count - MOST), 0)
            loss = step / apart * (1 + odd / 4)
            if best is None or loss < best[0] * (1 - 1e-9):
                best = (loss, base, step, apart)
            break
    if best is None:
        return (
            (0 if low >= 0 else max(rows - 1, 0) if high <= 0 else rows // 2),
            (high - low) * 2,
            1,
        )
    return best[1:]


def _bounded(low: float, high: float, unit: str, rows: int, visible: bool) -> Scale:
    """Return the scale of an axis whose upper end is given: as many equal parts as fit best."""
    parts = max(range(1, MOST), key=lambda n: ((rows - 1) // n * n if rows > 2 * n else 0, n))
    apart = max((rows - 1) // parts, 1)
    step = (high - low) / parts
    ticks = [(n * apart, low + n * step) for n in range(parts + 1)]
    return Scale(_exact(ticks), low, step / apart, unit, False, visible)


def _powers(values: list[float], unit: str, rows: int, visible: bool) -> Scale:
    """Return the scale of the powers of ten that enclose positive values, as many as fit."""
    low = math.floor(math.log10(min(values, default=1.0)) + 1e-9)
    high = max(math.ceil(math.log10(max(values, default=10.0)) - 1e-9), low + 1)
    most = max(min((rows - 1) // 2, MOST - 1), 1)
    step = -(-(high - low) // most)
    parts = -(-(high - low) // step)
    apart = max((rows - 1) // parts, 1)
    ticks = tuple((n * apart, float(low + n * step)) for n in range(parts + 1))
    return Scale(ticks, low, step / apart, unit, True, visible)


@dataclass(frozen=True)
class Axes:
    """Positions on a canvas.

    Attributes:
        width, height: the canvas, in cells.
        count: the number of buckets across the width.
        glyphs: the glyphs of the look, which say how many dots are in a cell.
        bands: whether buckets are stretches of the width, as for bars, rather than points.
        least, most: values beyond these are not drawn.
    """

    width: int
    height: int
    count: int
    scale: Scale
    glyphs: str = "braille"
    bands: bool = False
    least: float | None = None
    most: float | None = None

    def level(self, value: float | None) -> float | None:
        """Return how many rows a value is above the bottom; None if it is not drawn."""
        if value is None or not math.isfinite(value):
            return None
        if self.least is not None and value < self.least:
            return None
        if self.most is not None and value > self.most:
            return None
        if self.scale.log:
            if value <= 0:
                return None
            value = math.log10(value)
        return min(max((value - self.scale.low) / self.scale.each, 0.0), float(self.height))

    def holds(self, value: float) -> bool:
        """Whether a value lies between the lowest row and the top; others are drawn at an end."""
        if self.scale.log:
            value = math.log10(value) if value > 0 else -math.inf
        return 0 <= (value - self.scale.low) / self.scale.each <= self.height

    @property
    def zero(self) -> float:
        """How many rows zero is above the bottom."""
        return 0.0 if self.scale.log else self.level(0.0) or 0.0

    def row(self, value: float | None) -> int | None:
        """Return the row of a value, 0 at the top; None if it is not drawn."""
        level = self.level(value)
        if level is None:
            return None
        return self.height - 1 - min(int(level + 1e-9), self.height - 1)

    def dot(self, value: float | None) -> float | None:
        """Return the height of a value in dots; None if it is not drawn."""
        level = self.level(value)
        down = DOTS[self.glyphs][1]
        return None if level is None else min(level * down, self.height * down - 1.0)

    def column(self, index: int) -> int:
        """Return the column of a bucket."""
        if self.bands:
            start, size = self.band(index)
            return start + max(size - 2, 0) // 2
        return round(self.x(index)) // DOTS[self.glyphs][0]

    def x(self, index: int) -> float:
        """Return the column of a bucket in dots."""
        most = self.width * DOTS[self.glyphs][0] - 1
        return most / 2 if self.count < 2 else index * most / (self.count - 1)

    def band(self, index: int) -> tuple[int, int]:
        """Return the first column of a bucket's stretch and its width."""
        start = index * self.width // max(self.count, 1)
        return start, (index + 1) * self.width // max(self.count, 1) - start

    def at(self, column: int) -> float:
        """Return which bucket is at a column of cells, with fractions between two."""
        return column * (self.count - 1) / max(self.width - 1, 1)


def rule(canvas: Canvas, column: int, char: str, style: str) -> None:
    """Draw a vertical line where the canvas is empty."""
    for y in range(canvas.height):
        canvas.under(column, y, char, style)


def grid(canvas: Canvas, axes: Axes, look: Look) -> None:
    """Draw a faint dotted line at every tick where the canvas is empty; zero is drawn denser."""
    sparse, dense = {"braille": ("⡀", "⣀"), "block": ("┈", "┈"), "ascii": ("-", "-")}[look.glyphs]
    for row, value in axes.scale.ticks:
        is_base = value == 0 and not axes.scale.log
        for x in range(0, canvas.width, 4 if look.ascii and not is_base else 1):
            canvas.under(x, canvas.height - 1 - row, dense if is_base else sparse, "grid")


def framed(canvas: Canvas, axes: Axes, look: Look) -> list[Line]:
    """Return the canvas with value labels on its left."""
    scale = axes.scale
    shown = {
        canvas.height - 1 - row: text
        for (row, _), text in zip(scale.ticks, scale.labels, strict=True)
    }
    edge = Span(look.pick(" ", "|"), "border")
    return [
        (Span(shown.get(y, "").rjust(scale.gutter), "dim"), edge, *canvas.row(y))
        for y in range(canvas.height)
    ]
