"""The events of a batch as columns of integers, in the order in which they are stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.blocks.ordering import order_of
from core.records import ID_BITS, OWN

Stored = tuple[int, ...]
"""actor, ts, seq, id, event, day, session, user, device, then the context columns in use."""

NAMES = ("actor", "ts", "seq", "id", "event", "day", "session", "user", "device")

KEYS = ("actor", "ts", "seq", "id", "event", "context_day")
"""The columns of `event_rows` that every row has."""

Ints = NDArray[np.int64]
"""A column."""

Small = NDArray[np.int32]
"""A column of small numbers."""

Column = Sequence[int] | Ints | Small

_CUT: Final = 64 - ID_BITS

_DAY: Final = 86_400_000

_CHUNK: Final = 4_096
"""How many events are made rows together."""


@dataclass
class Events:
    """Events, column by column, sorted by actor, time and arrival.

    Attributes:
        place: of the context of each event in the tables of `values`.
        text: of its properties in `texts`.
        used: the dimensions of the context columns that have values.
        values: for each of them the value ids of all contexts.
        texts: the different JSON texts of properties; the first is None, for none.
    """

    actor: Ints
    ts: Ints
    seq: Ints
    id: Ints
    event: Ints
    day: Ints
    session: Ints
    user: Ints
    device: Ints
    place: Ints
    text: Ints
    used: Sequence[int] = ()
    values: Sequence[Ints] = ()
    texts: Sequence[str | None] = (None,)

    @cached_property
    def context(self) -> list[NDArray[Any]]:
        """One column of value ids for each dimension that has values, of few bits."""
        return [narrow(ids)[self.place] for ids in self.values]

    @property
    def columns(self) -> list[NDArray[Any]]:
        """All columns, in the order of `Stored`."""
        return [*(getattr(self, name) for name in NAMES), *self.context]

    def written(self, contexts: Ints) -> dict[str, NDArray[Any]]:
        """Return the columns of the table `event_rows` by name, without those that are 0, as is any
        that is not given.

        Args:
            contexts: the number of each event's combination of context columns.
        """
        other = np.where(self.user == self.actor, 0, np.where(self.user == 0, -1, self.user))
        columns = {
            "actor": self.actor,
            "ts": self.ts,
            "seq": self.seq,
            "id": np.where(self.id & OWN, self.id, (self.id << _CUT) >> _CUT),
            "event": self.event,
            "session": self.session,
            "other_user": other,
            "device": self.device,
            "context_day": 3 * contexts + (self.day - self.ts // _DAY + 1),
        }
        return {name: column for name, column in columns.items() if name in KEYS or column.any()}

    def said(self) -> tuple[Ints, Ints]:
        """Return the seqs of the events with properties in order, and the place of each text."""
        some = np.flatnonzero(self.text)
        some = some[np.argsort(self.seq[some])]
        return self.seq[some], self.text[some]

    def __len__(self) -> int:
        return len(self.actor)

    def some(self, places: Ints) -> list[Stored]:
        """Return the events at some places."""
        return list(rows([column[places] for column in self.columns]))

    def texts_of(self, places: Ints) -> dict[int, str]:
        """Return the properties of events at some places by seq, of those that have some."""
        pairs = zip(self.seq[places].tolist(), self.text[places].tolist(), strict=True)
        return {seq: text for seq, place in pairs if (text := self.texts[place])}

    def take(self, places: NDArray[Any]) -> Events:
        """Return the events at some places, in that order, or those where a mask is true."""
        columns = {name: getattr(self, name)[places] for name in (*NAMES, "place", "text")}
        return replace(self, **columns)

    def sorted(self) -> Events:
        """Return them in order; they are in that of arrival."""
        if (self.ts[1:] >= self.ts[:-1]).all():
            return self.take(by(self.actor))
        return self.take(order_of(self.actor, self.ts))

    def together(self) -> NDArray[np.bool_]:
        """Return which ones are at one moment with another of their actor."""
        found = np.zeros(len(self), np.bool_)
        equal = (self.ts[1:] == self.ts[:-1]) & (self.actor[1:] == self.actor[:-1])
        found[1:] |= equal
        found[:-1] |= equal
        return found


def by(values: Ints) -> NDArray[np.int64]:
    """Return the places of numbers below 2**32 from 0 on in their order; equal ones stay as they
    are. numpy sorts 16 bits at a time in a sixth of the time of all.
    """
    order = np.argsort(values.astype(np.uint16), kind="stable")
    high = values >> 16
    if high.any():
        order = order[np.argsort(high[order].astype(np.uint16), kind="stable")]
    return order


def narrow(values: Ints) -> NDArray[Any]:
    """Return numbers from 0 on in as few bits as they need, which takes less time to pick from."""
    most = int(values.max(initial=0))
    return values.astype(np.min_scalar_type(most)) if most < 2**32 else values


def rows(columns: Sequence[NDArray[Any]]) -> Iterator[tuple[int, ...]]:
    """Yield columns of one length as rows of plain integers."""
    starts = range(0, len(columns[0]), _CHUNK)
    return chain.from_iterable(
        zip(*(column[start : start + _CHUNK].tolist() for column in columns), strict=True)
        for start in starts
    )


def joined(columns: Iterable[NDArray[Any]]) -> Ints:
    """Return columns one after the other, or an empty one."""
    return np.concatenate([np.zeros(0, np.int64), *columns])


def changes(values: Ints) -> NDArray[np.bool_]:
    """Return which values differ from the one before; the first does."""
    found = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=found[1:])
    return found
