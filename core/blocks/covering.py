"""Which events blocks answer for, as a file is now.

Whatever is not covered is answered from rows, which are always right.
"""

from __future__ import annotations

import sqlite3
from typing import Final

COVERED: Final = """
select event from block_events
where event not in (select event from block_changes)
"""
"""The events all of which are in blocks, as they are stored."""


FIELDS: Final = """
select name, id from property_keys
where id not in (select field from block_stops)
"""
"""The properties that blocks may have, by name, and their fields; only those of plain names."""


def covered(connection: sqlite3.Connection) -> set[int]:
    """Return the ids of the events that blocks answer for.

    An event without rows has no blocks and may be missing here.
    """
    if not _has_blocks(connection):
        return set()
    return {event for (event,) in connection.execute(COVERED)}


def _has_blocks(connection: sqlite3.Connection) -> bool:
    found = connection.execute("select 1 from sqlite_master where name = 'block_events'")
    return found.fetchone() is not None
