"""People, events or a measure by day of the week, and by hour of the day (definitions 4.15).

Days are local days and hours those of the local clock: an hour that the clock skips is empty, one
that occurs twice includes both. The stored sets say who was active on which days; hours and figures
of a property need the events.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Literal, NamedTuple

from pydantic import field_validator, model_validator

from core.answers import Cell, Cohort, Column, Grid, Table
from core.catalog.revenue import AMOUNT, field_of, names_it
from core.catalog.selectors import ANY, ANY_ACTIVE, in_title
from core.errors import BadQuestion
from core.filters import Condition
from core.queries.common.added_up import currencies
from core.queries.common.assemble import Figure
from core.queries.common.context import Context
from core.queries.common.measured import bare, known_measure
from core.queries.common.periods import dates
from core.queries.common.question import Ask, Question, Rows
from core.queries.common.select import select
from core.queries.common.selection import Selection
from core.queries.common.slots import slot_expression
from core.queries.trend.scan import Scan
from core.queries.trend.trend import ADDING, ALSO, UNITS, ZERO, Trend
from core.sql.dialect import Binder, Statement
from core.timeframe import DAY, HOUR, Span, clock_runs, granularity

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS = tuple(f"{hour:02}:00" for hour in range(24))
MEASURES = ("users", "count", "sessions", *ADDING, "distinct")
AVERAGED = ("users", "count", "sum")
"""Measures that have a figure per day."""

ALL = -1
"""Instead of a weekday or an hour: all of them."""

Place = tuple[int, int]
"""A weekday, from 0 for the first of the week, and an hour, from 0; or ALL."""

Figures = dict[Place, Figure]
Found = Mapping[Place, "Counted"]

THURSDAY = 3
"""The weekday on which 1970 began, Monday being 0."""

LONG_AGO = 200_000
"""So many weeks before 1970 there are no days."""

LONG_WEEK = 8 * DAY
"""In this much time without a clock change, every hour of every weekday occurs."""


class Counted(NamedTuple):
    """The events and people at one weekday and hour; `visits`: those of each day, added up."""

    events: int = 0
    people: int = 0
    visits: int = 0


class Weekday(Question):
    """How much happens on each day of the week, and at which hours.

    By day it is a Table with a row per weekday, starting with the workspace's first day of the
    week; hourly it is a Grid with a column per hour. Weekdays and hours that do not occur in the
    range have no figure.

    Attributes:
        event: the name of an event; None means any event or, for people, any active one.
        measure: users, count or sessions; sum, avg, min, max, median, a percentile (p90) or
            distinct of `property`.
        property: the measured property, with or without "properties."; "revenue:amount" is the
            events' revenue.
        granularity: hourly, to also split by hour of the day.
        average: whether figures are means over the days of a weekday in the range, counting the
            people of each day.
    """

    kind: Literal["weekday"] = "weekday"
    event: str | None = None
    measure: str = "users"
    property: str | None = None
    granularity: Literal["daily", "hourly"] = "daily"
    average: bool = False

    @field_validator("measure")
    @classmethod
    def _known_measure(cls, word: str) -> str:
        return known_measure(word, MEASURES, ALSO, refused="does not apply to weekday")

    @field_validator("property")
    @classmethod
    def _bare(cls, name: str | None) -> str | None:
        return name and bare(name)

    @field_validator("granularity", mode="before")
    @classmethod
    def _known_granularity(cls, word: Any) -> Any:
        return granularity(word) if isinstance(word, str) else word

    @model_validator(mode="after")
    def _fitting(self) -> Weekday:
        if self.measure in UNITS and self.property:
            raise BadQuestion(f"measure {self.measure} takes no property.", parameter="property")
        if self.average and self.measure not in AVERAGED:
            raise BadQuestion(
                f"measure {self.measure} has no average per day.",
                f"Allowed: {', '.join(AVERAGED)}.",
                parameter="average",
            )
        self._over_time()
        return self

    def _over_time(self) -> Trend:
        """Return the trend that counts the same; BadQuestion if measure and property do not fit."""
        return Trend(event=self.event, measure=self.measure, property=self.property)

    def by_the_minute(self) -> bool:
        """See Question; an hour has no figure until it has begun."""
        return super().by_the_minute() or self._hourly()

    def _hourly(self) -> bool:
        return self.granularity == "hourly"

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        if self.property and self.property != AMOUNT:
            ctx.catalog.existing(field_of(self.property), "property")
        week = Week(ctx, ctx.span_to_today(self.range))
        rows = yield self._statement(ctx, week)
        found = {(int(day), int(hour)): Counted(*counts) for day, hour, *counts in rows}
        totals, notes, currency = yield from self._totals(ctx, week, found)
        answer = self._grid if self._hourly() else self._table
        return answer(week, found, totals, currency).model_copy(
            update={
                "title": in_title(ctx.catalog, self._title(), self.event),
                **dates(week.span),
                "notes": (*notes, *self._notes(week)),
            }
        )

    def _title(self) -> str:
        active = self.event is None and self.measure == "users"
        counted = "Active users" if active else self._over_time().title()
        per = " per day" if self.average else ""
        return f"{counted}{per} by weekday{' and hour' if self._hourly() else ''}"

    def _notes(self, week: Week) -> tuple[str, ...]:
        notes = []
        often = [week.often(day) for day in range(7)]
        if min(often) < max(often) and self.measure in AVERAGED and not self.average:
            notes.append(
                f"Some weekdays occur {max(often):,} times in the range and others {min(often):,} "
                "times: the average per day accounts for that."
            )
        if week.ctx.today in week.days:
            notes.append("Today is counted up to now.")
        return tuple(notes)

    # -- figures

    def _selection(self, ctx: Context) -> Selection:
        measured: tuple[Condition, ...] = ()
        if self.property:
            measured = (Condition(field=field_of(self.property), operator="is_set"),)
        absent = ANY_ACTIVE if self.measure == "users" else ANY
        return select(ctx, self, self.event, measured, absent=absent)

    def _statement(self, ctx: Context, week: Week) -> Statement:
        """Rows (weekday, hour, events, people, visits), including ALL for either."""
        bind, d = ctx.binder(), ctx.dialect
        every = str(ALL)
        parts = [
            f"""
            select {day} as weekday, {hour} as clock, sum(total) as events,
                   {d.count(d.union("users"))} as people, sum(visits) as visits
            from places
            group by 1, 2
            """
            for day in (("day", every) if self._hourly() else ("day",))
            for hour in (("hour", every) if self._hourly() else (every,))
        ]
        return bind.statement(
            f"""
            with places as materialized ({self._places(ctx, bind, week)})
            {"union all".join(parts)}
            """,
            f"people by weekday{' and hour' if self._hourly() else ''}",
        )

    def _places(self, ctx: Context, bind: Binder, week: Week) -> str:
        """Relation (day, hour, total, users, visits) by weekday and hour, ALL for no hour.

        Visits are the people of each day, added up; 0 where these are not asked for.
        """
        d, selection = ctx.dialect, self._selection(ctx)
        if self._hourly() and not self.average and selection.blocks.can():
            return f"""
                select {d.idiv("slot", "24")} as day, slot % 24 as hour, total, users, 0 as visits
                from ({self._hours(bind, selection, week, cycle=(24 * week.shift, 7 * 24))})"""
        return f"""
                select {week.weekday(bind, "day")} as day, hour, sum(total) as total,
                       {d.union("users")} as users, sum({d.count("users")}) as visits
                from ({self._sets(ctx, bind, week)}) found
                group by 1, 2"""

    def _sets(self, ctx: Context, bind: Binder, week: Week) -> str:
        """Relation (day, hour, total, users): a row per local day, or per hour of it."""
        selection = self._selection(ctx)
        if not self._hourly():
            if self.measure == "count":
                sets = selection.sets(bind, week.span)
                return f"select slot as day, {ALL} as hour, total, users from ({sets})"
            sets = selection.people(bind, week.span)
            return f"select slot as day, {ALL} as hour, 0 as total, users from ({sets})"
        d = ctx.dialect
        if selection.blocks.can():
            return f"""
                select {d.idiv("slot", "24")} as day, slot % 24 as hour, total, users
                from ({self._hours(bind, selection, week)})"""
        return f"""
                select e.day as day, {week.hour(bind)} as hour, count(*) as total,
                       {ctx.dialect.build("e.actor")} as users
                from {selection.source()}
                where {selection.where(bind, week.span)}
                group by 1, 2"""

    def _hours(self, bind: Binder, selection: Selection, week: Week, **more: Any) -> str:
        """Relation (slot, total, users) from blocks, of the hours since 1970."""
        return selection.blocks.sets(bind, week.span, (), (), pieces=week.local_hours, **more)

    def _totals(
        self, ctx: Context, week: Week, found: Found
    ) -> Generator[Statement, Rows, tuple[Figures, tuple[str, ...], str]]:
        """The figures over the whole range, their notes, and their currency."""
        if self.measure == "users":
            return {place: counted.people for place, counted in found.items()}, (), ""
        if self.measure == "count":
            return {place: counted.events for place, counted in found.items()}, (), ""
        figures: Figures = {}
        notes: tuple[str, ...] = ()
        selection = self._selection(ctx)
        scan = Scan(selection, self.measure, self.property or "", (), names_it(self.event))
        for weekday, hour in ((True, True), (False, True)) if self._hourly() else ((True, False),):
            at = partial(week.slot, weekday=weekday, hour=hour)
            measured = yield from scan._replace(at=at).ask(ctx, week.span, [], None)
            notes = measured.notes
            figures |= {place_of(n): x for n, x in measured.points.get((), {}).items()}
        if self.property and self.measure != "distinct":
            money = yield from currencies(ctx, selection, week.span, self.property)
            return figures, (*notes, *money.notes), money.code
        return figures, notes, ""

    def _per_day(self, week: Week, found: Found, totals: Mapping[Place, Figure]) -> Figures:
        """The means over the days of each weekday; for people, of the counts of each day."""
        if self.measure == "users":
            totals = {place: counted.visits for place, counted in found.items()}
        return {
            place: (total or 0) / max(week.often(place[0]), 1) for place, total in totals.items()
        }

    def _table(self, week: Week, found: Found, totals: Figures, currency: str) -> Table:
        unit = UNITS.get(self.measure, self.measure)
        empty = 0 if self.measure in ZERO else None
        facts: list[tuple[str, Figures, Figure]] = [(unit, totals, empty)]
        if self.measure in AVERAGED:
            means = self._per_day(week, found, totals)
            facts.insert(0 if self.average else 1, ("per day", means, 0))
        if self.measure != "users":
            facts.append(("users", {place: n.people for place, n in found.items()}, 0))
        rows = []
        for day, name in enumerate(week.names):
            comes = week.comes((day, ALL))
            own = [of.get((day, ALL), none) if comes else None for _, of, none in facts]
            rows.append((name, *own, week.often(day)))
        return Table(
            columns=(
                Column(name="weekday"),
                *(
                    Column(name=name, type="count", currency=currency if name != "users" else "")
                    for name, _, _ in facts
                ),
                Column(name="days", type="number"),
            ),
            rows=tuple(rows),
            keys=week.names,
            people_column="users",
        )

    def _grid(self, week: Week, found: Found, totals: Figures, currency: str) -> Grid:
        figures = self._per_day(week, found, totals) if self.average else totals
        empty = 0 if self.measure in ZERO else None

        def row(day: int, label: str) -> Cohort:
            places = [(day, hour) for hour in range(len(HOURS))]
            comes = [week.comes(place) for place in places]
            counts = [found.get(place, Counted()).people for place in places]
            return Cohort(
                label=label,
                size=found.get((day, ALL), Counted()).people,
                counts=tuple(n if c else None for n, c in zip(counts, comes, strict=True)),
                rates=tuple(
                    figures.get(place, empty) if c else None
                    for place, c in zip(places, comes, strict=True)
                ),
                incomplete=(False,) * len(HOURS),
                currency=currency,
            )

        return Grid(
            granularity="hourly",
            periods=len(HOURS),
            columns=HOURS,
            measure=UNITS.get(self.measure, "number"),
            cohorts=tuple(row(day, name) for day, name in enumerate(week.names)),
            combined=row(ALL, "combined"),
        )

    # -- people

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: people who did it on a weekday, at an hour, or at all.

        Raises:
            BadQuestion: the cell names no weekday or no hour.
        """
        week = Week(ctx, ctx.span_to_today(self.range))
        name = cell.cohort if self._hourly() else cell.row
        if name is not None and name not in DAYS:
            raise BadQuestion(
                f"cell names no weekday {name!r}.", f"Allowed: {', '.join(DAYS)}.", parameter="cell"
            )
        selection = self._selection(ctx)
        if not self._hourly() or cell.period is None:
            sets = selection.people(bind, week.span)
            test = self._on(week, bind, "slot", name)
            return ctx.dialect.members(f"select users from ({sets}) where {test}")
        if cell.period not in range(len(HOURS)):
            raise BadQuestion(f"cell names no hour {cell.period}.", parameter="cell")
        if selection.blocks.can():
            hours = self._hours(bind, selection, week)
            day = ctx.dialect.idiv("slot", "24")
            on = f"slot % 24 = {bind(cell.period)} and {self._on(week, bind, day, name)}"
            return ctx.dialect.members(f"select users from ({hours}) where {on}")
        return f"""
            select distinct e.actor as actor
            from {selection.source()}
            where {selection.where(bind, week.span)} and e.actor <> 0
              and {week.hour(bind)} = {bind(cell.period)}
              and {self._on(week, bind, "e.day", name)}"""

    def _on(self, week: Week, bind: Binder, day: str, name: str | None) -> str:
        if name is None:
            return "1 = 1"
        return f"{week.weekday(bind, day)} = {bind(week.names.index(name))}"


