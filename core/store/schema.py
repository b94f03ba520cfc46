"""Tables, views and migrations of a workspace file.

Loaded only by commands that create or migrate a file: importing sqlite-utils takes 170 ms.

Vocabulary of the integer columns
    identity  id in `identities`: a user id (kind 0) or a device id (kind 1)
    actor     the identity an event counts for, after links and aliases; 0 = nobody
    event     id in `event_names`; in `activity` and `first_activity` also 0 = any event that is
              not deleted and -1 = any active one, which has rows while some event is inactive
    context   id in `dimension_values`; 0 = missing
    session   id in `session_keys`; 0 = none given, -1 = outside any session (`events` only)
    ts        UTC milliseconds; day = local calendar day number in the workspace's zone
"""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database, Migrations

from core.columns import CONTEXT, VERSION
from core.log_levels import LEVELS
from core.store.waiting import Patience, begin

migrations = Migrations("footfall")

_CONTEXT_COLUMNS = "\n".join(f"        {name} integer not null default 0," for name in CONTEXT)


@migrations()
def m001_dictionaries(db: Database) -> None:
    """Text, stored once: settings, event names, dimension values, identities, sessions."""
    db.executescript("""
    create table meta (key text primary key, value text not null) without rowid;

    create table event_names (
        id integer primary key,
        name text not null unique,
        display text,
        hidden integer not null default 0,
        inactive integer not null default 0,
        deleted integer not null default 0,
        flow_hidden integer not null default 0
    );

    -- state: 'sets' = every value has rows in `activity`; 'scan' = too many values, see `events`
    create table dimensions (
        id integer primary key,
        field text not null unique,
        state text not null default 'sets'
    );
    create table dimension_values (
        id integer primary key,
        dimension integer not null references dimensions(id),
        value text not null,
        unique (dimension, value)
    );

    create table identities (
        id integer primary key,
        kind integer not null,
        key text not null,
        unique (kind, key)
    );
    create table session_keys (id integer primary key, key text not null unique);
    """)


@migrations()
def m002_identity(db: Database) -> None:
    """Identity: device links, aliases and traits."""
    db.executescript("""
    -- a device belongs to `user` from linked_at on; before its first link, to its first user
    create table links (
        device integer not null,
        user integer not null,
        linked_at integer not null,
        primary key (device, user)
    ) without rowid;

    -- `old` is the same person as `new`; chains are followed to their root
    create table aliases (
        old integer primary key,
        new integer not null,
        at integer not null
    );

    create table traits (
        user integer not null,
        key text not null,
        value text not null,
        updated_at integer not null,
        primary key (user, key)
    ) without rowid;
    create index traits_by_key on traits (key, value);
    """)


@migrations()
def m003_events(db: Database) -> None:
    """Events, their properties, and the sets of who was active when."""
    db.executescript(f"""
    create table events (
        actor integer not null,
        ts integer not null,
        id integer not null,
        seq integer not null,
        event integer not null,
        day integer not null,
        session integer not null default 0,
        user integer not null default 0,
        device integer not null default 0,
{_CONTEXT_COLUMNS}
        primary key (actor, ts, id)
    ) without rowid;

    create table event_properties (seq integer primary key, properties text not null);

    create table activity (
        event integer not null,
        dimension integer not null,
        value integer not null,
        day integer not null,
        total integer not null,
        users blob not null,
        primary key (event, dimension, value, day)
    ) without rowid;

    create table first_activity (
        event integer not null,
        day integer not null,
        users blob not null,
        primary key (event, day)
    ) without rowid;

    -- session: the given one (id in session_keys), or 0 when it was derived from gaps;
    -- entry, exit: id in event_names of its first and last event; day: the one it started on
    create table sessions (
        actor integer not null,
        start integer not null,
        session integer not null default 0,
        "end" integer not null,
        events integer not null,
        day integer not null,
        entry integer not null,
        exit integer not null,
        primary key (actor, start, session)
    ) without rowid;
    create index sessions_by_key on sessions (session, actor) where session > 0;
    """)


