"""A page of people: the statement for it, and the persons made from its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from core.answers import Person
from core.catalog.fields import Field
from core.columns import NONE
from core.queries.common.context import Context
from core.queries.common.selection import ACTOR_FIELDS, Selection
from core.sql.dialect import Binder, OnFileOnly, Statement

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
    further = "".join(f",\n               {value}" for value in values)
    return bind.statement(
        f"""
        with seen as (
            select b.actor,
                   (select min(ts) from events e where e.actor = b.actor and {kept}) as first_seen,
                   (select max(ts) from events e where e.actor = b.actor and {kept}) as last_seen
            from ({members}) b
        ),
        named as (
            select seen.*, i.key as user, {extra} as extra
            from seen join identities i on i.id = seen.actor
        ),
        page as (
            select * from named
            order by {order}
            limit {bind(limit)} offset {bind(offset)}
        )
        select user, first_seen, last_seen,
               (select count(*) from events e where e.actor = page.actor and {kept}) as events,
               extra{further}
        from page
        order by {order}
        """,
        "the people, a page of them",
    )


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


def text_of(field: Field, raw: str) -> str:
    """Return SQL of the text of a raw value, to sort by."""
    if field.is_text:
        return raw
    return f"(select d.value from dimension_values d where d.id = {raw})"


def workspace_file_only(ctx: Context, kind: str) -> None:
    """Refuse a kind that reads tables which only the workspace file has.

    Raises:
        OnFileOnly: the question is asked on another engine.
    """
    if ctx.dialect.name != "sqlite":
        raise OnFileOnly(f"{kind} reads what only the workspace file has.")
