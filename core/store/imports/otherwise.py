"""Events of an import that are stored ones, but say something else.

The stored event stays as it is. What the import says of it is folded, so that it can take the place
of the stored one if that is taken out with the imports that said so.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pyroaring import BitMap64

from core.columns import CONTEXT
from core.records import OWN, stored_id
from core.store.imports.statements import read_bitmap
from core.store.rows.numbers import Stored
from core.store.upkeep.unused import clear_names, clear_places, clear_scanned, clear_sessions

Place = tuple[int, int, int]
"""actor, ts and seq of a stored event."""

_FIELDS: Final = ", ".join(("ts", "event", "day", "session", "user", "device", *CONTEXT))
_PROPERTIES: Final = "(select properties from event_properties p where p.seq = e.seq)"


def fold_otherwise(
    connection: sqlite3.Connection,
    matched: Iterable[tuple[Stored, Place]],
    names: Sequence[str],
    texts: Mapping[int, str],
) -> BitMap64:
    """Fold the events of a batch that say something else than the stored events they are.

    Args:
        matched: rows, each with the place of the stored event.
        names: their context columns.
        texts: seq and JSON of the properties of those that have some.

    Returns:
        The seqs of those that are folded, or of equal ones that were.
    """
    contained = BitMap64()
    others = " + ".join(name for name in CONTEXT if name not in names) or "0"
    columns = ", ".join(("event", "day", "session", "user", "device", *names))
    look = f"""
    select {columns}, {_PROPERTIES}, id & {OWN}, {others} from events e
    where actor = ? and ts = ? and seq = ?
    """
    for row, place in matched:
        seq = row[2]
        said = (*row[4:], texts.get(seq), row[3] & OWN, 0)
        stored = connection.execute(look, place).fetchone()
        if stored is not None and (stored != said or row[1] != place[1]):
            contained.add(_folded(connection, row, place, _fields(row, names, texts.get(seq))))
    return contained


def _fields(row: Stored, names: Sequence[str], text: str | None) -> tuple[Any, ...]:
    """Return whether an event has an id of its own, its fields, and its properties."""
    _, ts, _, id_, event, day, session, user, device, *context = row
    known = dict(zip(names, context, strict=True))
    values = (known.get(name, 0) for name in CONTEXT)
    return (id_ & OWN, ts, event, day, session, user, device, *values, text)


def _folded(
    connection: sqlite3.Connection, row: Stored, place: Place, said: tuple[Any, ...]
) -> int:
    """Fold an event, unless an equal one is folded; return the seq of either."""
    kept, seq, id_ = place[2], row[2], row[3]
    folded = connection.execute(
        f"""
        select seq, id & {OWN}, {_FIELDS}, properties from folded_events
        where kept = ? and instead
        """,
        (kept,),
    )
    for other, *fields in folded:
        if tuple(fields) == said:
            return int(other)
    connection.execute(
        f"""
        insert into folded_events (seq, kept, instead, id, {_FIELDS}, properties)
        values (?, ?, 1, ?, {", ".join("?" for _ in said[1:])})
        """,
        (seq, kept, stored_id(id_), *said[1:]),
    )
    return seq


class Substitutes:
    """Which folded events imports contain instead of stored ones."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._read()

    def _read(self) -> None:
        self._pairs = self._connection.execute(
            "select seq, kept from folded_events where instead"
        ).fetchall()

    def precede(self, import_: int) -> None:
        """Let events of an import that is about to be undone give way to what the next import says
        of them: of later ones that say the same of them, a copy is folded.
        """
        every = self._connection.execute("select import from import_events").fetchall()
        contents = {
            number: read_bitmap(self._connection, "import_events", "seqs", number)
            for (number,) in every
        }
        own = contents.pop(import_, BitMap64())
        others: dict[int, list[int]] = defaultdict(list)
        for seq, kept in self._pairs:
            if kept in own:
                others[kept].append(seq)
        same = {number: self.without(found) for number, found in contents.items()}
        for kept, seqs in others.items():
            otherwise = [n for n, found in contents.items() if any(seq in found for seq in seqs)]
            alike = [n for n, found in same.items() if kept in found]
            if otherwise and alike and min(otherwise) < min(alike):
                self._copy(kept, alike)
        self._read()

    def _copy(self, kept: int, imports: Iterable[int]) -> None:
        """Fold a copy of a stored event, which some imports contain instead."""
        (seq,) = self._connection.execute(
            """
            update meta set value = cast(value as integer) + 1 where key = 'next_seq'
            returning cast(value as integer) - 1
            """
        ).fetchone()
        self._connection.execute(
            f"""
            insert into folded_events (seq, kept, instead, id, {_FIELDS}, properties)
            select ?, seq, 1, id, {_FIELDS}, {_PROPERTIES} from events e where seq = ?
            """,
            (seq, kept),
        )
        for number in imports:
            found = read_bitmap(self._connection, "import_events", "seqs", number)
            found.add(seq)
            self._connection.execute(
                "update import_events set seqs = ? where import = ?", (found.serialize(), number)
            )

    def without(self, contained: BitMap64) -> BitMap64:
        """Return what an import contains, without the stored events that it has others for."""
        found = contained.copy()
        for seq, kept in self._pairs:
            if seq in contained:
                found.discard(kept)
        return found

    def words(self, seqs: BitMap64) -> Words:
        """Return the names and values of folded ones."""
        rows = self._connection.execute(
            f"select seq, event, session, {', '.join(CONTEXT)} from folded_events"
        )
        return [row[1:] for row in rows if row[0] in seqs]


Words = list[tuple[int, ...]]
"""event and session of events, and the values of their context columns."""


def clear_words(connection: sqlite3.Connection, words: Words) -> None:
    """Delete those of some names and values that nothing uses."""
    if not words:
        return
    events, sessions, *context = (set(column) - {0} for column in zip(*words, strict=True))
    scanned = {d for (d,) in connection.execute("select id from dimensions where state = 'scan'")}
    for dimension, values in enumerate(context, 1):
        if dimension in scanned:
            clear_scanned(connection, dimension, values)
        else:
            clear_places(connection, {(0, dimension, value) for value in values})
    clear_names(connection, events)
    clear_sessions(connection, sessions)
