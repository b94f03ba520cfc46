"""A list of stored events by name and day, for reading those of many names one after the other.

Events are stored by person: to find those of one name all are read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

OF_DAYS: Final = """
(e.actor, e.ts, e.seq) in (
    select actor, ts, seq from temp.listed_events where event = ? and day between ? and ?
)
"""
"""A condition on `events e`: those of a name on days first to last."""

FIRST_DAY, LAST_DAY = -(2**31), 2**31
"""Days before and after all others."""

COUNTS: Final = """
select day, count(*) from temp.listed_events where event = ? group by day order by day
"""
"""How many events of a name are on each of its days."""


@contextmanager
def listed(
    connection: sqlite3.Connection, wanted: Iterable[tuple[int, int | None]]
) -> Iterator[None]:
    """List events in the temporary table `listed_events` during this block.

    Args:
        wanted: names' ids, each with a day or None for all.
    """
    try:
        with _writable(connection):
            connection.execute(_MAKE, (json.dumps(list(wanted)),))
            connection.execute(_INDEX)
        yield
    finally:
        with _writable(connection):
            connection.execute("drop table if exists temp.listed_events")


@contextmanager
def _writable(connection: sqlite3.Connection) -> Iterator[None]:
    """Let a connection that only reads write temporary tables."""
    (only,) = connection.execute("pragma query_only").fetchone()
    connection.execute("pragma query_only = off")
    try:
        yield
    finally:
        if only:
            connection.execute("pragma query_only = on")


_MAKE: Final = """
create temp table listed_events as
with wanted (event, day) as materialized (
    select value ->> 0, value ->> 1 from json_each(?)
)
select event, day, actor, ts, seq from events
where event in (select event from wanted where day is null)
   or (event, day) in (select event, day from wanted where day is not null)
"""
"""In one statement that begins no transaction, as an insert would."""

_INDEX: Final = """
create index temp.listed_by_event on listed_events (event, day, actor, ts, seq)
"""
