"""A table whose cursor is on a cell: lines of columns, the row of the cursor filled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.draw.spans import Line, Span
from core.text import clean, fit, width


@dataclass(frozen=True)
class Shown:
    """A column: its heading, its width, and the clean text it shows in every row."""

    name: str
    size: int
    texts: tuple[str, ...]
    right: bool = False


def column(name: str, texts: Sequence[str], most: int, *, right: bool = False) -> Shown:
    """Return a column as wide as its widest text, at most `most`; texts may come from data."""
    shown = [clean(text) for text in texts]
    return Shown(clean(name), min(max(map(width, (name, *shown))), most), tuple(shown), right)


def headings(columns: Sequence[Shown], wide: int) -> Line:
    """Return the line above the rows."""
    texts = [fit(c.name, c.size, right=c.right) for c in columns]
    return (Span(fit("  ".join(texts), wide), "dim"),)


def row_line(columns: Sequence[Shown], row: int, here: int | None, wide: int) -> Line:
    """Return a row.

    Args:
        here: the column under the cursor, None if the cursor is on another row.
    """
    texts = [fit(c.texts[row], c.size, right=c.right) for c in columns]
    if here is None:
        return (Span(fit("  ".join(texts), wide)),)
    before = "".join(text + "  " for text in texts[:here])
    after = "".join("  " + text for text in texts[here + 1 :])
    rest = max(wide - width(before) - width(texts[here]), 0)
    return (
        Span(before, "row"),
        Span(texts[here], "cursor"),
        Span(fit(after, rest), "row"),
    )


def cell_at(columns: Sequence[Shown], x: int) -> int:
    """Return the column at a distance in cells from the left."""
    at = 0
    while at < len(columns) - 1 and x >= columns[at].size + 2:
        x -= columns[at].size + 2
        at += 1
    return at


def scrolled(top: int, row: int, rows: int, count: int) -> int:
    """Return the first row to show, so that a row is among those shown and none is wasted."""
    top = min(max(top, row - rows + 1), row)
    return max(min(top, count - rows), 0)
