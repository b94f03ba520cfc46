"""Views of events, for SQL that people write."""

from __future__ import annotations

from core.columns import CONTEXT
from core.store.event_views import context_view, events_view
from core.store.tables import Database


def m005_views(db: Database) -> None:
    """The documented source names, for the SQL screen (definitions 2.1)."""
    context = ",\n".join(
        f"           (select value from dimension_values where id = e.{name}) as {name}"
        for name in CONTEXT
    )
    moment = "strftime('%Y-%m-%d %H:%M:%f', {}/1000.0, 'unixepoch')"
    db.executescript(f"""
    create view events_v1 as
    select {moment.format("e.ts")} as timestamp,
           n.name as event_name,
           d.key as device_id,
           s.key as session_id,
           u.key as user_id,
           a.key as actor,
           p.properties as properties
    from events e
    join event_names n on n.id = e.event
    left join identities d on d.id = e.device
    left join identities u on u.id = e.user
    left join identities a on a.id = e.actor
    left join session_keys s on s.id = e.session
    left join event_properties p on p.seq = e.seq;

    create view context_v1 as
    select {moment.format("e.ts")} as timestamp,
           d.key as device_id,
           s.key as session_id,
           u.key as user_id,
{context},
           (select value from dimension_values where id = e.os) as operating_system
    from events e
    left join identities d on d.id = e.device
    left join identities u on u.id = e.user
    left join session_keys s on s.id = e.session;

    create view logs_v1 as
    select {moment.format("timestamp")} as timestamp, level, message, source, service,
           s.key as session_id
    from logs left join session_keys s on s.id = logs.session;

    create view user_traits_v1 as
    select i.key as user_id, t.key as trait_name, t.value as trait_value,
           {moment.format("t.updated_at")} as updated_at
    from traits t join identities i on i.id = t.user;

    create view user_traits as
    select user_id, trait_name as trait_key, trait_value, updated_at from user_traits_v1;

    create view users_v1 as
    select i.key as user_id,
           (select value from traits where user = i.id and key = 'email') as email,
           (select value from traits where user = i.id and key = 'name') as name,
           (select {moment.format("max(updated_at)")} from traits where user = i.id) as updated_at
    from identities i where i.kind = 0;

    create view user_devices as
    select u.key as user_id, d.key as device_id, {moment.format("l.linked_at")} as linked_at
    from links l
    join identities u on u.id = l.user
    join identities d on d.id = l.device;
    """)


def m011_views_by_column(db: Database) -> None:
    """Every column of the event views looks up its own text, and costs nothing unless selected.

    An outer join would run for every event, whether or not its columns are selected.
    """
    moment = "strftime('%Y-%m-%d %H:%M:%f', e.ts / 1000.0, 'unixepoch') as timestamp"
    keys = {
        "device_id": "(select key from identities where id = e.device)",
        "session_id": "(select key from session_keys where id = e.session)",
        "user_id": "(select key from identities where id = e.user)",
    }
    context = {
        name: f"(select value from dimension_values where id = e.{name})" for name in CONTEXT
    }
    own = {
        "actor": "(select key from identities where id = e.actor)",
        "properties": "(select properties from event_properties where seq = e.seq)",
    }
    events = _columns({**keys, **own, **context})
    about = _columns({**keys, **context, "operating_system": context["os"]})
    kept = "e.event not in (select id from event_names where deleted)"
    db.executescript(f"""
    drop view events_v1;
    create view events_v1 as
    select {moment}, n.name as event_name, {events}
    from events e
    join event_names n on n.id = e.event
    where {kept};

    drop view context_v1;
    create view context_v1 as
    select {moment}, {about}
    from events e
    where {kept};
    """)


def _columns(named: dict[str, str]) -> str:
    return ", ".join(f"{text} as {name}" for name, text in named.items())


def m015_times_of_traits(db: Database) -> None:
    """A first value of a trait is stored at minus its time, and shown at its time."""
    moment = "strftime('%Y-%m-%d %H:%M:%f', {}/1000.0, 'unixepoch')"
    db.executescript(f"""
    drop view user_traits_v1;
    create view user_traits_v1 as
    select i.key as user_id, t.key as trait_name, t.value as trait_value,
           {moment.format("abs(t.updated_at)")} as updated_at
    from traits t join identities i on i.id = t.user;

    drop view users_v1;
    create view users_v1 as
    select i.key as user_id,
           (select value from traits where user = i.id and key = 'email') as email,
           (select value from traits where user = i.id and key = 'name') as name,
           (
               select {moment.format("max(abs(updated_at))")} from traits where user = i.id
           ) as updated_at
    from identities i where i.kind = 0;
    """)


def m023_views_without_join(db: Database) -> None:
    """The event views look up the name of an event too, and have its time and day as stored."""
    db.executescript(f"""
    drop view events_v1;
    create view events_v1 as {events_view()};

    drop view context_v1;
    create view context_v1 as {context_view()};
    """)
