"""One person: their summary and what they did (definitions 9.9)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from core.answers import Cell, Timeline, TimelineEvent, TimelineSession
from core.catalog.selectors import ANY
from core.columns import CONTEXT
from core.errors import NotFound, did_you_mean
from core.queries.common.context import Context
from core.queries.common.question import Ask, Question, Rows
from core.queries.common.select import select
from core.queries.common.selection import Selection
from core.queries.people.history import belongings, changes_of
from core.queries.people.known import context_of, known_of, own_events
from core.queries.people.segments import segments_of
from core.sql.dialect import Binder, Statement
from core.timeframe import to_date
from core.values.json_text import stored_object

MOST = 1000
"""The most events per request, and by how many a page may grow to end with a session."""


class UserActivity(Question):
    """One person's events, newest first, with the sessions these belong to.

    The page is extended to the end of the session that it would cut. The range only determines the
    date of the person's segments.

    Attributes:
        user: a user id or device id; a merged or linked one means the person it belongs to.
        event: list only events of this name; the summary covers all events.
        session: list only events of this session: 1 is the first, -1 the last.
        limit, offset: size and start of the page, before it is extended.
        changes: whether to also say how their context, traits and properties named like traits
            changed, and with which event.
        audiences: names or ids of saved audiences, to say which of them they are in, and since
            when.
        direction: "latest" lists the newest first, "earliest" the oldest.
    """

    kind: Literal["user_activity"] = "user_activity"
    user: str = Field(min_length=1)
    event: str | None = None
    session: int | None = None
    limit: int = Field(default=MOST, ge=1, le=MOST)
    offset: int = Field(default=0, ge=0)
    direction: Literal["latest", "earliest"] = "latest"
    changes: bool = False
    audiences: tuple[str, ...] = Field(default=(), max_length=50)

    def by_the_minute(self) -> bool:
        """See Question; who is in an audience changes with the clock."""
        return bool(self.audiences) or super().by_the_minute()

    def ask(self, ctx: Context) -> Ask:
        """See Question.

        Raises:
            NotFound: nobody with events has that id.
        """
        actor = yield from self._actor(ctx)
        who, begun = yield from known_of(ctx, actor)
        sessions = _All(begun, ctx.catalog.people.sessions([row[1] for row in begun if row[1]]))
        listed, matching = yield from self._events(ctx, actor, sessions, who.extent[2])
        changes = (yield from changes_of(ctx, actor)) if self.changes else ()
        audiences = yield from belongings(ctx, actor, self.audiences)
        span = ctx.span_to_today(self.range)
        day = min(span.last_day, ctx.today)
        known = [d for d in who.active if d <= day]
        started = sum(span.first_day <= part.day <= span.last_day for part in sessions.parts)
        shown = dict.fromkeys(part for _, part in listed if part is not None)
        return Timeline(
            title=who.user,
            user=who.user,
            merged=who.merged,
            devices=who.devices,
            first_seen=who.extent[0],
            last_seen=who.extent[1],
            total_events=who.extent[2],
            total_sessions=len(sessions.parts),
            usage_seconds=sum(part.end - part.start for part in sessions.parts) / 1000,
            traits=who.traits,
            context=who.context,
            segments=segments_of(known[0], known[-1], started, day) if known else (),
            days=tuple(to_date(d).isoformat() for d in who.days),
            top_events=who.top,
            sessions=tuple(
                TimelineSession(
                    number=part.number,
                    start=part.start,
                    end=part.end,
                    events=part.events,
                    key=part.name,
                )
                for part in shown
            ),
            events=tuple(_event(ctx, row, part.number if part else 0) for row, part in listed),
            truncated=self.offset + len(listed) < matching,
            changes=changes,
            audiences=audiences,
        )

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: only this person."""
        if ctx.dialect.seeks:
            return f"select {bind(self._known(ctx, ctx.catalog.people.person(self.user)))} as actor"
        return self._first_with_events(ctx, bind)

    def _actor(self, ctx: Context) -> Generator[Statement, Rows, int]:
        if ctx.dialect.seeks:
            return self._known(ctx, ctx.catalog.people.person(self.user))
        bind = ctx.binder()
        rows = yield bind.statement(self._first_with_events(ctx, bind), "whom the id means")
        return self._known(ctx, int(rows[0][0]) if rows else None)

    def _known(self, ctx: Context, actor: int | None) -> int:
        if actor is None:
            if ctx.catalog.people.owners(self.user):
                raise NotFound(
                    f"{self.user!r} has no events in this workspace.",
                    "Who has only traits or links appears from their first event on.",
                )
            near = did_you_mean(self.user, ctx.catalog.people.called_like(self.user))
            raise NotFound(
                f"There is nobody with the id {self.user!r} in this workspace.",
                near or "Search with: users matching TEXT.",
            )
        return actor

    def _first_with_events(self, ctx: Context, bind: Binder) -> str:
        """SQL of the first one with events among those that the id may mean."""
        owners = list(enumerate(ctx.catalog.people.owners(self.user)))
        ids = bind.list([owner for _, owner in owners])
        own = Selection(ctx).own(bind, "e")
        listed = ctx.dialect.rows(bind.rows(owners), ("place", "owner"))
        return f"""
            select e.actor as actor
            from {listed} o
            join (
                select distinct e.actor as actor from events e
                where {ctx.dialect.member("e.actor", ids)} and {own}
            ) e on e.actor = o.owner
            order by o.place
            limit 1"""

    # -- the page of events

    def _events(
        self, ctx: Context, actor: int, sessions: _All, every: int
    ) -> Generator[Statement, Rows, tuple[_Listed, int]]:
        """The events to list, and how many there are, given those of the person."""
        selection = select(ctx, self, self.event, absent=ANY)
        only = sessions.numbered(self.session)
        limits = (self.event, only, selection.clauses, selection.members)
        counts = self._counted(ctx, selection, actor, only) if any(limits) else None
        matching = every if counts is None else int((yield counts)[0][0])
        rows = yield self._page(ctx, selection, actor, only)
        listed = [(row, sessions.of(row[0], row[3])) for row in rows]
        if listed and listed[-1][1] is not None:
            rows = yield self._rest(ctx, selection, actor, rows[-1], listed[-1][1])
            listed += [(row, sessions.of(row[0], row[3])) for row in rows]
        if only is not None:
            listed = [(row, part) for row, part in listed if part == only]
        return listed, matching

    def _counted(
        self, ctx: Context, selection: Selection, actor: int, only: _Part | None
    ) -> Statement:
        bind = ctx.binder()
        return bind.statement(
            f"""
            select count(*)
            from {selection.source()}
            where {own_events(selection, bind, actor)}{_within(bind, only)}""",
            "events to list",
        )

    def _page(
        self, ctx: Context, selection: Selection, actor: int, only: _Part | None
    ) -> Statement:
        bind = ctx.binder()
        return bind.statement(
            f"""
            {self._select(selection, bind, actor)}{_within(bind, only)}
            {self._order()}
            limit {bind(self.limit)} offset {bind(self.offset)}
            """,
            "a page of events",
        )

    def _rest(
        self, ctx: Context, selection: Selection, actor: int, last: tuple[Any, ...], session: _Part
    ) -> Statement:
        """The events after the page up to the end of the session it cuts."""
        bind = ctx.binder()
        sign, within, edge, end = "<", ">=", "min", session.start
        if self.direction == "earliest":
            sign, within, edge, end = ">", "<=", "max", session.end
        last_one = bind(end)
        if session.key:  # its inactive events may lie before its start and after its end
            last_one = f"""(
                  select {edge}(x.ts) from events x
                  where x.actor = {bind(actor)} and x.session = {bind(session.key)}
                    and {selection.own(bind, "x")})"""
        return bind.statement(
            f"""
            {self._select(selection, bind, actor)}
              and (e.ts, e.seq) {sign} ({bind(last[0])}, {bind(last[1])})
              and e.ts {within} {last_one}
            {self._order()}
            limit {MOST}
            """,
            "the rest of the session",
        )

    def _select(self, selection: Selection, bind: Binder, actor: int) -> str:
        context = ", ".join(f"e.{name}" for name in CONTEXT)
        properties = selection.ctx.dialect.all_properties()
        return f"""
            select e.ts, e.seq, e.event, e.session,
                   {properties}, {context}
            from {selection.source()}
            where {own_events(selection, bind, actor)}"""

    def _order(self) -> str:
        word = "desc" if self.direction == "latest" else "asc"
        return f"order by e.ts {word}, e.seq {word}"


