"""The texts of properties in blocks, and their ids."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from core.blocks.layout import MOST_TEXTS


class Texts:
    """The texts of properties in blocks and their ids, counted from 1 for each property.

    Args:
        learn: whether anything may be written.

    Attributes:
        stopped: the properties that blocks do not have, as they have too many.
    """

    def __init__(self, connection: sqlite3.Connection, *, learn: bool = True) -> None:
        self._connection = connection
        self._learn = learn
        self._known: dict[int, _Ids] = {}
        self.stopped = {field for (field,) in connection.execute("select field from block_stops")}

    def ids(self, field: int, texts: Sequence[str]) -> list[int] | None:
        """Return the ids of texts of a property; None if it has too many."""
        known = self._known.get(field)
        if known is None:
            known = self._known[field] = _Ids(
                self._connection.execute(
                    "select text, id from block_texts where field = ?", (field,)
                )
            )
        found = [known[text] for text in texts]
        if len(known) > MOST_TEXTS:
            self.stop(field)
            return None
        return found

    def stop(self, field: int) -> None:
        """Take a property out of all blocks, for good."""
        db = self._connection
        self._known.pop(field, None)
        self.stopped.add(field)
        if not self._learn:
            return
        db.execute("insert into block_stops (field) values (?)", (field,))
        db.execute("delete from block_texts where field = ?", (field,))
        for (event,) in db.execute("select event from block_events").fetchall():
            db.execute("delete from blocks where event = ? and field = ?", (event, field))

    def save(self) -> None:
        """Write the new texts, inside the caller's transaction."""
        for field, known in self._known.items():
            if fresh := known.fresh:
                self._connection.executemany(
                    "insert into block_texts (field, id, text) values (?, ?, ?)",
                    [(field, known[text], text) for text in fresh],
                )
                known.fresh = []


class _Ids(dict[str, int]):
    """Text -> id; a new one gets the next id and is noted in `fresh`."""

    def __init__(self, known: Any) -> None:
        super().__init__(known)
        self.fresh: list[str] = []
        self._next = max(self.values(), default=0) + 1

    def __missing__(self, text: str) -> int:
        found = self[text] = self._next
        self._next += 1
        self.fresh.append(text)
        return found
