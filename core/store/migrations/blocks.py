"""Tables of blocks: values of events as packed columns."""

from __future__ import annotations

from core.store.tables import Database


def m024_blocks(db: Database) -> None:
    """Blocks (`core.blocks.layout`), and what says whether they are right.

    An event that is moved to another actor or taken out is noted by triggers, whatever statement
    does it, so that no block is taken for right that is not.
    """
    db.executescript("""
    create table blocks (
        event integer not null,
        field integer not null,
        day integer not null,
        part integer not null,
        last integer not null,
        n integer not null,
        data blob not null,
        primary key (event, field, day, part)
    ) without rowid;

    -- the events all of which are in blocks
    create table block_events (event integer primary key);

    -- texts of properties in blocks; `field` is the property's id
    create table block_texts (
        field integer not null,
        id integer not null,
        text text not null,
        primary key (field, id)
    ) without rowid;

    -- properties with too many different texts, which blocks do not have
    create table block_stops (field integer primary key);

    -- stored events that blocks have otherwise; actor: whose it is, NULL if it is gone
    create table block_changes (
        seq integer primary key,
        event integer not null,
        day integer not null,
        ts integer not null,
        actor integer
    );

    create trigger block_event_moved after update of actor on events
    begin
        insert or replace into block_changes (seq, event, day, ts, actor)
        values (new.seq, new.event, new.day, new.ts, new.actor);
    end;

    create trigger block_event_gone after delete on events
    begin
        insert or replace into block_changes (seq, event, day, ts, actor)
        values (old.seq, old.event, old.day, old.ts, null);
    end;
    """)


def m030_blocks_by_row(db: Database) -> None:
    """Blocks in a table with row ids: to find one in a tree of whole rows, as there is without
    them, SQLite reads all pages of every row that it compares with.
    """
    db.executescript("""
    alter table blocks rename to blocks_by_key;
    create table blocks (
        event integer not null,
        field integer not null,
        day integer not null,
        part integer not null,
        last integer not null,
        n integer not null,
        data blob not null,
        primary key (event, field, day, part)
    );
    insert into blocks (event, field, day, part, last, n, data)
    select event, field, day, part, last, n, data from blocks_by_key
    order by event, field, day, part;
    drop table blocks_by_key;
    """)
