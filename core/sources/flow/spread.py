"""Columns with few different values, each kept once."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


class Spread(Sequence[Any]):
    """The values of a field, which are those of some rows of a table.

    Attributes:
        rows: the table, which only ever gets longer; a row may lack the last fields.
        field: which value of a row it is.
        numbers: of the different rows that occur.
        places: of the row of each event in `numbers`; columns with one `places` belong together.
    """

    def __init__(
        self, rows: Sequence[Sequence[Any]], field: int, numbers: Ints, places: Ints
    ) -> None:
        self.rows = rows
        self.field = field
        self.numbers = numbers
        self.places = places

    @property
    def values(self) -> list[Any]:
        """The value of each different row."""
        return self.of(self.numbers)

    def of(self, numbers: Ints) -> list[Any]:
        """Return the value of some rows of the table."""
        field, rows = self.field, map(self.rows.__getitem__, numbers.tolist())
        return [row[field] if field < len(row) else None for row in rows]

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return Spread(self.rows, self.field, self.numbers, self.places[place])
        return self.of(self.numbers[self.places[place : place + 1]])[0]

    def __iter__(self) -> Iterator[Any]:
        return map(self.values.__getitem__, self.places.tolist())


def first_of(columns: Sequence[Any]) -> Spread | None:
    """Return the first of columns that are spread in the same way; None if they are not."""
    first = columns[0]
    if all(isinstance(each, Spread) and each.places is first.places for each in columns):
        return first  # type: ignore[no-any-return]
    return None


def once(columns: Sequence[Any], used: Collection[int]) -> tuple[Sequence[Any], Any]:
    """Return columns with each different row once, and where each event's is; the columns as they
    are, and None, if those that are used are not spread in the same way.

    Args:
        used: the places of the columns that are used, at least one; others have None in every row.
    """
    first = first_of([columns[place] for place in used])
    if first is None:
        return columns, None
    nothing = [None] * len(first.numbers)
    found = [columns[n].values if n in used else nothing for n in range(len(columns))]
    return found, first.places


def picked(values: array[int], places: Any) -> array[int]:
    """Return values at some places."""
    import numpy as np

    found: array[int] = array(values.typecode)
    found.frombytes(np.asarray(values)[np.asarray(places)].tobytes())
    return found
