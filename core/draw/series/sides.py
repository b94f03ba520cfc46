"""Which lines get an axis of their own at the right, because one scale would flatten some."""

from __future__ import annotations

import math
from itertools import pairwise

from core.answers import Series
from core.draw.units import drawing_of, units_of

LOSSES = frozenset({"dormant"})
"""Lines with these names are people lost: as bars they hang below zero, outside the stack."""

FACTOR = 20
"""How much greater the lines of one axis are than those of the other."""


def sided(answer: Series) -> Series:
    """Return a series whose lines of another unit, or far other size, are on the right axis.

    Values of a breakdown share an axis, as they are compared with each other, and so do the parts
    of a whole. An axis that was chosen is left as it is.
    """
    drawing = drawing_of(answer)
    count = len(answer.lines)
    chosen = any(drawing.on_right(at) for at in range(count))
    own = drawing.axes.right_y != drawing.axes.left_y or drawing.axes.left_y.scale != "linear"
    if count < 2 or chosen or own or answer.breakdown or _is_whole(answer):
        return answer
    right = _other_unit(answer) or _other_size(answer)
    if not right:
        return answer
    lines = tuple(
        drawing.of(at).model_copy(update={"axis_assignment": "right" if at in right else "left"})
        for at in range(count)
    )
    units = drawing.units or (answer.unit,) * count
    shown = drawing.model_copy(update={"lines": lines, "units": units})
    return answer.model_copy(update={"drawing": shown})


def _is_whole(answer: Series) -> bool:
    """Whether the lines are parts of one whole: who came, came back and left."""
    return any(line.series in LOSSES for line in answer.lines)


def _other_unit(answer: Series) -> set[int]:
    """Return the lines whose unit is not that of the first, if they all have one."""
    units = units_of(answer)
    return (
        {at for at, unit in enumerate(units) if unit != units[0]} if len(set(units)) == 2 else set()
    )


def _other_size(answer: Series) -> set[int]:
    """Return the lines on the other side of the widest gap from the first, if it is wide."""
    sizes = {
        at: max((abs(v) for v in line.values if v is not None and math.isfinite(v)), default=0.0)
        for at, line in enumerate(answer.lines)
    }
    ranked = sorted((size, at) for at, size in sizes.items() if size > 0)
    gaps = [(high[0] / low[0], high[0]) for low, high in pairwise(ranked)]
    if not gaps or max(gaps)[0] < FACTOR:
        return set()
    edge = max(gaps)[1]
    great = {at for size, at in ranked if size >= edge}
    small = {at for at in sizes if at not in great}
    return small if 0 in great else great