def _within(bind: Binder, part: _Part | None) -> str:
    """The test for the events of a session, after others; "" for those of all."""
    if part is None:
        return ""
    if part.key:
        return f" and e.session = {bind(part.key)}"
    return f" and e.session = 0 and e.ts between {bind(part.start)} and {bind(part.end)}"


def _event(ctx: Context, row: Sequence[Any], session: int) -> TimelineEvent:
    ts, _, event, _, properties, *values = row
    return TimelineEvent(
        ts=ts,
        event=ctx.catalog.events.name_of(event),
        session=session,
        properties=stored_object(properties) if properties else {},
        context=context_of(ctx, values),
    )


# -- sessions


@dataclass(frozen=True)
class _Part:
    """A session: `number` counts from 1; `key` is 0 and `name` None if it is derived from gaps."""

    number: int
    start: int
    key: int
    end: int
    events: int
    day: int
    name: str | None


class _All:
    """All sessions of a person, by start.

    Args:
        names: the names of those that have keys.
    """

    def __init__(self, rows: Rows, names: Mapping[int, str]) -> None:
        named = ((*row, names.get(row[1])) for row in rows)
        self.parts = [_Part(number, *row) for number, row in enumerate(named, 1)]
        self._given = {part.key: part for part in self.parts if part.key}
        self._derived = [part for part in self.parts if not part.key]
        self._starts = [part.start for part in self._derived]

    def numbered(self, number: int | None) -> _Part | None:
        """Return the session of a number, from 1 or from -1 for the last; None for no number.

        Raises:
            NotFound: the person has no session of that number.
        """
        if number is None:
            return None
        at = number - 1 if number > 0 else len(self.parts) + number
        if number == 0 or not 0 <= at < len(self.parts):
            raise NotFound(
                f"There is no session {number}: this person has {len(self.parts)}.",
                "1 is the first session, and -1 the last.",
            )
        return self.parts[at]

    def of(self, ts: int, key: int) -> _Part | None:
        """Return the session of an event, None for one outside any session."""
        if key:
            return self._given.get(key)
        place = bisect_right(self._starts, ts) - 1
        if place < 0 or self._derived[place].end < ts:
            return None
        return self._derived[place]


_Listed = list[tuple[tuple[Any, ...], _Part | None]]
