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
        coded = (events.event, events.user, events.device, events.session)
        told = {}
        if any(events.traits):
            told = {place: each for place, each in enumerate(events.traits) if each}
        return Columns(
            array("q", events.ts),
            array("q", events.id),
            [*map(self._column, range(len(coded)), coded), self._contexts(events.context)],
            events.properties,
            told,
        )

    def _joined(self, parts: Sequence[Part]) -> Columns:
        """Return the events of several parts in the order of their lines, as columns."""
        found = [self.columns(events) for _, events in parts]
        return found[0] if len(found) == 1 else joined(found, [places for places, _ in parts])

    def _renew(self) -> None:
        """Begin other tables in place of those with very many texts."""
        self._tables = [_Table() if len(each) > MOST_TEXTS else each for each in self._tables]

    def _column(self, number: int, texts: Sequence[Hashable]) -> Column:
        table = self._tables[number]
        if texts.count(None) == len(texts):
            return Column(array("i", bytes(4 * len(texts))), table.texts)
        return Column(array("i", map(table.__getitem__, texts)), table.texts)

    def _contexts(self, contexts: Sequence[Hashable] | Numbered) -> Column:
        """Return the column of contexts; most equal ones are one object, found by its address."""
        table = self._tables[-1]
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
        return _picked(codes, contexts.numbers)


def _picked(values: array[int], places: Any) -> array[int]:
    """Return values at some places."""
    import numpy as np

    found: array[int] = array(values.typecode)
    found.frombytes(np.asarray(values)[np.asarray(places)].tobytes())
    return found


def joined(parts: Sequence[Columns], places: Sequence[Sequence[int]]) -> Columns:
    """Return columns of events, which have the same tables, together in the order of their lines.

    Args:
        places: of the lines of each.
    """
    import numpy as np

    order = np.argsort(np.concatenate([np.asarray(each) for each in places]))

    def ordered(columns: Iterable[array[int]]) -> array[int]:
        first, *others = columns
        return _picked(sum(others, first), order)

    coded = zip(*(part.coded for part in parts), strict=True)
    properties = list(chain.from_iterable(part.properties for part in parts))
    return Columns(
        ordered(part.ts for part in parts),
        ordered(part.ids for part in parts),
        [Column(ordered(c.codes for c in some), some[0].table) for some in coded],
        list(map(properties.__getitem__, order.tolist())),
        _traits(parts, np.argsort(order).tolist()) if any(part.traits for part in parts) else {},
    )


def _traits(parts: Sequence[Columns], after: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return the traits of several parts by the places that their events have after ordering."""
    found, start = {}, 0
    for part in parts:
        found.update({int(after[start + place]): said for place, said in part.traits.items()})
        start += len(part)
    return dict(sorted(found.items()))


def columns_of(rows: Sequence[Row]) -> list[Columns]:
    """Return events passed by a program as columns, one or none."""
    return [Coder().columns(events_of(rows))] if rows else []
