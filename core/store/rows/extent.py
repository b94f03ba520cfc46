"""From when to when events lie whose names are not deleted: `extent` in `meta`, two times."""

from __future__ import annotations

import sqlite3
from typing import Final

_MEASURE: Final = """
insert or replace into meta (key, value)
select 'extent', min(ts) || ' ' || max(ts) from event_rows
where event not in (select id from event_names where deleted)
having count(*) > 0
"""

_GROW: Final = """
insert into meta (key, value) values ('extent', ?1 || ' ' || ?2)
on conflict (key) do update
set value = min(?1, cast(substr(value, 1, instr(value, ' ')) as integer)) || ' '
         || max(?2, cast(substr(value, instr(value, ' ')) as integer))
"""


def measure_extent(connection: sqlite3.Connection) -> None:
    """Write it anew, after events were taken out or flags of names changed; all rows are read."""
    connection.execute("delete from meta where key = 'extent'")
    connection.execute(_MEASURE)


def grow_extent(connection: sqlite3.Connection, first: int, last: int) -> None:
    """Widen it to new events with names that are not deleted, the first and last of which are at
    these times.
    """
    connection.execute(_GROW, (first, last))
