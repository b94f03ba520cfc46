"""Tables of what every import said, so that any of them can be taken away again."""

from __future__ import annotations

from pyroaring import BitMap64

from core.columns import CONTEXT
from core.store.tables import Database

_CONTEXT_COLUMNS = "\n".join(f"        {name} integer not null default 0," for name in CONTEXT)


def m017_imports(db: Database) -> None:
    """What every import contained and said.

    What is stored already is said by import 0, which is unknown and cannot be undone.
    """
    db.executescript(f"""
    -- bytes: unpacked bytes of the source that are committed; fingerprint: of what was read;
    -- options: what was chosen for reading, a JSON object; undone_at: when it was undone
    alter table imports add column linked integer not null default 0;
    alter table imports add column merged integer not null default 0;
    alter table imports add column bytes integer not null default 0;
    alter table imports add column fingerprint text not null default '';
    alter table imports add column options text not null default '{{}}';
    alter table imports add column undone_at integer;

    -- seqs: a 64-bit roaring bitmap of the stored events that an import contained
    create table import_events (import integer primary key, seqs blob not null);
    -- messages: the same of its logs, by `message`
    create table import_logs (import integer primary key, messages blob not null);

    -- the earliest statement of each import
    create table said_links (
        device integer not null,
        user integer not null,
        import integer not null,
        at integer not null,
        arrived integer not null,
        primary key (device, user, import)
    ) without rowid;
    insert into said_links (device, user, import, at, arrived)
    select device, user, 0, linked_at, arrived from links;

    -- the latest statement of each import
    create table said_aliases (
        old integer not null,
        new integer not null,
        import integer not null,
        at integer not null,
        arrived integer not null,
        primary key (old, new, import)
    ) without rowid;
    insert into said_aliases (old, new, import, at, arrived)
    select old, new, 0, at, arrived from aliases;

    -- text: a JSON object of trait -> value as text, or null where it was removed
    create table trait_texts (id integer primary key, text text not null unique);
    insert into trait_texts (text)
    select json_object(key, value) from traits
    union
    select json_object(key, null) from traits_removed;

    -- owner: the person that `said`, a user or device id, stands for at `at`; snapshot: id in
    -- trait_texts; at: minus the time for values that were given for want of others
    create table said_traits (
        owner integer not null,
        said integer not null,
        snapshot integer not null,
        import integer not null,
        at integer not null,
        arrived integer not null,
        primary key (owner, said, snapshot, import, at)
    ) without rowid;
    insert into said_traits (owner, said, snapshot, import, at, arrived)
    select t.user, t.user, s.id, 0, t.updated_at, 0
    from traits t join trait_texts s on s.text = json_object(t.key, t.value);
    insert or ignore into said_traits (owner, said, snapshot, import, at, arrived)
    select r.user, r.user, s.id, 0, r.at, 0
    from traits_removed r join trait_texts s on s.text = json_object(r.key, null);

    -- events that are not in `events`, because the one numbered `kept` stands for them too
    create table folded_events (
        seq integer primary key,
        kept integer not null,
        ts integer not null,
        id integer not null,
        event integer not null,
        day integer not null,
        session integer not null default 0,
        user integer not null default 0,
        device integer not null default 0,
{_CONTEXT_COLUMNS}
        properties text
    );
    create index folded_events_by_kept on folded_events (kept);

    insert into meta (key, value)
    select 'first_known_import', coalesce(max(id), 0) + 1 from imports;
    """)
    for table, column, found in (
        ("import_events", "seqs", "select seq from events"),
        ("import_logs", "messages", "select id from log_messages"),
    ):
        stored = BitMap64(number for (number,) in db.execute(found))
        if stored:
            db.execute(
                f"insert into {table} (import, {column}) values (0, ?)", [stored.serialize()]
            )


def m022_said_otherwise(db: Database) -> None:
    """Which folded events an import contained instead of the stored event."""
    db.executescript("""
    -- instead: 1 for what an import says of the event numbered `kept`, with other fields
    alter table folded_events add column instead integer not null default 0;
    """)
