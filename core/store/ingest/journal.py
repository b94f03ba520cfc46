"""The table `imports`: what was read from where, how far, and whether it was finished."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping

from core.errors import BadInput
from core.sources.blocks import Position
from core.store.imports.statements import Statements
from core.store.ingest.batch import Written


class Journal:
    """One row of `imports`, and what its import said, written in every batch's transaction.

    Args:
        options: what was chosen for reading the source, as JSON.
    """

    def __init__(self, connection: sqlite3.Connection, source: str, options: str = "{}") -> None:
        self._connection = connection
        self._source = source
        self._options = options
        self._id: int | None = None
        self._statements: Statements
        self._started = _now()

    def write(
        self,
        counts: Mapping[str, int],
        reasons: Mapping[str, int],
        written: Written,
        *,
        position: Position,
        finished: bool = False,
    ) -> None:
        """Write the progress of the import.

        Args:
            counts: read, stored, repeated and rejected so far.
            written: of this batch.
            position: how much of the source is committed with it.

        Raises:
            BadInput: the import has been undone meanwhile.
        """
        if self._id is None:
            self._open()
        self._statements.note(written.said)
        updated = self._connection.execute(
            """
            update imports
            set updated_at = ?, position = ?, bytes = ?, read = ?, stored = ?, repeated = ?,
                rejected = ?, rejects = ?, linked = linked + ?, merged = merged + ?, finished = ?,
                fingerprint = ?
            where id = ? and undone_at is null
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
                written.linked,
                written.merged,
                int(finished),
                position.fingerprint,
                self._id,
            ),
        ).rowcount
        if not updated:
            raise BadInput(f"Import {self._id} was undone while it was running.", "It has ended.")

    def _open(self) -> None:
        self._id = self._connection.execute(
            "insert into imports (source, options, started_at, updated_at) values (?, ?, ?, ?)",
            (self._source, self._options, self._started, self._started),
        ).lastrowid
        assert self._id is not None
        self._statements = Statements(self._connection, self._id)


def _now() -> int:
    return int(time.time() * 1000)
