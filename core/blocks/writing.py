"""Blocks in the workspace file: adding events as blocks, and making several into others.

Everything happens inside the caller's transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.blocks.columns import join_field
from core.blocks.layout import ACTOR, RUNS, SEQ, TARGET, TIME
from core.blocks.ordering import order_of
from core.blocks.packing import Column, pack, pack_runs, unpack, unpack_runs
from core.columns import FIRST_PROPERTY
from core.errors import not_as_written

Ints = NDArray[np.int64]

Row = tuple[int, int, int, int, int, int, bytes]
"""A row of `blocks`."""

DAY: Final = 86_400_000
"""How many ms a day has, roughly: times are put in order without what their day says."""

_INSERT = """
insert into blocks (event, field, day, part, last, n, data) values (?, ?, ?, ?, ?, ?, ?)
"""


class Block(NamedTuple):
    """Which block of an event: its first day and the lowest seq; its last day, and its events."""

    day: int
    part: int
    last: int
    n: int


def blocks_of(connection: sqlite3.Connection, event: int) -> list[Block]:
    """Return the blocks of an event, by their first day."""
    rows = connection.execute(
        "select day, part, last, n from blocks where event = ? and field = ? order by day, part",
        (event, SEQ),
    )
    return [Block(*row) for row in rows]


def append(
    connection: sqlite3.Connection, event: Ints, day: Ints, columns: Mapping[int, Column]
) -> set[int]:
    """Add events as blocks of their own; return the ids of their names.

    Args:
        event, day: of each.
        columns: field -> values, at least those of ACTOR, TIME and SEQ; in order of actor, time and
            arrival.
    """
    if not len(event):
        return set()
    key = (event - event.min()) * (int(day.max()) - int(day.min()) + 1) + (day - day.min())
    order = np.argsort(_narrow(key), kind="stable")
    event, day = event[order], day[order]
    columns = {field: column.take(order) for field, column in columns.items()}
    ends = [0, *(np.flatnonzero(np.diff(event)) + 1).tolist(), len(event)]
    names = set()
    for start, end in pairwise(ends):
        name, where = int(event[start]), slice(start, end)
        names.add(name)
        part = ((field, column.take(where)) for field, column in columns.items())
        seq = columns[SEQ].take(where).whole()
        write(connection, rows_of(name, day[where], seq, part))
    return names


def rewrite(
    connection: sqlite3.Connection,
    event: int,
    blocks: Sequence[Block],
    gone: Ints | None = None,
) -> None:
    """Make blocks of an event into others that have the same events in order, as large as they can
    be.

    Args:
        gone: the seqs of events that are left out.
    """
    if not blocks:
        return
    stored = Stored(connection, event, blocks)
    day = stored.days()
    seq = stored.column(SEQ).whole()
    order = np.arange(len(day))
    if len(blocks) > 1:
        time, actor = (stored.column(field).whole() for field in (TIME, ACTOR))
        order = order_of(day, actor, time - day * DAY, seq)
    if gone is not None:
        order = order[~np.isin(seq[order], gone)]
    columns = ((field, stored.column(field).take(order)) for field in stored.fields)
    rows = list(rows_of(event, day[order], seq[order], columns))
    stored.delete()
    write(connection, rows)


def write(connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
    """Store rows of blocks."""
    connection.executemany(_INSERT, rows)


class Stored:
    """Some blocks of an event, read field by field."""

    def __init__(self, connection: sqlite3.Connection, event: int, blocks: Sequence[Block]) -> None:
        self._connection = connection
        self._event = event
        self._blocks = blocks
        self._counts = [block.n for block in blocks]

    @cached_property
    def fields(self) -> list[int]:
        """The fields of the event's blocks, but for RUNS."""
        found = [RUNS]
        while found[-1] is not None:
            following = "select min(field) from blocks where event = ? and field > ?"
            found += self._connection.execute(following, (self._event, found[-1])).fetchone()
        return found[1:-1]

    def days(self) -> Ints:
        """Return the day of every event."""
        runs = (unpack_runs(data or b"") for data in self._data(RUNS))
        return np.concatenate([np.repeat(*run) for run in runs])

    def column(self, field: int) -> Column:
        """Return the values of every event."""
        found = [None if data is None else unpack(data) for data in self._data(field)]
        if any(c is not None and len(c) != n for c, n in zip(found, self._counts, strict=True)):
            raise not_as_written("a block of events")
        return join_field(field, found, self._counts)

    def _data(self, field: int) -> Iterator[bytes | None]:
        for block in self._blocks:
            row = self._connection.execute(
                "select data from blocks where event = ? and field = ? and day = ? and part = ?",
                (self._event, field, block.day, block.part),
            ).fetchone()
            yield row[0] if row else None

    def delete(self) -> None:
        """Delete them."""
        self._connection.executemany(
            "delete from blocks where event = ? and field = ? and day = ? and part = ?",
            [
                (self._event, field, block.day, block.part)
                for field in (RUNS, *self.fields)
                for block in self._blocks
            ],
        )


def _narrow(key: Ints) -> NDArray[Any]:
    """Return keys from 0 on in as few bits as they need, which sort faster."""
    return key.astype(np.min_scalar_type(int(key.max())))


def rows_of(
    event: int, day: Ints, seq: Ints, columns: Iterable[tuple[int, Column]]
) -> Iterator[Row]:
    """Yield the rows of the blocks of events in order, field by field."""
    if not len(day):
        return
    blocks = []
    for start, end in _cuts(*_runs(day)):
        where = slice(start, end)
        part = int(seq[where].min())
        blocks.append((where, Block(int(day[start]), part, int(day[end - 1]), end - start)))
    for where, block in blocks:
        yield event, RUNS, *block, pack_runs(*_runs(day[where]))
    for field, column in columns:
        for where, block in blocks:
            cut = column.take(where)
            if not _is_missing(field, cut):
                data = pack(cut, steps=field == ACTOR, tight=field in (TIME, SEQ))
                yield event, field, *block, data


def _is_missing(field: int, column: Column) -> bool:
    """Whether a block has no row for a field."""
    if field >= FIRST_PROPERTY:
        return column.is_empty and not column.holes
    return field > SEQ and not column.raw.any()


def _runs(day: Ints) -> tuple[Ints, Ints]:
    """Return the different days, which are in order, and how many events each has."""
    first = np.flatnonzero(np.append(True, day[1:] != day[:-1]))
    return day[first], np.diff(np.append(first, len(day)))


def _cuts(days: Ints, counts: Ints) -> Iterator[tuple[int, int]]:
    """Yield where blocks begin and end: whole days as long as they fit, a large day in pieces."""
    start = at = 0
    for count in counts.tolist():
        if at > start and at + count - start > TARGET:
            yield start, at
            start = at
        at += count
        if at - start > TARGET:
            pieces = -(-(at - start) // TARGET)
            edges = np.linspace(start, at, pieces + 1).astype(np.int64).tolist()
            yield from pairwise(edges)
            start = at
    if at > start:
        yield start, at
