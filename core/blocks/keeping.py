"""Keeping blocks in step with events, inside the transaction that changes these.

New events are added as blocks of their own, which cost little when they are few; as soon as an
event has several blocks of about one size, these become one. Events that are moved to another actor
or taken out are noted by triggers in `block_changes`; `keep` takes them out of their blocks, and
adds those that still exist as rows have them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Final

import numpy as np

from core.blocks.adding import Adding
from core.blocks.held import Held
from core.blocks.layout import SEQ, TARGET
from core.blocks.packing import Column, unpack
from core.blocks.reading import fields_of, read
from core.blocks.said import Said
from core.blocks.texts import Texts
from core.blocks.writing import Block, Ints, Stored, append, blocks_of, rewrite, write

TIERS: Final = (16, 128, 1_024, TARGET // 2)
"""Blocks of fewer events than each of these are of about one size."""

MANY: Final = 8
"""So many blocks of about one size become one."""

WAITING: Final = 50_000
"""From so many changes on they do not wait for the end of an import."""

_WHOLE: Final = 2_000_000
"""Up to so many events of one name are put in order together, which takes memory."""


class Keeper:
    """Adds the new events of a writer, which makes another one after somebody else wrote."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._texts = Texts(connection)
        self._kept = {event for (event,) in connection.execute("select event from block_events")}
        self._left = set(events_left(connection))
        self._touched: set[int] = set()
        self._held = Held()

    def said(self) -> Said:
        """Return what properties are to be gathered in."""
        names = {name for (name,) in self._connection.execute("select name from property_keys")}
        return Said(names - fields_of(self._connection).keys())

    def add(
        self, event: Ints, day: Ints, columns: dict[int, Column], said: Said, places: Ints,
        *, hold: bool = False,
    ) -> None:  # fmt: skip
        """Add events that are stored; see `core.blocks.writing.append`.

        Events of names that have older ones without blocks are left out: all are made later.

        Args:
            said: their properties, whose names are stored.
            places: the place of each event's in `said`.
            hold: whether they become blocks together with those of other calls when all of these
                are brought in step.
        """
        told = said.columns(fields_of(self._connection), self._texts)
        self._look_for_older(event)
        if self._left:
            some = ~np.isin(event, list(self._left))
            event, day, places = event[some], day[some], places[some]
            columns = {field: column.take(some) for field, column in columns.items()}
        names = set(np.unique(event).tolist())
        if hold:
            self._held.add(event, day, columns, told, places)
        else:
            columns |= {field: column.take(places) for field, column in told.items()}
            append(self._connection, event, day, columns)
        self._connection.executemany(
            "insert into block_events (event) values (?)", [(n,) for n in names - self._kept]
        )
        self._kept |= names
        self._touched |= names
        self._texts.save()

    @property
    def size(self) -> int:
        """How many bytes the events take that are held."""
        return self._held.size

    def adding(self) -> Iterator[Adding]:
        """Return what adds events that are held, to be stored in turn. Making it does not use the
        file, so that a thread can do it. They are added as they were, and changed by `keep`
        if they were moved or taken out meanwhile.
        """
        held, self._held = self._held, Held()
        if not held:
            return iter(())
        stopped = frozenset(self._texts.stopped)
        return (
            Adding(sum(len(row[-1]) for row in rows), partial(write, self._connection, rows))
            for rows in held.rows(stopped)
        )

    def _look_for_older(self, event: Ints) -> None:
        """Take note of names without blocks that have got other events than those of `add`, such
        as events that were left out for others and are back.
        """
        for name in set(np.unique(event).tolist()) - self._kept - self._left:
            sets = "select 1 from activity where event = ? and dimension = 0 limit 1"
            if self._connection.execute(sets, (name,)).fetchone():
                self._left.add(name)

    def settle(self, *, goes_on: bool = False) -> None:
        """Bring blocks in step with everything that happened in the transaction.

        Args:
            goes_on: whether more follows at once. A few changes of earlier events then wait, as
                the next ones are likely to be of the same blocks; until then these events are
                answered from rows.
        """
        for part in self.adding():
            part.store()
        if not goes_on or _count(self._connection) >= WAITING:
            keep(self._connection, self._texts)
        for event in self._touched:
            tidy(self._connection, event)
        self._touched.clear()


def _count(connection: sqlite3.Connection) -> int:
    (found,) = connection.execute("select count(*) from block_changes").fetchone()
    return int(found)


def events_left(connection: sqlite3.Connection) -> list[int]:
    """Return the events that are stored, but not in blocks."""
    rows = connection.execute(
        """
        select id from event_names n
        where id not in (select event from block_events)
          and exists (select 1 from activity a where a.event = n.id and a.dimension = 0)
        """
    )
    return [event for (event,) in rows]


