"""Stored events that are not in sets and sessions yet.

Events with shuffled times change most sets and sessions with every batch, so those of several
batches are changed together. They are settled in the transaction that stores the events: what is
committed is whole.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import closing
from functools import partial
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from core.blocks.adding import Adding, ahead
from core.blocks.columns import small
from core.blocks.ordering import order_of
from core.store.ingest.activity import Activity
from core.store.ingest.properties import Told
from core.store.ingest.sessions import Sessions
from core.store.rows.coded import coded
from core.store.rows.facts import Facts
from core.store.rows.gathering import ranges
from core.store.rows.numbers import Column, Events, Ints
from core.store.rows.spells import add_events

_OUTSIDE: Final = -1
"""The session of events outside any."""

_BIG: Final = 200_000
"""From so many events on it pays to make sets beside sessions: more than a batch has."""


class Pending:
    """The events of some batches, column by column.

    Attributes:
        count: how many events there are.
    """

    def __init__(self, activity: Activity, sessions: Sessions) -> None:
        self._activity = activity
        self._sessions = sessions
        self._clear()

    def _clear(self) -> None:
        self._actor, self._event, self._day, self._session = (_Long() for _ in range(4))
        self._place, self._text, self._ts = (_Long() for _ in range(3))
        self._values, self._said = _Table(np.int32), _Table(np.int16)
        self._cut = BitMap()
        self.count = 0

    def add(self, events: Events, told: Told, places: Ints, cut: Collection[int]) -> None:
        """Add the events of a batch, in order.

        Args:
            told: the values of their properties.
            places: the place of each event's in `told`.
            cut: the actors whose sessions have these events.
        """
        if not len(events):
            return
        session = events.session
        if cut:
            session = np.where(np.isin(events.actor, list(cut)), _OUTSIDE, session)
            self._cut.update(cut)
        context = dict(zip(events.used, events.values, strict=True))
        self._place.add(self._values.add(context, events.place))
        self._text.add(self._said.add(told.columns, places))
        self._actor.add(events.actor)
        self._event.add(events.event)
        self._day.add(events.day)
        self._session.add(session)
        self._ts.add(events.ts)
        self.count += len(events)

    @property
    def size(self) -> int:
        """How many bytes they take."""
        columns = (
            self._actor, self._event, self._day, self._session, self._place, self._text, self._ts,
            self._values, self._said,
        )  # fmt: skip
        return sum(column.size for column in columns)

    def stop_property(self, dimension: int) -> None:
        """Leave out the values of a property that loses its sets."""
        self._said.drop(dimension)

    def settle(
        self, tick: Callable[[], None] = lambda: None, beside: Iterable[Adding] = ()
    ) -> None:
        """Bring sets and sessions in step. If they are of many events, a thread makes the sets and
        what else to store while the sessions are written.

        Args:
            tick: called at intervals.
            beside: what else to store; see `ahead`.
        """
        if not self.count:
            _store(beside, tick)
            return
        known = self._activity.seen(0) | self._cut
        actor, event, day = self._actor.whole(), self._event.whole(), self._day.whole()
        values, said = coded(self._values.whole()), coded(self._said.whole())
        context, text = self._place.whole(), self._text.whole()
        facts = Facts(actor, event, day, context, values, text, said)
        columns = (actor, self._ts.whole(), event, day, self._session.whole())
        is_big = self.count >= _BIG
        self._clear()
        adding = chain(self._activity.adding(facts), beside)
        write_sessions = partial(self._write_sessions, known, columns, tick)
        if is_big:
            with closing(ahead(adding, write_sessions)) as parts:
                _store(parts, tick)
        else:
            _store(adding, tick)
            write_sessions()

    def _write_sessions(
        self, known: BitMap, columns: Sequence[NDArray[Any]], tick: Callable[[], None]
    ) -> None:
        for places in ranges(columns[0]):
            some = [column[places].astype(np.int64) for column in columns]
            add_events(self._sessions, known, *_in_order(some))
            tick()


class _Long:
    """A column that gets longer, of no more bits than its numbers need.

    Attributes:
        size: how many bytes it takes.
    """

    def __init__(self) -> None:
        self._parts: list[NDArray[Any]] = []
        self.size = 0

    def add(self, part: Ints) -> None:
        """Add a part."""
        self._parts.append(small(part))
        self.size += self._parts[-1].nbytes

    def whole(self) -> NDArray[Any]:
        """Return all parts, and forget them."""
        found, self._parts = np.concatenate(self._parts), []
        return found


class _Table:
    """Columns by dimension that get longer; 0 where a part lacks one.

    Attributes:
        size: how many bytes they take.
    """

    def __init__(self, kind: type[np.integer[Any]]) -> None:
        self._kind = kind
        self._parts: list[tuple[int, dict[int, NDArray[Any]]]] = []
        self._length = self.size = 0

    def add(self, columns: Mapping[int, Column], places: Ints) -> Ints:
        """Add a part; return where places in it are in the whole.

        Args:
            columns: if there are none, all places are alike.
        """
        start, length = self._length, max(map(len, columns.values()), default=1)
        part = {each: np.asarray(column, self._kind) for each, column in columns.items()}
        self._parts.append((length, part))
        self._length += length
        self.size += sum(column.nbytes for column in part.values())
        return start + (places if columns else np.zeros_like(places))

    def drop(self, dimension: int) -> None:
        """Leave out a column."""
        for _, columns in self._parts:
            columns.pop(dimension, None)

    def whole(self) -> dict[int, NDArray[Any]]:
        """Return all parts."""
        return {
            each: np.concatenate(
                [columns.get(each, np.zeros(size, self._kind)) for size, columns in self._parts]
            )
            for each in {each for _, columns in self._parts for each in columns}
        }


def _store(parts: Iterable[Adding], tick: Callable[[], None]) -> None:
    for part in parts:
        part.store()
        tick()


def _in_order(columns: Sequence[Ints]) -> Sequence[Ints]:
    """Return columns in the order of the first two, as those of a single batch are."""
    first, second = columns[:2]
    later = (first[1:] > first[:-1]) | ((first[1:] == first[:-1]) & (second[1:] >= second[:-1]))
    if later.all():
        return columns
    order = order_of(first, second)
    return [column[order] for column in columns]
