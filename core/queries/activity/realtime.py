"""Realtime: active people in 5-minute buckets, today and yesterday (definitions 9.8).

Buckets are aligned to 5-minute marks of the clock. Today is the 24 hours that end with the current
bucket, yesterday the 24 hours before; both lines are shown over today's buckets. Sets are stored by
day, so every bucket is counted from the events.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import field_validator

from core.answers import Cell, Line, Series, TimeBucket
from core.errors import BadQuestion
from core.queries.common.context import Context
from core.queries.common.groups import bucket_span, members_of_group, people_by_slot
from core.queries.common.periods import dates
from core.queries.common.question import Ask, Question, find_bucket
from core.queries.common.select import select
from core.sql.dialect import Binder
from core.timeframe import DAY, Bucket, Span, clock_label

SIZE = 300_000
"""The length of a bucket in ms."""

WINDOWS = ("Today", "Yesterday")


class Realtime(Question):
    """How many people are active now, in 5-minute buckets, compared with the day before.

    Attributes:
        range: always the last 24 hours.
    """

    kind: Literal["realtime"] = "realtime"
    range: str = "24h"

    needs: ClassVar[str] = "events"

    @field_validator("range")
    @classmethod
    def _fixed(cls, text: str) -> str:
        if text.strip().lower() != "24h":
            raise BadQuestion(
                f"realtime takes no range: {text!r} cannot be shown in 5-minute buckets.",
                "It shows the last 24 hours and the 24 before.",
                parameter="range",
            )
        return "24h"

    def by_the_minute(self) -> bool:
        """See Question."""
        return True

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        selection, lines = select(ctx, self), []
        for days_ago, name in enumerate(WINDOWS):
            span, slots = _window(ctx, days_ago)
            totals, points = yield from people_by_slot(ctx, selection, span, slots, [])
            found = {slot: people for slot, _, _, people in points}
            lines.append(
                Line(
                    series=name,
                    values=tuple(
                        found.get(slot.index, 0) if ctx.is_known(slot) else None for slot in slots
                    ),
                    total=(totals[0][-1] if totals else 0) if ctx.is_known(slots[0]) else None,
                )
            )
        span, slots = _window(ctx, 0)
        return Series(
            title="Active users by 5 minutes",
            **dates(span),
            unit="users",
            granularity="minute",
            buckets=tuple(
                TimeBucket(label=s.label, start=s.start, end=s.end, partial=s.partial)
                for s in slots
            ),
            lines=tuple(lines),
        )

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: the active people of a bucket, or of the 24 hours; for yesterday, a day
        earlier.
        """
        if cell.series not in (None, *WINDOWS):
            raise BadQuestion(f"cell names no line {cell.series!r}.", parameter="cell")
        days_ago = 1 if cell.series == "Yesterday" else 0
        slot = find_bucket(_window(ctx, 0)[1], cell.bucket)
        span, slots = _window(ctx, days_ago)
        reach = span if slot is None else bucket_span(slots[slot.index], span)
        return members_of_group(ctx, bind, select(ctx, self), reach, (), ())


def _window(ctx: Context, days_ago: int) -> tuple[Span, list[Bucket]]:
    """The 24 hours up to the end of the current bucket, or days earlier, and their buckets."""
    end = (ctx.now // SIZE + 1) * SIZE - days_ago * DAY
    start, day = end - DAY, ctx.calendar.day_of
    slots = [
        Bucket(
            index,
            at,
            at + SIZE,
            day(at),
            day(at + SIZE - 1),
            clock_label(at, ctx.calendar),
            partial=at + SIZE > ctx.now,
        )
        for index, at in enumerate(range(start, end, SIZE))
    ]
    return Span(start, end, day(start), day(end - 1), whole_days=False), slots
