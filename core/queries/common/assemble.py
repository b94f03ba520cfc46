"""From rows (slot, group values, figure) to a Series: zero-filling, ranking, comparing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from core import answers
from core.catalog.fields import Field
from core.queries.common.added_up import INFINITE, TOO_LARGE, Currency, finite
from core.queries.common.context import Context
from core.queries.common.groups import label
from core.queries.common.periods import dates
from core.queries.common.question import Frame, TimedQuestion

Group = tuple[str, ...]
Figure = float | None


@dataclass
class Figures:
    """The results of one period's statements, by group.

    Attributes:
        totals: the figure over the whole period.
        points: the figure per bucket index.
        notes: notes on them.
    """

    totals: dict[Group, Figure] = field(default_factory=dict)
    points: dict[Group, dict[int, Figure]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def groups_reader(ctx: Context, by: Sequence[Field]) -> Callable[..., Group]:
    """Return a function from raw breakdown values to a group's labels."""
    known: dict[tuple[object, ...], Group] = {}

    def read(*raw: object) -> Group:
        group = known.get(raw)
        if group is None:
            group = tuple(label(ctx, f, value) for f, value in zip(by, raw, strict=False))
            known[raw] = group
        return group

    return read


def collect(
    ctx: Context,
    by: Sequence[Field],
    totals: Iterable[Sequence[Any]],
    points: Iterable[Sequence[Any]],
) -> Figures:
    """Read rows (v0, v1, figure) and (slot, v0, v1, figure) into figures; none is infinite."""
    read = groups_reader(ctx, by)
    found = Figures()
    for v0, v1, value in totals:
        found.totals[read(v0, v1)] = finite(value)
        if value in INFINITE:
            found.notes = (TOO_LARGE,)
    known: dict[tuple[Any, Any], dict[int, Figure]] = {}
    for slot, v0, v1, value in points:
        own = known.get((v0, v1))
        if own is None:
            own = known[v0, v1] = found.points.setdefault(read(v0, v1), {})
        own[slot if isinstance(slot, int) else int(str(slot))] = value
        if value in INFINITE:
            own[int(str(slot))] = None
            found.notes = (TOO_LARGE,)
    return found


def ranked(found: Figures, limit: int) -> tuple[list[Group], int]:
    """Return the groups to show, largest first, ties by label, and how many were left out.

    Groups without a figure come after all others.
    """
    totals = found.totals
    groups = sorted(totals, key=lambda g: (totals[g] is None, -(totals[g] or 0), g))
    return groups[:limit], max(len(groups) - limit, 0)


def points_of(values: Mapping[int, Figure], count: int, empty: Figure) -> tuple[Figure, ...]:
    """Return one value per bucket, `empty` if there is none."""
    return tuple(map(values.get, range(count), repeat(empty)))


def assemble(
    ctx: Context,
    question: TimedQuestion,
    time: Frame,
    by: Sequence[Field],
    now: Figures,
    before: Figures | None,
    *,
    title: str,
    unit: str,
    additive: bool,
    empty: Figure = 0,
    overlapping: bool = False,
    notes: Iterable[str] = (),
    money: Currency | None = None,
) -> answers.Series:
    """Return the Series of a period and its comparison.

    Args:
        empty: the figure of a bucket without rows: 0, or None for averages and ratios.
        overlapping: whether points cover windows longer than a bucket.
        money: the currency of the figures, if they are amounts.
    """
    money = money or Currency()
    groups, omitted = ranked(now, question.limit) if by else ([()], 0)
    gone = _gone(now, before, question.limit) if by and before else []
    count = len(time.buckets)
    lines = []
    for group in (*groups, *gone):
        previous, previous_total = None, None
        if before is not None:
            previous = time.earlier(points_of(before.points.get(group, {}), count, empty))
            previous_total = time.earlier_total(before.totals.get(group, empty))
        lines.append(
            answers.Line(
                group=group,
                values=time.known(points_of(now.points.get(group, {}), count, empty)),
                previous=previous,
                total=time.known_total(now.totals.get(group, empty)),
                previous_total=previous_total,
                overlapping=overlapping,
                currency=money.of(group),
            )
        )
    return answers.Series(
        title=title,
        **dates(time.span),
        notes=(*time.notes, *time.unknown(), *now.notes, *notes, *money.notes),
        unit=unit,
        additive=additive,
        granularity=time.unit,
        breakdown=tuple(f.key for f in by),
        buckets=time.time_buckets,
        lines=tuple(lines[: len(groups)]),
        gone=tuple(lines[len(groups) :]),
        comparison=time.comparison(question.compare),
        omitted=omitted,
    )


def _gone(now: Figures, before: Figures, limit: int) -> list[Group]:
    """Return the groups that only the compared period has, largest first."""
    return [group for group in ranked(before, len(before.totals))[0] if group not in now.totals][
        :limit
    ]
