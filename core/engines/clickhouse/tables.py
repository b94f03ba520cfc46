"""The ClickHouse tables that a workspace is copied to.

`events` has the integers of the workspace's own table, so dictionaries stay in the file. It is
ordered by event and person, as funnels, retention and sessions read it, and has a partition for
each month, so that a range of days reads no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from core.columns import CONTEXT

LAYOUT: Final = 5
"""The number of these tables; those of another number are made anew by the next push."""


@dataclass(frozen=True)
class Table:
    """A table of the copy; core.engines.clickhouse.layout creates it on a server or a cluster.

    Attributes:
        name: in ClickHouse.
        columns: name -> type.
        order: SQL that rows are ordered by.
        shard: SQL of the number that says on which shard of a cluster a row is.
        month: SQL of the local day whose month is its partition, "" for no partitions.
        kind: what its engine does besides storing rows: "", "Replacing" or "Aggregating".
        granule: how many rows are read at least.
        source: the table of the workspace that it copies, "" for none.
        names: a column -> the one of the workspace, where they differ.
    """

    name: str
    columns: Mapping[str, str]
    order: str
    shard: str
    month: str = ""
    kind: str = ""
    granule: int = 8192
    source: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

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
    order="event, actor, ts, seq",
    shard="if(actor = 0, seq, actor)",
    month="day",
    kind="Replacing",
)
"""All events of a person are on one shard; those of nobody are spread."""

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

SETS: Final = Table(
    "activity_sets",
    {
        "event": "UInt32",
        "dimension": "UInt32",
        "value": "UInt32",
        "day": "Int32",
        "total": "SimpleAggregateFunction(sum, Int64)",
        "users": "AggregateFunction(groupBitmap, UInt32)",
    },
    order="dimension, event, value, day",
    shard="cityHash64(event, dimension, value, day)",
    month="day",
    kind="Aggregating",
    granule=128,
)
"""Who did an event on a day, whole (dimension 0) and by the value of each context column, and how
often; see core.engines.clickhouse.sets.
"""

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
    order="actor, start, session",
    shard="actor",
    source="sessions",
)

IDENTITIES: Final = Table(
    "identities",
    {"id": "UInt32", "kind": "UInt8", "key": "String"},
    order="id",
    shard="id",
    source="identities",
)

TRAITS: Final = Table(
    "traits",
    {"user": "UInt32", "key": "String", "value": "String", "updated_at": "Int64"},
    order="key, user",
    shard="user",
    source="traits",
)

LINKS: Final = Table(
    "links",
    {"device": "UInt32", "user": "UInt32", "linked_at": "Int64"},
    order="device, user",
    shard="device",
    source="links",
)
"""The users that devices were linked to."""

SESSION_KEYS: Final = Table(
    "session_keys",
    {"id": "Int64", "key": "String"},
    order="id",
    shard="id",
    source="session_keys",
)

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
    order="timestamp, id",
    shard="message",
    month="day",
    source="logs",
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
    order="day, level",
    shard="day",
    source="log_days",
)

LOG_MESSAGES: Final = Table(
    "log_messages",
    {"id": "Int64", "text": "String", "fields": "Nullable(String)"},
    order="id",
    shard="id",
    source="log_messages",
)

STALE: Final = Table("stale_days", {"day": "Int32"}, order="day", shard="day")
"""Days of which the sets may not be those of the events, as a push that changed these was ended."""

PUSHED: Final = Table(
    "push_state",
    {"workspace": "String", "layout": "UInt32", "at": "Int64"},
    order="at",
    shard="layout",
)
"""Whose copy it is."""

COPIES: Final = (SESSIONS, IDENTITIES, TRAITS, LINKS, SESSION_KEYS, LOGS, LOG_DAYS, LOG_MESSAGES)
"""Tables that copy one of the workspace row by row."""

TABLES: Final = (EVENTS, SETS, *COPIES, STALE, PUSHED)