def place_of(slot: int) -> Place:
    """Return the weekday and hour of a number from `Week.slot`."""
    weekday, hour = divmod(slot, 1 + len(HOURS))
    return weekday - 1, hour - 1


@dataclass(frozen=True)
class Week:
    """The weekdays and hours of a range, and their SQL."""

    ctx: Context
    span: Span

    @property
    def names(self) -> tuple[str, ...]:
        """The days of the week from its first."""
        first = self.ctx.calendar.week_start
        return (*DAYS[first:], *DAYS[:first])

    @cached_property
    def days(self) -> range:
        """The local days of the range up to today, or to the end of the data."""
        ctx = self.ctx
        last = ctx.today if ctx.ended is None else ctx.calendar.day_of(ctx.ended)
        return range(self.span.first_day, min(self.span.last_day, last) + 1)

    def often(self, weekday: int) -> int:
        """How many of the days are a given weekday; ALL counts all days."""
        if weekday == ALL:
            return len(self.days)
        return sum(self.ctx.calendar.weekday(day) == weekday for day in self.days)

    def comes(self, place: Place) -> bool:
        """Whether a weekday, an hour or both together occur in the known part of the range."""
        return self.often(place[0]) > 0 if place[1] == ALL else place in self._hours

    @cached_property
    def _hours(self) -> frozenset[Place]:
        ctx, calendar = self.ctx, self.ctx.calendar
        until = min(self.span.end, ctx.known_until + (ctx.ended is None))
        found = {
            (calendar.weekday(calendar.day_of(max(at, start))), (first + n) % 24)
            for first, mark, start, end in self._clock
            for n, at in enumerate(range(mark, min(end, until, mark + LONG_WEEK), HOUR))
        }
        return frozenset((day, hour) for own, hour in found for day in (own, ALL))

    @cached_property
    def _clock(self) -> list[tuple[int, int, int, int]]:
        return list(clock_runs(self.span, self.ctx.calendar))

    @property
    def local_hours(self) -> list[tuple[int, int, int, int]]:
        """Runs of hours of the local clock, numbered from 1970 on: number, start, end, length."""
        offset = self.ctx.calendar.offset
        clock = self._clock
        return [((start + offset(start)) // HOUR, mark, end, HOUR) for _, mark, start, end in clock]

    # -- in SQL

    @property
    def shift(self) -> int:
        """What is added to a local day so that its rest by 7 is the weekday."""
        return THURSDAY - self.ctx.calendar.week_start + 7 * LONG_AGO

    def weekday(self, bind: Binder, day: str) -> str:
        """Return SQL for the weekday of a local day, from 0 for the first of the week."""
        return f"(({day} + {bind(self.shift)}) % 7)"

    def hour(self, bind: Binder) -> str:
        """Return SQL for the local hour of an event `e`."""
        pieces = [(hour, mark, end, HOUR) for hour, mark, _, end in self._clock]
        return f"(({slot_expression(bind, 'e.ts', pieces)}) % 24)"

    def slot(self, bind: Binder, *, weekday: bool, hour: bool) -> str:
        """Return SQL for the number of an event's weekday and hour; `place_of` reads it."""
        day = self.weekday(bind, "e.day") if weekday else str(ALL)
        clock = self.hour(bind) if hour else str(ALL)
        return f"({day} + 1) * {1 + len(HOURS)} + {clock} + 1"
