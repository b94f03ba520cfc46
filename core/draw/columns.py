"""Columns of tables as they are drawn, and those of two groups in fewer columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from core.text import width

WIDEST = 32
"""The cells of a column at most, while others need room."""

_LOW, _HIGH = "at least", "at most"
"""The ends of the interval of the column before them."""

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
    spread = {"difference", _LOW, _HIGH} <= set(by_name)
    for column in columns:
        heading = column.heading
        if heading in gone or (spread and heading in (_LOW, _HIGH)):
            continue
        if _COUNTED.get(heading) in gone:
            column = _counted(column, by_name[_COUNTED[heading]])
        elif spread and heading == "difference":
            column = _spread(column, by_name[_LOW], by_name[_HIGH])
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
