"""Which events and properties blocks answer for, as a file is now.

Whatever is not covered is answered from rows, which are always right.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

COVERED: Final = """
select event from block_events
where event not in (select event from block_changes)
"""
"""The events all of which are in blocks, as they are stored."""


def covered(connection: sqlite3.Connection) -> set[int]:
    """Return the ids of the events that blocks answer for.

    An event without rows has no blocks and may be missing here.
    """
    if not _has_blocks(connection):
        return set()
    return {event for (event,) in connection.execute(COVERED)}


def property_field(connection: sqlite3.Connection, name: str, event: int) -> int | None:
    """Return the field of a property that the blocks of a covered event have whole; None if it is
    to be read from rows, as it has values that blocks do not hold, or is not known.

    Args:
        name: without "properties.".
    """
    row = connection.execute(
        """
        select id from property_keys
        where name = ? and id not in (select field from block_stops)
        """,
        (name,),
    ).fetchone()
    if row is None:
        return None
    holed = connection.execute(
        "select 1 from blocks where event = ? and field = ? and substr(data, 2, 1) <> x'00'",
        (event, row[0]),
    ).fetchone()
    return None if holed else int(row[0])


def texts_of(connection: sqlite3.Connection, field: int) -> dict[int, str]:
    """Return the texts of a property in blocks by their ids."""
    return dict(connection.execute("select id, text from block_texts where field = ?", (field,)))


def note_back(connection: sqlite3.Connection, keys: Iterable[tuple[int, int, int]]) -> None:
    """Note that events are stored again, which blocks do not have.

    Args:
        keys: actor, time and seq of each.
    """
    connection.executemany(
        """
        insert or replace into block_changes (seq, event, day, ts, actor)
        select seq, event, day, ts, actor from events where actor = ? and ts = ? and seq = ?
        """,
        keys,
    )


def _has_blocks(connection: sqlite3.Connection) -> bool:
    found = connection.execute("select 1 from sqlite_master where name = 'block_events'")
    return found.fetchone() is not None
