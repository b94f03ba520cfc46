"""Which events blocks answer for, as a file is now.

Whatever is not covered is answered from rows, which are always right.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from core.columns import has_table

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
    if not has_table(connection.execute, "block_events"):
        return set()
    return {event for (event,) in connection.execute(COVERED)}
