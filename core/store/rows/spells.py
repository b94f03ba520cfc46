"""Sessions of many people's events at once (definitions 9.2), together with stored ones.

A new event is one point in time; a stored session is two, its start and its end. Points with one
session id belong together. Those without are together if at most a gap apart, or between the start
and the end of a stored session, where its events are. What is together lasts less than LONGEST or
is to be cut event by event.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from core.blocks.ordering import order_of
from core.store.ingest.sessions import LONGEST, Session, Sessions
from core.store.rows.numbers import Ints, changes, rows

_START, _END, _NEW = 0, 1, 2
"""What a point is; at one moment, points are in this order."""


def add_events(
    sessions: Sessions, known: BitMap, actor: Ints, ts: Ints, event: Ints, day: Ints, session: Ints
) -> None:
    """Bring sessions in step with new events, which are stored.

    Args:
        known: actors who had events before these.
        actor, ts, event, day, session: in order of (actor, ts, seq), column by column.
    """
    counted = (session >= 0) & (actor > 0) & ~np.isin(event, list(sessions.uncounted))
    if not counted.any():
        return
    points = Points.of(*(column[counted] for column in (actor, session, ts, event, day)))
    found = cut_at_once(points.and_stored(_near(sessions, points, known)), sessions.gap)
    sessions.change(found.gone, found.rows)
    for somebody, start in found.long:
        sessions.recut(somebody, start)


def _near(sessions: Sessions, points: Points, known: BitMap) -> list[Session]:
    """Return the stored sessions that new events may be part of."""
    found: list[Session] = []
    around: list[tuple[int, int, int]] = []
    for actor, session, first, last in points.spans():
        if actor not in known:
            continue
        if session:
            found += sessions.of_id(actor, session)
        else:
            around.append((actor, first - sessions.gap - LONGEST, last + sessions.gap))
    return found + sessions.between(around)


@dataclass(frozen=True)
class Points:
    """Points in time, column by column, in order of actor, session, time and kind.

    Attributes:
        session: the id, 0 for none.
        kind: one of _START, _END and _NEW.
        event, day: of the event at that moment.
        count: of events that it stands for; 0 for an end.
    """

    actor: Ints
    session: Ints
    ts: Ints
    kind: Ints
    event: Ints
    day: Ints
    count: Ints

    @classmethod
    def of(cls, actor: Ints, session: Ints, ts: Ints, event: Ints, day: Ints) -> Points:
        """Return the points of new events, given in order of actor, time and arrival."""
        found = cls(actor, session, ts, np.full_like(ts, _NEW), event, day, np.ones_like(ts))
        return found.take(order_of(actor, session)) if session.any() else found

    def take(self, places: NDArray[np.int64]) -> Points:
        """Return those at some places, in that order."""
        return Points(*(column[places] for column in self.columns))

    @property
    def columns(self) -> tuple[Ints, ...]:
        """All columns."""
        return (
            self.actor, self.session, self.ts, self.kind, self.event, self.day, self.count,
        )  # fmt: skip

    def spans(self) -> Iterator[tuple[int, ...]]:
        """Return actor, session, and the first and last ms of its points, of each of both."""
        first = np.flatnonzero(changes(self.actor) | changes(self.session))
        last = np.append(first[1:], len(self.ts)) - 1
        return rows([self.actor[first], self.session[first], self.ts[first], self.ts[last]])

    def and_stored(self, sessions: Sequence[Session]) -> Points:
        """Return them together with those of stored sessions."""
        if not sessions:
            return self
        actor, start, session, end, events, day, entry, exit_ = np.array(sessions, np.int64).T
        kind, none = np.full_like(start, _START), np.zeros_like(start)
        starts = (actor, session, start, kind, entry, day, events)
        ends = (actor, session, end, kind + (_END - _START), exit_, day, none)
        found = Points(*map(np.concatenate, zip(self.columns, starts, ends, strict=True)))
        return found.take(order_of(found.actor, found.session, found.ts, found.kind))


@dataclass(frozen=True)
class Cut:
    """What changes in the table `sessions`.

    Attributes:
        gone: actor, start and session of stored ones that are part of others.
        rows: those that are new or changed.
        long: actor and start of those without an id that last too long.
    """

    gone: Iterator[tuple[int, ...]]
    rows: Iterator[tuple[int, ...]]
    long: list[tuple[int, ...]]


def cut_at_once(points: Points, gap: int) -> Cut:
    """Cut points, of which there is at least one, into sessions.

    Args:
        gap: the most ms between two events of a session without an id.
    """
    first = np.flatnonzero(_apart(points, gap))
    last = np.append(first[1:], len(points.ts)) - 1
    changed = np.maximum.reduceat(points.kind, first) == _NEW
    begun = np.zeros(len(points.ts), np.bool_)
    begun[first] = True
    gone = (points.kind == _START) & ~begun & np.repeat(changed, last - first + 1)
    count = np.add.reduceat(points.count, first)[changed]
    first, last = first[changed], last[changed]
    key = (points.actor[first], points.ts[first], points.session[first])
    end = points.ts[last]
    told = (points.day[first], points.event[first], points.event[last])
    long = (key[2] == 0) & (end - key[1] >= LONGEST)
    return Cut(
        rows([points.actor[gone], points.ts[gone], points.session[gone]]),
        rows([*key, end, count, *told]),
        list(rows([key[0][long], key[1][long]])),
    )


def _apart(points: Points, gap: int) -> NDArray[np.bool_]:
    """Return which points are not together with the one before."""
    actor, session, ts, kind, *_ = points.columns
    within = np.cumsum((kind == _START).astype(np.int8) - (kind == _END), dtype=np.int64) > 0
    late = (ts[1:] - ts[:-1] > gap) & (session[1:] == 0) & ~within[:-1]
    found = changes(actor) | changes(session)
    found[1:] |= late
    return found
