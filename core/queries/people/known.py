"""Who one person is: what is known of them besides the list of their events (definitions 9.9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from core.catalog.fields import Field
from core.columns import CONTEXT
from core.queries.common.context import Context
from core.queries.common.people_page import value_of
from core.queries.common.question import Rows
from core.queries.common.selection import Selection
from core.queries.people.together import ask_together
from core.sql.dialect import Binder, Statement

TOP = 10
"""How many of a person's events are named."""


@dataclass(frozen=True)
class Known:
    """The summary of a person.

    Attributes:
        user: their id.
        merged: the ids that were merged into it.
        devices: their devices.
        extent: ts of their first and last event, and how many they have.
        traits: name -> value.
        context: context column -> the last value.
        days: the local days with an event.
        active: those with an active event.
        top: their commonest events, and how often.
    """

    user: str
    merged: tuple[str, ...]
    devices: tuple[str, ...]
    extent: tuple[int | None, int | None, int]
    traits: dict[str, str]
    context: dict[str, str]
    days: list[int]
    active: list[int]
    top: tuple[tuple[str, int], ...]


def known_of(ctx: Context, actor: int) -> Generator[Statement, Rows, tuple[Known, Rows]]:
    """Return the summary of a person, and their sessions: start, key, end, events and local day of
    each, by start.
    """
    pairs, traits, devices, latest, sessions = yield from ask_together(
        ctx,
        {
            "their days": lambda bind: _by_day(ctx, bind, actor),
            "their traits": lambda bind: _traits(bind, actor),
            "their devices": lambda bind: _devices(ctx, bind, actor),
            "their latest context": lambda bind: _latest_context(ctx, bind, actor),
            "their sessions": lambda bind: _sessions(bind, actor),
        },
    )
    inactive = set(ctx.catalog.events.inactive)
    counts: Counter[int] = Counter()
    for _, event, count, *_ in pairs:
        counts[event] += count
    top = [(ctx.catalog.events.name_of(event), count) for event, count in counts.items()]
    known = Known(
        ctx.catalog.people.name_of(actor),
        tuple(ctx.catalog.people.merged_into(actor)),
        tuple(sorted(str(key) for (key,) in devices)),
        (
            min((first for *_, first, _ in pairs), default=None),
            max((last for *_, last in pairs), default=None),
            counts.total(),
        ),
        dict(sorted(traits)),
        context_of(ctx, [value or 0 for value in latest[0]]),
        sorted({day for day, *_ in pairs}),
        sorted({day for day, event, *_ in pairs if event not in inactive}),
        tuple(sorted(top, key=lambda pair: (-pair[1], pair[0]))[:TOP]),
    )
    return known, sorted(sessions)


def context_of(ctx: Context, values: Sequence[int]) -> dict[str, str]:
    """Return the values of the context columns as texts, of those that have one."""
    pairs = zip(CONTEXT, values, strict=True)
    return {name: ctx.catalog.values.of(name).get(value, "") for name, value in pairs if value}


def own_events(selection: Selection, bind: Binder, actor: int) -> str:
    """Return the test for an event `e` of a person to be selected."""
    return f"e.actor = {bind(actor)} and {selection.where(bind, None)}"


def _by_day(ctx: Context, bind: Binder, actor: int) -> str:
    """Rows (day, event, how many, first ts, last ts) of a person's events, without deleted ones."""
    return f"""
        select e.day, e.event, count(*), min(e.ts), max(e.ts)
        from events e
        where {own_events(Selection(ctx), bind, actor)}
        group by e.day, e.event"""


def _devices(ctx: Context, bind: Binder, actor: int) -> str:
    kept = own_events(Selection(ctx), bind, actor)
    return f"""
        select i.key from identities i
        where i.id in (select e.device from events e where {kept})"""


def _traits(bind: Binder, actor: int) -> str:
    return f"select t.key, t.value from traits t where t.user = {bind(actor)}"


def _latest_context(ctx: Context, bind: Binder, actor: int) -> str:
    me = bind(actor)
    if ctx.dialect.seeks:
        columns = [value_of(ctx, bind, Field("context", name), me) for name in CONTEXT]
        return f"select {', '.join(columns)}"
    latest = [f"argMaxIf(e.{name}, (e.ts, e.seq), e.{name} != 0)" for name in CONTEXT]
    kept = own_events(Selection(ctx), bind, actor)
    return f"select {', '.join(latest)} from events e where {kept}"


def _sessions(bind: Binder, actor: int) -> str:
    return f"""
        select s.start, s.session, s."end", s.events, s.day
        from sessions s
        where s.actor = {bind(actor)}"""
