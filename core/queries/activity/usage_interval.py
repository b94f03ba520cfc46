"""The usual number of days between two active days (definitions 7.4, A.16).

For everybody active on at least two local days of the range: the median number of days between one
active day and the next (the mean of the two middle ones for an even number). The stored sets of who
was active when are enough. Events are read only for conditions that no set covers.
"""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field as Limited

from core.answers import Bin, Cell, Histogram
from core.catalog.selectors import titled
from core.errors import BadQuestion
from core.queries.activity.gaps import median_gaps, people_by_median
from core.queries.common.context import Context
from core.queries.common.periods import dates
from core.queries.common.question import Ask, Question
from core.queries.common.select import select
from core.sql.dialect import Binder
from core.text import percent


class UsageInterval(Question):
    """People by their usage interval, in whole and half days.

    Attributes:
        event: the event that makes a day active; None means any event.
        cumulative: whether to count people with an interval of so many days or less.
        share: the suggested interval is the shortest one that covers at least this fraction of the
            people, whose own is not longer.
    """

    kind: Literal["usage_interval"] = "usage_interval"
    event: str | None = None
    cumulative: bool = False
    share: float = Limited(default=0.8, gt=0, le=1)

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        bind, d = ctx.binder(), ctx.dialect
        rows = yield bind.statement(
            f"""
            select 1 as part, halves, people
            from ({people_by_median(d, self._sets(ctx, bind))})
            union all
            select 0, 0, {d.count(d.union("users"))} from ({self._sets(ctx, bind)})
            """,
            "people by the median of the days between active days",
        )
        active = sum(people for part, _, people in rows if not part)
        found = sorted((int(halves), people) for part, halves, people in rows if part)
        total = sum(people for _, people in found)
        return Histogram(
            title=f"Days between days with {titled(ctx.catalog, self.event, 'any event')}",
            **dates(ctx.span_to_today(self.range)),
            notes=self._notes(found, total, active),
            of="days",
            total=total,
            bins=self._bins(found, total),
        )

    def _bins(self, found: list[tuple[int, int]], total: int) -> tuple[Bin, ...]:
        bins, upto = [], 0
        for halves, people in found:
            upto += people
            count = upto if self.cumulative else people
            bins.append(
                Bin(
                    label=self._label(halves),
                    start=None if self.cumulative else halves / 2,
                    end=(halves + 1) / 2,
                    count=count,
                    people=count,
                    share=count / total,
                )
            )
        return tuple(bins)

    def _label(self, halves: int) -> str:
        return f"up to {_days(halves)}" if self.cumulative else _days(halves)

    def _notes(self, found: list[tuple[int, int]], total: int, active: int) -> tuple[str, ...]:
        notes = []
        if total < active:
            notes.append(
                f"{active - total:,} of {active:,} were active on one day only: no interval."
            )
        suggested = suggestion(found, self.share)
        if suggested is not None:
            notes.append(
                f"Suggested usage interval: {_days(suggested)}, "
                f"which covers at least {percent(self.share)} of them."
            )
        return tuple(notes)

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: people with a row's interval; without a row, everybody with one.

        Raises:
            BadQuestion: the row names no interval.
        """
        medians = self._medians(ctx, bind)
        if cell.row is None:
            return f"select actor from ({medians})"
        given = re.fullmatch(r"(up to )?(\d{1,6})(\.5)? days?", cell.row)
        if given is None or bool(given[1]) != self.cumulative:
            raise BadQuestion(
                f"cell names no interval {cell.row!r}.",
                f"For example {self._label(4)!r}.",
                parameter="cell",
            )
        halves = 2 * int(given[2]) + bool(given[3])
        sign = "<=" if self.cumulative else "="
        return f"select actor from ({medians}) where halves {sign} {bind(halves)}"

    def _medians(self, ctx: Context, bind: Binder) -> str:
        """Relation (actor, halves): twice the median of the days between a person's days."""
        return median_gaps(ctx.dialect, self._sets(ctx, bind))

    def _sets(self, ctx: Context, bind: Binder) -> str:
        span = ctx.span_to_today(self.range)
        return select(ctx, self, self.event).people(bind, span)


def suggestion(found: list[tuple[int, int]], share: float) -> int | None:
    """Return the smallest value that at least a fraction of all do not exceed; None if there are
    none.

    Args:
        found: (value, how many have it), in ascending order.
    """
    total, upto = sum(count for _, count in found), 0
    for value, count in found:
        upto += count
        if upto >= share * total:
            return value
    return None


def _days(halves: int) -> str:
    return "1 day" if halves == 2 else f"{halves / 2:g} days"