@migrations()
def m004_saved(db: Database) -> None:
    """What people save, and the journal of imports."""
    for table in ("boards", "charts", "audiences", "queries"):
        db.execute(f"""
        create table {table} (
            id text primary key,
            title text not null collate nocase,
            description text not null default '',
            body text not null,
            owner text not null default '',
            pinned integer not null default 0,
            created_at integer not null,
            updated_at integer not null,
            deleted_at integer
        )""")
        db.execute(f"create unique index {table}_title on {table} (title) where deleted_at is null")
    db.executescript("""
    create table marks (
        id text primary key,
        title text not null,
        description text not null default '',
        timestamp integer not null,
        end_at integer,
        category text not null default 'release',
        source text not null default 'manual',
        source_ref text not null default '',
        scope text not null default 'public',
        metadata text not null default '',
        board_id text,
        created_by text not null default '',
        created_at integer not null,
        deleted_at integer
    );
    create index marks_by_time on marks (timestamp);

    create table logs (
        id integer primary key,
        timestamp integer not null,
        level text not null,
        service text not null default '',
        source text not null default '',
        message text not null default '',
        session integer not null default 0
    );
    create index logs_by_time on logs (timestamp);

    -- position: lines of the source that are committed; finished 0 = killed before its end
    create table imports (
        id integer primary key,
        source text not null,
        started_at integer not null,
        updated_at integer not null,
        position integer not null default 0,
        read integer not null default 0,
        stored integer not null default 0,
        repeated integer not null default 0,
        rejected integer not null default 0,
        rejects text not null default '{}',
        finished integer not null default 0
    );
    """)


@migrations()
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


@migrations()
def m006_versions(db: Database) -> None:
    """Where marks are shown, and their tags; earlier versions of saved things."""
    db.executescript("""
    alter table marks add column chart_id text;
    -- tags: a JSON array of texts
    alter table marks add column tags text not null default '[]';

    -- kind: the table of the saved thing; version: from 1, the highest is the current state
    create table versions (
        kind text not null,
        id text not null,
        version integer not null,
        title text not null,
        description text not null,
        body text not null,
        saved_by text not null,
        saved_at integer not null,
        primary key (kind, id, version)
    ) without rowid;
    """)


@migrations()
def m007_custom_events(db: Database) -> None:
    """Custom events; views without deleted events."""
    db.executescript("""
    create table custom_events (
        id text primary key,
        title text not null collate nocase,
        description text not null default '',
        body text not null,
        owner text not null default '',
        pinned integer not null default 0,
        created_at integer not null,
        updated_at integer not null,
        deleted_at integer
    );
    create unique index custom_events_title on custom_events (title) where deleted_at is null;
    """)
    for view in ("events_v1", "context_v1"):
        (text,) = db.execute("select sql from sqlite_master where name = ?", (view,)).fetchone()
        kept = "e.event not in (select id from event_names where deleted)"
        db.executescript(f"drop view {view}; {text} where {kept};")


@migrations()
def m008_logs(db: Database) -> None:
    """Logs as integers, their texts stored once, their totals by day."""
    levels = "\n".join(f"               when {n} then '{word}'" for n, word in enumerate(LEVELS))
    db.executescript(f"""
    drop view logs_v1;
    drop table logs;

    -- kind: 1 service, 2 source, 3 pattern of a message
    create table log_texts (
        id integer primary key,
        kind integer not null,
        value text not null,
        unique (kind, value)
    );
    -- fields: the other fields of the log, a JSON object
    create table log_messages (id integer primary key, text text not null, fields text);

    -- level: 0 is the most severe; service, source, pattern: ids in log_texts, 0 = missing;
    -- session: id in session_keys, 0 = none; message: id in log_messages
    create table logs (
        timestamp integer not null,
        id integer not null,
        day integer not null,
        level integer not null,
        service integer not null,
        source integer not null,
        pattern integer not null,
        session integer not null,
        message integer not null,
        primary key (timestamp, id)
    ) without rowid;

    create table log_days (
        day integer not null,
        level integer not null,
        service integer not null,
        source integer not null,
        pattern integer not null,
        total integer not null,
        primary key (day, level, service, source, pattern)
    ) without rowid;

    create view logs_v1 as
    select strftime('%Y-%m-%d %H:%M:%f', l.timestamp / 1000.0, 'unixepoch') as timestamp,
           case l.level
{levels}
           end as level,
           m.text as message,
           o.value as source,
           v.value as service,
           s.key as session_id,
           p.value as pattern,
           m.fields as fields
    from logs l
    join log_messages m on m.id = l.message
    left join log_texts o on o.id = l.source
    left join log_texts v on v.id = l.service
    left join log_texts p on p.id = l.pattern
    left join session_keys s on s.id = l.session;
    """)


