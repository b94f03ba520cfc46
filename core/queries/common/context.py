"""The context of a question: names, zone, now, and the data up to then.

Nothing dated after now counts, unless a range includes future days; after the end of the data
nothing is known (definitions 1.9).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from core.catalog.catalog import Catalog
from core.sql.dialect import Binder, Dialect, Relation
from core.sql.present import Present, whole_events
from core.timeframe import (
    DAY,
    Bucket,
    Calendar,
    Span,
    buckets,
    comparison,
    cut_span,
    days_span,
    exact_span,
    resolve,
)
from core.words.counted import counts_units

QUIET = 7 * DAY
"""How long there may be no events, in ms, before the data counts as ended."""


NEWEST_BEFORE: Final = """
    select max(e.ts) filter (where e.ts < ?1), max(e.ts >= ?1)
    from (
        select coalesce(max(day), ?3) as first from activity
        where event = 0 and dimension = 0 and value = 0 and day < ?3
    ) d
    cross join events e
    where e.ts >= (d.first - 1) * 86400000 and e.ts < ?2
      and e.event not in (select id from event_names where deleted)
      and e.actor in (
          select value from json_each((
              select rb_ids(rb_or_agg(users)) from activity
              where event = 0 and dimension = 0 and value = 0
                and day between d.first and ?3
          ))
          union all
          select 0
      )
