"""The figures of an answer that an alert judges, one per line, group or row (definitions 11.7)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.answers import Grid, Histogram, Number, People, Series, Steps, Table, Treemap
from core.values.usual import Usual, usual


@dataclass(frozen=True)
class Figure:
    """One figure.

    Attributes:
        name: its group, "" for the whole.
        value: None if it is not known.
        unit: as series have it.
        period: label of its bucket, "" if it is that of the whole range.
        before: the figure before it, None if there is none.
        usual: what is usual for it, None if too few figures say so.
        currency: what it is in, if it is an amount of money in one known currency; else "".
    """

    name: str
    value: float | None
    unit: str = "number"
    period: str = ""
    before: float | None = None
    usual: Usual | None = None
    currency: str = ""


@dataclass(frozen=True)
class Known:
    """What is known of the time of an answer.

    Attributes:
        earliest: ms of the first event; what is before it was not observed.
        unfinished: whether the bucket that is not over is judged.
    """

    earliest: int | None
    unfinished: bool = False


def figures_of(answer: Any, known: Known) -> tuple[Figure, ...]:
    """Return the figures of an answer; none of a series without a bucket that is over."""
    if isinstance(answer, Series):
        return tuple(_of_series(answer, known))
    read = _READ.get(answer.shape)
    return tuple(read(answer)) if read else ()


def judged_bucket(answer: Series, *, unfinished: bool) -> int | None:
    """Return the position of the bucket that is judged: the last one that is over.

    A bucket that the range cuts off at its beginning is not whole either.

    Args:
        unfinished: whether one that is not over is judged too.
    """
    for at in reversed(range(len(answer.buckets))):
        if unfinished or not answer.buckets[at].partial:
            return at
    return None


def _of_series(answer: Series, known: Known) -> Iterator[Figure]:
    at = judged_bucket(answer, unfinished=known.unfinished)
    if at is None:
        return
    labels = [bucket.label for bucket in answer.buckets]
    for line in answer.lines:
        values = [
            value if _observed(bucket.end, bucket.partial, known) else None
            for bucket, value in zip(answer.buckets, line.values, strict=True)
        ]
        yield Figure(
            line.name,
            finite(line.values[at]),
            answer.unit,
            labels[at],
            before=values[at - 1] if at else None,
            usual=usual(labels, values, at, answer.granularity),
            currency=line.currency,
        )


def _observed(end: int, partial: bool, known: Known) -> bool:
    return not partial and known.earliest is not None and end > known.earliest


def finite(value: Any) -> float | None:
    """Return a number, None for anything that is none."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None


def _named(group: Sequence[str]) -> str:
    return " / ".join(group)


def _of_number(answer: Number) -> Iterator[Figure]:
    yield Figure("", finite(answer.value), answer.unit)


def _of_steps(answer: Steps) -> Iterator[Figure]:
    """Yield the conversion of every group, from the first step to the last."""
    for group in answer.groups:
        yield Figure(_named(group.group), finite(group.steps[-1].overall_rate), "percent")


def _of_grid(answer: Grid) -> Iterator[Figure]:
    """Yield the share of the first period after the start, over all cohorts that reached it."""
    if answer.columns or answer.measure != "share":
        return
    for group, row in answer.lines:
        if row.label == "combined" and len(row.rates) > 1:
            value = None if row.incomplete[1] else finite(row.rates[1])
            yield Figure(_named(group), value, "percent")


def _of_histogram(answer: Histogram) -> Iterator[Figure]:
    """Yield the median of every group."""
    for group in answer.groups:
        yield Figure(_named(group.group), finite(group.median), answer.of)
    if not answer.groups:
        yield Figure("", finite(answer.median), answer.of)


def _of_table(answer: Table) -> Iterator[Figure]:
    """Yield the first figure of every row; of a table of one number that number."""
    types = [column.type for column in answer.columns]
    figures = [n for n, each in enumerate(types) if each not in ("text", "time", "json")]
    at = next((n for n in figures if n > 0), figures[0] if figures else None)
    if at is None:
        return
    unit = {"percent": "percent", "duration": "seconds"}.get(types[at], "number")
    for row in answer.rows:
        name = str(row[0]) if at else ""
        yield Figure(name, finite(row[at]), unit, currency=answer.columns[at].currency)


def _of_treemap(answer: Treemap) -> Iterator[Figure]:
    for tile in answer.tiles:
        yield Figure(tile.label, finite(tile.size), currency=tile.size_currency)


def _of_people(answer: People) -> Iterator[Figure]:
    yield Figure("", float(answer.total), "users")


_READ: Final[dict[str, Callable[[Any], Iterator[Figure]]]] = {
    "number": _of_number,
    "steps": _of_steps,
    "grid": _of_grid,
    "histogram": _of_histogram,
    "table": _of_table,
    "treemap": _of_treemap,
    "people": _of_people,
}

SHAPES: Final = frozenset({"series", *_READ})
"""The shapes with figures to judge."""
