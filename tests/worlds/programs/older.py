"""Files as earlier versions wrote them."""

from __future__ import annotations

import sqlite3

from core.columns import CONTEXT, OWN, SAID


def in_long_rows(db: sqlite3.Connection, upper: str = "0") -> None:
    """Store events with their day and user, as files of version 6 did.

    Args:
        upper: SQL of the upper 16 bits of their ids, which only such files have.
    """
    made = _made(db)
    columns = ", ".join(f"{name} integer not null default 0" for name in (*OWN, "context"))
    db.execute(f"create table wide ({columns}, primary key (actor, ts, seq)) without rowid")
    long = ", ".join(f"id | ({upper} << 48)" if name == "id" else name for name in OWN)
    db.execute(f"insert into wide select {long}, context from events")
    for gone in ("view events", "table event_rows"):
        db.execute(f"drop {gone}")
    db.execute("pragma legacy_alter_table = on")
    db.execute("alter table wide rename to event_rows")
    db.execute("pragma legacy_alter_table = off")
    for sql in made:
        db.execute(sql)
    looked_up = (
        f"(select {name} from contexts where id = r.context) as {name}" for name in CONTEXT
    )
    own = ", ".join(f"r.{name}" for name in (*OWN, "context"))
    db.execute(f"create view events as select {own}, {', '.join(looked_up)} from event_rows r")
    _forget(db, "event_rows", 6, "m033_short_rows")


def _forget(db: sqlite3.Connection, table: str, version: int, *applied: str) -> None:
    """Make a file one of a version with an index of events by name, to which some migrations were
    not applied.
    """
    db.execute(f"create index events_by_event_ts on {table} (event, ts)")
    db.execute("delete from meta where key = 'extent'")
    for name in (*applied, "m034_no_index_by_name"):
        db.execute("delete from _sqlite_migrations where name = ?", (name,))
    db.execute("update meta set value = ? where key = 'version'", (str(version),))


def _made(db: sqlite3.Connection) -> list[str]:
    """Return what made indexes and triggers of a table of events that has its own days."""
    rows = db.execute(
        """
        select sql from sqlite_master
        where tbl_name = 'event_rows' and type <> 'table' and sql is not null
        """
    )
    found = []
    for (sql,) in rows:
        for name in ("old.", "new."):
            sql = sql.replace(SAID["day"].format(name), f"{name}day")
        found.append(sql)
    return found


def in_one_table(db: sqlite3.Connection, key: str = "actor, ts, seq") -> None:
    """Store events with their own context columns, with what was made of that table.

    Args:
        key: its primary key.
    """
    made = _made(db)
    columns = ", ".join(f"{name} integer not null default 0" for name in (*OWN, *CONTEXT))
    db.execute(f"create table wide ({columns}, primary key ({key})) without rowid")
    db.execute(f"insert into wide select {', '.join((*OWN, *CONTEXT))} from events")
    for gone in ("view events", "table event_rows", "table contexts"):
        db.execute(f"drop {gone}")
    db.execute("pragma legacy_alter_table = on")
    db.execute("alter table wide rename to events")
    db.execute("pragma legacy_alter_table = off")
    for sql in made:
        db.execute(sql.replace("on event_rows", "on events"))
    db.execute("create index events_by_event on events (event)")
    _forget(db, "events", 5, "m031_one_index_by_name", "m032_contexts", "m033_short_rows")
