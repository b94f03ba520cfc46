"""Labels at the right end of lines: the value of the last complete point, by name if several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from core.answers import Series
from core.draw.figures import short
from core.draw.legend import letter
from core.draw.series.cursor import LOWEST
from core.draw.spans import Line, Look, Span, safe
from core.draw.units import unit_of
from core.text import cut, fit, width

NAMED_FROM = 72
"""Width of a chart in cells from which lines are named at their ends, instead of in a legend."""

VALUE_FROM = 34
BEFORE_FROM = 60
LETTER_FROM = 30
PREVIOUS = "prev"


class End(NamedTuple):
    """What is written beside the end of a line: at the height of `value`, if there is room."""

    value: float | None
    text: str
    style: str


class Ends(NamedTuple):
    """The labels of a chart, and the width in cells that they take, with the gap before them."""

    shown: tuple[End, ...] = ()
    size: int = 0
    named: bool = False

    def rows(self, places: Sequence[int | None], height: int) -> dict[int, End]:
        """Return the label of each row, each as near to its place as the others allow."""
        wanted = [(y, i) for i, y in enumerate(places[: len(self.shown)]) if y is not None]
        wanted.sort()
        rows: list[int] = []
        for y, _ in wanted:
            rows.append(max(y, rows[-1] + 1 if rows else 0))
        limit = height
        for at in reversed(range(len(rows))):
            rows[at] = min(rows[at], limit - 1)
            limit = rows[at]
        return {row: self.shown[i] for row, (_, i) in zip(rows, wanted, strict=True) if row >= 0}


def ends_of(answer: Series, size: int, rows: int, look: Look, *, named: bool = True) -> Ends:
    """Return the labels that a chart of `size` cells by `rows` has room for."""
    count = len(answer.lines)
    if count == 1:
        return _alone(answer, size) if size >= VALUE_FROM else Ends()
    if not count or size < LETTER_FROM:
        return Ends()
    if not named or size < NAMED_FROM or rows < max(count, LOWEST):
        return _letters(answer, look)
    values = [short(last_of(answer, i), unit_of(answer, i)) for i in range(count)]
    wide = max(map(width, values))
    names = [safe(line.name) for line in answer.lines]
    name = min(max(map(width, names)), max(size // 5 - wide - 1, 8))
    shown = tuple(
        End(
            last_of(answer, i),
            f"{fit(cut(names[i], name), name)} {values[i].rjust(wide)}",
            f"series{i % 8}",
        )
        for i in range(count)
    )
    return Ends(shown, name + wide + 2, True)


def _alone(answer: Series, size: int) -> Ends:
    line = answer.lines[0]
    found = [End(last_of(answer, 0), short(last_of(answer, 0), unit_of(answer)), "series0 bold")]
    before = next((v for v in reversed(line.previous or ()) if v is not None), None)
    if before is not None and size >= BEFORE_FROM:
        found.append(End(before, PREVIOUS, "muted"))
    return Ends(tuple(found), max(width(end.text) for end in found) + 1)


def _letters(answer: Series, look: Look) -> Ends:
    shown = tuple(
        End(last_of(answer, i), letter(i, look), f"series{i % 8}") for i in range(len(answer.lines))
    )
    return Ends(shown, 2)


def last_of(answer: Series, index: int) -> float | None:
    """Return the value of a line's last complete bucket, else of its last one; None without any."""
    values = answer.lines[index].values
    known = [
        v for v, b in zip(values, answer.buckets, strict=True) if v is not None and not b.partial
    ]
    return known[-1] if known else next((v for v in reversed(values) if v is not None), None)


def with_ends(lines: Sequence[Line], found: dict[int, End], size: int) -> list[Line]:
    """Put labels at the end of the rows of a canvas; every row gets `size` cells more."""
    if not size:
        return list(lines)
    blank = Span(" " * size)
    return [
        (*line, Span(" "), Span(fit(found[y].text, size - 1), found[y].style))
        if y in found
        else (*line, blank)
        for y, line in enumerate(lines)
    ]
