"""The tables of choices remembered for kinds of files, and of how sources of imports were."""

from __future__ import annotations

from core.store.tables import Database


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


def m022_imports_by_source(db: Database) -> None:
    """Imports are found by the name and the size of their file."""
    db.executescript("""
    create index imports_by_source on imports (source);
    create index import_sources_by_size on import_sources (size);
    """)


def m021_import_sources(db: Database) -> None:
    """What tells whether a source is one that was imported, or the rest of one."""
    db.executescript("""
    -- read_as: what decides what is stored, other than the text and the options; size, modified:
    -- of the file when it was opened, in bytes and ns; content: the fingerprint of the bytes of a
    -- packed file; edges: that of the first and the last bytes of what was read of a plain one;
    -- process: the host and process that wrote last; holds: whether ids are those of single events
    create table import_sources (
        import integer primary key,
        read_as text not null,
        size integer,
        modified integer,
        content text not null default '',
        edges text not null default '',
        identified integer not null default 0,
        left_out text not null default '{}',
        holds integer,
        process text not null
    );
    """)
