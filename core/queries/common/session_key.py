"""A key for the sessions of events, to group events by (definitions 9.2)."""

from __future__ import annotations

from core.queries.common.context import Context


def session_key(ctx: Context) -> str:
    """Return the SQL of a text that identifies the session of an event `e`, given or derived from
    gaps.

    It is NULL outside any session.
    """
    if ctx.dialect.name == "clickhouse":
        return _clickhouse(ctx.person)
    return _sqlite(ctx.person, all_kept=not ctx.catalog.events.active)


def _sqlite(person: str, *, all_kept: bool) -> str:
    """The person with the given id, else with the start of the event's session.

    Args:
        person: SQL of the event's person.
        all_kept: whether every event with a session id is in a row of `sessions`; inactive ones may
            not be.
    """
    kept = f"""and exists (
                            select 1 from sessions s
                            where s.session = e.session and s.session > 0 and s.actor = {person})"""
    return f"""(case when e.session > 0 and {person} <> 0 {"" if all_kept else kept}
                        then {person} || 's' || e.session
                        when e.session = 0 and {person} <> 0 then {person} || '.' || (
                            select case when s."end" >= e.ts then s.start end from sessions s
                            where s.actor = {person} and s.session = 0 and s.start <= e.ts
                            order by s.start desc limit 1)
                   end)"""


def _clickhouse(person: str) -> str:
    """The session was looked up when the event was copied."""
    return f"""multiIf(
            e.derived is null, null,
            e.session > 0, concat(toString({person}), 's', toString(e.session)),
            concat(toString({person}), '.', toString(e.derived)))"""
