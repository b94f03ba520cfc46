"""The ClickHouse tables that a workspace is copied to.

`events` has the integers of the workspace's own table, so dictionaries stay in the file. It is
ordered by event and person, as funnels, retention and sessions read it, and has a partition for
each month, so that a range of days reads no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from core.columns import CONTEXT

LAYOUT: Final = 1
"""The number of this layout; tables of another one are made anew by the next push."""

REMEMBERED: Final = 10_000
"""How many inserts a table remembers by their tokens, so that none is stored twice."""


@dataclass(frozen=True)
class Table:
    """A table of the cluster.

    Attributes:
        name: in ClickHouse.
        columns: name -> type.
        engine: with its order and partitions.
        source: the table of the workspace that it copies, "" for none.
        names: a column -> the one of the workspace, where they differ.
    """

    name: str
    columns: Mapping[str, str]
    engine: str
    source: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    def create(self) -> str:
        """Return the statement that creates it."""
        listed = ",\n    ".join(f"{name} {kind}" for name, kind in self.columns.items())
        remembers = "MergeTree" in self.engine
        setting = f"\nsettings non_replicated_deduplication_window = {REMEMBERED}"
        return f"""create table if not exists {self.name} (
    {listed}
)
engine = {self.engine}{setting if remembers else ""}"""

    def delete(self, where: str) -> str:
        """Return the statement that deletes some rows, and ends when they are gone."""
        if self.engine.startswith("Join"):
            return f"alter table {self.name} delete where {where} settings mutations_sync = 2"
        return f"delete from {self.name} where {where} settings lightweight_deletes_sync = 2"

    def select(self) -> str:
        """Return the statement that reads its rows from the workspace."""
        picked = ", ".join(self.names.get(name, name) for name in self.columns)
        return f"select {picked} from {self.source}"


EVENTS: Final = Table(
    "events",
    {
        "actor": "UInt32",
        "ts": "Int64",
        "id": "Int64",
        "seq": "Int64",
        "event": "UInt32",
        "day": "Int32",
        "session": "Int64",
        "user": "UInt32",
        "device": "UInt32",
        **dict.fromkeys(CONTEXT, "UInt32"),
        "derived": "Nullable(Int64) comment 'start of its session'",
        "properties": "String",
    },
    """MergeTree
partition by toYYYYMM(toDate32(day))
order by (event, actor, ts, seq)""",
)

EVENT_ROWS: Final = f"""
select {", ".join(f"e.{name}" for name in list(EVENTS.columns)[:-2])},
       case when e.session = 0 and e.actor <> 0 then (
                select case when s."end" >= e.ts then s.start end from sessions s
                where s.actor = e.actor and s.session = 0 and s.start <= e.ts
                order by s.start desc limit 1)
            when e.session > 0 and e.actor <> 0 then (
                select s.start from sessions s
                where s.session = e.session and s.session > 0 and s.actor = e.actor)
       end,
       coalesce(p.properties, '{{}}')
from events e
left join event_properties p on p.seq = e.seq
"""
"""Reads the rows of EVENTS from a workspace."""

SESSIONS: Final = Table(
    "sessions",
    {
        "actor": "UInt32",
        "start": "Int64",
        "session": "Int64",
        '"end"': "Int64",
        "events": "Int64",
        "day": "Int32",
        "entry": "UInt32",
        "exit": "UInt32",
    },
    "MergeTree\norder by (actor, start, session)",
    "sessions",
)

IDENTITIES: Final = Table(
    "identities",
    {"id": "UInt32", "kind": "UInt8", "key": "String"},
    "MergeTree\norder by id",
    "identities",
)

TRAITS: Final = Table(
    "traits",
    {"actor": "UInt64", "key": "UInt64 comment 'sipHash64'", "value": "String"},
    "Join(any, left, actor, key)",
)
"""Kept in memory, one lookup per event. Its keys are numbers, so that rows can be deleted."""

TRAITS_SENT: Final = Table(
    "traits_sent",
    {"actor": "UInt32", "key": "String", "value": "String"},
    "Null",
    "traits",
    {"actor": "user"},
)

_TRAITS_COMING: Final = """
create materialized view if not exists traits_coming to traits as
select toUInt64(actor) as actor, sipHash64(key) as key, value
from traits_sent
"""

LOGS: Final = Table(
    "logs",
    {
        "timestamp": "Int64",
        "id": "Int64",
        "day": "Int32",
        "level": "UInt8",
        "service": "UInt32",
        "source": "UInt32",
        "pattern": "UInt32",
        "session": "Int64",
        "message": "Int64",
    },
    "MergeTree\norder by (timestamp, id)",
    "logs",
)

LOG_DAYS: Final = Table(
    "log_days",
    {
        "day": "Int32",
        "level": "UInt8",
        "service": "UInt32",
        "source": "UInt32",
        "pattern": "UInt32",
        "total": "Int64",
    },
    "MergeTree\norder by (day, level)",
    "log_days",
)

LOG_MESSAGES: Final = Table(
    "log_messages", {"id": "Int64", "text": "String"}, "MergeTree\norder by id", "log_messages"
)

KEYS: Final = Table("push_keys", {"id": "Int64"}, "MergeTree\norder by id")
"""What a push deletes before it sends it again."""

PUSHED: Final = Table(
    "push_state",
    {"workspace": "String", "layout": "UInt32", "at": "Int64"},
    "MergeTree\norder by at",
)
"""Whose copy it is."""

COPIES: Final = (SESSIONS, IDENTITIES, TRAITS_SENT, LOGS, LOG_DAYS, LOG_MESSAGES)
"""Tables that copy one of the workspace row by row."""

TABLES: Final = (EVENTS, SESSIONS, IDENTITIES, TRAITS, TRAITS_SENT, LOGS, LOG_DAYS, LOG_MESSAGES)


def create_statements() -> Sequence[str]:
    """Return the statements that create what is missing."""
    return (*(table.create() for table in (*TABLES, KEYS, PUSHED)), _TRAITS_COMING)


def drop_statements() -> Sequence[str]:
    """Return the statements that drop everything."""
    names = [table.name for table in (*TABLES, KEYS, PUSHED)]
    return ("drop view if exists traits_coming", *(f"drop table if exists {n}" for n in names))
