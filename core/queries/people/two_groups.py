"""How many of two groups of people something is true of, with the interval of the difference."""

from __future__ import annotations

from typing import Any, Final

from core.answers import Column
from core.queries.funnel.statistics import newcombe, two_shares

COLUMNS: Final = (
    Column(name="of first", type="percent"),
    Column(name="of second", type="percent"),
    Column(name="difference", type="percent"),
    Column(name="at least", type="percent"),
    Column(name="at most", type="percent"),
    Column(name="significance", type="percent"),
    Column(name="first", type="count"),
    Column(name="second", type="count"),
)


def figures(one: int, first: int, other: int, second: int) -> tuple[Any, ...]:
    """Return the figures in the order of COLUMNS; those of a share of nothing are None.

    Args:
        one, other: of how many people of each group it is true.
        first, second: how many people these are of.
    """
    share, base = one / first if first else None, other / second if second else None
    difference = None if share is None or base is None else share - base
    bounds = newcombe(one, first, other, second) or (None, None)
    test = two_shares(one, first, other, second)
    return share, base, difference, *bounds, test and test.significance, one, other
