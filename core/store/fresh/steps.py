"""What is new in a source since it was last read, and where it is to be found."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from core.errors import Busy
from core.sources.blocks import EDGE, START, Position, edges_of
from core.sources.documents import document_of
from core.sources.lines import Input
from core.sources.places import REJECTS, Place
from core.sources.places.tables import newest_row
from core.sources.text.reading import Reading
from core.store.fresh.earlier import (
    NUMBERED,
    About,
    Earlier,
    in_folder,
    is_current,
    is_table,
    latest,
    of_size,
    same_content,
)
from core.store.waiting import Patience, transaction

_LOOKED_AT: Final = 1 << 20
"""In how many bytes to look for the start or the end of a line."""

_MOST_SIBLINGS: Final = 50


@dataclass(frozen=True)
class Step:
    """Something to read.

    Attributes:
        place: where.
        earlier: the import that it continues; None for a new one.
        start: where to begin.
        holds_back: whether a last line without its end is left for later.
        is_moved: whether the source of that import has this name from now on.
        resumes: whether an import that was stopped goes on, which is said and checks that what it
            read is still there.
    """

    place: Place
    earlier: Earlier | None = None
    start: Position = START
    holds_back: bool = False
    is_moved: bool = False
    resumes: bool = False


class Steps:
    """Finds what is new in the sources of one import.

    Args:
        connection: of the workspace; it is written to only to note that a file was seen.
    """

    def __init__(self, connection: sqlite3.Connection, patience: Patience) -> None:
        self._connection = connection
        self._patience = patience
        self._missing: dict[tuple[str, str], list[Earlier]] = {}

    def of(self, place: Place, opened: Input, found: About, reading: Reading) -> list[Step]:
        """Return what is to be read of a place, nothing if there is nothing new.

        Args:
            opened: the place; nothing of it is consumed.
            found: what is to be known of it.
            reading: how it is read.

        Raises:
            Busy: another program is reading it.
        """
        last = latest(self._connection, found)
        if last is not None and not last.finished and last.is_alive:
            raise Busy(f"Another program is reading {last.source} into this workspace.")
        if not found.path:
            return [Step(place)]
        if last is not None and last.edges == NUMBERED and is_table(opened):
            newest = newest_row(found.path, opened.raw(), last.source[len(found.path) + 1 :])
            read = last.position.bytes
            if newest is not None and newest >= read:
                rest = Step(replace(place, after=read), last, last.position)
                return [] if newest == read and last.finished else [rest]
        whole = place.member or opened.is_packed or is_table(opened)
        if whole or document_of(opened.raw()):
            return self._of_whole(place, opened, found, reading, last)
        return self._of_text(place, opened, found, last)

    def _of_text(
        self, place: Place, opened: Input, found: About, last: Earlier | None
    ) -> list[Step]:
        if last is not None and _is_begun(opened, last):
            return self._rest(place, opened, found, last)
        if last is None:
            same = next((e for e in self._around(found) if _is_begun(opened, e)), None)
            if same is not None:
                self._seen(same, found, found.source)
                return self._rest(place, opened, found, same)
        return [*self._rotated(found, last), Step(place, holds_back=True)]

    def _rest(self, place: Place, opened: Input, found: About, last: Earlier) -> list[Step]:
        """Return what follows what was read of a text that begins with it."""
        if found.size == last.position.bytes and last.finished:
            return []
        changed = (found.size, found.modified) != (last.size, last.modified)
        start = _line_start(opened, last.position)
        if changed and last.finished and not _has_line(opened, start.bytes):
            self._seen(last, found, last.source)
            return []
        return [Step(place, last, start, holds_back=changed or not last.finished)]

    def _rotated(self, found: About, last: Earlier | None) -> Iterator[Step]:
        """Yield the rest of a text that has been moved to a file beside it."""
        if last is None or not last.edges:
            return
        for path in _siblings(found.path):
            place = Place(path)
            with closing(Input(place)) as beside:
                is_packed = beside.is_packed
                if not is_packed and _is_begun(beside, last):
                    yield Step(place, last, _line_start(beside, last.position), is_moved=True)
                    return
            if is_packed and last in _begun_packed(place, [last]):
                yield Step(place, last, last.position, is_moved=True)
                return

    def _of_whole(
        self,
        place: Place,
        opened: Input,
        found: About,
        reading: Reading,
        last: Earlier | None,
    ) -> list[Step]:
        """Return a file that can only be read from its beginning, unless it is known."""
        if (
            last is not None
            and last.finished
            and not is_table(opened)
            and (last.size, last.modified) == (found.size, found.modified)
        ):
            return []
        same = same_content(of_size(self._connection, found), place, opened, reading)
        if same is not None:
            self._seen(same, found, same.source)
            return []
        if opened.is_packed and last is None:
            for earlier in _begun_packed(place, self._around(found)):
                return [Step(place, earlier, earlier.position, is_moved=True)]
        return [Step(place)]

    def _around(self, found: About) -> list[Earlier]:
        """Return the imports of plain files in the folder of a file whose text has been moved or
        changed, the latest first.
        """
        folder = f"{Path(found.path).parent}{os.sep}"
        key = folder, found.options
        if key not in self._missing:
            self._missing[key] = [
                each
                for each in in_folder(self._connection, found, folder)
                if each.edges not in ("", NUMBERED) and not _is_in_place(each)
            ]
        return [each for each in self._missing[key] if is_current(self._connection, each)]

    def _seen(self, earlier: Earlier, found: About, source: str) -> None:
        """Note that there was nothing new in a file, and what the source is called."""
        db = self._connection
        with transaction(db, self._patience):
            db.execute("update imports set source = ? where id = ?", (source, earlier.id))
            db.execute(
                "update import_sources set size = ?, modified = ? where import = ?",
                (found.size, found.modified, earlier.id),
            )


def _is_begun(opened: Input, earlier: Earlier) -> bool:
    """Whether a plain file begins with what an import read."""
    return bool(earlier.edges) and edges_of(opened.read_at, earlier.position.bytes) == earlier.edges


def _is_in_place(earlier: Earlier) -> bool:
    """Whether the file of an import is as it was then."""
    try:
        found = os.stat(earlier.source)
    except OSError:
        return False
    return (found.st_size, found.st_mtime_ns) == (earlier.size, earlier.modified)


def _begun_packed(place: Place, earlier: Sequence[Earlier]) -> list[Earlier]:
    """Return those imports of plain texts with which the text of a packed file begins."""
    ends = {each.position.bytes for each in earlier}
    found: dict[int, str] = {}
    head, kept, gone = b"", b"", 0
    with closing(Input(place)) as source:
        for chunk in source.chunks():
            head = head if len(head) >= EDGE else (head + chunk)[:EDGE]
            kept += chunk
            arrived = gone + len(kept)
            for end in [end for end in ends if end <= arrived and end not in found]:
                found[end] = _edges(head, kept[max(end - EDGE - gone, 0) : end - gone], end)
            gone, kept = arrived - len(kept[-EDGE:]), kept[-EDGE:]
    return [each for each in earlier if found.get(each.position.bytes) == each.edges]


def _edges(head: bytes, tail: bytes, end: int) -> str:
    return edges_of(lambda size, place: (tail if place else head)[:size], end)


def _siblings(path: str) -> list[str]:
    """Return the files beside one that may have taken its text, the last changed first."""
    file = Path(path)
    stem = file.name.split(".")[0]
    beside = [
        each
        for each in file.parent.glob(f"{_escaped(stem)}*")
        if each.name != file.name and each.is_file() and not each.name.endswith((REJECTS, ".part"))
    ]
    beside.sort(key=lambda each: -each.stat().st_mtime_ns)
    return [str(each) for each in beside[:_MOST_SIBLINGS]]


def _escaped(name: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)


def _has_line(opened: Input, place: int) -> bool:
    """Whether a line ends after a place, or much follows it."""
    rest = opened.read_at(_LOOKED_AT, place)
    return b"\n" in rest or len(rest) == _LOOKED_AT


def _line_start(opened: Input, position: Position) -> Position:
    """Return where to go on after a position: at the start of its line if that was not complete."""
    place = position.bytes
    begin = max(place - _LOOKED_AT, 0)
    before, after = opened.read_at(place - begin, begin), opened.read_at(1, place)
    if not before or before.endswith((b"\n", b"\r")) or not after:
        return position
    if after in (b"\n", b"\r"):
        return position._replace(bytes=place + 1)
    begun = before.rpartition(b"\n")[2]
    if len(begun) == len(before):
        return position
    return position._replace(bytes=place - len(begun), lines=position.lines - 1)
