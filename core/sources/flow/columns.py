"""Events as columns, their repeated texts as numbers."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from core.records import LogRow, Record, Rejected, Row
from core.sources.blocks import Block, Position
from core.sources.flow.gathered import Events, Gathered, events_of

MOST_TEXTS: Final = 100_000
"""How many different texts a table has before another is begun."""

CODED: Final = ("event", "user", "device", "session", "context")

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

    def coded(self, block: Block, kind: type[Row] | type[LogRow] = Row) -> Coded:
        """Return a block with its events, or logs, apart from other records."""
        records = block.records
        if isinstance(records, Gathered):
            return Coded(self.columns(records.events), records.others, len(records), block.end)
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
        coded = (events.event, events.user, events.device, events.session)
        told = {place: each for place, each in enumerate(events.traits) if each}
        return Columns(
            array("q", events.ts),
            array("q", events.id),
            [*map(self._column, range(len(coded)), coded), self._contexts(events.context)],
            events.properties,
            told,
        )

    def _table(self, number: int) -> _Table:
        table = self._tables[number]
        if len(table) > MOST_TEXTS:
            table = self._tables[number] = _Table()
        return table

    def _column(self, number: int, texts: Sequence[Hashable]) -> Column:
        table = self._table(number)
        if texts.count(None) == len(texts):
            return Column(array("i", bytes(4 * len(texts))), table.texts)
        return Column(array("i", map(table.__getitem__, texts)), table.texts)

    def _contexts(self, contexts: Sequence[Hashable]) -> Column:
        """Return the column of contexts; most equal ones are one object, found by its address."""
        table = self._table(len(CODED) - 1)
        different = dict(zip(map(id, contexts), contexts, strict=True))
        codes = {address: table[one] for address, one in different.items()}
        return Column(array("i", map(codes.__getitem__, map(id, contexts))), table.texts)


def columns_of(rows: Sequence[Row]) -> list[Columns]:
    """Return events passed by a program as columns, one or none."""
    return [Coder().columns(events_of(rows))] if rows else []
