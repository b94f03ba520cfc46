"""The table `imports`: what was read from where, how far, and whether it was finished."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping

from core.errors import BadInput, Busy, FootfallError
from core.sources.blocks import START, Position
from core.store.fresh.earlier import About, Earlier, State, save
from core.store.imports.statements import Statements
from core.store.ingest.batch import Written


class Journal:
    """One row of `imports`, and what its import said, written in every batch's transaction.

    Args:
        source: its name from the end of the import on; till then it is that of the earlier one, by
            which it is found if it has to go on once more.
        options: what was chosen for reading it, as JSON.
        about: what is to be known of a file.
        earlier: the import that this one goes on with.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        source: str,
        options: str = "{}",
        about: About | None = None,
        earlier: Earlier | None = None,
    ) -> None:
        self._connection = connection
        self._source = source
        self._meanwhile = earlier.source if earlier else source
        self._options = options
        self._about = about
        self._id = earlier.id if earlier else None
        self._position = earlier.position if earlier else START
        self._statements: Statements
        if earlier:
            self._statements = Statements(connection, earlier.id)
        self._started = _now()

    def write(
        self,
        counts: Mapping[str, int],
        reasons: Mapping[str, int],
        written: Written,
        *,
        position: Position,
        state: State | None = None,
        finished: bool = False,
    ) -> None:
        """Write the progress of the import.

        Args:
            counts: read, stored, repeated, rejected and identified so far.
            written: of this batch.
            position: how much of the source is committed with it.
            state: what is to be known of a file beside that.

        Raises:
            BadInput: the import has been undone meanwhile.
            Busy: another program goes on with the same import.
        """
        if self._id is None:
            self._open()
        self._statements.note(written.said)
        updated = self._connection.execute(
            """
            update imports
            set source = ?, updated_at = ?, position = ?, bytes = ?, fingerprint = ?, read = ?,
                stored = ?, repeated = ?, rejected = ?, rejects = ?, linked = linked + ?,
                merged = merged + ?, finished = ?
            where id = ? and position = ? and bytes = ? and undone_at is null
            """,
            (
                self._source if finished else self._meanwhile,
                _now(),
                position.lines,
                position.bytes,
                position.fingerprint,
                counts["read"],
                counts["stored"],
                counts["repeated"],
                counts["rejected"],
                json.dumps(dict(reasons)),
                written.linked,
                written.merged,
                int(finished),
                self._id,
                self._position.lines,
                self._position.bytes,
            ),
        ).rowcount
        if not updated:
            raise self._gone(self._id)
        self._position = position
        if self._about is not None and self._id is not None:
            save(self._connection, self._id, self._about, counts, state or State())

    def _gone(self, import_: int | None) -> FootfallError:
        """Return why the row of this import is not as it was left."""
        undone = self._connection.execute(
            "select 1 from imports where id = ? and undone_at is not null", (import_,)
        ).fetchone()
        if undone:
            return BadInput(f"Import {import_} was undone while it was running.", "It has ended.")
        return Busy(f"Another program is reading {self._source} into this workspace.")

    def _open(self) -> None:
        self._id = self._connection.execute(
            "insert into imports (source, options, started_at, updated_at) values (?, ?, ?, ?)",
            (self._source, self._options, self._started, self._started),
        ).lastrowid
        assert self._id is not None
        self._statements = Statements(self._connection, self._id)


def _now() -> int:
    return int(time.time() * 1000)
