"""Finding people by id or trait (definitions 9.10)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from core.answers import Cell, People
from core.catalog.events import KEPT
from core.definitions.audience import Definition
from core.queries.common.context import Context
from core.queries.common.people_page import persons
from core.queries.common.question import Ask, Question
from core.queries.common.select import checked, members_of
from core.queries.common.selection import Selection
from core.queries.people.audience_sql import audience_sql
from core.sql.dialect import Binder, Relation
from core.sql.like import literal

WITHIN = 4


class UserSearch(Question):
    """People whose ids match a text, best matches first.

    In this order: the exact user id; the exact device id; user ids that begin with it, in any case;
    and only if none of these match, people with the text anywhere in a user id, device id or trait.
    A merged or linked id finds the person it belongs to now. People without events are not listed,
    nor those outside the audience, segment or inner question. Conditions hold as the filters of an
    audience do; only a segment uses the range.

    Attributes:
        user: the text.
        limit, offset: size and start of the page; `total` counts everybody.
    """

    kind: Literal["user_search"] = "user_search"
    user: str = Field(min_length=1)
    limit: int = Field(default=100, ge=1, le=100)
    offset: int = Field(default=0, ge=0)

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        bind = ctx.binder()
        listed = self._listed if ctx.dialect.seeks else self._listed_at_once
        rows = yield bind.statement(listed(ctx, bind), "people by name")
        notes: tuple[str, ...] = ()
        if rows and rows[0][4] == WITHIN:
            notes = ("No id begins with this text; these people have it in an id or trait.",)
        return People(
            title=f"Users matching {self.user}",
            notes=notes,
            total=int(rows[0][5]) if rows else 0,
            limit=self.limit,
            offset=self.offset,
            rows=persons([row[:5] for row in rows]),
        )

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: everybody found."""
        found = self._found if ctx.dialect.seeks else self._found_at_once
        return f"select actor from ({found(ctx, bind)})"

    def _listed(self, ctx: Context, bind: Binder) -> str:
        """Rows (user, first_seen, last_seen, events, tier, number of all people)."""
        return f"""
            with found as materialized ({self._found(ctx, bind)})
            select i.key,
                   (select min(ts) from events e where e.actor = f.actor and {KEPT}),
                   (select max(ts) from events e where e.actor = f.actor and {KEPT}),
                   (select count(*) from events e where e.actor = f.actor and {KEPT}),
                   f.tier,
                   (select count(*) from found)
            from found f
            join identities i on i.id = f.actor
            order by f.tier, i.key
            limit {bind(self.limit)} offset {bind(self.offset)}
            """

    def _narrowed(self, ctx: Context, bind: Binder) -> str:
        """SQL of whether the identity `o.id` is one of the people to be searched."""
        tests = [
            f"o.id in (select actor from {bind.relation(members)})"
            for members in members_of(ctx, self)
        ]
        if self.conditions:
            filters = Definition(filters=tuple(checked(ctx, self.conditions)))
            tests.append(f"o.id in ({audience_sql(ctx, bind, filters)})")
        return "".join(f" and {test}" for test in tests)

    def _found(self, ctx: Context, bind: Binder) -> str:
        """Relation (actor, tier); the smaller the tier, the better the match."""
        only = self._narrowed(ctx, bind)
        exact = bind(self.user)
        begins, within = bind(literal(self.user) + "%"), bind(f"%{literal(self.user)}%")
        return f"""
            with recursive matches (id, tier) as (
                select id, kind + 1 from identities where key = {exact}
                union all
                select id, 3 from identities where kind = 0 and key like {begins} escape '!'
                union all
                select id, {WITHIN} from identities where key like {within} escape '!'
                union all
                select user, {WITHIN} from traits where value like {within} escape '!'
            ),
            owners (id, tier) as (
                select id, min(tier) from matches group by id
                union
                select l.user, o.tier from owners o join links l on l.device = o.id
                union
                select a.new, o.tier from owners o join aliases a on a.old = o.id
            ),
            people (actor, tier) as (
                select id, min(tier)
                from owners o
                where exists (select 1 from events e where e.actor = o.id and {KEPT}){only}
                group by id
            )
            select actor, tier
            from people
            where tier < {WITHIN} or not exists (select 1 from people where tier < {WITHIN})"""

    # -- where events cannot be sought one by one, people are looked at together

    def _listed_at_once(self, ctx: Context, bind: Binder) -> str:
        """The same rows as `_listed`."""
        return f"""
            select i.key, f.first_seen, f.last_seen, f.events, f.tier, f.people
            from (
                select found.*, count(*) over () as people
                from ({self._found_at_once(ctx, bind)}) found
            ) f
            join identities i on i.id = f.actor
            order by f.tier, i.key
            limit {bind(self.limit)} offset {bind(self.offset)}"""

    def _found_at_once(self, ctx: Context, bind: Binder) -> str:
        """Relation (actor, tier, first_seen, last_seen, events)."""
        only = self._narrowed(ctx, bind)
        owners = bind.relation(Relation(("owners", self.user), lambda b: self._owners(ctx, b)))
        return f"""
            select actor, tier, first_seen, last_seen, events
            from (
                select o.id as actor, o.tier as tier, e.first_seen as first_seen,
                       e.last_seen as last_seen, e.events as events, min(o.tier) over () as best
                from {owners} o
                join (
                    select e.actor as actor, min(e.ts) as first_seen, max(e.ts) as last_seen,
                           count(*) as events
                    from events e
                    where e.actor in (select id from {owners}) and {Selection(ctx).own(bind, "e")}
                    group by e.actor
                ) e on e.actor = o.id
                where 1 = 1{only}
            )
            where tier < {WITHIN} or best = {WITHIN}"""

    def _owners(self, ctx: Context, bind: Binder) -> str:
        """Relation (id, tier) of everybody that what matches may mean."""
        text = bind(self.user)
        merged = ctx.dialect.rows(bind.rows(ctx.catalog.people.merged()), ("old", "new"))
        found = f"""
            select id, toInt64(multiIf(
                       key = {text}, kind + 1,
                       kind = 0 and startsWith(lower(key), lower({text})), 3, {WITHIN})) as tier
            from identities
            where position(lower(key), lower({text})) > 0
            union all
            select user, toInt64({WITHIN}) from traits
            where position(lower(value), lower({text})) > 0"""
        ids = "toUInt32(old) as old, groupArray(toUInt32(new)) as new"
        for onward in (
            "select device as old, groupArray(user) as new from links group by device",
            f"select {ids} from {merged} group by old",
        ):
            found = f"""
            select arrayJoin(arrayPushFront(o.new, m.id)) as id, m.tier as tier
            from ({found}) m
            left join ({onward}) o on o.old = m.id"""
        return f"select id, min(tier) as tier from ({found}) group by id"
