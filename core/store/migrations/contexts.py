"""What events have in common, stored once."""

from __future__ import annotations

import re

from core.columns import CONTEXT, OWN
from core.store.tables import Database

_CONTEXT = ", ".join(CONTEXT)
_LOOKED_UP = ", ".join(f"(select {name} from contexts where id = r.context) as {name}"
                       for name in CONTEXT)  # fmt: skip


def m032_contexts(db: Database) -> None:
    """Events name their context columns by the number of a combination of them.

    `events` becomes a view with the columns that it had, which looks up one only where it is read.
    Indexes and triggers of the table are made again.
    """
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
