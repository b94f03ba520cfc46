"""Labels at the right end of lines: the value of the last complete point, by name if several.

If that is not the last point, its date stands beside it or above all labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from core.answers import Series
from core.draw.figures import day_text, moment, short
from core.draw.legend import letter
from core.draw.series.cursor import LOWEST
from core.draw.spans import Line, Look, Span, cells, clipped, padded, safe
from core.draw.units import unit_of
from core.text import cut, fit, width
from core.timeframe import CLOCK

NAMED_FROM = 72
"""Width of a chart in cells from which lines are named at their ends, instead of in a legend."""

VALUE_FROM = 34
DATED_FROM = 48
BEFORE_FROM = 60
LETTER_FROM = 30
PREVIOUS = "prev"


class End(NamedTuple):
    """What is written beside the end of a line: at the height of `value`, if there is room.

    Attributes:
        when: the date of the value, written after it.
    """

    value: float | None
    text: str
    style: str
    when: str = ""

    @property
    def line(self) -> Line:
        """The label as text."""
        return (Span(self.text, self.style), Span(f" {self.when}" if self.when else "", "dim"))


class Ends(NamedTuple):
    """The labels of a chart, and the width in cells that they take, with the gap before them.

    Attributes:
        when: the date of all values, written above the labels if there is a row for it.
    """

    shown: tuple[End, ...] = ()
    size: int = 0
    named: bool = False
    when: str = ""

    def rows(self, places: Sequence[int | None], height: int) -> dict[int, End]:
        """Return the label of each row, each as near to its place as the others allow."""
        wanted = [(y, i) for i, y in enumerate(places[: len(self.shown)]) if y is not None]
        wanted.sort()
        if self.when and 0 < len(wanted) < height:
            wanted.insert(0, (max(wanted[0][0] - 1, 0), len(self.shown)))
        shown = (*self.shown, End(None, self.when, "dim"))
        rows: list[int] = []
        for y, _ in wanted:
            rows.append(max(y, rows[-1] + 1 if rows else 0))
        limit = height
        for at in reversed(range(len(rows))):
            rows[at] = min(rows[at], limit - 1)
            limit = rows[at]
        return {row: shown[i] for row, (_, i) in zip(rows, wanted, strict=True) if row >= 0}


def ends_of(
    answer: Series, size: int, rows: int, look: Look, *, compared: int | None = None
) -> Ends:
    """Return the labels that a chart of `size` cells by `rows` has room for.

    Args:
        compared: the line whose compared period is drawn too.
    """
    count = len(answer.lines)
    if count == 1:
        return _alone(answer, size) if size >= VALUE_FROM else Ends()
    if not count or size < LETTER_FROM:
        return Ends()
    if size < NAMED_FROM or rows < max(count, LOWEST):
        return _letters(answer, look)
    values = [short(last_of(answer, i), unit_of(answer, i)) for i in range(count)]
    wide = max(map(width, values))
    names = [safe(line.name) for line in answer.lines]
    name = min(max(map(width, names)), max(size // 5 - wide - 1, 8))
    shown = [
        End(
            last_of(answer, i),
            f"{letter(i, look)} {fit(cut(names[i], name), name)} {values[i].rjust(wide)}",
            f"series{i % 8}",
        )
        for i in range(count)
    ]
    before = _before(answer, compared) if compared is not None else None
    if before is not None and rows > count + 1:
        text = f"{fit(PREVIOUS, name + 2)} {short(before, unit_of(answer, compared or 0)):>{wide}}"
        shown.append(End(before, text, "muted"))
    size = max(width(end.text) for end in shown) + 1
    return Ends(tuple(shown), size, True, _when(answer))


def _alone(answer: Series, size: int) -> Ends:
    when, value, unit = _when(answer), last_of(answer, 0), unit_of(answer)
    beside = when if size >= BEFORE_FROM else ""
    found = [End(value, short(value, unit), "series0 bold", beside)]
    before = _before(answer, 0)
    if before is not None and size >= BEFORE_FROM:
        found.append(End(before, f"{PREVIOUS} {short(before, unit)}", "muted"))
    sizes = [cells(end.line) for end in found]
    above = when if DATED_FROM <= size < BEFORE_FROM else ""
    return Ends(tuple(found), max([*sizes, width(above)]) + 1, when=above)


def _before(answer: Series, index: int) -> float | None:
    """Return the last value of a line's compared period."""
    return _newest(answer.lines[index].previous or ())


def _letters(answer: Series, look: Look) -> Ends:
    shown = tuple(
        End(last_of(answer, i), letter(i, look), f"series{i % 8}") for i in range(len(answer.lines))
    )
    return Ends(shown, 2)


def last_of(answer: Series, index: int) -> float | None:
    """Return the value of a line's last complete bucket, else of its last one; None without any."""
    values = answer.lines[index].values
    pairs = zip(values, answer.buckets, strict=True)
    whole = _newest([value for value, bucket in pairs if not bucket.partial])
    return _newest(values) if whole is None else whole


def _newest(values: Sequence[float | None]) -> float | None:
    return next((value for value in reversed(values) if value is not None), None)


def last_whole(answer: Series) -> int:
    """Return the index of the last complete bucket, or of the last one if none is complete."""
    count = len(answer.buckets)
    whole = (at for at in reversed(range(count)) if not answer.buckets[at].partial)
    return next(whole, max(count - 1, 0))


def _when(answer: Series) -> str:
    """Return the date of the last complete bucket if it is not the last one, else ""."""
    at = last_whole(answer)
    if not answer.buckets or at == len(answer.buckets) - 1:
        return ""
    when = moment(answer.buckets[at].label)
    if when.year == 1:
        return ""
    if answer.granularity in CLOCK:
        return f"{when:%H:%M}"
    if answer.granularity in ("daily", "weekly"):
        return day_text(when)
    return f"{when:%Y}" if answer.granularity == "yearly" else f"{when:%b %Y}"


def with_ends(lines: Sequence[Line], found: dict[int, End], size: int) -> list[Line]:
    """Put labels at the end of the rows of a canvas; every row gets `size` cells more."""
    if not size:
        return list(lines)
    blank = Span(" " * size)
    return [
        (*line, Span(" "), *padded(clipped(found[y].line, size - 1), size - 1))
        if y in found
        else (*line, blank)
        for y, line in enumerate(lines)
    ]
