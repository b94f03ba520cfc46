"""Columns of tables as they are drawn, and those of two groups in fewer columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from core.text import width

WIDEST = 32
"""The cells of a column at most, while others need room."""

MINIMUM = 10
ROOMY = 16
"""Texts are not cut shorter than this while more than FEW columns are shown; the last column is
dropped instead.
"""

FEW = 4

DIFFERENCE, LOW, HIGH = "difference", "at least", "at most"
"""The columns of a difference and of the ends of its interval."""

INTERVAL = frozenset((DIFFERENCE, LOW, HIGH))

_COUNTED: Final = {
    "of first": "first", "of second": "second",
    "mean of first": "first", "mean of second": "second",
}  # fmt: skip
"""Columns of shares and means -> that of the people they are of."""

_SHORT: Final = {"significance": "signif."}
"""Headings that are wider than what is below them."""


class Texts(NamedTuple):
    """A column ready to draw: its heading, its cells and their alignment.

    Attributes:
        figures: the values for a bar beside the column.
        whole: whether it is not cut while another column can be.
        last: whether it is among the last to be left out where not all columns fit.
    """

    heading: str
    texts: tuple[str, ...]
    right: bool = False
    styles: tuple[str, ...] = ()
    figures: tuple[float, ...] = ()
    whole: bool = False
    last: bool = False

    @property
    def longest(self) -> int:
        """The width in cells at which nothing is cut."""
        return max([width(self.heading), *(width(t) for t in self.texts)])

    @property
    def natural(self) -> int:
        """The same, at most WIDEST."""
        return min(self.longest, WIDEST)


def narrowed(columns: Sequence[Texts]) -> list[Texts]:
    """Return columns that say the same in less room: a figure with its interval, and with how many
    people it is of; all others as they are.
    """
    found: list[Texts] = []
    by_name = {column.heading: column for column in columns}
    gone = {_COUNTED[name] for name in by_name if _COUNTED.get(name) in by_name}
    spread = by_name.keys() >= INTERVAL
    for column in columns:
        heading = column.heading
        if heading in gone or (spread and heading in (LOW, HIGH)):
            continue
        if _COUNTED.get(heading) in gone:
            column = _counted(column, by_name[_COUNTED[heading]])
        elif spread and heading == DIFFERENCE:
            column = _spread(column, by_name[LOW], by_name[HIGH])
        found.append(column._replace(heading=_SHORT.get(column.heading, column.heading)))
    return found


def _counted(figure: Texts, people: Texts) -> Texts:
    """Return a figure and how many people it is of in one column."""
    longest = max(map(width, people.texts), default=0)
    texts = (
        f"{one}  {many:>{longest}}" for one, many in zip(figure.texts, people.texts, strict=True)
    )
    return figure._replace(heading=people.heading, texts=tuple(texts))


def _spread(figure: Texts, low: Texts, high: Texts) -> Texts:
    """Return a figure and its interval in one column."""
    texts = []
    for said, least, most in zip(figure.texts, low.texts, high.texts, strict=True):
        unit = "%" if least.endswith("%") and most.endswith("%") else ""
        within = f"{least.removesuffix(unit)} to {most}"
        texts.append(said if least == most == "–" else f"{said} ({within})")
    return figure._replace(texts=tuple(texts))


def layout(columns: Sequence[Texts], size: int) -> list[int]:
    """Return a width per column, 0 for those without room; the widest text is narrowed first."""
    kept = list(range(len(columns)))
    while True:
        widths = [columns[at].natural for at in kept]
        over = sum(widths) + 2 * (len(kept) - 1) - size
        least = MINIMUM if len(kept) <= FEW else ROOMY
        willing = [not (columns[at].right or columns[at].whole) for at in kept]
        over = _give_way(widths, willing, over, least)
        if over <= 0 or len(kept) <= 1:
            break
        kept.remove(next((at for at in kept[:0:-1] if not columns[at].last), kept[-1]))
    if len(kept) == 1:
        widths[0] = max(min(widths[0], size), 0)
    found = dict(zip(kept, widths, strict=True))
    return [found.get(at, 0) for at in range(len(columns))]


def _give_way(widths: list[int], willing: Sequence[bool], over: int, least: int) -> int:
    """Narrow the widest of the given columns down to `least`; return the remaining excess."""
    while over > 0:
        able = [i for i, w in enumerate(widths) if willing[i] and w > least]
        if not able:
            break
        widths[max(able, key=lambda i: (widths[i], -i))] -= 1
        over -= 1
    return over


def widened(columns: Sequence[Texts], widths: list[int], size: int) -> list[int]:
    """Give the remaining room to columns that were cut."""
    spare = size - sum(w + 2 for w in widths if w) + 2
    found = list(widths)
    for index, column in enumerate(columns):
        more = min(max(column.longest - found[index], 0), spare) if found[index] else 0
        found[index] += more
        spare -= max(more, 0)
    return found
