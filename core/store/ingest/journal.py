"""The table `imports`: what was read from where, how far, and whether it was finished."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from typing import Any

from core.sources.blocks import Position


class Journal:
    """One row of `imports`, written with every batch, in the batch's transaction."""

    def __init__(self, connection: sqlite3.Connection, source: str) -> None:
        self._connection = connection
        self._source = source
        self._id: int | None = None
        self._started = _now()

    def write(
        self,
        counts: Mapping[str, int],
        reasons: Mapping[str, int],
        *,
        position: Position,
        finished: bool = False,
    ) -> None:
        """Write the progress of the import; `counts` has read, stored, repeated, rejected.

        Args:
            position: how much of the source is committed with it.
        """
        if self._id is None:
            self._id = self._connection.execute(
                "insert into imports (source, started_at, updated_at) values (?, ?, ?)",
                (self._source, self._started, self._started),
            ).lastrowid
        self._connection.execute(
            """
            update imports
            set updated_at = ?, position = ?, bytes = ?, read = ?, stored = ?, repeated = ?,
                rejected = ?, rejects = ?, finished = ?
            where id = ?
            """,
            (
                _now(),
                position.lines,
                position.bytes,
                counts["read"],
                counts["stored"],
                counts["repeated"],
                counts["rejected"],
                json.dumps(dict(reasons)),
                int(finished),
                self._id,
            ),
        )


def imports_of(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Return every source of every import, newest first: its id, when it began (UTC ms), its name,
    lines read, events stored and repeated, lines rejected, and whether it was finished (1 or 0).
    """
    return connection.execute(
        """
        select id, started_at, source, read, stored, repeated, rejected, finished
        from imports
        order by id desc
        """
    ).fetchall()


def _now() -> int:
    return int(time.time() * 1000)
