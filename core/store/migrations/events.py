"""Tables of events, people and their sets."""

from __future__ import annotations

from core.columns import CONTEXT
from core.store.tables import Database

_CONTEXT_COLUMNS = "\n".join(f"        {name} integer not null default 0," for name in CONTEXT)


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


def m016_own_ids(db: Database) -> None:
    """Events that have an id of their own are found by it, whoever they belong to.

    Ids stored before are not marked as such: half of them are in the index without being one.
    """
    db.execute("create index if not exists events_by_own_id on events (id) where id & 1")


def m031_one_index_by_name(db: Database) -> None:
    """No index of events on name and actor: an actor's events of a name are found among theirs."""
    db.execute("drop index if exists events_by_event")
