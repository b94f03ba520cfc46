"""How one person's properties changed, and since when they are in audiences (definitions 9.9)."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from core.answers import TimelineAudience, TimelineChange
from core.catalog.fields import PROPERTIES, Field
from core.columns import CONTEXT, NONE
from core.queries.common.context import Context, present_of
from core.queries.common.groups import label
from core.queries.common.question import Rows
from core.queries.common.selection import Selection
from core.queries.people.audience_sql import audience_sql
from core.sql.dialect import Statement
from core.timeframe import to_date

MOST_FIELDS = 20
"""How many properties with the name of a trait are followed."""

LOOK_BACK = 30
"""How many days back it is found out since when somebody is in an audience."""

SAID = ""
"""The source of a change that was said about a person outside any event."""

Told = tuple[int, int, str, Mapping[str, str | None]]
"""Instant in ms, place among what is told at that instant, event or SAID, and values by field."""


def changes_of(ctx: Context, actor: int) -> Generator[Statement, Rows, tuple[TimelineChange, ...]]:
    """Return the changes of a person's context, of their traits, and of the properties of events
    that have the name of a trait, in order of time; what is missing on an event is no change.
    """
    fields = [*_named_like_traits(ctx), *(Field("context", name) for name in CONTEXT)]
    events = yield _events(ctx, actor, fields)
    said = ctx.catalog.people.said(actor)
    told = sorted((*_from_events(ctx, fields, events), *_from_statements(said)), key=_when)
    return tuple(_changes(told))


def _when(told: Told) -> tuple[int, int]:
    return told[:2]


def _named_like_traits(ctx: Context) -> list[Field]:
    known = set(ctx.catalog.properties.names)
    names = [key for key in ctx.catalog.people.trait_keys() if key in known]
    return [ctx.catalog.field(f"{PROPERTIES}{name}") for name in sorted(names)[:MOST_FIELDS]]


def _events(ctx: Context, actor: int, fields: Sequence[Field]) -> Statement:
    bind = ctx.binder()
    selection = Selection(ctx)
    columns = [selection.value(bind, field) for field in fields]
    return bind.statement(
        f"""
        select e.ts, e.event, {", ".join(columns)}
        from {selection.source(fields)}
        where e.actor = {bind(actor)} and {selection.own(bind, "e")}
        order by e.ts, e.seq
        """,
        "their properties on events",
    )


def _from_events(ctx: Context, fields: Sequence[Field], rows: Rows) -> Iterator[Told]:
    for place, (ts, event, *values) in enumerate(rows):
        stated = {
            field.name: label(ctx, field, raw)
            for field, raw in zip(fields, values, strict=True)
            if raw not in (0, NONE)
        }
        yield ts, len(rows) + place, ctx.catalog.events.name_of(event), stated


def _from_statements(rows: Rows) -> Iterator[Told]:
    """Statements, which come before the events of their instant; removals have no value."""
    for ts, text in rows:
        said = orjson.loads(text)
        yield ts, 0, SAID, {key: _text(value) for key, value in said.items()}


def _text(value: Any) -> str | None:
    """Return a value as text; of an operation on the value before it, the operation."""
    if isinstance(value, list):
        return " ".join(str(part) for part in value[:2])
    return None if value is None else str(value)


def _changes(told: Iterable[Told]) -> Iterator[TimelineChange]:
    now: dict[str, str | None] = {}
    for ts, _, source, values in told:
        for field, value in sorted(values.items()):
            before = now.get(field)
            if value != before:
                now[field] = value
                yield TimelineChange(ts=ts, field=field, before=before, after=value, source=source)


def belongings(
    ctx: Context, actor: int, names: Sequence[str]
) -> Generator[Statement, Rows, tuple[TimelineAudience, ...]]:
    """Return which of some saved audiences a person is in now, and since which local day they have
    been in it at the end of every day, as the data was then.

    Raises:
        NotFound: no audience has one of the names.
    """
    own = ctx.usual or ctx
    there = [name for name, yes in (yield from _are_in(own, actor, names)) if yes]
    kept = {name: ctx.audience(name).get("static_ids") for name in there}
    since: dict[str, int] = {}
    left = [name for name in there if not kept[name]]
    for day in range(own.today, own.today - LOOK_BACK, -1):
        if not left:
            break
        before = _at_end_of(own, day - 1)
        found = dict((yield from _are_in(before, actor, left)))
        since |= dict.fromkeys((name for name in left if not found[name]), day)
        left = [name for name in left if found[name]]
    return tuple(
        TimelineAudience(
            audience=name,
            listed=bool(kept[name]),
            since=to_date(since[name]).isoformat() if name in since else None,
        )
        for name in there
    )


def _at_end_of(ctx: Context, day: int) -> Context:
    """Return the context of the last instant of an earlier local day; nothing later counts."""
    plain, now = ctx.whole or ctx, ctx.calendar.day_start(day + 1) - 1
    newest = None if plain.latest is None else min(plain.latest, now)
    return present_of(replace(plain, now=now, whole=None), newest, later=False)


def _are_in(
    ctx: Context, actor: int, names: Sequence[str]
) -> Generator[Statement, Rows, list[tuple[str, bool]]]:
    if not names:
        return []
    bind = ctx.binder()
    me = bind(actor)
    tests = []
    for at, name in enumerate(names):
        members = audience_sql(ctx, bind, ctx.audience(name), only=actor)
        tests.append(f"select {at} as place, {me} in (select actor from ({members})) as there")
    listed = " union all ".join(tests)
    query = f"select place, there from ({listed}) a order by place"
    rows = yield bind.statement(query, "in which audiences")
    return [(name, bool(there)) for name, (_, there) in zip(names, rows, strict=True)]
