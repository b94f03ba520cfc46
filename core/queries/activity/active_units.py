"""In how many hours, days, weeks or months of a period people are active."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from core.queries.common import often
from core.queries.common.context import Context
from core.queries.common.selection import Selection
from core.sql.dialect import Binder
from core.timeframe import Bucket, Span, days_span


class Scope(NamedTuple):
    """The periods in which units are counted.

    Attributes:
        hull: from the first period to the last; None if there are none.
        units: the units in it; none for days, which are known by their numbers.
        bounds: the first and last unit of each period, as numbers of days or of `units`.
    """

    hull: Span | None
    units: list[Bucket]
    bounds: list[tuple[int, int]]

    @property
    def most(self) -> int:
        """Units of the longest period."""
        return max((last - first + 1 for first, last in self.bounds), default=0)


def scope_of(ctx: Context, periods: Sequence[Span], unit: str) -> Scope:
    """Return periods of whole days, ascending, with the units in them.

    Args:
        unit: a granularity.
    """
    if not periods:
        return Scope(None, [], [])
    hull = days_span(periods[0].first_day, periods[-1].last_day, ctx.calendar)
    if unit == "daily":
        return Scope(hull, [], [(period.first_day, period.last_day) for period in periods])
    units = ctx.buckets(hull, unit)
    starts = [each.start for each in units]
    bounds = [
        (bisect_left(starts, period.start), bisect_left(starts, period.end) - 1)
        for period in periods
    ]
    return Scope(hull, units, bounds)


def tally(
    selection: Selection, bind: Binder, scope: Scope, least: int = 1, most: int | None = None
) -> str:
    """Return what stands before a statement that reads `t` (slot, tally): in how many units of each
    period everybody is active; only of a scope with periods.

    Args:
        least, most: how many events make a unit active, see `often.people`.
    """
    assert scope.hull is not None
    d, bounds = bind.dialect, [(slot, *bound) for slot, bound in enumerate(scope.bounds)]
    sets = often.people(selection, bind, scope.hull, scope.units, least, most)
    return f"""with s as materialized ({sets}),
                t as materialized (
                    select p.slot as slot, {d.tally("s.users")} as tally
                    from {d.rows(bind.rows(bounds), ["slot", "lo", "hi"])} p
                    join s on s.slot between p.lo and p.hi
                    group by p.slot
                )"""
