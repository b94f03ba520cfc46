"""The statements that make the documented views of events (docs/data-model.md).

A file keeps those that its migrations made: a change here comes with a migration that makes them
anew.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.columns import CONTEXT
from core.sql.grouping import COUNT, FIRST, LAST, MOMENT, NUMBERS, PEOPLE, UTC_DAY, Grouping
from core.sql.over_sets import OverSets

_CODES = {
    "actor": "e.actor",
    "user_id": "e.user",
    "device_id": "e.device",
    "day": "e.day",
    **{name: f"e.{name}" for name in CONTEXT},
    "event_name": "e.event",
}
"""Columns by which events may be grouped, those with most values first."""

_IDENTITY = "(select key from identities where id = {})"
_TEXTS = {
    **dict.fromkeys(("actor", "user_id", "device_id"), _IDENTITY),
    "day": "date({} * 86400, 'unixepoch')",
    **dict.fromkeys(CONTEXT, "(select value from dimension_values where id = {})"),
    "event_name": "(select name from event_names where id = {})",
}
"""What they are as text."""

_OWN = {name: text.format(_CODES[name]) for name, text in _TEXTS.items()}
"""The same of every event by itself."""

_KEYS = {
    "device_id": _OWN["device_id"],
    "session_id": "(select key from session_keys where id = e.session)",
    "user_id": _OWN["user_id"],
}
_CONTEXT = {name: _OWN[name] for name in CONTEXT}
_TIMES = {"ts": "e.ts", "day": _OWN["day"]}
_UTC_DAY = "(e.ts + 86400000000000) / 86400000 - 1000000"
"""The day of an event in UTC, also before 1970."""

_KEPT = "e.event not in (select id from event_names where deleted)"


def events_view(names: Sequence[str] = ()) -> str:
    """Return the query of `events_v1`.

    Every column looks up its own text, and costs nothing unless it is selected.

    Args:
        names: of events to which a statement is limited, any if empty.
    """
    own = {
        "actor": _OWN["actor"],
        "properties": "(select properties from event_properties where seq = e.seq)",
    }
    columns = {
        "timestamp": MOMENT.format("e.ts"),
        "event_name": _OWN["event_name"],
        **_KEYS,
        **own,
        **_CONTEXT,
        **_TIMES,
    }
    return f"select {_listed(columns)} from events e where {_wanted(names)}"


def _wanted(names: Sequence[str]) -> str:
    """Return the condition on events that are not deleted, of some names, any if empty."""
    if not names:
        return _KEPT
    listed = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
    own = f"(select id from event_names where name in ({listed}) and not deleted)"
    return f"+e.event in {own}"  # not by the index that an older file has


def grouped_view(asked: Grouping, names: Sequence[str] = ()) -> str:
    """Return the query of `events_v1` for a statement over groups of events.

    Args:
        asked: what the statement reads.
        names: of events to which it is limited, as of `events_view`.
    """
    codes = [name for name in _CODES if name in asked.columns or name in asked.numbers]
    keys = [_CODES[name] for name in codes] + [_UTC_DAY] * asked.utc_days
    inner = [f"{key} as c{at}" for at, key in enumerate(keys)]
    inner += ["min(e.ts) as low, max(e.ts) as high"] * asked.moments
    tests = [_wanted(names), *asked.times.tests("e.ts")]
    keys = [key.replace("e.event", "+e.event") for key in keys]  # as in `_wanted`
    columns = {name: _TEXTS[name].format(f"g.c{at}") for at, name in enumerate(codes)}
    columns |= {
        f'"{NUMBERS[name]}"': f"nullif(g.c{at}, 0)"
        for at, name in enumerate(codes)
        if name in NUMBERS
    }
    if asked.utc_days:
        columns[f'"{UTC_DAY}"'] = f"date(g.c{len(codes)} * 86400, 'unixepoch')"
    if asked.moments:
        columns |= {f'"{FIRST}"': "g.low", f'"{LAST}"': "g.high"}
    columns[f'"{COUNT}"'] = "g.n"
    return f"""
    select {_listed(columns)}
    from (
        select {", ".join([*inner, "count(*) as n"])}
        from events e
        where {" and ".join(tests)}
        group by {", ".join(keys) or "''"}
    ) g
    """


_PEOPLE: dict[frozenset[str], str] = {
    frozenset(): "(select sum(people_in(users)) from first_activity where event = 0)",
    frozenset({"event_name"}): """
        (select sum(people_in(users)) from first_activity where event = g.event)""",
    frozenset({"day"}): """(
        select people_in(users) from activity
        where event = 0 and dimension = 0 and value = 0 and day = g.day)""",
    frozenset({"event_name", "day"}): """(
        select people_in(users) from activity
        where event = g.event and dimension = 0 and value = 0 and day = g.day)""",
}
"""How many people a group has, by the columns of groups."""


def stored_view(asked: Grouping, how: OverSets, *, every: bool = False) -> str:
    """Return the query of `events_v1` for a statement over groups of events that are stored; it
    needs `people_in(set)`.

    Args:
        every: no event's name is read or deleted, so that the sets of any event are enough.
    """
    codes = {"event_name": "event", "day": "day"} | dict.fromkeys(CONTEXT, "value")
    keys = {codes[name] for name in asked.columns} | ({"day"} if asked.utc_days else set())
    of = "= 0" if every else "in (select id from event_names where not deleted)"
    tests = " and ".join([f"a.event {of}", *how.days.tests("a.day")])
    columns = {name: _TEXTS[name].format(f"g.{codes[name]}") for name in asked.columns}
    if asked.utc_days:
        columns[f'"{UTC_DAY}"'] = _TEXTS["day"].format("g.day")
    if asked.people:
        columns[f'"{PEOPLE}"'] = _PEOPLE[asked.columns]
    columns[f'"{COUNT}"'] = "g.n"
    listed = ", ".join(sorted(keys))
    totals = f"""
        select a.event, a.day, 0 as value, a.total from activity a
        where a.dimension = 0 and {tests}"""
    if how.context:
        dimension = f"(select id from dimensions where field = '{how.context}')"
        totals += f"""
        union all
        select a.event, a.day, 0, -a.total from activity a
        where a.dimension = {dimension} and {tests}
        union all
        select a.event, a.day, a.value, a.total from activity a
        where a.dimension = {dimension} and {tests}"""
    return f"""
    select {_listed(columns)}
    from (
        select {", ".join([*sorted(keys), "sum(total) as n"])}
        from ({totals})
        group by {listed or "''"}
        having sum(total) > 0
    ) g
    """


def counted_view(columns: Sequence[str], rows: str, same: Sequence[tuple[str, int]] = ()) -> str:
    """Return the query of `events_v1` for a statement over groups of events that are given.

    Args:
        columns: their names, of which those of events and of context are ids and days are numbers,
            also in UTC.
        rows: a JSON list of lists.
        same: further columns, which have one value in all groups, and that value.
    """
    listed = {}
    codes = [(name, f"g.value ->> {at}") for at, name in enumerate(columns)]
    for name, code in (*codes, *((name, str(value)) for name, value in same)):
        text = _TEXTS.get(name, "{}").format(code)
        listed[name if name in _TEXTS else f'"{name}"'] = text
        if name == "day":
            listed[f'"{UTC_DAY}"'] = text
    literal = rows.replace("'", "''")
    return f"select {_listed(listed)} from json_each('{literal}') g"


def properties_view() -> str:
    """Return the query of `events_v1` for a statement that groups by properties alone, where no
    event's name is deleted: those without any are one group. Events are numbered from 1.
    """
    return f"""
    select properties, 1 as "{COUNT}" from event_properties where seq > 0
    union all
    select null, n
    from (
        select (
            select coalesce(sum(total), 0) from activity
            where event = 0 and dimension = 0 and value = 0
        ) - (select count(*) from event_properties where seq > 0) as n
    )
    where n > 0
    """


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
    total (field is NULL) and by every value of every field that has stored sets. Those of an event
    and a field are found by their key.
    """
    return """
    select date(a.day * 86400, 'unixepoch') as day,
           n.name as event_name,
           f.name as field,
           case
           when a.dimension >= 100
           then (
               select value from property_values where dimension = a.dimension and id = a.value
           )
           else (select value from dimension_values where id = a.value)
           end as value,
           a.total as events,
           people_in(a.users) as users
    from (
        select id, name from event_names where not deleted
        union all
        select 0, null
    ) n
    cross join (
        select 0 as id, null as name
        union all
        select id, field from dimensions
        union all
        select id, name from property_keys
    ) f
    cross join activity a on a.event = n.id and a.dimension = f.id
    """


def _listed(columns: dict[str, str]) -> str:
    return ", ".join(f"{text} as {name}" for name, text in columns.items())
