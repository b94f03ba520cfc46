"""Columns with few different values, each kept once."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Spread(Sequence[Any]):
    """The values of a field, as places in a list of those that occur.

    Attributes:
        values: those that occur; columns with one `places` belong together, row by row.
        places: of the value of each event.
    """

    def __init__(self, values: Sequence[Any], places: NDArray[np.int64]) -> None:
        self.values = values
        self.places = places

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return Spread(self.values, self.places[place])
        return self.values[self.places[place]]

    def __iter__(self) -> Iterator[Any]:
        return map(self.values.__getitem__, self.places.tolist())


def once(columns: Sequence[Any], used: Collection[int]) -> tuple[Sequence[Any], Any]:
    """Return columns with each different row once, and where each event's is; the columns as they
    are, and None, if those that are used are not spread in the same way.

    Args:
        used: the places of the columns that are used, at least one; others have None in every row.
    """
    spread = [columns[place] for place in used]
    first = spread[0]
    if not all(isinstance(each, Spread) and each.places is first.places for each in spread):
        return columns, None
    nothing = [None] * len(first.values)
    found = [columns[n].values if n in used else nothing for n in range(len(columns))]
    return found, first.places


def picked(values: array[int], places: Any) -> array[int]:
    """Return values at some places."""
    import numpy as np

    found: array[int] = array(values.typecode)
    found.frombytes(np.asarray(values)[np.asarray(places)].tobytes())
    return found
