"""Events as columns, their repeated texts as numbers."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, NamedTuple

from core.records import LogRow, Record, Rejected, Row
from core.sources.blocks import Block, Position
from core.sources.flow.gathered import Context, Events, Gathered, Numbered, Part, events_of
from core.sources.flow.spread import picked

MOST_TEXTS: Final = 100_000
"""How many different texts a table has before another is begun."""

_TEXTS: Final = ("event", "user", "device", "session")

CODED: Final = (*_TEXTS, "context")

Texts = list[Any]
"""Number -> text; 0 is None. Further texts are added at its end."""


class Column(NamedTuple):
    """The values of one field, as numbers of texts in a table."""

    codes: array[int]
    table: Texts


@dataclass
class Columns:
    """Events in the order they were read, column by column; the fields are those of a `Row`.

    Attributes:
        coded: the columns of CODED.
        traits: place -> what the event says about its person, for those that say something.
    """

    ts: array[int]
    ids: array[int]
    coded: Sequence[Column]
    properties: Sequence[str | None]
    traits: dict[int, dict[str, Any]]

    def __len__(self) -> int:
        return len(self.ts)


class Coded(NamedTuple):
    """What is passed to the store of one block of a source.

    Attributes:
        rows: its events as columns, or its logs.
        others: all other records, each with how many rows come before it.
        read: how many records there are.
        end: the position after it.
    """

    rows: Columns | Sequence[LogRow] | None
    others: Sequence[tuple[int, Record | Rejected]]
    read: int
    end: Position


class _Table(dict[Hashable, int]):
    """The number of each text; a new one gets the next."""

    def __init__(self) -> None:
        super().__init__({None: 0})
        self.texts: Texts = [None]

    def __missing__(self, text: Hashable) -> int:
        found = self[text] = len(self.texts)
        self.texts.append(text)
        return found


class Coder:
    """Turns the records of one source into columns."""

    def __init__(self) -> None:
        self._tables = [_Table() for _ in CODED]
        self._numbered: tuple[Sequence[Context], _Table, array[int]] | None = None

    def coded(self, block: Block, kind: type[Row] | type[LogRow] = Row) -> Coded:
        """Return a block with its events, or logs, apart from other records."""
        self._renew()
        records = block.records
        if isinstance(records, Gathered):
            return Coded(self._joined(records.parts), records.others, len(records), block.end)
        rows: list[Any] = [record for record in records if record.__class__ is kind]
        others: list[tuple[int, Record | Rejected]] = []
        if len(rows) < len(records):
            place = 0
            for record in records:
                if record.__class__ is kind:
                    place += 1
                else:
                    others.append((place, record))
        found: Any = rows or None
        if rows and kind is Row:
            found = self.columns(events_of(rows))
        return Coded(found, others, len(records), block.end)

    def columns(self, events: Events) -> Columns:
        """Return events, at least one, as columns."""
        return Columns(
            array("q", events.ts),
            array("q", events.id),
            [*map(self._column, range(len(_TEXTS)), _texts(events)), self._contexts(events)],
            events.properties,
            _told(events.traits),
        )

    def _joined(self, parts: Sequence[Part]) -> Columns:
        """Return the events of several parts in the order of their lines, as columns."""
        if len(parts) == 1:
            return self.columns(parts[0][1])
        import numpy as np

        every = [events for _, events in parts]
        order = np.argsort(np.concatenate([np.asarray(places) for places, _ in parts]))
        places = order.tolist()

        def in_order(columns: Iterable[Sequence[Any]]) -> list[Any]:
            found = list(chain.from_iterable(columns))
            is_empty = found.count(None) == len(found)
            return found if is_empty else list(map(found.__getitem__, places))

        texts = map(in_order, zip(*map(_texts, every), strict=True))
        contexts = [self._contexts(events) for events in every]
        codes = picked(sum((each.codes for each in contexts), array("i")), order)
        traits = in_order(events.traits for events in every)
        return Columns(
            picked(_longs(events.ts for events in every), order),
            picked(_longs(events.id for events in every), order),
            [*map(self._column, range(len(_TEXTS)), texts), Column(codes, contexts[0].table)],
            in_order(events.properties for events in every),
            _told(traits),
        )

    def _renew(self) -> None:
        """Begin other tables in place of those with very many texts."""
        self._tables = [_Table() if len(each) > MOST_TEXTS else each for each in self._tables]

    def _column(self, number: int, texts: Sequence[Hashable]) -> Column:
        table = self._tables[number]
        if texts.count(None) == len(texts):
            return Column(array("i", bytes(4 * len(texts))), table.texts)
        return Column(array("i", map(table.__getitem__, texts)), table.texts)

    def _contexts(self, events: Events) -> Column:
        """Return the column of contexts; most equal ones are one object, found by its address."""
        contexts, table = events.context, self._tables[-1]
        if isinstance(contexts, Numbered):
            return Column(self._codes_of(contexts, table), table.texts)
        different = dict(zip(map(id, contexts), contexts, strict=True))
        places = {address: table[one] for address, one in different.items()}
        return Column(array("i", map(places.__getitem__, map(id, contexts))), table.texts)

    def _codes_of(self, contexts: Numbered, table: _Table) -> array[int]:
        """Return the codes of numbered contexts; the table of these only ever gets longer."""
        known = self._numbered
        if known is None or known[0] is not contexts.table or known[1] is not table:
            known = self._numbered = contexts.table, table, array("i")
        codes = known[2]
        codes.extend(map(table.__getitem__, contexts.table[len(codes) :]))
        return picked(codes, contexts.numbers)


def _longs(columns: Iterable[Sequence[int]]) -> array[int]:
    """Return columns of 64-bit integers one after the other."""
    found = array("q")
    for column in columns:
        found.extend(column)
    return found


def _told(traits: Sequence[dict[str, Any] | None]) -> dict[int, dict[str, Any]]:
    """Return the traits of the events that have some, by place."""
    return {place: each for place, each in enumerate(traits) if each} if any(traits) else {}


def _texts(events: Events) -> tuple[Sequence[str | None], ...]:
    """Return the columns of _TEXTS."""
    return events.event, events.user, events.device, events.session


def columns_of(rows: Sequence[Row]) -> list[Columns]:
    """Return events passed by a program as columns, one or none."""
    return [Coder().columns(events_of(rows))] if rows else []
