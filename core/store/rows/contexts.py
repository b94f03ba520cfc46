"""The numbers of combinations of context columns, which events are stored with."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

import numpy as np

from core.columns import CONTEXT, SAID
from core.store.rows.numbers import Events, Ints

_MOST: Final = 50_000
"""How many numbers are remembered."""

_FIND: Final = f"select id from contexts where {' and '.join(f'{name} = ?' for name in CONTEXT)}"
_STORE: Final = f"""
insert into contexts ({", ".join(CONTEXT)}) values ({", ".join("?" for _ in CONTEXT)})
"""


def context_id(connection: sqlite3.Connection, values: Sequence[int]) -> int:
    """Return the number of a combination, one value id for each context column; a new one is
    stored inside the caller's transaction.
    """
    found = connection.execute(_FIND, values).fetchone()
    if found is None:
        return int(connection.execute(_STORE, values).lastrowid or 0)
    return int(found[0])


def clear_contexts(connection: sqlite3.Connection, removed: str) -> None:
    """Delete the combinations that no event has any more.

    Args:
        removed: the table of the events that were removed, with their `context`.
    """
    connection.execute(
        f"""
        delete from contexts
        where id <> 0 and id in (select context from {removed})
          and id not in (select {SAID["context"].format("")} from event_rows)
        """
    )


class StoredContexts:
    """The numbers of the combinations of batches, as long as nobody else writes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[bytes, int] = {}

    def of(self, events: Events) -> Ints:
        """Return the number of each event's combination; new ones are stored."""
        if not events.used:
            return np.zeros(len(events), np.int64)
        some = np.zeros(len(events.values[0]), np.bool_)
        some[events.place] = True
        places = np.flatnonzero(some)
        combined = np.zeros((len(places), len(CONTEXT)), np.int64)
        for dimension, ids in zip(events.used, events.values, strict=True):
            combined[:, dimension - 1] = ids[places]
        numbers = np.zeros(len(some), np.int64)
        numbers[places] = [self._number(row) for row in combined]
        if len(self._known) > _MOST:
            self._known.clear()
        return numbers[events.place]

    def _number(self, values: Ints) -> int:
        key = values.tobytes()
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = context_id(self._connection, values.tolist())
        return found
