"""The mean of what people of two groups did, with the interval of their difference by resampling
(definitions 11.20).

numpy is loaded with the first resampling.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from math import sqrt
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from core.answers import Column
from core.queries.common.context import Context
from core.queries.common.question import Question, Rows
from core.queries.trend.histograms import counted, valued
from core.sql.dialect import Binder, Statement

if TYPE_CHECKING:
    import numpy

MEANS: Final = ("count", "average", "sum", "avg")
"""Measures of events over time that are compared as means."""

RESAMPLES: Final = 1000
SEED: Final = 20
"""Where the random numbers begin, so that the same data gives the same interval."""

MOST_VALUES: Final = 2000
"""From more different values the mean of resamples is drawn from a normal distribution."""

AT_ONCE: Final = 100

COLUMNS: Final = (
    Column(name=""),
    Column(name="mean of first", type="number"),
    Column(name="mean of second", type="number"),
    Column(name="difference", type="number"),
    Column(name="at least", type="number"),
    Column(name="at most", type="number"),
    Column(name="first more", type="percent"),
    Column(name="first", type="count"),
    Column(name="second", type="count"),
)


class Did(NamedTuple):
    """What some people did: each added `x` to a figure, and `of` to what it is divided by."""

    x: float
    of: float
    people: int


def did(ctx: Context, question: Question, size: int) -> Generator[Statement, Rows, list[Did]]:
    """Return what the people of a group did in a trend.

    Args:
        size: everybody in the group. A mean of `count` and `sum` is over all of them.
    """
    measure = question.measure  # type: ignore[attr-defined]
    bind = ctx.binder()
    rows = yield bind.statement(
        f"""
        select x, n, count(*) as people
        from ({_each(ctx, question, bind)}) each
        group by x, n
        """,
        "people by what they did",
    )
    people = sum(row[2] for row in rows)
    if measure == "avg":
        return [Did(*row) for row in rows]
    found = [Did(x, 1, count) for x, _, count in rows]
    if measure != "average" and size > people:
        found.append(Did(0, 1, size - people))
    return found


def _each(ctx: Context, question: Any, bind: Binder) -> str:
    """Relation (actor, x, n): of each person the events, or the sum and the number of values."""
    if question.property:
        x = ctx.dialect.total("x")
        return f"""
            select actor, {x} as x, count(*) as n
            from ({valued(ctx, question, bind)}) f
            group by actor"""
    return f"select actor, x, 1 as n from ({counted(ctx, question, bind)}) f"


def mean(rows: Sequence[Did]) -> float | None:
    """Return the mean of what people did; None of nothing."""
    whole = sum(row.of * row.people for row in rows)
    return sum(row.x * row.people for row in rows) / whole if whole else None


def cells(name: str, one: Sequence[Did], other: Sequence[Did], people: tuple[int, int]) -> Any:
    """Return the figures of both groups in the order of the columns."""
    first, second = mean(one), mean(other)
    if first is None or second is None:
        return name, first, second, None, None, None, None, *people
    low, high, chance = difference(one, other)
    return name, first, second, first - second, low, high, chance, *people


def difference(one: Sequence[Did], other: Sequence[Did]) -> tuple[float, float, float]:
    """Return the 95 % interval of a mean minus another, and the chance that it is more than 0."""
    import numpy as np

    apart = _resampled(one, 0) - _resampled(other, 1)
    low, high = (float(x) for x in np.quantile(apart, (0.025, 0.975)))
    chance = float(np.mean(apart > 0) + np.mean(apart == 0) / 2)
    return low, high, chance


def _resampled(rows: Sequence[Did], stream: int) -> numpy.ndarray[Any, Any]:
    """The means of people drawn again and again, as many as there are."""
    import numpy as np

    random = np.random.default_rng((SEED, stream))
    x, of, people = (np.array(part, dtype=float) for part in zip(*sorted(rows), strict=True))
    size = int(people.sum())
    if len(rows) > MOST_VALUES:
        middle = (x * people).sum() / (of * people).sum()
        away = ((x - middle * of) ** 2 * people).sum()
        error = sqrt(away) / (of * people).sum()
        return np.asarray(middle + error * random.standard_normal(RESAMPLES))
    found = []
    for _ in range(RESAMPLES // AT_ONCE):
        drawn = random.multinomial(size, people / size, size=AT_ONCE)
        found.append((drawn @ x) / (drawn @ of))
    return np.concatenate(found)
