"""A page of people: the statement for it, and the persons made from its rows."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any

from core.answers import Person
from core.catalog.fields import Field
from core.columns import NONE
from core.queries.common.clauses import ACTOR_FIELDS
from core.queries.common.context import Context
from core.queries.common.question import Rows
from core.queries.common.selection import Selection
from core.sql.dialect import Binder, Statement

_NUMBER = r"^\\s*([-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?)"

FIXED = 5
"""How many columns a row of `page` has before the further ones."""


def page(
    bind: Binder,
    members: str,
    order: str,
    limit: int,
    offset: int,
    *,
    extra: str = "null",
    kept: str = "1 = 1",
    values: Sequence[str] = (),
) -> Statement:
    """Return the statement for a page of people: user, first and last ts, events, extra.

    Args:
        members: SQL selecting `actor`, once each, written with the same binder.
        order: SQL over user, first_seen, last_seen, actor and extra.
        extra: SQL of one more figure per row of `seen`.
        kept: SQL of whether an event `e` is not deleted: Selection(ctx).own(bind, "e").
        values: SQL of further columns of a row of `page`, after extra.
    """
    seen, events = _seen_at_once(members, kept), "events"
    if bind.dialect.seeks:
        seen = _seen(members, kept)
        events = f"(select count(*) from events e where e.actor = page.actor and {kept}) as events"
    further = "".join(f",\n               {value}" for value in values)
    return bind.statement(
        f"""
        with {seen},
        named as (
            select seen.*, i.key as user, {extra} as extra
            from seen join identities i on i.id = seen.actor
        ),
        page as (
            select * from named
            order by {order}
            limit {bind(limit)} offset {bind(offset)}
        )
        select user, first_seen, last_seen, {events}, extra{further}
        from page
        order by {order}
        """,
        "the people, a page of them",
    )


def _seen(members: str, kept: str) -> str:
    """Return the relation `seen` of `page`."""
    return f"""seen as (
            select b.actor,
                   (select min(ts) from events e where e.actor = b.actor and {kept}) as first_seen,
                   (select max(ts) from events e where e.actor = b.actor and {kept}) as last_seen
            from ({members}) b
        )"""


def persons(rows: Iterable[tuple[Any, ...]], *, extra: bool = False) -> tuple[Person, ...]:
    """Return the persons in the rows of `page`; with `extra`, the additional figure is a value of
    the person.
    """
    return tuple(
        Person(
            user=user,
            first_seen=first,
            last_seen=last,
            events=events,
            values=(figure,) if extra else (),
        )
        for user, first, last, events, figure, *_ in rows
    )


def value_of(ctx: Context, bind: Binder, field: Field, actor: str) -> str:
    """Return SQL of a person's raw value of a field, null without one: of events, that of the last
    one with a value.

    Args:
        actor: SQL of the person.
    """
    if not ctx.dialect.seeks:
        return _value_at_once(ctx, bind, field, actor)
    everything = Selection(ctx)
    raw, missing = everything.value(bind, field), f"'{NONE}'" if field.is_text else "0"
    if field.kind in ACTOR_FIELDS:
        return f"(select nullif({raw}, {missing}) from (select {actor} as actor) e)"
    return f"""(
                   select {raw}
                   from {everything.source([field])}
                   where e.actor = {actor} and {everything.own(bind, "e")} and {raw} <> {missing}
                   order by e.ts desc, e.seq desc
                   limit 1)"""


def events_of(ctx: Context, bind: Binder) -> str:
    """Return SQL of how many events that count a row of `seen` has."""
    if not ctx.dialect.seeks:
        return "seen.events"
    kept = Selection(ctx).own(bind, "e")
    return f"(select count(*) from events e where e.actor = seen.actor and {kept})"


def as_number(ctx: Context, text: str) -> str:
    """Return SQL of the number that a text begins with, to sort by."""
    return f"cast({text} as real)" if ctx.dialect.seeks else _number_at_once(text)


def text_of(ctx: Context, bind: Binder, field: Field, raw: str) -> str:
    """Return SQL of the text of a raw value, to sort by."""
    if not ctx.dialect.seeks:
        return _text_at_once(ctx, bind, field, raw)
    if field.is_text:
        return raw
    return f"(select d.value from dimension_values d where d.id = {raw})"


# -- where events cannot be sought one by one, people are looked at together


def state_of(actor: str) -> str:
    """Return SQL of a text with all people of a relation, for `in_state`; aggregate."""
    return f"hex(groupBitmapState(toUInt32({actor})))"


def in_state(bind: Binder, state: str) -> str:
    """Return the SELECT (actor) of the people in a text made with `state_of`."""
    bytes_ = f"cast(unhex({bind(state)}), 'AggregateFunction(groupBitmap, UInt32)')"
    return f"select arrayJoin(bitmapToArray({bytes_})) as actor"


def found_once(
    ctx: Context, members: Callable[[Binder], str]
) -> Generator[Statement, Rows, tuple[int, Binder, str]]:
    """Yield the statement that counts people; return how many they are, a binder, and SQL of them
    for another statement, which does not look for them again where that reads all events.

    Args:
        members: writes SQL selecting `actor`, once each.
    """
    bind = ctx.binder()
    once = "" if ctx.dialect.seeks else f", {state_of('actor')}"
    ((total, *state),) = yield bind.statement(
        f"select count(*){once} from ({members(bind)})", "how many people"
    )
    bind = ctx.binder()
    return int(total), bind, in_state(bind, *state) if state else members(bind)


def values_at_once(ctx: Context, actors: Sequence[int], fields: Sequence[Field]) -> Statement:
    """Return the statement for rows of a person and their raw values of fields, as of `value_of`.

    Args:
        actors: the people.
    """
    bind = ctx.binder()
    listed = ctx.dialect.rows(bind.rows([[actor] for actor in actors]), ("actor",))
    values = ", ".join(value_of(ctx, bind, field, "page.actor") for field in fields)
    return bind.statement(
        f"with page as (select actor from {listed}) select actor, {values} from page",
        "their values",
    )


def _seen_at_once(members: str, kept: str) -> str:
    """Return the relations of `page` up to `seen`, which has the number of events too."""
    return f"""members as ({members}),
        seen as (
            select m.actor as actor, k.first_seen as first_seen, k.last_seen as last_seen,
                   ifNull(k.events, 0) as events
            from members m
            left join (
                select e.actor as actor, min(e.ts) as first_seen, max(e.ts) as last_seen,
                       toInt64(count()) as events
                from events e
                where e.actor in (select actor from members) and {kept}
                group by e.actor
            ) k on k.actor = m.actor
        )"""


def _value_at_once(ctx: Context, bind: Binder, field: Field, actor: str) -> str:
    """Return SQL of a person's raw value of a field, as `value_of` does.

    Args:
        actor: the column `actor` of `page` or `seen`, after its name and a point.
    """
    everything = Selection(ctx)
    raw, missing = everything.value(bind, field), f"'{NONE}'" if field.is_text else "0"
    among = f"(select actor from {actor.partition('.')[0]})"
    if field.kind in ACTOR_FIELDS:
        found = f"select e.actor as actor, {raw} as value from {among} e"
    else:
        found = f"""
                select e.actor as actor, argMax({raw}, (e.ts, e.seq)) as value
                from {everything.source([field])}
                where e.actor in {among} and {everything.own(bind, "e")} and {raw} <> {missing}
                group by e.actor"""
    pairs = f"""(
            select tuple(arrayPushBack(groupArray(toInt64(actor)), toInt64(-1)),
                         arrayPushBack(groupArray(value), {missing}))
            from ({found}))"""
    return f"nullIf(transform(toInt64({actor}), {pairs}.1, {pairs}.2, {missing}), {missing})"


def _text_at_once(ctx: Context, bind: Binder, field: Field, raw: str) -> str:
    """Return SQL of the text of a raw value, to sort by."""
    if field.is_text:
        return raw
    return f"nullIf({ctx.dialect.dictionary(raw, ctx.catalog.values.of(field.name), bind)}, '')"


def _number_at_once(text: str) -> str:
    """Return SQL of the number that a text begins with, 0 without one, to sort by."""
    return f"toFloat64OrZero(extract(ifNull({text}, ''), '{_NUMBER}'))"