@migrations()
def m010_property_sets(db: Database) -> None:
    """The properties that have stored sets, and the texts of their values.

    In a file with events they are created by the next import, which then sets `property_sets` in
    `meta`.
    """
    db.executescript("""
    -- id: a dimension of `activity`; state: 'sets', or 'scan' = too many values, or values that
    -- are not scalars, see `event_properties`
    create table property_keys (
        id integer primary key,
        name text not null unique,
        state text not null
    );
    create table property_values (
        dimension integer not null,
        id integer not null,
        value text not null,
        primary key (dimension, id)
    ) without rowid;
    """)


@migrations()
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


@migrations()
def m012_order_of_arrival(db: Database) -> None:
    """Events of an actor are ordered by time, and those of one instant by arrival.

    The same holds in every index, since indexes end with the key. An event's id distinguishes it
    from others of its actor and instant, and is looked up when events are stored.
    """
    (made,) = db.execute("select sql from sqlite_master where name = 'events'").fetchone()
    columns = made[made.index("(") :].replace("(actor, ts, id)", "(actor, ts, seq)")
    db.execute(f"create table arrived {columns}")
    db.execute("insert into arrived select * from events order by actor, ts, seq")
    db.execute("drop table events")
    # otherwise renaming fails because of the views, whose table does not exist
    db.execute("pragma legacy_alter_table = on")
    db.execute("alter table arrived rename to events")
    db.execute("pragma legacy_alter_table = off")
    db.execute(
        """
        insert or replace into meta (key, value)
        select 'latest', max(ts) from events having count(*) > 0
        """
    )


@migrations()
def m013_order_of_links(db: Database) -> None:
    """Of links and aliases with equal times the one that arrived first wins.

    Existing statements are taken to have arrived in the order of their users' ids.
    """
    db.executescript("""
    -- arrived: counts the statements of both tables
    alter table links add column arrived integer not null default 0;
    update links set arrived = user;
    alter table aliases add column arrived integer not null default 0;
    update aliases set arrived = new;
    """)


@migrations()
def m014_removed_traits(db: Database) -> None:
    """When a trait of a person was last removed, so that an older value does not come back."""
    db.executescript("""
    create table traits_removed (
        user integer not null,
        key text not null,
        at integer not null,
        primary key (user, key)
    ) without rowid;
    """)


def _columns(named: dict[str, str]) -> str:
    return ", ".join(f"{text} as {name}" for name, text in named.items())


INDEXES = {
    "events_by_event": "create index if not exists events_by_event on events (event)",
    "sessions_by_day": "create index if not exists sessions_by_day on sessions (day, actor)",
    "events_by_event_ts": "create index if not exists events_by_event_ts on events (event, ts)",
}


def apply(
    connection: sqlite3.Connection, settings: dict[str, str], patience: Patience | None = None
) -> None:
    """Migrate a file to the current schema; a new one gets `settings` in `meta`.

    It is all one transaction, so two concurrent migrations, or a killed one, leave an intact file.
    Nothing is written to a file that is up to date.

    Raises:
        sqlite3.OperationalError: another program kept writing.
    """
    patience = patience or Patience()
    if patience.until(lambda: _is_current(connection)):
        return
    begin(connection, patience)
    try:
        _bring_up(connection, settings)
        connection.execute("commit")
    except BaseException:
        connection.rollback()
        raise


def _is_current(connection: sqlite3.Connection) -> bool:
    names = {name for (name,) in connection.execute("select name from sqlite_master")}
    if not names >= {*INDEXES, "meta", Migrations.migrations_table}:
        return False
    row = connection.execute("select value from meta where key = 'version'").fetchone()
    if row is None or int(row[0]) < VERSION:
        return False
    return not migrations.pending(Database(connection))


def _bring_up(connection: sqlite3.Connection, settings: dict[str, str]) -> None:
    migrations.apply(Database(connection))
    for statement in INDEXES.values():
        connection.execute(statement)
    connection.executemany(
        "insert or ignore into meta (key, value) values (?, ?)",
        {"version": str(VERSION), "generation": "0", **settings}.items(),
    )
    connection.execute(
        "update meta set value = ? where key = 'version' and cast(value as integer) < ?",
        (str(VERSION), VERSION),
    )
    connection.execute(
        """
        insert or ignore into meta (key, value)
        select 'property_sets', '2' where not exists (select 1 from events)
        """
    )
    connection.executemany(
        "insert or ignore into dimensions (field) values (?)", [(name,) for name in CONTEXT]
    )