"""
"""The newest event before an instant ?1 on day ?3, and whether there are others before ?2, the end
of that day: among those of the people of this day and of the last one before it that has events.
"""


def nobody_else(bind: Binder, members: Relation) -> str:
    """Stand for `Context.people_of` where the actors are people."""
    raise NotImplementedError


class Ranged(Protocol):
    """Something with ranges of time: a question."""

    def ranges(self, ctx: Context) -> tuple[str, ...]:
        """Return its range texts."""
        ...


def present_of(ctx: Context, newest: int | None, *, later: bool) -> Context:
    """Return a context in which nothing after now counts, with the given one as its `whole`.

    Args:
        newest: ms of the last event up to now, None if all are later.
        later: whether some events lie later today.
    """
    catalog, today = ctx.catalog, ctx.today
    active = tuple(i for i in catalog.events.ids.values() if i not in catalog.events.inactive)
    present = Present(
        ctx.now,
        today,
        ctx.calendar.day_start(today),
        whole_events(catalog.events.ids, catalog.events.inactive, some=bool(catalog.events.active)),
        active,
        open=later,
    )
    earliest = ctx.earliest if newest is not None else None
    dialect = ctx.dialect.upto(present)
    return replace(ctx, dialect=dialect, earliest=earliest, latest=newest, whole=ctx)


@dataclass(frozen=True)
class Context:
    """Everything outside a question that its answer depends on.

    Attributes:
        dialect: how the engine's SQL is written.
        calendar: zone and week start.
        catalog: what the workspace has: events, fields, people.
        now: the current instant, UTC ms.
        earliest, latest: ms of the first and last event, None in an empty workspace.
        audience, chart: return the JSON object of the audience or chart saved under a name or id.
        in_audience: returns the members of an audience: (context, name or id).
        in_segment: returns those of a built-in segment: (context, its key, a range text).
        people_of: where units are counted, returns SQL of a relation of the people in another,
            which is written for people.
        in_units: returns the context of a question that counts units: (context, question,
            whether for its answer alone).
        whole: the same including data dated after now; None if there is none.
        usual: the context of other questions if this one includes data after the present, with a
            later `now`; else None.
    """

    dialect: Dialect
    calendar: Calendar
    catalog: Catalog
    now: int
    earliest: int | None
    latest: int | None
    audience: Callable[[str], dict[str, Any]]
    chart: Callable[[str], dict[str, Any]]
    in_audience: Callable[[Context, str], Relation]
    in_segment: Callable[[Context, str, str], Relation]
    in_units: Callable[[Context, Any, bool], Context]
    people_of: Callable[[Binder, Relation], str] = nobody_else
    whole: Context | None = None
    usual: Context | None = None

    @property
    def ended(self) -> int | None:
        """The time of the newest event, ms, if the data has ended: no events for over a week.

        What comes after it has not been observed, so it is neither zero nor complete (definitions
        1.9). A shorter gap counts as quiet days.
        """
        if self.latest is None or self.now - self.latest <= QUIET:
            return None
        return self.latest

    @property
    def known_until(self) -> int:
        """The time up to which the data is known: now, or the end of its last day, ms."""
        if self.ended is None:
            return self.now
        return self.calendar.day_start(self.calendar.day_of(self.ended) + 1)

    def is_known(self, bucket: Bucket) -> bool:
        """Whether a bucket begins before the end of the data."""
        return self.ended is None or bucket.start <= self.ended

    @property
    def today(self) -> int:
        """The local day of now."""
        return self.calendar.day_of(self.now)

    @property
    def all_days(self) -> Span:
        """The local days from the first event to the last."""
        first, last = (self.calendar.day_of(ms or 0) for ms in (self.earliest, self.latest))
        return days_span(first, last, self.calendar)

    def counting(self, question: Any, *, answering: bool = False) -> Context:
        """Return the context in which the actors of a question are what it counts: this one for
        people, else units (see core.queries.people.units_sql).

        Args:
            answering: whether it is for the answer, and not for who is behind it.
        """
        if not counts_units(question) or self.dialect.counted is not None:
            return self
        return self.in_units(self, question, answering)

    @property
    def person(self) -> str:
        """The column of an event `e` with its person, also if its actor is a unit."""
        return "e.actor" if self.dialect.counted is None else "e.person"

    def binder(self) -> Binder:
        """Return an empty parameter collector."""
        return Binder(self.dialect)

    def of(self, question: Ranged) -> Context:
        """Return the context for a question (definitions 1.9).

        Nothing after now counts, unless the range includes days after today. Then the question is
        answered as of the newest event in its range, and nothing after that counts.
        """
        own = self.usual or self
        if own.whole is None:
            return own
        end = max(own.span(text).end for text in question.ranges(own))
        newest = own.whole.latest
        if newest is None or end <= own.calendar.day_start(own.today + 1):
            return own
        if newest < end:
            return replace(own.whole, catalog=self.catalog, now=max(own.now, newest), usual=own)
        found = own.whole._as_of(end)
        return replace(found, catalog=self.catalog, now=max(own.now, found.now), usual=own)

    def _as_of(self, end: int) -> Context:
        """Return the context of the newest event before an instant, after which nothing counts."""
        last = self.calendar.day_of(end - 1)
        day_end = self.calendar.day_start(last + 1)
        ((newest, later),) = self.catalog.read(NEWEST_BEFORE, (end, day_end, last))
        at = replace(self, now=end - 1)
        return replace(present_of(at, newest, later=bool(later)), now=newest or 0)

    def counted(self, span: Span) -> Span:
        """Return the part of a span that counts: nothing after now."""
        present, today = self.dialect.present, self.today
        if present is None or not span.whole_days or span.last_day < today:
            return span
        if span.first_day > today:
            return replace(span, whole_days=False)
        end = self.now + 1 if present.open else self.calendar.day_start(today + 1)
        return cut_span(span.first_day, today, end, self.calendar)

    def span(self, text: str) -> Span:
        """Resolve a range text."""
        return resolve(text, self.calendar, self.now, self.earliest)

    def span_to_today(self, text: str) -> Span:
        """Resolve a range text, leaving out future days."""
        span = self.span(text)
        if span.last_day <= self.today or span.first_day > self.today:
            return span
        return days_span(span.first_day, self.today, self.calendar, running=span.running)

    def reaching(self, span: Span, before: int, after: int) -> Span:
        """Return a span that is so many ms longer at either side, as far as there are events."""
        start = max(span.start - before, min(span.start, self.earliest or 0))
        end = min(span.end + after, max(span.end, (self.latest or 0) + 1))
        return exact_span(start, end, self.calendar)

    def compared(self, text: str, mode: str, span: Span) -> Span:
        """Resolve the span a range is compared with; for a running one, what has passed of it."""
        whole = self.span(text) if span.running else span
        return comparison(text, mode, whole, self.calendar, self.now)

    def buckets(self, span: Span, unit: str, *, whole: bool = False) -> list[Bucket]:
        """Divide a span into buckets up to now."""
        return buckets(span, unit, self.calendar, self.now, whole=whole)
