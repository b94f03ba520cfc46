"""Tables of logs."""

from __future__ import annotations

from core.log_levels import LEVELS
from core.store.tables import Database


def m008_logs(db: Database) -> None:
    """Logs as integers, their texts stored once, their totals by day."""
    levels = "\n".join(f"               when {n} then '{word}'" for n, word in enumerate(LEVELS))
    db.executescript(f"""
    drop view logs_v1;
    drop table logs;

    -- kind: 1 service, 2 source, 3 pattern of a message
    create table log_texts (
        id integer primary key,
        kind integer not null,
        value text not null,
        unique (kind, value)
    );
    -- fields: the other fields of the log, a JSON object
    create table log_messages (id integer primary key, text text not null, fields text);

    -- level: 0 is the most severe; service, source, pattern: ids in log_texts, 0 = missing;
    -- session: id in session_keys, 0 = none; message: id in log_messages
    create table logs (
        timestamp integer not null,
        id integer not null,
        day integer not null,
        level integer not null,
        service integer not null,
        source integer not null,
        pattern integer not null,
        session integer not null,
        message integer not null,
        primary key (timestamp, id)
    ) without rowid;

    create table log_days (
        day integer not null,
        level integer not null,
        service integer not null,
        source integer not null,
        pattern integer not null,
        total integer not null,
        primary key (day, level, service, source, pattern)
    ) without rowid;

    create view logs_v1 as
    select strftime('%Y-%m-%d %H:%M:%f', l.timestamp / 1000.0, 'unixepoch') as timestamp,
           case l.level
{levels}
           end as level,
           m.text as message,
           o.value as source,
           v.value as service,
           s.key as session_id,
           p.value as pattern,
           m.fields as fields
    from logs l
    join log_messages m on m.id = l.message
    left join log_texts o on o.id = l.source
    left join log_texts v on v.id = l.service
    left join log_texts p on p.id = l.pattern
    left join session_keys s on s.id = l.session;
    """)


def m027_letters_in_logs(db: Database) -> None:
    """The patterns some message of which may have letters in its places, as all known ones may."""
    db.executescript("""
    create table log_letters (pattern integer primary key);
    insert into log_letters (pattern) select id from log_texts where kind = 3;
    """)
