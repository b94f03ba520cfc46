"""Which cell of an answer is under the mouse: found by asking where the cursor would be drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.draw.spans import Line

Place = tuple[int, int]
"""Column and line, from the top left of the content."""

TRIES = 8


def differing(plain: Sequence[Line], marked: Sequence[Line]) -> Place | None:
    """Return where a drawing with a cursor first differs from that without one.

    In that line it is the last of the runs that differ, as a row may have a pointer before it.
    """
    for y, (old, new) in enumerate(zip(plain, marked, strict=False)):
        if old == new:
            continue
        pairs = zip(_cells(old), _cells(new), strict=False)
        found = [x for x, (a, b) in enumerate(pairs) if a != b]
        starts = [x for x in found if x - 1 not in found]
        if starts:
            return starts[-1], y
    return None


def _cells(line: Line) -> list[tuple[str, str]]:
    return [(char, span.style) for span in line for char in span.text]


def cell_at(
    place: Callable[[int, int], Place | None],
    sizes: Sequence[int],
    start: tuple[int, int],
    at: Place,
) -> tuple[int, int] | None:
    """Return the row and column whose cursor is drawn nearest to a place.

    Args:
        place: returns where the cursor of a row and column is drawn; None if it is not.
        sizes: how many columns each row has.
        start: where the cursor is, as far rows are drawn only near it.
        at: the place, such as that of the mouse.
    """
    row = _row_at(place, sizes, start, at[1]) if len(sizes) > 1 else start[0]
    if row is None:
        return None
    low, high = 0, sizes[row] - 1
    while low < high:
        middle = (low + high + 1) // 2
        found = place(row, middle)
        if found is None or found[0] > at[0]:
            high = middle - 1
        else:
            low = middle
    return row, low


def _row_at(
    place: Callable[[int, int], Place | None],
    sizes: Sequence[int],
    start: tuple[int, int],
    line: int,
) -> int | None:
    row, column = start
    seen: dict[int, int] = {}
    for _ in range(TRIES):
        found = place(row, min(column, sizes[row] - 1))
        if found is None:
            return None
        if found[1] == line:
            return row
        seen[row] = found[1]
        wanted = min(max(row + line - found[1], 0), len(sizes) - 1)
        above = max((r for r, y in seen.items() if y < line), default=-1)
        below = min((r for r, y in seen.items() if y > line), default=len(sizes))
        if wanted in seen:
            wanted = (above + below) // 2
        if wanted in (row, above):
            return max(wanted, 0)
        row = wanted
    return row
