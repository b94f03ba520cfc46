"""Writing logs: rows of integers, their messages, their totals by day, in one transaction.

A log has a session but no person; the session's events tell who it was.
"""

from __future__ import annotations

import sqlite3
from collections import Counter as Tally
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager

from pyroaring import BitMap64

from core.log_levels import has_letters_in_places, pattern_of
from core.records import NO_SESSION, LogRow, next_id
from core.sources.moments import EARLIEST
from core.store.ingest.batch import Days, Written
from core.store.ingest.dictionary import Counter, Dictionary
from core.store.waiting import Patience, transaction
from core.store.workspace import bump, read_calendar, read_meta

SERVICE, SOURCE, PATTERN = 1, 2, 3
"""Kinds of texts in `log_texts`."""

Stored = tuple[int, ...]
"""ts, id, day, level, service, source, pattern, session, message."""

_INSERT = """
insert or ignore into logs
    (timestamp, id, day, level, service, source, pattern, session, message)
values (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


class LogWriter:
    """Writes batches of logs; reloads its caches after another writer.

    Args:
        patience: how long a batch waits for another writer.
    """

    def __init__(self, connection: sqlite3.Connection, patience: Patience | None = None) -> None:
        self._connection = connection
        self._patience = patience or Patience()
        self._generation = ""
        self._days = Days(read_calendar(connection))

    def write(
        self,
        rows: Sequence[LogRow],
        journal: Callable[[Written], None],
        tick: Callable[[], None] = lambda: None,
        held: BitMap64 | None = None,
    ) -> Written:
        """Write one batch in one transaction; arguments as for `writer.Writer.write`.

        Args:
            held: the stored logs, by message, that the import contains already, if it goes on
                with an earlier one.
        """
        with self._transaction():
            self._goes_on = held is not None
            self._held = BitMap64(held or ())
            written = self._store(rows, tick)
            journal(written)
            bump(self._connection)
        self._generation = str(int(self._generation) + 1)
        return written

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            with transaction(self._connection, self._patience):
                generation = read_meta(self._connection)["generation"]
                if generation != self._generation:
                    self._load(generation)
                yield
        except BaseException:
            self._generation = ""
            raise

    def _load(self, generation: str) -> None:
        db = self._connection
        self._generation = generation
        texts = Counter(db, "log_texts")
        self._services, self._sources, self._patterns = (
            Dictionary(db, "log_texts", "value", texts, {"kind": kind})
            for kind in (SERVICE, SOURCE, PATTERN)
        )
        keys = Counter(db, "session_keys")
        self._sessions = Dictionary(db, "session_keys", "key", keys, always={NO_SESSION: 0})
        self._messages = Counter(db, "log_messages")
        self._letters = {id_ for (id_,) in db.execute("select pattern from log_letters")}

    def _store(self, rows: Sequence[LogRow], tick: Callable[[], None]) -> Written:
        if not rows:
            return Written()
        written = Written()
        stored = sorted(self._encode(rows), key=lambda row: row[:2])
        tick()
        first = min(row[8] for row in stored)
        own = {number for number, row in enumerate(rows, first) if row.own}
        fresh = self._insert(stored, own, written)
        tick()
        kept = {row[8] for row in fresh}
        self._connection.executemany(
            "insert into log_messages (id, text, fields) values (?, ?, ?)",
            (
                (number, row.message, row.fields)
                for number, row in enumerate(rows, first)
                if number in kept
            ),
        )
        self._add_days(fresh)
        written.said.messages.update(kept)
        written.stored, written.repeated = len(fresh), len(rows) - len(fresh)
        return written

    def _encode(self, rows: Sequence[LogRow]) -> list[Stored]:
        ts, levels, services, sources, sessions, messages, *_ = zip(*rows, strict=True)
        patterns = list(map(pattern_of, messages))
        encoded = zip(
            ts, map(self._id, rows), self._days.of(ts), levels,
            self._services.ids(services), self._sources.ids(sources),
            self._patterns.ids(patterns), self._sessions.ids(sessions),
            (self._messages.next() for _ in rows), strict=False,
        )  # fmt: skip
        found = list(encoded)
        for dictionary in (self._services, self._sources, self._patterns, self._sessions):
            dictionary.save()
        self._note_letters(messages, patterns)
        return found

    def _note_letters(self, messages: Sequence[str], patterns: Sequence[str]) -> None:
        """Note the patterns of which a message has letters in its places."""
        fresh = set[int]()
        for message, pattern in zip(messages, patterns, strict=True):
            id_ = self._patterns[pattern]
            if id_ not in self._letters and has_letters_in_places(message, pattern):
                self._letters.add(id_)
                fresh.add(id_)
        self._connection.executemany(
            "insert or ignore into log_letters (pattern) values (?)", ((id_,) for id_ in fresh)
        )

    def _id(self, row: LogRow) -> int:
        """Return the id by which a log is stored, if it is."""
        if row.older is None:
            return row.id
        known = self._connection.execute(
            "select 1 from logs where timestamp = ? and id = ?", (row.ts, row.older)
        ).fetchone()
        return row.older if known else row.id

    def _insert(self, rows: list[Stored], own: Container[int], written: Written) -> list[Stored]:
        """Store the rows that are new, and return them; `rows` are sorted.

        Args:
            own: the messages of those with ids of their own.
        """
        db = self._connection
        db.execute("savepoint logs")
        before = db.total_changes
        db.executemany(_INSERT, rows)
        if db.total_changes - before == len(rows):
            db.execute("release logs")
            return rows
        db.execute("rollback to logs")
        db.execute("release logs")
        fresh = self._fresh(rows, own, written)
        db.executemany(_INSERT, fresh)
        return fresh

    def _fresh(self, rows: Sequence[Stored], own: Container[int], written: Written) -> list[Stored]:
        """Return the rows that are not stored; note the messages of those that are.

        Where an import goes on in the middle of a source, an id that it has already is that of an
        identical line before, as in `repeats.Repeats`, unless the source gave it.
        """
        fresh: list[Stored] = []
        last = EARLIEST - 1
        new: set[int] = set()
        for ts, id_, *others in rows:
            if ts != last:
                last, new = ts, set()
            known = self._stored_as(ts, id_)
            while self._goes_on and others[-1] not in own and (id_ in new or known in self._held):
                id_ = next_id(id_)
                known = self._stored_as(ts, id_)
            if known:
                written.said.messages.add(known)
                self._held.add(known)
            elif id_ not in new:
                new.add(id_)
                fresh.append((ts, id_, *others))
        return fresh

    def _stored_as(self, ts: int, id_: int) -> int:
        """Return the message of a stored log, 0 if there is none."""
        row = self._connection.execute(
            "select message from logs where timestamp = ? and id = ?", (ts, id_)
        ).fetchone()
        return row[0] if row else 0

    def _add_days(self, rows: Sequence[Stored]) -> None:
        self._connection.executemany(
            """
            insert into log_days (day, level, service, source, pattern, total)
            values (?, ?, ?, ?, ?, ?)
            on conflict (day, level, service, source, pattern) do update
            set total = total + excluded.total
            """,
            ((*key, total) for key, total in Tally(row[2:7] for row in rows).items()),
        )
