"""Stickiness: the share of monthly users active in a day or week, and on how many days people are
active.

Ratio (definitions 4.11): people of a day, or of the 7 days ending with it, divided by those of the
30 days ending with it. A bucket is the mean of its days up to today, the total the mean of all
days; days with nobody in their 30 days are left out. Days are whole local days.

Exact and cumulative (definitions 9.12, 11.4): over all pairs of a person and a period in which they
were active, the number of pairs with exactly k active days, or with at least k. Periods are whole
weeks or months, even if the range begins inside one; the interval "range" is a single period. With
`days` the same is shown over time: for each period, the share of its active people with that many
active days, and over all periods the share of pairs.

Instead of days, `unit` counts hours, weeks or months with activity, and `at_least` and `at_most`
say how many events make one of these active.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from functools import partial
from typing import Literal

from pydantic import Field as Limited
from pydantic import field_validator, model_validator

from core.answers import Bin, Cell, Histogram, Line, Series, TimeBucket
from core.catalog.fields import Field
from core.catalog.selectors import titled
from core.errors import BadQuestion
from core.queries.activity.active_units import Scope, scope_of, tally
from core.queries.activity.active_users import rolling_statement
from core.queries.common.assemble import Figure, Figures, Group, assemble, collect
from core.queries.common.context import Context
from core.queries.common.groups import members_of_group, people_by_slot
from core.queries.common.periods import whole_dates, whole_days_only
from core.queries.common.question import (
    MOST_TIMES,
    NOBODY,
    Ask,
    Rows,
    TimedQuestion,
    Units,
    asked_in_units,
    both_periods,
    find_bucket,
    frame,
)
from core.queries.common.select import select
from core.sql.dialect import Binder, Statement
from core.text import times
from core.timeframe import Bucket, Span, cut_span, days_span
from core.words.counted import begun, many, whom

LONGEST = 366
"""The most days of a range that is one period."""

UNITS = {"hour": "hourly", "day": "daily", "week": "weekly", "month": "monthly"}
PERIODS = {
    "hour": ("day", "week", "month", "range"),
    "day": ("week", "month", "range"),
    "week": ("range",),
    "month": ("range",),
}
"""Unit -> the periods in which its number is counted, the usual one first."""

MOST_UNITS = {"hour": {"day": 25, "week": 169, "month": 745}, "day": {"week": 7, "month": 31}}
"""Unit -> period -> the most of them in one; a day can have 25 hours."""

TITLES = {"day": "DAU / MAU", "week": "WAU / MAU"}


class Stickiness(TimedQuestion):
    """Daily or weekly over monthly users, or on how many days people are active.

    Behind a ratio, `people` lists those of its numerator.

    Attributes:
        event: the activity; None means any event.
        mode: "ratio"; "exact": how many are active on k days of a period; "cumulative": on k or
            more.
        interval: for a ratio, what is divided by the month: day (default) or week; for counts, the
            period: week (default for days), month or range; for hours also day (their default).
            Weeks and months are counted in the range.
        granularity: for a ratio, daily or coarser.
        days: for counts, one k to follow from period to period.
        counting: a field whose values are counted in place of people.
        unit: what is counted: hour, day, week or month.
        at_least, at_most: how many events make a unit active, both inclusive.
    """

    kind: Literal["stickiness"] = "stickiness"
    event: str | None = None
    mode: Literal["ratio", "exact", "cumulative"] = "ratio"
    interval: Literal["day", "week", "month", "range"] | None = None
    days: int | None = Limited(default=None, ge=1, le=745)
    unit: Literal["hour", "day", "week", "month"] = "day"
    counting: Units = None
    at_least: int = Limited(default=1, ge=1, le=MOST_TIMES)
    at_most: int | None = Limited(default=None, ge=1, le=MOST_TIMES)

    @field_validator("granularity")
    @classmethod
    def _whole_days(cls, word: str) -> str:
        return whole_days_only(word, "stickiness")

    @model_validator(mode="after")
    def _consistent(self) -> Stickiness:
        allowed = ("day", "week") if self.mode == "ratio" else PERIODS[self.unit]
        if self.interval is not None and self.interval not in allowed:
            of = "" if self.unit == "day" else f" of {self.unit}s"
            raise BadQuestion(
                f"interval {self.interval!r} does not apply to mode {self.mode}{of}.",
                f"Allowed: {', '.join(allowed)}.",
                parameter="interval",
            )
        if self.days is not None and (self.mode == "ratio" or self._word == "range"):
            raise BadQuestion(
                "days needs mode exact or cumulative, by week or month.", parameter="days"
            )
        if self.days is not None and self.days > MOST_UNITS[self.unit][self._word]:
            most = MOST_UNITS[self.unit][self._word]
            raise BadQuestion(
                f"days must be at most {most}, the {self.unit}s of a {self._word}.",
                parameter="days",
            )
        if self.at_most is not None and self.at_most < self.at_least:
            raise BadQuestion(
                f"at_most {self.at_most} is less than at_least {self.at_least}.",
                parameter="at_most",
            )
        if self.mode == "ratio":
            self._no_counts()
        else:
            self._no_series()
        return self

    def _no_counts(self) -> None:
        """Refuse fields that only counts have."""
        for name in ("unit", "at_least", "at_most"):
            if getattr(self, name) != type(self).model_fields[name].default:
                raise BadQuestion(
                    f"mode ratio takes no {name}.", "Use mode exact or cumulative.", parameter=name
                )

    def _no_series(self) -> None:
        """Refuse fields that only a series has: day counts are one histogram."""
        hints = {
            "breakdown": "Add a condition instead.",
            "compare": "Ask for both ranges in turn.",
            "granularity": "interval sets the period: week, month or range.",
        }
        for name, hint in hints.items():
            if getattr(self, name) != type(self).model_fields[name].default:
                raise BadQuestion(f"mode {self.mode} takes no {name}.", hint, parameter=name)

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        return (yield from asked_in_units(ctx, self, self._answer))

    def _answer(self, ctx: Context) -> Ask:
        if self.mode == "ratio":
            return (yield from self._ratios(ctx))
        if self.days is not None:
            return (yield from self._over_time(ctx))
        return (yield from self._counts(ctx))

    def actors(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: the people in a bin; for a ratio, those of its numerator."""
        if self.mode == "ratio":
            return self._numerator(ctx, bind, cell)
        if self.days is not None:
            slots = self._whole_periods(ctx)
            slot = find_bucket(slots, cell.bucket)
            sets = self._tallied(ctx, bind, self._scope(ctx), [self.days])
            test = f"slot = {bind(slot.index)}" if slot else "1 = 1"
            return ctx.dialect.members(f"select users from ({sets}) where {test}")
        scope = self._scope(ctx)
        labels = {self._label(k): k for k in range(1, scope.most + 1)}
        if cell.row is not None and cell.row not in labels:
            raise BadQuestion(f"cell names no bin {cell.row!r}.", parameter="cell")
        wanted = labels.values() if cell.row is None else [labels[cell.row]]
        tallied = self._tallied(ctx, bind, scope, wanted)
        return ctx.dialect.members(f"select users from ({tallied})")

    # -- ratios

    def _ratios(self, ctx: Context) -> Ask:
        time = frame(ctx, self)
        by = [ctx.catalog.existing(name) for name in self.breakdown]
        now, before = yield from both_periods(time, partial(self._period, ctx, by=by))
        of = f" of {titled(ctx.catalog, self.event)}" if self.event else ""
        title = f"Stickiness{of}"
        return assemble(
            ctx,
            self,
            time,
            by,
            now,
            before,
            title=f"{title}, {self._ratio_of()}",
            unit="percent",
            additive=False,
            empty=None,
        )

    def _ratio_of(self) -> str:
        interval = self.interval or "day"
        if self.counting is None:
            return TITLES[interval]
        return f"{many(self)} of a {interval} / of a month"

    def _period(
        self, ctx: Context, span: Span, slots: list[Bucket], by: list[Field]
    ) -> Generator[Statement, Rows, Figures]:
        whole = _days(ctx, span, span.first_day, span.last_day)
        days = [day for day in ctx.buckets(whole, "daily") if ctx.is_known(day)]
        selection = select(ctx, self, self.event)
        if not days:
            return Figures() if by else Figures({(): None})
        if self.interval == "week":
            some = yield rolling_statement(ctx, selection, "wau", days, by)
        else:
            _, some = yield from people_by_slot(ctx, selection, whole, days, by)
        month = yield rolling_statement(ctx, selection, "mau", days, by)
        ratios = _divided(collect(ctx, by, [], some), collect(ctx, by, [], month))
        found = Figures() if by else Figures({(): None})
        for group, values in ratios.items():
            if by and not values:
                continue
            by_day = {days[slot].first_day: value for slot, value in values.items()}
            found.totals[group] = _mean(by_day, span.first_day, span.last_day)
            found.points[group] = {
                slot.index: _mean(by_day, slot.first_day, slot.last_day) for slot in slots
            }
        return found

    def _numerator(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        time = frame(ctx, self)
        span, slots = time.period_of(cell)
        slot = find_bucket(slots, cell.bucket)
        if time.is_unknown(slot, slots):
            return NOBODY
        first, last = (
            (span.first_day, span.last_day) if slot is None else (slot.first_day, slot.last_day)
        )
        first -= 6 if self.interval == "week" else 0
        whole = _days(ctx, span, first, min(last, ctx.today))
        selection = select(ctx, self, self.event)
        return members_of_group(ctx, bind, selection, whole, self.breakdown, cell.group)

    # -- day counts

    def _over_time(self, ctx: Context) -> Ask:
        assert self.days is not None
        slots, scope, d = self._whole_periods(ctx), self._scope(ctx), ctx.dialect
        points: dict[int, Figure] = {}
        total: Figure = None
        if slots:
            bind = ctx.binder()
            rows = yield bind.statement(
                f"""
                select slot, {d.count("everybody")} as active, {d.count("users")} as people
                from (
                    {self._tally(ctx, bind, scope)}
                    select t.slot as slot, {d.at_least("t.tally", "1")} as everybody,
                           {self._came(ctx, bind(self.days))} as users
                    from t
                )
                """,
                "people by period, and those of so many days",
            )
            came = {slot: (people, active) for slot, active, people in rows if active}
            points = {slot: people / active for slot, (people, active) in came.items()}
            if came:
                people, active = map(sum, zip(*came.values(), strict=True))
                total = people / active
        real, cut = whole_dates(ctx, ctx.span_to_today(self.range), slots, UNITS[self._word])
        times = tuple(
            TimeBucket(label=b.label, start=b.start, end=b.end, partial=b.partial) for b in slots
        )
        return Series(
            title=f"Share with {self._label(self.days)} of {self._of(ctx)} per {self._word}",
            **real,
            notes=(*cut, *self._notes(ctx)),
            unit="percent",
            granularity=UNITS[self._word],
            buckets=times,
            lines=(Line(values=tuple(points.get(b.index) for b in slots), total=total),),
        )

    def _whole_periods(self, ctx: Context) -> list[Bucket]:
        return ctx.buckets(ctx.span_to_today(self.range), UNITS[self._word], whole=True)

    def _counts(self, ctx: Context) -> Ask:
        bind = ctx.binder()
        d = ctx.dialect
        found: dict[int, tuple[int, int]] = {}
        span, scope = ctx.span_to_today(self.range), self._scope(ctx)
        most = scope.most
        if most:
            rows = yield bind.statement(
                f"""
                select k, sum({d.count("users")}) as pairs, {d.count(d.union("users"))} as people
                from ({self._tallied(ctx, bind, scope, range(1, most + 1))})
                group by k
                """,
                f"people by number of active {self.unit}s",
            )
            found = {k: (pairs, people) for k, pairs, people in rows}
        if self._word == "range":
            most = max((k for k, (pairs, _) in found.items() if pairs), default=0)
        pairs = [found.get(k, (0, 0))[0] for k in range(1, most + 1)]
        total = sum(pairs) if self.mode == "exact" else sum(pairs[:1])
        periods = self._whole_periods(ctx) if self._word != "range" else []
        real, cut = whole_dates(ctx, span, periods, UNITS.get(self._word, "weekly"))
        return Histogram(
            title=f"{self.unit.capitalize()}s with {self._of(ctx)} per {self._word}",
            **real,
            notes=(*cut, *self._notes(ctx)),
            unit="users" if self._word == "range" else "number",
            of=f"{self.unit}s",
            total=total,
            bins=tuple(self._bin(k, *found.get(k, (0, 0)), total) for k in range(1, most + 1)),
        )

    @property
    def _word(self) -> str:
        return self.interval or PERIODS[self.unit][0]

    def _of(self, ctx: Context) -> str:
        """What makes a unit active."""
        return titled(ctx.catalog, self.event, "any event") + self._times

    @property
    def _times(self) -> str:
        """How many events make a unit active, in words after their name; "" for one or more."""
        if self.at_least == self.at_most:
            return f" exactly {times(self.at_most)}"
        least = f" at least {times(self.at_least)}" if self.at_least > 1 else ""
        most = f" at most {times(self.at_most)}" if self.at_most is not None else ""
        return f"{least}{' and' if least and most else ''}{most}"

    def _bin(self, k: int, pairs: int, people: int, total: int) -> Bin:
        return Bin(
            label=self._label(k),
            start=k,
            end=k + 1 if self.mode == "exact" else None,
            count=pairs,
            people=people,
            share=pairs / total if total else None,
        )

    def _label(self, k: int) -> str:
        if self.mode == "cumulative":
            return f"{k}+ {self.unit}s"
        return f"1 {self.unit}" if k == 1 else f"{k} {self.unit}s"

    def _notes(self, ctx: Context) -> tuple[str, ...]:
        word = self._word
        if word == "range":
            return ()
        who = begun(whom(self))
        notes = [f"{who} are counted per {word}: once for every {word} in which they were active."]
        if any(ctx.today <= period.last_day for period in self._periods(ctx)):
            notes.append(f"The current {word} is counted up to now.")
        return tuple(notes)

    def _periods(self, ctx: Context) -> list[Span]:
        """The days of each period.

        Raises:
            BadQuestion: the range is one period of more than LONGEST days.
        """
        span, calendar = ctx.span_to_today(self.range), ctx.calendar
        if self._word != "range":
            found = self._whole_periods(ctx)
            return [days_span(slot.first_day, slot.last_day, calendar) for slot in found]
        if span.days > LONGEST:
            raise BadQuestion(
                f"interval range takes at most {LONGEST} days, not {span.days:,}.",
                "Count by week or month instead.",
                parameter="interval",
            )
        days = days_span(span.first_day, span.last_day, calendar)
        return [days] if span.first_day <= ctx.today else []

    def _scope(self, ctx: Context) -> Scope:
        return scope_of(ctx, self._periods(ctx), UNITS[self.unit])

    def _tallied(self, ctx: Context, bind: Binder, scope: Scope, days: Iterable[int]) -> str:
        """Relation (slot, k, users): per period the people active in k units, or in at least k."""
        d = ctx.dialect
        if scope.hull is None:
            return f"select 0 as slot, 0 as k, {d.build('0')} as users"
        return f"""
            select * from (
                {self._tally(ctx, bind, scope)}
                select t.slot as slot, n.k as k, {self._came(ctx, "n.k")} as users
                from t
                cross join {d.rows(bind.rows([(k,) for k in days]), ["k"])} n
            )"""

    def _tally(self, ctx: Context, bind: Binder, scope: Scope) -> str:
        selection = select(ctx, self, self.event)
        return tally(selection, bind, scope, self.at_least, self.at_most)

    def _came(self, ctx: Context, k: str) -> str:
        """SQL of the people of a row of `t` who are active in k units, or in at least k."""
        d = ctx.dialect
        users = d.at_least("t.tally", k)
        return d.only(users, d.at_least("t.tally", f"{k} + 1")) if self.mode == "exact" else users


def _divided(above: Figures, below: Figures) -> dict[Group, dict[int, float | None]]:
    """Return each point of `above` divided by that of `below`, where that is not 0."""
    return {
        group: {
            slot: (above.points.get(group, {}).get(slot) or 0) / count
            for slot, count in points.items()
            if count
        }
        for group, points in below.points.items()
    }


def _days(ctx: Context, span: Span, first: int, last: int) -> Span:
    """Return local days as a span, cut like the span they belong to if they reach its end."""
    end = span.end if span.cut and last == span.last_day else ctx.calendar.day_start(last + 1)
    return cut_span(first, last, end, ctx.calendar)


def _mean(by_day: dict[int, float | None], first: int, last: int) -> float | None:
    found = [value for day, value in by_day.items() if first <= day <= last and value is not None]
    return sum(found) / len(found) if found else None
