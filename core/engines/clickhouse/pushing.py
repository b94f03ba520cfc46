"""Copying a workspace to a ClickHouse server: what is new since the last time, and what changed.

A push can be ended at any moment and run again. Events go in order of arrival, in batches with a
name, of which the last one is noted in the workspace; what was sent after it is deleted first. What
changed is deleted there by its keys and sent again, as often as it takes.

Days whose events are about to change are noted there first, until their sets are those of the
events again: the sets follow inserts by themselves, but not what is deleted, nor an insert that was
cut off.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from core.engines.clickhouse import columns
from core.engines.clickhouse.engine import Runner
from core.engines.clickhouse.layout import Layout
from core.engines.clickhouse.sets import renew
from core.engines.clickhouse.tables import (
    EVENT_ROWS,
    EVENTS,
    IDENTITIES,
    LAYOUT,
    LINKS,
    LOG_DAYS,
    LOG_MESSAGES,
    LOGS,
    PUSHED,
    SESSION_KEYS,
    SESSIONS,
    SETS,
    STALE,
    TRAITS,
    Table,
)
from core.errors import BadInput, Busy, FootfallError, Stopped
from core.store.pushes import connected
from core.store.pushes.changed import Snapshot, snapshot
from core.store.waiting import Patience
from core.store.workspace import open_reader, open_writer

BATCH: Final = 100_000
"""How many events, in order of arrival, are sent and noted together."""

MANY: Final = 1_000_000
"""After so many new events the sets are merged, which every question about sets then saves."""

_SOME: Final = 10_000
"""How many changed rows are sent at a time: their keys fit into a statement of 256 KiB."""

_DAY: Final = list(EVENTS.columns).index("day")


@dataclass
class Pushed:
    """What a push did.

    Attributes:
        events: events that were sent as new.
        changed: events that were sent again as they had changed.
        logs: messages of logs.
        seconds: how long it took.
        anew: whether the whole copy was made anew.
    """

    events: int = 0
    changed: int = 0
    logs: int = 0
    seconds: float = 0.0
    anew: bool = False


def push(
    path: str | Path,
    runner: Runner,
    *,
    told: Callable[[int, int], None] = lambda _done, _of: None,
    stop: Callable[[], bool] = lambda: False,
    anew: bool = False,
    patience: Patience | None = None,
) -> Pushed:
    """Bring the copy of a workspace up to date.

    Args:
        told: called with how many of how many new events are sent.
        stop: called between batches; True ends it, and what was sent stays.
        anew: whether to delete the copy first, whosever it is.

    Raises:
        BadInput: the database has the copy of another workspace.
        Busy: another push of this workspace runs.
        Stopped: as `stop` wished.
        CannotOpen, QueryFailed: of the workspace or the server.
    """
    started = time.monotonic()
    with (
        _alone(Path(path)),
        closing(open_writer(path)) as writer,
        closing(open_reader(path)) as reader,
    ):
        found = _Push(writer, reader, runner, patience or Patience(), told, stop)
        found.run(anew=anew)
    found.done.seconds = time.monotonic() - started
    return found.done


class _Push:
    def __init__(
        self,
        writer: sqlite3.Connection,
        reader: sqlite3.Connection,
        runner: Runner,
        patience: Patience,
        told: Callable[[int, int], None],
        stop: Callable[[], bool],
    ) -> None:
        self._writer, self._reader = writer, reader
        self._runner = runner
        self._patience = patience
        self._told, self._stop = told, stop
        self._layout = Layout(runner.cluster)
        self._name = uuid4().hex
        self.done = Pushed()

    def run(self, *, anew: bool) -> None:
        before = connected.progress(self._writer)
        is_current = not anew and self._is_current(before.workspace)
        if not (is_current and (before.events or before.logs)):
            self._make_anew(before.workspace)
            before = connected.progress(self._writer)
        connected.begin(self._writer, self._patience)
        with snapshot(self._reader) as now:
            self._widen(now)
            if before.sending:
                self._delete_after(before)
            if before.events or before.logs:
                self._send_changes(now, before)
            else:
                self._send_small(now)
            self._renew_sets()
            self._send_events(now, before.events)
            self._send_logs(now, before.logs)
            connected.finish(self._writer, self._patience, now.changes)
        if self.done.events >= MANY:
            with suppress(FootfallError):  # the server does it as well, some time later
                self._runner.run(self._layout.merge(SETS), {})

    # -- whose copy it is

    def _is_current(self, workspace: str) -> bool:
        """Whether the tables are there, of this layout and this workspace's.

        Raises:
            BadInput: they are another workspace's.
        """
        named = ", ".join(f"'{table.name}'" for table in (EVENTS, PUSHED))
        ((count,),) = self._runner.run(
            f"""
            select toInt64(count()) from system.tables
            where database = currentDatabase() and name in ({named})
            """,
            {},
        )
        if count < 2:
            return False
        rows = self._runner.run(
            f"select workspace, layout from {PUSHED.name} order by at desc limit 1", {}
        )
        if rows and rows[0][0] != workspace:
            raise BadInput(
                "The database has the copy of another workspace.",
                "Connect to another one, or `footfall push --anew` replaces it.",
            )
        return bool(rows) and int(rows[0][1]) == LAYOUT

    def _make_anew(self, workspace: str) -> None:
        self.done.anew = True
        connected.restart(self._writer, self._patience)
        for statement in (*self._layout.drop(), *self._layout.create()):
            self._runner.run(statement, {})
        row = (workspace, LAYOUT, int(time.time() * 1000))
        self._runner.insert(PUSHED.name, tuple(PUSHED.columns), [row])

    def _widen(self, now: Snapshot) -> None:
        """Add the columns for properties that have none."""
        known = columns.Columns.of(self._runner.run(columns.FOUND, {}))
        for statement in self._layout.widen(columns.missing(now.properties(columns.MOST), known)):
            self._runner.run(statement, {})

    # -- what is new

    def _delete_after(self, before: connected.Progress) -> None:
        """Delete what a push that was ended sent after what it noted."""
        self._delete_events(f"seq > {before.events}")
        self._delete(LOGS, f"message > {before.logs}")
        self._delete(LOG_MESSAGES, f"id > {before.logs}")

    def _send_small(self, now: Snapshot) -> None:
        """Send all of the tables that follow from the events."""
        for table in (IDENTITIES, SESSIONS, TRAITS, LINKS, SESSION_KEYS):
            self._truncate(table)
            self._insert(table, now.all(table.select()))

    def _send_events(self, now: Snapshot, sent: int) -> None:
        whole = now.count(sent)
        self._told(0, whole)
        while sent < now.last:
            self._check()
            upto = min(sent + BATCH, now.last)
            rows = list(now.between(EVENT_ROWS, "e.seq", sent, upto))
            self._insert(STALE, [(day,) for day in {row[_DAY] for row in rows}])
            self._insert(EVENTS, rows, f"{self._name}:{upto}")
            self._truncate(STALE)
            connected.reached(self._writer, self._patience, events=upto)
            sent = upto
            self.done.events += len(rows)
            self._told(self.done.events, whole)

    def _send_logs(self, now: Snapshot, sent: int) -> None:
        if now.last_log == sent and not now.keys(connected.LOG):
            return
        while sent < now.last_log:
            self._check()
            upto = min(sent + BATCH, now.last_log)
            for table, column in ((LOGS, "message"), (LOG_MESSAGES, "id")):
                rows = now.between(table.select(), column, sent, upto)
                self._insert(table, rows, f"{self._name}:{upto}")
            connected.reached(self._writer, self._patience, logs=upto)
            self.done.logs += upto - sent
            sent = upto
        self._truncate(LOG_DAYS)
        self._insert(LOG_DAYS, now.all(LOG_DAYS.select()))

    # -- what changed

    def _send_changes(self, now: Snapshot, before: connected.Progress) -> None:
        seqs = now.events(before.events)
        self.done.changed = len(seqs)
        self._resend(now, EVENTS, "seq", "e.seq", EVENT_ROWS, seqs)
        for table, column, what in (
            (SESSIONS, "actor", connected.SESSION),
            (IDENTITIES, "id", connected.PERSON),
            (LINKS, "device", connected.LINK),
            (SESSION_KEYS, "id", connected.SESSION_KEY),
            (LOGS, "id", connected.LOG),
        ):
            self._resend(now, table, column, column, table.select(), now.keys(what))
        people = now.keys(connected.TRAIT)
        self._resend(now, TRAITS, "user", "user", TRAITS.select(), people)

    def _resend(
        self,
        now: Snapshot,
        table: Table,
        column: str,
        source: str,
        select: str,
        keys: Sequence[int],
    ) -> None:
        """Delete the rows with some keys, and send them as they are now.

        Args:
            column, source: the key there, and in the workspace's statement.
        """
        for start in range(0, len(keys), _SOME):
            self._check()
            some = keys[start : start + _SOME]
            rows = list(now.rows(select, source, some))
            where = f"{column} in ({', '.join(map(str, some))})"
            if table is EVENTS:
                self._delete_events(where)
                self._insert(STALE, [(day,) for day in {row[_DAY] for row in rows}])
            else:
                self._delete(table, where)
            self._insert(table, rows)

    def _delete_events(self, where: str) -> None:
        """Delete some events, and note their days first."""
        days = self._runner.run(f"select distinct day from {EVENTS.name} where {where}", {})
        self._insert(STALE, days)
        self._delete(EVENTS, where)

    def _renew_sets(self) -> None:
        """Compute the sets of the noted days from their events."""
        rows = self._runner.run(f"select distinct day from {STALE.name} order by day", {})
        if not rows:
            return
        days = ", ".join(str(day) for (day,) in rows)
        self._delete(SETS, f"day in ({days})")
        self._runner.run(renew(days), {})
        self._truncate(STALE)

    def _delete(self, table: Table, where: str) -> None:
        self._runner.run(self._layout.delete(table, where), {})

    def _truncate(self, table: Table) -> None:
        self._runner.run(self._layout.truncate(table), {})

    def _insert(self, table: Table, rows: Iterable[Sequence[Any]], token: str = "") -> None:
        self._runner.insert(table.name, tuple(table.columns), rows, token)

    def _check(self) -> None:
        if self._stop():
            raise Stopped("Stopped.", "What was sent is kept; `footfall push` goes on from there.")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other pushes of a workspace away, by a lock on a file beside it.

    Raises:
        Busy: another one runs.
    """
    import fcntl

    place = path.with_name(f"{path.name}-push")
    with place.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_there = os.path.samestat(os.fstat(file.fileno()), place.stat())
        except OSError:
            is_there = False
        if not is_there:  # locked, or deleted at the end of the push that held it
            raise Busy("Another push of this workspace runs.", "Wait for its end.")
        try:
            yield
        finally:
            place.unlink(missing_ok=True)
