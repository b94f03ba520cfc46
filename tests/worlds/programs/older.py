"""Files as earlier versions wrote them."""

from __future__ import annotations

import sqlite3

from core.columns import CONTEXT, OWN


def in_one_table(db: sqlite3.Connection, key: str = "actor, ts, seq") -> None:
    """Store events with their own context columns, with what was made of that table.

    Args:
        key: its primary key.
    """
    made = db.execute(
        "select sql from sqlite_master where tbl_name = 'event_rows' and type <> 'table'"
    ).fetchall()
    columns = ", ".join(f"{name} integer not null default 0" for name in (*OWN, *CONTEXT))
    db.execute(f"create table wide ({columns}, primary key ({key})) without rowid")
    db.execute(f"insert into wide select {', '.join((*OWN, *CONTEXT))} from events")
    for gone in ("view events", "table event_rows", "table contexts"):
        db.execute(f"drop {gone}")
    db.execute("pragma legacy_alter_table = on")
    db.execute("alter table wide rename to events")
    db.execute("pragma legacy_alter_table = off")
    for (sql,) in made:
        if sql:
            db.execute(sql.replace("on event_rows", "on events"))
    db.execute("create index events_by_event on events (event)")
    db.execute("delete from _sqlite_migrations where name = 'm031_one_index_by_name'")
    db.execute("delete from _sqlite_migrations where name = 'm032_contexts'")
    db.execute("update meta set value = '5' where key = 'version'")
