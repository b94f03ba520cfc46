"""Totals of sessions by day."""

from __future__ import annotations

from core.store.session_days import COUNTED_DAYS, DAY_COLUMNS, count_in
from core.store.tables import Database


def m025_session_days(db: Database) -> None:
    """The totals of sessions by day, kept by triggers, whatever writes the sessions."""
    db.executescript(f"""
    create table session_days (
        day integer primary key,
        sessions integer not null,
        timed integer not null,
        length integer not null,
        bounced integer not null
    );

    create trigger session_made after insert on sessions
    begin
        {count_in("new", 1)}
    end;

    create trigger session_gone after delete on sessions
    begin
        {count_in("old", -1)}
    end;

    create trigger session_changed after update on sessions
    begin
        {count_in("old", -1)}
        {count_in("new", 1)}
    end;
    """)
    db.execute(f"insert into session_days ({DAY_COLUMNS}) {COUNTED_DAYS}")
