"""The table of choices remembered for kinds of files."""

from __future__ import annotations

from sqlite_utils import Database


def m020_choices(db: Database) -> None:
    """How files of a kind are to be read, as the user said."""
    db.executescript("""
    -- names: of the columns, keys or tables, a JSON array; options: a JSON object
    create table choices (
        id integer primary key,
        format text not null,
        names text not null,
        options text not null,
        at integer not null
    );
    """)
