"""The eight built-in segments, and the people of one (definitions 5.1).

Lifecycle segments read all of history up to A, the last day of the range or today; ages are in
whole local days. Engagement segments count the sessions whose first event is in the range.
Conditions narrow the events that count as being seen, and keep only sessions with such an event.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field, field_validator

from core.answers import Cell, Column, People, Table
from core.errors import BadQuestion, did_you_mean
from core.queries.common.context import Context
from core.queries.common.people_page import found_once, page, persons
from core.queries.common.periods import dates
from core.queries.common.question import Ask, Question
from core.queries.common.select import select
from core.queries.common.selection import Selection
from core.sql.dialect import Binder, Dialect
from core.timeframe import Span

LIFECYCLE = ("new", "returning", "dormant", "churned")
ENGAGEMENT = ("one_timer", "casual", "regular", "power_user")
SEGMENTS = (*LIFECYCLE, *ENGAGEMENT)
NO_SESSIONS = "no_sessions"
"""Key of the row for people known by A without a session in the range."""

RECENT_DAYS = 7
DORMANT_DAYS = 30
CASUAL, REGULAR, POWER = 2, 5, 15
"""How many sessions make somebody casual, regular, a power user."""

_IDS = {key: number for number, key in enumerate((*SEGMENTS, NO_SESSIONS), 1)}


class Segments(Question):
    """How many people are in each built-in segment.

    Shares are fractions of everybody known by A, and of those with a session in the range.
    """

    kind: Literal["segments"] = "segments"

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        bind = ctx.binder()
        span = ctx.span_to_today(self.range)
        selection = select(ctx, self)
        d = ctx.dialect
        rows = yield bind.statement(
            f"""
            with stages as materialized ({_lifecycle(selection, bind, span)}),
                 engaged as materialized ({_engagement(selection, bind, span)})
            select segment, {d.count("users")} as people from stages
            union all
            select segment, {d.count("users")} from engaged
            union all
            select segment, {d.count("users")}
            from ({_without_sessions(d, "stages", "engaged")})
            """,
            "people by segment",
        )
        users: dict[int, int] = dict(rows)
        return Table(
            title="Segments",
            **dates(span),
            columns=(
                Column(name="segment"),
                Column(name="category"),
                Column(name="users", type="count"),
                Column(name="share", type="percent"),
            ),
            rows=tuple(_lines(users)),
            keys=(*SEGMENTS, NO_SESSIONS),
            people_column="users",
        )

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: the row's segment; without a row, everybody known by A."""
        span = ctx.span_to_today(self.range)
        selection = select(ctx, self)
        if cell.row is None:
            return ctx.dialect.members(f"select users from ({_lifecycle(selection, bind, span)})")
        return _members(selection, bind, check_segment(cell.row), span)


class Segment(Question):
    """The people of one segment.

    Lifecycle segments list last seen first, engagement segments most sessions first.

    Attributes:
        segment: one of the eight.
        limit, offset: size and start of the page; `total` counts everybody.
    """

    kind: Literal["segment"] = "segment"
    segment: str
    limit: int = Field(default=50, ge=1, le=100)
    offset: int = Field(default=0, ge=0)

    @field_validator("segment")
    @classmethod
    def _known(cls, key: str) -> str:
        return check_segment(key)

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        span = ctx.span_to_today(self.range)
        total, bind, members = yield from found_once(
            ctx, lambda bind: self.people(ctx, bind, Cell())
        )
        engaged = self.segment in ENGAGEMENT
        rows = yield page(
            bind,
            members,
            "extra desc, last_seen desc, actor" if engaged else "last_seen desc, actor",
            self.limit,
            self.offset,
            extra=_session_count(bind, span) if engaged else "null",
            kept=Selection(ctx).own(bind, "e"),
        )
        return People(
            title=f"Segment {self.segment}",
            **dates(span),
            total=total,
            limit=self.limit,
            offset=self.offset,
            columns=("sessions",) if engaged else (),
            rows=persons(rows, extra=engaged),
        )

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: everybody in the segment."""
        selection = select(ctx, self.model_copy(update={"segment": None}))
        return _members(selection, bind, self.segment, ctx.span_to_today(self.range))


def check_segment(key: str) -> str:
    """Return a segment's key; BadQuestion with the nearest ones if there is none."""
    if key not in _IDS:
        raise BadQuestion(
            f"segment {key!r} is not known.",
            did_you_mean(key, SEGMENTS) or f"Allowed: {', '.join(SEGMENTS)}.",
            parameter="segment",
        )
    return key


def segment_sql(ctx: Context, bind: Binder, segment: str, span: Span) -> str:
    """Return SQL selecting `actor`, once each, for everybody in a segment.

    Raises:
        BadQuestion: there is no such segment.
    """
    return _members(Selection(ctx, ctx.catalog.events.active), bind, check_segment(segment), span)


def segments_of(first_day: int, last_day: int, sessions: int, day: int) -> tuple[str, ...]:
    """Return the segments of one person.

    Args:
        first_day, last_day: the first and last local day they were seen, up to `day`.
        sessions: how many of their sessions start in the range.
        day: A, the last day of the range.
    """
    if day - first_day <= RECENT_DAYS:
        stage = "new"
    elif day - last_day <= RECENT_DAYS:
        stage = "returning"
    else:
        stage = "dormant" if day - last_day <= DORMANT_DAYS else "churned"
    if not sessions:
        return (stage,)
    steps = (CASUAL, REGULAR, POWER)
    return stage, ENGAGEMENT[sum(sessions >= step for step in steps)]


