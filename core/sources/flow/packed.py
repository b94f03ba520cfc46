"""Blocks as they are sent from one process to another: each text of a table is sent once."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from core.sources.blocks import Position
from core.sources.flow.columns import CODED, Coded, Column, Columns, Texts
from core.sources.text.reading import Notes


class Vendor(NamedTuple):
    """What the store asks about the vendor of a source; see `core.sources.vendors.Vendor`."""

    window: int | None
    is_whole: bool


@dataclass
class State:
    """What is known of a source and its maker after a block, under their names there."""

    input: dict[str, Any]
    maker: dict[str, Any]
    notes: Notes


class PackedColumn(NamedTuple):
    """The codes of a column, whether it has a new table, and the texts that are new in it."""

    codes: bytes
    is_new: bool
    texts: Texts


class PackedColumns(NamedTuple):
    """Columns, with their integers as bytes."""

    ts: bytes
    ids: bytes
    coded: list[PackedColumn]
    properties: Any
    traits: Any


class Packed(NamedTuple):
    """A block, with its columns packed if they are events."""

    rows: Any
    others: Any
    read: int
    end: Position
    state: State


@dataclass
class Packer:
    """Packs blocks, in order.

    Attributes:
        tables: the table of each column, and how many of its texts are sent.
    """

    tables: list[tuple[Texts, int]] = field(default_factory=lambda: [([], 0) for _ in CODED])

    def packed(self, block: Coded, state: State) -> Packed:
        """Return a block as it is sent."""
        rows: Any = block.rows
        if isinstance(rows, Columns):
            rows = PackedColumns(
                rows.ts.tobytes(),
                rows.ids.tobytes(),
                [self._column(number, column) for number, column in enumerate(rows.coded)],
                rows.properties,
                rows.traits,
            )
        return Packed(rows, block.others, block.read, block.end, state)

    def _column(self, number: int, column: Column) -> PackedColumn:
        table, sent = self.tables[number]
        is_new = column.table is not table
        if is_new:
            sent = 0
        self.tables[number] = column.table, len(column.table)
        return PackedColumn(column.codes.tobytes(), is_new, column.table[sent:])


@dataclass
class Unpacker:
    """Unpacks blocks, in the same order."""

    tables: list[Texts] = field(default_factory=lambda: [[] for _ in CODED])

    def unpacked(self, block: Packed) -> Coded:
        """Return a block as it was."""
        rows: Any = block.rows
        if isinstance(rows, PackedColumns):
            rows = Columns(
                _integers("q", rows.ts),
                _integers("q", rows.ids),
                [self._column(number, column) for number, column in enumerate(rows.coded)],
                rows.properties,
                rows.traits,
            )
        return Coded(rows, block.others, block.read, block.end)

    def _column(self, number: int, column: PackedColumn) -> Column:
        if column.is_new:
            self.tables[number] = []
        table = self.tables[number]
        table += column.texts
        return Column(_integers("i", column.codes), table)


def _integers(kind: str, data: bytes) -> array[int]:
    found: array[int] = array(kind)
    found.frombytes(data)
    return found
