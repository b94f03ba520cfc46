"""The statements that make the documented views of events (docs/data-model.md).

A file keeps those that its migrations made: a change here comes with a migration that makes them
anew.
"""

from __future__ import annotations

from core.columns import CONTEXT

MOMENT = "strftime('%Y-%m-%d %H:%M:%f', {} / 1000.0, 'unixepoch')"
"""Milliseconds as text in UTC; `core/sql/moments.py` relies on its order being that of time."""

_KEYS = {
    "device_id": "(select key from identities where id = e.device)",
    "session_id": "(select key from session_keys where id = e.session)",
    "user_id": "(select key from identities where id = e.user)",
}
_CONTEXT = {name: f"(select value from dimension_values where id = e.{name})" for name in CONTEXT}
_TIMES = {"ts": "e.ts", "day": "date(e.day * 86400, 'unixepoch')"}
_KEPT = "e.event not in (select id from event_names where deleted)"


def events_view(*, joined: bool = False) -> str:
    """Return the query of `events_v1`.

    Every column looks up its own text, and costs nothing unless it is selected.

    Args:
        joined: begin with the names of events, which pays only for few events: SQLite then fetches
            every event by itself.
    """
    names = "n.name" if joined else "(select name from event_names where id = e.event)"
    own = {
        "actor": "(select key from identities where id = e.actor)",
        "properties": "(select properties from event_properties where seq = e.seq)",
    }
    columns = {
        "timestamp": MOMENT.format("e.ts"),
        "event_name": names,
        **_KEYS,
        **own,
        **_CONTEXT,
        **_TIMES,
    }
    join = "join event_names n on n.id = e.event" if joined else ""
    return f"select {_listed(columns)} from events e {join} where {_KEPT}"


def context_view() -> str:
    """Return the query of `context_v1`."""
    columns = {
        "timestamp": MOMENT.format("e.ts"),
        **_KEYS,
        **_CONTEXT,
        "operating_system": _CONTEXT["os"],
        **_TIMES,
    }
    return f"select {_listed(columns)} from events e where {_KEPT}"


def daily_view() -> str:
    """Return the query of `daily_v1`, which reads stored sets and needs `people_in(set)`.

    Its rows are those of `activity`: of every event, and of any event (event_name is NULL), in
    total (field is NULL) and by every value of every field that has stored sets.
    """
    return """
    select date(a.day * 86400, 'unixepoch') as day,
           (select name from event_names where id = a.event) as event_name,
           case
           when a.dimension >= 100
           then (select name from property_keys where id = a.dimension)
           else (select field from dimensions where id = a.dimension)
           end as field,
           case
           when a.dimension >= 100
           then (
               select value from property_values where dimension = a.dimension and id = a.value
           )
           else (select value from dimension_values where id = a.value)
           end as value,
           a.total as events,
           people_in(a.users) as users
    from activity a
    where a.event >= 0
      and a.event not in (select id from event_names where deleted)
    """


def _listed(columns: dict[str, str]) -> str:
    return ", ".join(f"{text} as {name}" for name, text in columns.items())
