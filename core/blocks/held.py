"""New events that become blocks at the end of a transaction.

Batches with shuffled times are of the same days: each in blocks of its own, all of these would have
to be made again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.blocks.columns import join_field, small
from core.blocks.layout import ACTOR, SEQ, TIME
from core.blocks.ordering import order_of
from core.blocks.packing import Column
from core.blocks.writing import DAY, Ints, Row, rows_of


@dataclass(frozen=True)
class _Part:
    """The events of a batch.

    Attributes:
        event, day: of each.
        own: field -> values of each.
        said: field -> values of each text of properties.
        places: the text of each event.
    """

    event: NDArray[Any]
    day: NDArray[Any]
    own: Mapping[int, Column]
    said: Mapping[int, Column]
    places: NDArray[Any]

    @property
    def size(self) -> int:
        """How many bytes they take, roughly."""
        columns = (*self.own.values(), *self.said.values())
        arrays = (self.event, self.day, self.places, *(column.raw for column in columns))
        return sum(array.nbytes for array in arrays)

    def column(self, field: int, some: Ints) -> Column | None:
        """Return a field of events at some places; None if none has it."""
        if field in self.own:
            return self.own[field].take(some)
        return self.said[field].take(self.places[some]) if field in self.said else None


class Held:
    """The events of some batches.

    Attributes:
        size: how many bytes they take.
    """

    def __init__(self) -> None:
        self._parts: list[_Part] = []
        self.size = 0

    def __bool__(self) -> bool:
        return bool(self._parts)

    def add(
        self, event: Ints, day: Ints, own: Mapping[int, Column], said: Mapping[int, Column],
        places: Ints,
    ) -> None:  # fmt: skip
        """Add events.

        Args:
            event, day: of each.
            own: field -> values of each, at least those of ACTOR, TIME and SEQ.
            said: field -> values of each text of properties.
            places: the text of each.
        """
        if not len(event):
            return
        own = {field: Column(small(column.raw)) for field, column in own.items()}
        self._parts.append(_Part(small(event), small(day), own, said, small(places)))
        self.size += self._parts[-1].size

    def rows(self, stopped: Collection[int]) -> Iterator[list[Row]]:
        """Yield the rows of the blocks of each name.

        Args:
            stopped: properties that are left out.
        """
        names = {name for part in self._parts for name in np.unique(part.event).tolist()}
        for name in sorted(names):
            yield self._rows(name, stopped)

    def _rows(self, name: int, stopped: Collection[int]) -> list[Row]:
        each = ((part, np.flatnonzero(part.event == name)) for part in self._parts)
        parts = [(part, some) for part, some in each if len(some)]
        counts = [len(some) for _, some in parts]

        def column(field: int) -> Column:
            return join_field(field, [part.column(field, some) for part, some in parts], counts)

        day = np.concatenate([part.day[some] for part, some in parts]).astype(np.int64)
        actor, time, seq = (column(field).whole() for field in (ACTOR, TIME, SEQ))
        order = order_of(day, actor, time - day * DAY, seq)
        fields = {field for part, _ in parts for field in (*part.own, *part.said)}
        columns = (
            (field, column(field).take(order)) for field in sorted(fields.difference(stopped))
        )
        return list(rows_of(name, day[order], seq[order], columns))
