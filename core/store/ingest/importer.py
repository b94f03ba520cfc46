"""Importing files and in-memory events into a workspace."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from core.columns import CONTEXT, CONTEXT_ALIASES
from core.errors import BadInput
from core.log_levels import level_number
from core.processes.spare import APART_FROM, Spare, has_big
from core.records import (
    NO_CONTEXT,
    Alias,
    Identify,
    LogRow,
    Occurrences,
    Record,
    Refused,
    Rejected,
    Row,
    digest,
    own_id,
)
from core.sources.choices import Choices
from core.sources.exported import settings_of
from core.sources.moments import EARLIEST, LATEST
from core.sources.placeholders import names_an_event
from core.sources.places import Found, find
from core.sources.text.reading import Reading
from core.sources.values import dump
from core.store.collector import no_collector
from core.store.imports.indexes import late_indexes
from core.store.imports.opening import BATCH, Manner
from core.store.imports.replacing import Decide, add
from core.store.ingest.loader import Loader
from core.store.ingest.people import ignore_ids
from core.store.ingest.report import ImportReport, Progress
from core.store.ingest.sessions import check_gap
from core.store.troubles import sentence
from core.store.waiting import IMPORT_WAIT, Patience
from core.store.workspace import abandon, is_part_of, open_writer, path_of
from core.values.json_text import json_text

__all__ = [
    "Alias", "Event", "Identify", "ImportReport", "Log", "Progress", "import_files",
    "store_events", "store_logs",
]  # fmt: skip

_STDIN = 0


@dataclass(frozen=True, slots=True)
class Event:
    """One event passed by a program; times in UTC ms, texts as in a file.

    An event called "$identify" is not stored: it links its device to its user and sets traits.

    Attributes:
        session: its session id; None to derive it, "-1" for outside any session.
        event_id: identifies the event together with its time and person.
        context: values by name or alias of `columns.CONTEXT`.
    """

    event: str
    ts_ms: int
    user: str | None = None
    device: str | None = None
    session: str | None = None
    event_id: str | None = None
    context: Mapping[str, str | None] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)
    traits: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Log:
    """One log passed by a program; its time in UTC ms.

    Attributes:
        level: a word or number for `core.log_levels.level_number`.
        session: the session id of the events it belongs with.
        log_id: identifies the log together with its time.
        fields: its other fields.
    """

    ts_ms: int
    message: str
    level: str | int = "INFO"
    service: str | None = None
    source: str | None = None
    session: str | None = None
    log_id: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


def import_files(
    target: sqlite3.Connection | str | Path,
    sources: Sequence[str | Path],
    *,
    mapping: Mapping[str, str] | None = None,
    format: str | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
    zone: str | None = None,
    week_start: int | None = None,
    batch_size: int = BATCH,
    logs: bool | None = None,
    patience: Patience | None = None,
    ids_to_ignore: Iterable[str] = (),
    table: str = "",
    query: str = "",
    reading: Reading | None = None,
    forget_choices: bool = False,
    decide: Decide = add,
    apart_from: int = APART_FROM,
    again: bool = False,
    only_new: bool = False,
    spare: Spare | None = None,
    session_gap: int | None = None,
) -> ImportReport:
    """Import files into a workspace, which is created if it does not exist.

    Args:
        target: a path, or a connection of `workspace.open_writer`.
        sources: files, folders, patterns such as "logs/*.gz", zip archives; "-" is standard input.
            They are independent: if one is refused, the others are still read.
        mapping: meaning -> column, as in {"user": "customer_id", "time": "date"}.
        format: one of `sources.FORMATS`; None detects it.
        progress: called about five times a second.
        stop: called at intervals; True ends the import, and what was committed stays.
        zone, week_start: for a new workspace; see `workspace.open_writer`. By default those of the
            workspace that the first source was exported from.
        batch_size: events written in one transaction.
        logs: whether the files contain logs instead of events; None detects it, and takes a file
            for logs only if it cannot be events.
        patience: how long to wait for another writer, before every batch.
        ids_to_ignore: further placeholders, which are nobody; the workspace remembers them.
        table, query: the table of a database to read, or the statement to read it with; "" to
            choose the table with the events.
        reading: what to know about text, dates and numbers in the files; detected where it is
            silent.
        forget_choices: whether the choices remembered for files of these kinds are forgotten.
        decide: called with the name of a source that was imported before and read in another way,
            and these imports; returns whether they are undone as soon as the new one has something
            to store. By default they stay.
        apart_from: from this many bytes of text on, a file is read by another process.
        again: whether a file is read though one of the same content was imported in the same way.
        only_new: whether of each source only what is new since the last time is read. A last line
            without its end waits until the file has not changed between two times.
        spare: has started a process to read big files, if one is wanted; it is closed here.
        session_gap: how long a pause ends a session, ms, which the workspace keeps; see
            `upkeep.session_gap`. By default that of the workspace.

    Without a mapping, format, table, query or reading, a file is read with those that were given
    when the last one of its kind was imported.

    Raises:
        BadInput: the only place cannot be read or lacks an event or time column; with several, see
            `ImportReport.refused`.
        CannotOpen: no usable workspace, or another file has taken its place.
        KeyboardInterrupt: passed on; what was committed stays.
    """
    chosen = Choices(mapping or {}, format or "", logs, table, query, reading or Reading())
    chosen.check()
    if session_gap is not None:
        check_gap(session_gap)
    patience = patience or Patience(IMPORT_WAIT)
    if zone is None and week_start is None:
        zone, week_start = _exported_settings(target, sources)
    with (
        closing(spare or Spare(has_big(sources, apart_from))) as readers,
        connected(target, zone, week_start, patience) as connection,
    ):
        found = find(sources, _itself(connection))
        if added := list(ids_to_ignore):
            ignore_ids(connection, added, patience)
        if session_gap is not None:
            _cut_by(session_gap, connection, patience)
        manner = Manner(
            chosen,
            forgets=forget_choices,
            decide=decide,
            again=again,
            only_new=only_new,
            batch_size=batch_size,
            apart_from=apart_from,
        )
        loader = Loader(
            connection, manner, progress=progress, stop=stop, patience=patience, spare=readers
        )
        told = partial(loader.tell_end, "building indexes")
        with late_indexes(connection, found.places, patience, told), no_collector():
            refused = list(found.refused)
            for place in found.places:
                if loader.report.finished:
                    refused += loader.try_file(place)
        loader.finish_blocks()
        _note_refused(loader.report, found, refused)
        return loader.done()


def store_events(
    connection: sqlite3.Connection,
    rows: Iterable[Event | Identify | Alias],
    *,
    source: str = "events",
    batch_size: int = BATCH,
) -> ImportReport:
    """Store events passed by a program, in the same way as those of a file.

    An event without `event_id` is identified by its contents and the number of identical ones
    before it in `rows`. Events that cannot be stored are counted as rejected.
    """
    loader = Loader(connection, Manner(batch_size=batch_size))
    loader.load_records(source, _records(rows))
    loader.finish_blocks()
    return loader.done()


def store_logs(
    connection: sqlite3.Connection,
    rows: Iterable[Log],
    *,
    source: str = "logs",
    batch_size: int = BATCH,
) -> ImportReport:
    """Store logs passed by a program, in the same way as those of a file; see `store_events`."""
    loader = Loader(connection, Manner(batch_size=batch_size))
    loader.load_logs(source, _log_rows(rows))
    return loader.done()


def _exported_settings(
    target: sqlite3.Connection | str | Path, sources: Sequence[str | Path]
) -> tuple[str | None, int | None]:
    """Return the zone and week start of a new workspace, which are those of an export."""
    if isinstance(target, sqlite3.Connection) or os.path.lexists(target):
        return None, None
    found = settings_of(sources[0]) if sources else None
    return found or (None, None)


def _cut_by(gap: int, connection: sqlite3.Connection, patience: Patience) -> None:
    """Set the session gap before events are stored, which cuts only those there are already."""
    from core.store.upkeep.session_gap import write_gap

    write_gap(connection, gap, patience)


@contextmanager
def connected(
    target: sqlite3.Connection | str | Path,
    zone: str | None,
    week_start: int | None,
    patience: Patience,
) -> Iterator[sqlite3.Connection]:
    path = path_of(target) if isinstance(target, sqlite3.Connection) else target
    try:
        if isinstance(target, sqlite3.Connection):
            yield target
            return
        new = not os.path.lexists(target)
        opened = open_writer(target, zone=zone, week_start=week_start, patience=patience)
        try:
            yield opened
        finally:
            if new:
                abandon(opened)
            opened.close()
    except sqlite3.DatabaseError as error:
        found = sentence(error, path, "written")
        found.hint = "What was committed is kept; run the same import again to continue."
        raise found from error


def _itself(connection: sqlite3.Connection) -> Callable[[str], bool]:
    """Return whether a file, or "-", is the workspace, which is never opened as events."""
    path = path_of(connection)
    return lambda file: bool(path) and is_part_of(_STDIN if file == "-" else file, path)


def _note_refused(report: ImportReport, found: Found, refused: Sequence[BadInput]) -> None:
    """Note what was left out and refused; raise the refusal of the only source."""
    if len(refused) == 1 and len(found.places) + len(found.refused) == 1:
        raise refused[0]
    if not found.places and not refused:
        raise BadInput("There is nothing to import.", " ".join(found.left_out))
    report.passed_over += found.left_out
    report.refused += [str(error) for error in refused]


def _records(rows: Iterable[Event | Identify | Alias]) -> Iterator[Record | Rejected]:
    occurrences = Occurrences()
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Event):
            yield row
            continue
        if row.event == "$identify":
            yield Identify(row.user, row.device, row.ts_ms, dict(row.traits or {}))
            continue
        try:
            yield _row(row, occurrences)
        except Refused as refused:
            yield Rejected(number, str(refused), row.event.encode(errors="replace"))


def _log_rows(rows: Iterable[Log]) -> Iterator[LogRow | Rejected]:
    occurrences = Occurrences()
    for number, log in enumerate(rows, 1):
        try:
            yield _log_row(log, occurrences)
        except Refused as refused:
            yield Rejected(number, str(refused), log.message.encode(errors="replace"))


def _log_row(log: Log, occurrences: Occurrences) -> LogRow:
    level = level_number(log.level)
    if level is None:
        raise Refused("level not understood")
    if not EARLIEST <= log.ts_ms < LATEST:
        raise Refused("time outside 1900 to 2199")
    said = (log.ts_ms, level, log.service, log.source, log.session, log.message, dict(log.fields))
    try:
        line = json_text(said).encode()
    except TypeError as error:
        raise Refused("not valid Unicode text") from error
    own = log.log_id
    ids: tuple[Any, ...] = (
        occurrences.log_ids(line) if own is None else (digest(own.encode()), None, True)
    )
    return LogRow(
        log.ts_ms, level, log.service or None, log.source or None, log.session or None,
        log.message, dump(dict(log.fields)), *ids,
    )  # fmt: skip


def _row(event: Event, occurrences: Occurrences) -> Row:
    if not event.event:
        raise Refused("no event name")
    if not EARLIEST <= event.ts_ms < LATEST:
        raise Refused("time outside 1900 to 2199")
    properties = dump(dict(event.properties))
    context = _context(event.context)
    parts = (
        event.event, event.ts_ms, event.user, event.device, event.session, context, properties,
        event.event_id, event.traits and dict(event.traits),
    )  # fmt: skip
    try:
        line = json_text(parts).encode()
    except TypeError as error:
        raise Refused("not valid Unicode text") from error
    own = event.event_id
    number = own_id(own) if own and names_an_event(own) else occurrences.event_id(line)
    return Row(
        event.event,
        event.ts_ms,
        event.user or None,
        event.device or None,
        event.session or None,
        number,
        context,
        properties,
        dict(event.traits) if event.traits else None,
    )


def _context(given: Mapping[str, str | None]) -> tuple[str | None, ...]:
    if not given:
        return NO_CONTEXT
    named = {CONTEXT_ALIASES.get(name, name): value for name, value in given.items()}
    unknown = named.keys() - set(CONTEXT)
    if unknown:
        raise Refused(f"no context column {sorted(unknown)[0]}")
    return tuple(named.get(name) for name in CONTEXT)
