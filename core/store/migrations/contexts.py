"""What events have in common, stored once, and their rows, which say it in few bytes."""

from __future__ import annotations

import re

from core.columns import CONTEXT, OWN, SAID, own_columns
from core.store.rows.extent import measure_extent
from core.store.tables import Database

_CONTEXT = ", ".join(CONTEXT)
_LOOKED_UP = ", ".join(f"(select {name} from contexts where id = r.context) as {name}"
                       for name in CONTEXT)  # fmt: skip


def m032_contexts(db: Database) -> None:
    """Events name their context columns by the number of a combination of them.

    `events` becomes a view with the columns that it had, which looks up one only where it is read.
    Indexes and triggers of the table are made again, but for the one that `m034_no_index_by_name`
    takes away.
    """
    db.execute("drop index if exists events_by_event_ts")
    columns = ",\n".join(f"        {name} integer not null default 0" for name in CONTEXT)
    db.executescript(f"""
    create table contexts (
        id integer primary key,
{columns},
        unique ({_CONTEXT})
    );
    insert into contexts (id) values (0);
    insert or ignore into contexts ({_CONTEXT}) select distinct {_CONTEXT} from events;

    create table event_rows (
        actor integer not null,
        ts integer not null,
        id integer not null,
        seq integer not null,
        event integer not null,
        day integer not null,
        session integer not null default 0,
        user integer not null default 0,
        device integer not null default 0,
        context integer not null default 0 references contexts(id),
        primary key (actor, ts, seq)
    ) without rowid;
    insert into event_rows
    select {", ".join(f"e.{name}" for name in OWN)}, c.id
    from events e
    cross join contexts c on ({", ".join(f"c.{name}" for name in CONTEXT)})
                           = ({", ".join(f"e.{name}" for name in CONTEXT)})
    order by e.actor, e.ts, e.seq;
    """)
    made = db.execute(
        "select sql from sqlite_master where tbl_name = 'events' and type <> 'table'"
    ).fetchall()
    db.execute("drop table events")
    for (sql,) in made:
        if sql:
            db.execute(re.sub(r'\bon\s+"?events"?(?=\W)', "on event_rows", sql, count=1))
    db.execute(f"""
    create view events as
    select {", ".join(f"r.{name}" for name in OWN)}, {_LOOKED_UP}, r.context as context
    from event_rows r
    """)


_SHORT = "case when id & 1 then id else (id << 16) >> 16 end"


def m033_short_rows(db: Database) -> None:
    """Rows of events without what follows from their other columns: the day, and the user where it
    is the actor; and with six bytes of the hash of a line, which tells those of one moment apart.
    """
    db.execute("drop index if exists events_by_event_ts")
    made = db.execute(
        """
        select sql from sqlite_master
        where tbl_name = 'event_rows' and type <> 'table' and sql is not null
          and name not in ('block_event_moved', 'block_event_gone')
        """
    ).fetchall()
    db.executescript(f"""
    create table short_rows (
        actor integer not null,
        ts integer not null,
        seq integer not null,
        id integer not null,
        event integer not null,
        session integer not null default 0,
        other_user integer not null default 0,
        device integer not null default 0,
        context_day integer not null,
        primary key (actor, ts, seq)
    ) without rowid;
    insert into short_rows
    select actor, ts, seq, {_SHORT}, event, session,
           case user when actor then 0 when 0 then -1 else user end,
           device,
           3 * context + max(0, min(2, day - (ts + 86400000000000) / 86400000 + 1000001))
    from event_rows
    order by actor, ts, seq;
    update folded_events set id = {_SHORT};
    drop view events;
    drop table event_rows;
    """)
    # otherwise renaming fails because of the views, whose table does not exist
    db.execute("pragma legacy_alter_table = on")
    db.execute("alter table short_rows rename to event_rows")
    db.execute("pragma legacy_alter_table = off")
    for (sql,) in made:
        db.execute(sql)
    for name, when, old, actor in (
        ("moved", "update of actor", "new.", "new.actor"),
        ("gone", "delete", "old.", "null"),
    ):
        db.execute(f"""
        create trigger block_event_{name} after {when} on event_rows
        begin
            insert or replace into block_changes (seq, event, day, ts, actor)
            values ({old}seq, {old}event, {SAID["day"].format(old)}, {old}ts, {actor});
        end
        """)
    context = SAID["context"].format("r.")
    looked_up = ", ".join(
        f"(select {name} from contexts where id = {context}) as {name}" for name in CONTEXT
    )
    db.execute(f"""
    create view events as
    select {own_columns("r")}, {looked_up}, {context} as context
    from event_rows r
    """)


def m034_no_index_by_name(db: Database) -> None:
    """No index of events on name and time: the sets of people tell whose events to look at, and
    blocks have the events of a name. From when to when there are any is kept.
    """
    db.execute("drop index if exists events_by_event_ts")
    measure_extent(db.conn)
