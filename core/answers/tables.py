"""Rows and columns, and tiles sized by a figure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from core.answers.cells import Cell, Model, Outcome, Shape


class Column(Model):
    """A table column.

    Attributes:
        type: text, count, number, percent (fraction), duration (s), time (ms) or json.
        currency: what its amounts of money are in, if that is known and one; else "".
    """

    name: str
    type: Literal["text", "count", "number", "percent", "duration", "time", "json"] = "text"
    currency: str = Field(default="", exclude_if=lambda value: not value)


class Table(Shape):
    """Rows and columns.

    Attributes:
        keys: one address key per row (a cell's `row`), or () if there are no people behind rows.
        charted: how many rows a chart shows by name; 0 means all.
        other: the row that stands for all others in a chart, if any.
        outcomes: columns that count the people of a row with an outcome.
        truncated: whether there were more rows than shown.
        total: how many rows there are on all pages, if requested.
    """

    shape: Literal["table"] = "table"
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    keys: tuple[str, ...] = ()
    people_column: str | None = None
    outcomes: tuple[tuple[str, Outcome], ...] = ()
    truncated: bool = False
    total: int | None = None
    charted: int = 0
    other: tuple[Any, ...] | None = None

    def cells(self) -> Iterator[tuple[Cell, float | None]]:
        """Yield each row's address with its people figure, if the table has one."""
        names = [c.name for c in self.columns]
        if not self.keys or self.people_column not in names:
            return
        at = names.index(self.people_column)
        for key, row in zip(self.keys, self.rows, strict=True):
            yield Cell(row=key), row[at]
            for column, outcome in self.outcomes:
                yield Cell(row=key, outcome=outcome), row[names.index(column)]
        if self.other is not None:
            yield self.rest, self.other[at]

    @property
    def rest(self) -> Cell:
        """The address of `other`."""
        return Cell(row="(other)", besides=tuple((key,) for key in self.keys[: self.charted]))


class Tile(Model):
    """One group of a treemap.

    Attributes:
        size, share: its area, also as a fraction of all groups' (None of nothing).
        intensity: its shade; None if undefined.
        events, people: how many are behind it.
        size_currency, intensity_currency: what they are in, if they are amounts of money in one
            known currency; else "".
    """

    label: str
    size: float
    share: float | None = None
    intensity: float | None
    events: int
    people: int
    size_currency: str = Field(default="", exclude_if=lambda value: not value)
    intensity_currency: str = Field(default="", exclude_if=lambda value: not value)


class Treemap(Shape):
    """Groups by two measures, largest first (definitions 4.14).

    Attributes:
        group_by: the field.
        size, intensity: the measures in words.
        total_size: over all groups, including those left out.
        currency: what `total_size` and `omitted_size` are in, as that of a tile's size.
    """

    shape: Literal["treemap"] = "treemap"
    group_by: str
    size: str
    intensity: str
    tiles: tuple[Tile, ...]
    total_size: float
    omitted_groups: int = 0
    omitted_size: float = 0
    currency: str = Field(default="", exclude_if=lambda value: not value)

    def cells(self) -> Iterator[tuple[Cell, float | None]]:
        """Yield the people of every group."""
        for tile in self.tiles:
            yield Cell(row=tile.label), tile.people
