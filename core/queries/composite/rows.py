"""The shares of two groups side by side, with the interval of their difference."""

from __future__ import annotations

from typing import Any, NamedTuple

from core.answers import Cell, Column
from core.queries.composite.shares import Share
from core.queries.people import two_groups

COLUMNS = (Column(name=""), *two_groups.COLUMNS)


class Sizes(NamedTuple):
    """How many people are in each group, and in both."""

    one: int
    other: int
    both: int


class Row(NamedTuple):
    """What some people of both groups did.

    Attributes:
        counts, wholes: how many of each group did it, and of how many; wholes is None for people
            who are shown without a share.
        missing: groups whose answer has no such share, 0 or 1, whose people must be counted.
    """

    name: str
    cell: Cell
    counts: tuple[int, int]
    wholes: tuple[int, int] | None
    missing: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """The address of the row: that of its number in the answer for a group."""
        return self.cell.model_dump_json(exclude_defaults=True)

    def counted(self, side: int, people: int) -> Row:
        """Return the row with the people of one group."""
        one, other = self.counts
        return self._replace(counts=(one, people) if side else (people, other))

    def cells(self) -> tuple[Any, ...]:
        """The figures in the order of the columns."""
        (one, other), (first, second) = self.counts, self.wholes or (0, 0)
        return self.name, *two_groups.figures(one, first, other, second)


def paired(one: list[Share], other: list[Share], sizes: Sizes) -> list[Row]:
    """Return the shares of both answers side by side, in the order of the first."""
    first, second = ({share.cell: share for share in found} for found in (one, other))
    usual = _usual_whole(one), _usual_whole(other)
    return [
        _row(cell, first.get(cell), second.get(cell), sizes, usual) for cell in {**first, **second}
    ]


def _usual_whole(shares: list[Share]) -> int:
    """Return of how many people all shares without a group are, 0 if they are of different ones."""
    found = {s.whole for s in shares if s.whole is not None and not s.cell.group}
    return found.pop() or 0 if len(found) == 1 else 0


def _row(
    cell: Cell, one: Share | None, other: Share | None, sizes: Sizes, usual: tuple[int, int]
) -> Row:
    some = one or other
    assert some is not None
    counts = one.part if one else 0, other.part if other else 0
    missing = tuple(at for at, share in enumerate((one, other)) if share is None)
    if some.plain:
        return Row(some.name, cell, counts, None, missing)
    if some.whole is None:
        return Row(some.name, cell, counts, (sizes.one, sizes.other), missing)
    absent = (0, 0) if cell.group else usual
    wholes = one.whole or 0 if one else absent[0], other.whole or 0 if other else absent[1]
    return Row(some.name, cell, counts, wholes, missing)
