"""What moved most on a day against what is usual for its weekday (definitions 11.8).

The totals of single days are stored, so the day and those it is compared with are read from there.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from pydantic import Field as Limited
from pydantic import field_validator

from core.answers import Cell, Column, Table
from core.catalog.fields import Field
from core.catalog.selectors import ANY
from core.columns import CONTEXT
from core.errors import BadQuestion
from core.queries.common.context import Context
from core.queries.common.groups import label, members_of_group
from core.queries.common.periods import dates, newest_note
from core.queries.common.question import NOBODY, Ask, Question, Rows
from core.queries.common.select import select
from core.queries.common.selection import Selection
from core.sql.dialect import Binder, Statement
from core.timeframe import HOUR, Span, days_span, to_date
from core.values.usual import FEWEST, WINDOWS, Usual, learned, reference

ALL: Final = "any event"
"""The row of everything."""

_JUDGED: Final = tuple(
    Column(name=name, type="number") for name in ("usual", "from", "to", "score")
)


class Unusual(Question):
    """Events and values of fields on one day, what moved most first.

    The day is the last one of the range that is over; only a range of today alone is judged before
    it is, and then only what is already above its usual is listed.

    Attributes:
        measure: "count" of events or "users".
        breakdown: the fields whose values are judged; () means events and all stored context
            fields.
        limit: how many to list.
    """

    kind: Literal["unusual"] = "unusual"
    range: str = "yesterday"
    measure: Literal["count", "users"] = "count"
    breakdown: tuple[str, ...] = Limited(default=(), max_length=10)
    limit: int = Limited(default=20, ge=1, le=10_000)

    @field_validator("breakdown", mode="before")
    @classmethod
    def _one_or_more(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        day = Day.of(ctx, self.range)
        selection, fields = select(ctx, self, absent=ANY), self._fields(ctx)
        moved: list[Moved] = []
        if day.is_known and len(day.compared) >= FEWEST:
            moved += day.judged(ALL, (yield from self._totals(ctx, selection, day, ())).get(0))
            for field in fields:
                found = yield from self._totals(ctx, selection, day, (field,))
                for raw, days in found.items():
                    moved += day.judged(f"{field.key} = {label(ctx, field, raw)}", days)
        moved = [each for each in moved if day.is_over or each.side > 0]
        moved.sort(key=lambda each: (-each.size, each.name))
        return self._table(day, moved)

    def _fields(self, ctx: Context) -> list[Field]:
        """The fields whose values are judged; of the context those with more than one value."""
        if self.breakdown:
            return [ctx.catalog.existing(name) for name in self.breakdown]
        context = [ctx.catalog.field(name) for name in CONTEXT]
        several = [f for f in context if f.dimension and len(ctx.catalog.values.of(f.name)) > 1]
        return list({field.key: field for field in (ctx.catalog.field("event"), *several)}.values())

    def _totals(
        self, ctx: Context, selection: Selection, day: Day, by: Sequence[Field]
    ) -> Generator[Statement, Rows, dict[Any, dict[int, Counted]]]:
        """Raw value -> day -> its figure, and on the day itself its people."""
        bind = ctx.binder()
        people = ctx.dialect.count("users")
        own = f"slot = {bind(day.number)}"
        figure = people if self.measure == "users" else "total"
        rows = yield bind.statement(
            f"""
            select v0, slot, {figure} as figure,
                   case when {own} then {people} else 0 end as users
            from ({selection.sets(bind, day.span, by=by)})
            where {ctx.dialect.member("slot", bind.list([*day.compared, day.number]))}
            """,
            f"{by[0].key if by else 'all events'} on the day and those it is compared with",
        )
        found: dict[Any, dict[int, Counted]] = defaultdict(dict)
        for value, slot, total, users in rows:
            found[value][slot] = Counted(total, users)
        return found

    def _table(self, day: Day, moved: Sequence[Moved]) -> Table:
        shown = moved[: self.limit]
        counts_events = self.measure == "count"
        figure = Column(name="events" if counts_events else "users", type="count")
        people = (Column(name="people", type="count"),) if counts_events else ()
        return Table(
            title="What is unusual",
            **dates(day.alone),
            notes=day.notes,
            columns=(Column(name="what"), Column(name="is"), figure, *_JUDGED, *people),
            rows=tuple(each.row(with_people=counts_events) for each in shown),
            keys=tuple(each.name for each in shown),
            people_column="people" if counts_events else "users",
            truncated=len(moved) > self.limit,
        )

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: everybody with the row's event or value on the day.

        Raises:
            BadQuestion: the cell names no row of this kind.
        """
        day = Day.of(ctx, self.range)
        if not day.is_known:
            return NOBODY
        selection = select(ctx, self, absent=ANY)
        if cell.row is None or cell.row == ALL:
            return members_of_group(ctx, bind, selection, day.alone, (), ())
        name, equals, value = cell.row.partition(" = ")
        if not equals:
            raise BadQuestion(f"cell names no row {cell.row!r}.", parameter="cell")
        return members_of_group(ctx, bind, selection, day.alone, (name,), (value,))


