"""Following a file as it grows, or a stream as it arrives."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Event
from typing import Final

from core.errors import BadInput
from core.sources.choices import Choices
from core.sources.places import Place
from core.sources.places.archives import is_archive
from core.store.imports.opening import Manner
from core.store.ingest.importer import connected
from core.store.ingest.loader import Loader
from core.store.ingest.people import ignore_ids
from core.store.ingest.report import ImportReport
from core.store.waiting import IMPORT_WAIT, Patience
from core.store.workspace import is_part_of, path_of

EVERY: Final = 1.0
"""How many seconds pass between two looks at a file."""

TOGETHER: Final = 10_000
"""How many events are written together at most."""

_LOOKED_AT: Final = 1 << 16


def follow(
    target: str | Path,
    source: str,
    stopped: Event,
    *,
    choices: Choices | None = None,
    ids_to_ignore: Iterable[str] = (),
    zone: str | None = None,
    week_start: int | None = None,
    forget_choices: bool = False,
    told: Callable[[ImportReport], None] = lambda report: None,
    after: Callable[[ImportReport], None] = lambda report: None,
    patience: Patience | None = None,
) -> ImportReport:
    """Store what a file contains and what is added to it, until `stopped` is set.

    A file that does not exist yet is waited for; one that is rotated, emptied or written anew is
    followed under its name. A line is stored when it is complete. Standard input, "-", is followed
    to its end.

    Args:
        target: the workspace, which is created if it does not exist.
        choices, ids_to_ignore, zone, week_start, forget_choices, patience: as for
            `importer.import_files`.
        told: called with what was stored so far, also while a file is read.
        after: called with it after every look at a file, when nothing is being written.

    Raises:
        BadInput: it cannot be read, or lacks an event or time column.
        CannotOpen: no usable workspace, or another file has taken its place.
    """
    chosen, patience = choices or Choices(), patience or Patience(IMPORT_WAIT)
    chosen.check()
    with connected(target, zone, week_start, patience) as connection:
        _refuse(source, connection)
        if added := list(ids_to_ignore):
            ignore_ids(connection, added, patience)
        loader = Loader(
            connection,
            Manner(
                chosen,
                forgets=forget_choices,
                only_new=source != "-",
                live=stopped.is_set,
                batch_size=TOGETHER,
            ),
            progress=lambda progress: told(loader.report),
            stop=None if source == "-" else stopped.is_set,
            patience=patience,
        )
        if source == "-":
            loader.load_file(Place(source))
            loader.finish_blocks()
        else:
            _watch(source, loader, stopped, told, after)
        return loader.done()


def _refuse(source: str, connection: sqlite3.Connection) -> None:
    """Raise BadInput for what does not grow line by line."""
    path = path_of(connection)
    if path and is_part_of(0 if source == "-" else source, path):
        raise BadInput(f"{source} is the workspace itself, not a file of events.")
    if source != "-" and (os.path.isdir(source) or is_archive(source)):
        raise BadInput(
            f"{source} is not a file that grows.", "footfall sync reads what is new in folders."
        )


def _watch(
    source: str,
    loader: Loader,
    stopped: Event,
    told: Callable[[ImportReport], None],
    after: Callable[[ImportReport], None],
) -> None:
    seen: tuple[int, ...] = ()
    caught_up = False
    while not stopped.is_set():
        found = _looks(source)
        if found and found != seen:
            try:
                loader.load_file(Place(source))
                seen = found
                if not caught_up:
                    loader.finish_blocks()
                    caught_up = True
            except (BadInput, OSError):
                if _looks(source) == found:
                    raise
                # it was moved away meanwhile
        told(loader.report)
        after(loader.report)
        stopped.wait(EVERY)


def _looks(source: str) -> tuple[int, ...]:
    """Return what tells whether a file has changed; () while it has no complete line."""
    try:
        found = os.stat(source)
        with open(source, "rb") as stream:
            begins = stream.read(_LOOKED_AT)
    except OSError:
        return ()
    if b"\n" not in begins and len(begins) < _LOOKED_AT:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns
