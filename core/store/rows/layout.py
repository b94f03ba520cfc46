"""How events are stored in the table `event_rows`, and made to count for others."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from typing import Final

import numpy as np

from core.columns import USER
from core.store.rows.extent import grow_extent
from core.store.rows.inserting import insert, parts_of_columns
from core.store.rows.numbers import Events, Ints

_USER: Final = USER.format("")

_MOVE: Final = f"""
update event_rows
set actor = ?1, other_user = case {_USER} when ?1 then 0 when 0 then -1 else {_USER} end
where actor = ?2 and ts = ?3 and seq = ?4
"""


def store(
    connection: sqlite3.Connection, events: Events, contexts: Ints, deleted: Collection[int]
) -> None:
    """Store events, and widen the extent to those of names that are not deleted.

    Args:
        contexts: the number of each event's combination of context columns.
        deleted: ids of the names that are.
    """
    columns = events.written(contexts)
    parts = parts_of_columns(list(columns.values()))
    insert(connection, "insert or rollback into event_rows", list(columns), parts)
    kept = events.ts[~np.isin(events.event, list(deleted))]
    if len(kept):
        grow_extent(connection, int(kept.min()), int(kept.max()))


def move(connection: sqlite3.Connection, moves: Iterable[tuple[int, int, int, int]]) -> None:
    """Let events count for others.

    Args:
        moves: the new actor of each, then its actor, time and seq.
    """
    connection.executemany(_MOVE, moves)
