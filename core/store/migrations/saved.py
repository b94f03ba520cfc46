"""Tables of what people save, and of its earlier versions."""

from __future__ import annotations

from core.store.tables import Database


def m004_saved(db: Database) -> None:
    """What people save, and the journal of imports."""
    for table in ("boards", "charts", "audiences", "queries"):
        db.execute(f"""
        create table {table} (
            id text primary key,
            title text not null collate nocase,
            description text not null default '',
            body text not null,
            owner text not null default '',
            pinned integer not null default 0,
            created_at integer not null,
            updated_at integer not null,
            deleted_at integer
        )""")
        db.execute(f"create unique index {table}_title on {table} (title) where deleted_at is null")
    db.executescript("""
    create table marks (
        id text primary key,
        title text not null,
        description text not null default '',
        timestamp integer not null,
        end_at integer,
        category text not null default 'release',
        source text not null default 'manual',
        source_ref text not null default '',
        scope text not null default 'public',
        metadata text not null default '',
        board_id text,
        created_by text not null default '',
        created_at integer not null,
        deleted_at integer
    );
    create index marks_by_time on marks (timestamp);

    create table logs (
        id integer primary key,
        timestamp integer not null,
        level text not null,
        service text not null default '',
        source text not null default '',
        message text not null default '',
        session integer not null default 0
    );
    create index logs_by_time on logs (timestamp);

    -- position: lines of the source that are committed; finished 0 = killed before its end
    create table imports (
        id integer primary key,
        source text not null,
        started_at integer not null,
        updated_at integer not null,
        position integer not null default 0,
        read integer not null default 0,
        stored integer not null default 0,
        repeated integer not null default 0,
        rejected integer not null default 0,
        rejects text not null default '{}',
        finished integer not null default 0
    );
    """)


def m006_versions(db: Database) -> None:
    """Where marks are shown, and their tags; earlier versions of saved things."""
    db.executescript("""
    alter table marks add column chart_id text;
    -- tags: a JSON array of texts
    alter table marks add column tags text not null default '[]';

    -- kind: the table of the saved thing; version: from 1, the highest is the current state
    create table versions (
        kind text not null,
        id text not null,
        version integer not null,
        title text not null,
        description text not null,
        body text not null,
        saved_by text not null,
        saved_at integer not null,
        primary key (kind, id, version)
    ) without rowid;
    """)


def m007_custom_events(db: Database) -> None:
    """Custom events; views without deleted events."""
    db.executescript("""
    create table custom_events (
        id text primary key,
        title text not null collate nocase,
        description text not null default '',
        body text not null,
        owner text not null default '',
        pinned integer not null default 0,
        created_at integer not null,
        updated_at integer not null,
        deleted_at integer
    );
    create unique index custom_events_title on custom_events (title) where deleted_at is null;
    """)
    for view in ("events_v1", "context_v1"):
        (text,) = db.execute("select sql from sqlite_master where name = ?", (view,)).fetchone()
        kept = "e.event not in (select id from event_names where deleted)"
        db.executescript(f"drop view {view}; {text} where {kept};")


def m028_alerts(db: Database) -> None:
    """Alerts, and what the last run found."""
    db.executescript("""
    create table alerts (
        id text primary key,
        title text not null collate nocase,
        description text not null default '',
        body text not null,
        owner text not null default '',
        pinned integer not null default 0,
        created_at integer not null,
        updated_at integer not null,
        deleted_at integer
    );
    create unique index alerts_title on alerts (title) where deleted_at is null;

    -- name: the group of the figure, '' for the whole; judged: the question and the condition;
    -- since: when the state began; told: the state that was last told, '' for none
    create table alert_states (
        alert text not null,
        name text not null,
        judged text not null,
        state text not null,
        since integer not null,
        told text not null,
        said text not null,
        checked_at integer not null,
        primary key (alert, name)
    ) without rowid;
    """)


def m029_shares(db: Database) -> None:
    """What was handed out as files."""
    db.executescript("""
    -- kind: board or chart; thing: the id of one; expires_at, revoked_at: null = never
    create table shares (
        hash text primary key,
        kind text not null,
        thing text not null,
        title text not null,
        file text not null,
        created_by text not null,
        created_at integer not null,
        expires_at integer,
        revoked_at integer
    );
    """)