def last_whole_day(ctx: Context) -> str:
    """Return the date of the last day that is over and has data to its end, or nearly so."""
    if ctx.latest is None or ctx.latest >= ctx.calendar.day_start(ctx.today):
        return to_date(ctx.today - 1).isoformat()
    day = ctx.calendar.day_of(ctx.latest)
    whole = ctx.latest >= ctx.calendar.day_start(day + 1) - HOUR
    return to_date(day if whole else day - 1).isoformat()


class Counted(NamedTuple):
    """A figure of a day and, on the judged day, how many people are behind it."""

    figure: int
    users: int


@dataclass(frozen=True)
class Moved:
    """A figure of the day with what is usual for it."""

    name: str
    counted: Counted
    usual: Usual

    @property
    def side(self) -> int:
        """1 above what is usual, -1 below it, else 0."""
        return self.usual.unusual(self.counted.figure)

    @property
    def size(self) -> float:
        """How far it moved, in scales; a scale is at least what chance alone makes of a count."""
        middle = self.usual.middle
        return abs(self.counted.figure - middle) / max(self.usual.scale, math.sqrt(middle), 1)

    def row(self, *, with_people: bool) -> tuple[Any, ...]:
        """Its row of the table."""
        low, high = self.usual.band()
        score = self.usual.score(self.counted.figure)
        side = ("usual", "above", "below")[self.side]
        row = (
            self.name, side, self.counted.figure, self.usual.middle, max(low, 0.0), high,
            score if math.isfinite(score) else None,
        )  # fmt: skip
        return (*row, self.counted.users) if with_people else row


@dataclass(frozen=True)
class Day:
    """The judged day and the days it is compared with, as local day numbers.

    Attributes:
        alike: whether these are the same weekdays.
    """

    ctx: Context
    number: int
    compared: tuple[int, ...]
    alike: bool

    @staticmethod
    def of(ctx: Context, text: str) -> Day:
        """Return the day of a range: its last one that is over or, if none is, its last one."""
        span = ctx.span_to_today(text)
        last = span.last_day
        if last == ctx.today and span.first_day < last:
            last -= 1
        first = ctx.calendar.day_of(ctx.earliest) if ctx.earliest is not None else last
        days = range(last - WINDOWS["daily"], last + 1)
        known = [n for n, day in enumerate(days) if first <= day < last]
        labels = [to_date(day).isoformat() for day in days]
        found, alike = reference(labels, known, len(days) - 1, "daily")
        return Day(ctx, last, tuple(days[n] for n in found), alike)

    @property
    def is_over(self) -> bool:
        """Whether it is no more running."""
        return self.ctx.calendar.day_start(self.number + 1) <= self.ctx.now

    @property
    def is_known(self) -> bool:
        """Whether there is data from it, or from later."""
        latest = self.ctx.latest
        return latest is not None and latest >= self.ctx.calendar.day_start(self.number)

    @property
    def span(self) -> Span:
        """From the earliest of the days to the day itself."""
        first = self.compared[0] if self.compared else self.number
        return days_span(first, self.number, self.ctx.calendar)

    @property
    def alone(self) -> Span:
        """The day itself."""
        return days_span(self.number, self.number, self.ctx.calendar)

    def judged(self, name: str, days: dict[int, Counted] | None) -> Iterator[Moved]:
        """Yield what is usual for a figure, 0 on days without one; nothing if it never was."""
        if not days:
            return
        nothing = Counted(0, 0)
        usual = learned([days.get(day, nothing).figure for day in self.compared], self.alike)
        if usual is not None:
            yield Moved(name, days.get(self.number, nothing), usual)

    @property
    def notes(self) -> tuple[str, ...]:
        """What it is compared with, or why nothing is said."""
        if not self.is_known:
            latest = self.ctx.latest
            if latest is None:
                return ("There are no events.",)
            return (newest_note(self.ctx.calendar, latest),)
        count = len(self.compared)
        if count < FEWEST:
            return (f"Nothing is usual yet: {count} earlier days are known, {FEWEST} are needed.",)
        days = f"{to_date(self.number):%A}s" if self.alike else "days"
        said = f"Compared with {count} {days} before."
        running = "The day is not over: only what is above its usual already is listed."
        return (said,) if self.is_over else (said, running)