def note_back(connection: sqlite3.Connection, keys: Iterable[tuple[int, int, int]]) -> None:
    """Note that events are stored again, which blocks do not have.

    Args:
        keys: actor, time and seq of each.
    """
    connection.executemany(
        """
        insert or replace into block_changes (seq, event, day, ts, actor)
        select seq, event, day, ts, actor from events where actor = ? and ts = ? and seq = ?
        """,
        keys,
    )


def keep(
    connection: sqlite3.Connection, texts: Texts | None = None, *, clear: bool = False
) -> None:
    """Bring blocks in step with events that were moved, taken out or brought back.

    Args:
        texts: the texts of the caller, if it keeps them.
        clear: delete texts of properties that no event has any more.
    """
    changes = _changes(connection)
    if changes is None:
        return
    texts = texts or Texts(connection)
    for event, (seqs, days) in changes.items():
        for block in _having(connection, event, seqs, days):
            rewrite(connection, event, [block], seqs)
    still = """
    (e.actor, e.ts, e.seq) in (
        select actor, ts, seq from block_changes
        where actor is not null and event in (select event from block_events)
    )
    """
    for found in read(connection, texts, still):
        append(connection, found.event, found.day, found.columns)
    texts.save()
    connection.execute("delete from block_changes")
    for event in changes:
        tidy(connection, event)
    if clear:
        _clear_texts(connection)


def _changes(connection: sqlite3.Connection) -> Mapping[int, tuple[Ints, Ints]] | None:
    """Return the seqs and days of changed events by their names, those of names that have blocks;
    None if nothing changed.
    """
    rows = connection.execute(
        """
        select c.event, c.seq, c.day, k.event is not null
        from block_changes c left join block_events k on k.event = c.event
        """
    ).fetchall()
    if not rows:
        return None
    event, seq, day, kept = np.array(rows, np.int64).T
    found = {}
    for name in np.unique(event[kept > 0]).tolist():
        those = event == name
        found[name] = seq[those], np.unique(day[those])
    return found


def _having(connection: sqlite3.Connection, event: int, seqs: Ints, days: Ints) -> Iterable[Block]:
    """Yield the blocks of an event that have some of these events."""
    for block in blocks_of(connection, event):
        place = int(np.searchsorted(days, block.day))
        if place == len(days) or days[place] > block.last:
            continue
        seq = Stored(connection, event, [block]).column(SEQ)
        if np.isin(seq.whole(), seqs).any():
            yield block


def tidy(connection: sqlite3.Connection, event: int) -> None:
    """Make one block of many of an event that are of about one size, until there are none."""
    while many := _many(blocks_of(connection, event)):
        rewrite(connection, event, many)


def _many(blocks: list[Block]) -> list[Block]:
    least = 0
    for tier in TIERS:
        those = [block for block in blocks if least <= block.n < tier]
        if len(those) >= MANY:
            return those
        least = tier
    return []


def put_in_order(connection: sqlite3.Connection, event: int) -> None:
    """After a large import: make small blocks of an event into large ones, and all of them anew if
    their days overlap so much that a question about a few days would read most of them.
    """
    blocks = blocks_of(connection, event)
    count = sum(block.n for block in blocks)
    small = [block for block in blocks if block.n < TARGET // 2]
    if count <= _WHOLE and _is_mixed(blocks, count):
        rewrite(connection, event, blocks)
    elif len(small) > 2:
        rewrite(connection, event, small)


def _is_mixed(blocks: list[Block], count: int) -> bool:
    """Whether an event's blocks span many more days than they would in order."""
    if count <= TARGET:
        return False
    days = max(block.last for block in blocks) - min(block.day for block in blocks) + 1
    span = sum(block.n * (block.last - block.day + 1) for block in blocks) / count
    return span > 4 * max(1, days * TARGET / count) + 1


def _clear_texts(connection: sqlite3.Connection) -> None:
    """Delete the texts of properties that no block has."""
    fields = connection.execute("select distinct field from block_texts").fetchall()
    for (field,) in fields:
        used: set[int] = set()
        for (data,) in connection.execute(
            """
            select b.data from block_events k
            join blocks b on b.event = k.event and b.field = ?
            """,
            (field,),
        ):
            words = unpack(data).words
            if words is not None:
                used.update(np.unique(words.whole()[words.there]).tolist())
        known = connection.execute("select id from block_texts where field = ?", (field,))
        connection.executemany(
            "delete from block_texts where field = ? and id = ?",
            [(field, id_) for (id_,) in known.fetchall() if id_ not in used],
        )