def _members(selection: Selection, bind: Binder, key: str, span: Span) -> str:
    d = selection.ctx.dialect
    if key == NO_SESSIONS:
        stages = f"({_lifecycle(selection, bind, span)})"
        engaged = f"({_engagement(selection, bind, span)})"
        return d.members(f"select users from ({_without_sessions(d, stages, engaged)})")
    relation = _lifecycle if key in LIFECYCLE else _engagement
    return d.members(
        f"select users from ({relation(selection, bind, span)}) where segment = {bind(_IDS[key])}"
    )


def _lines(users: dict[int, int]) -> Iterator[tuple[Any, ...]]:
    for category, keys in (("lifecycle", LIFECYCLE), ("engagement", ENGAGEMENT)):
        counts = {key: users.get(_IDS[key], 0) for key in keys}
        whole = sum(counts.values())
        for key, count in counts.items():
            yield key, category, count, count / whole if whole else None
    yield "no sessions in range", "engagement", users.get(_IDS[NO_SESSIONS], 0), None


# -- relations (segment, users)


def _lifecycle(selection: Selection, bind: Binder, span: Span) -> str:
    ctx = selection.ctx
    day = min(span.last_day, ctx.today)
    if ctx.dialect.has_sets and not selection.clauses:
        return _lifecycle_stored(selection, bind, day)
    return f"""
        select case when first_day >= {bind(day - RECENT_DAYS)} then {_IDS["new"]}
                    when last_day >= {bind(day - RECENT_DAYS)} then {_IDS["returning"]}
                    when last_day >= {bind(day - DORMANT_DAYS)} then {_IDS["dormant"]}
                    else {_IDS["churned"]}
               end as segment,
               {ctx.dialect.build("actor")} as users
        from (
            select e.actor, min(e.day) as first_day, max(e.day) as last_day
            from {selection.source()}
            where {selection.where(bind, None)}
              and e.actor <> 0
              and e.day <= {bind(day)}
            group by e.actor
        )
        group by 1"""


def _lifecycle_stored(selection: Selection, bind: Binder, day: int) -> str:
    d = selection.ctx.dialect

    def users(expression: str) -> str:
        return selection.narrow(bind, expression)

    event = bind(selection.events[0] if selection.events else 0)

    def active(days: int) -> str:
        return f"""(select {d.union("users")} from activity
                    where event = {event} and dimension = 0 and value = 0
                      and day between {bind(day - days)} and {bind(day)})"""

    return f"""
        select * from (
            with seen as materialized (
                select (select {d.union("users")} from first_activity
                        where event = {event} and day <= {bind(day)}) as known,
                       (select {d.union("users")} from first_activity
                        where event = {event}
                          and day between {bind(day - RECENT_DAYS)} and {bind(day)}) as fresh,
                       {active(RECENT_DAYS)} as week,
                       {active(DORMANT_DAYS)} as month
            )
            select {_IDS["new"]} as segment, {users("fresh")} as users from seen
            union all
            select {_IDS["returning"]}, {users(d.only("week", "fresh"))} from seen
            union all
            select {_IDS["dormant"]}, {users(d.only("month", "week"))} from seen
            union all
            select {_IDS["churned"]}, {users(d.only("known", "month"))} from seen
        )"""


def _engagement(selection: Selection, bind: Binder, span: Span) -> str:
    return f"""
        select case when sessions >= {bind(POWER)} then {_IDS["power_user"]}
                    when sessions >= {bind(REGULAR)} then {_IDS["regular"]}
                    when sessions >= {bind(CASUAL)} then {_IDS["casual"]}
                    else {_IDS["one_timer"]}
               end as segment,
               {selection.ctx.dialect.build("actor")} as users
        from ({_sessions(selection, bind, span)})
        group by 1"""


def _without_sessions(d: Dialect, stages: str, engaged: str) -> str:
    """The people of the relation `stages` who are not in the relation `engaged`."""
    known = f"(select {d.union('users')} from {stages})"
    busy = f"(select {d.union('users')} from {engaged})"
    return f"select {_IDS[NO_SESSIONS]} as segment, {d.only(known, busy)} as users"


def _sessions(selection: Selection, bind: Binder, span: Span) -> str:
    """Relation (actor, sessions) of people with at least one session that starts in the range."""
    tests = [_starts_in(bind, span)]
    tests += [f"s.actor in ({members.write(bind)})" for members in selection.members]
    if selection.clauses:
        tests.append(f"""exists (
            select 1 from {selection.source()}
            where e.actor = s.actor and e.session = s.session
              and e.ts between s.start and s."end"
              and {selection.own(bind, "e")} and {selection.test(bind)})""")
    return f"""
        select s.actor, count(*) as sessions
        from sessions s
        where {" and ".join(tests)}
        group by s.actor"""


def _session_count(bind: Binder, span: Span) -> str:
    """The number of sessions in the range of a `page` row."""
    if not bind.dialect.seeks:
        counts = f"""
                select s.actor as actor, toInt64(count()) as value from sessions s
                where {_starts_in(bind, span)} group by s.actor"""
        return bind.dialect.looked_up(counts, "seen.actor", 0)
    return f"""(select count(*) from sessions s
                where s.actor = seen.actor and {_starts_in(bind, span)})"""


def _starts_in(bind: Binder, span: Span) -> str:
    if span.whole_days:
        return f"s.day between {bind(span.first_day)} and {bind(span.last_day)}"
    return f"s.start >= {bind(span.start)} and s.start < {bind(span.end)}"
