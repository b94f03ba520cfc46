"""A page of people: the statement for it, and the persons made from its rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.answers import Person
from core.errors import BadQuestion
from core.queries.common.context import Context
from core.sql.dialect import Binder, Statement


def page(
    bind: Binder,
    members: str,
    order: str,
    limit: int,
    offset: int,
    *,
    extra: str = "null",
    kept: str = "1 = 1",
) -> Statement:
    """Return the statement for a page of people: user, first and last ts, events, extra.

    Args:
        members: SQL selecting `actor`, once each, written with the same binder.
        order: SQL over user, first_seen, last_seen, actor and extra.
        extra: SQL of one more figure per row of `seen`.
        kept: SQL of whether an event `e` is not deleted: Selection(ctx).own(bind, "e").
    """
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
               extra
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
        for user, first, last, events, figure in rows
    )


def workspace_file_only(ctx: Context, kind: str) -> None:
    """Refuse a kind that reads tables which only the workspace file has.

    Raises:
        BadQuestion: the question is asked on another engine.
    """
    if ctx.dialect.name != "sqlite":
        raise BadQuestion(
            f"{kind} is not supported on ClickHouse: only the workspace file has the data it reads."
        )
