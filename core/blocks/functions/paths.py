"""What people do one after another (definitions 11.1), in the events of blocks.

The rows are the events that may be steps, in the scope of somebody's path. In order of person and
time a path is what follows the event it begins at.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import numpy as np

from core.blocks.functions.aggregates import packed_set
from core.blocks.functions.attempts import BITS, Marked
from core.blocks.functions.block import Block, Mask
from core.blocks.functions.gathering import ARRIVED, AT, WHO
from core.blocks.functions.groups import counted, spans, starts
from core.blocks.functions.masks import Reach, among
from core.blocks.functions.plan import Ints, Walk
from core.blocks.ordering import order_of

STEP, TARGET = 1, 2
"""Bits of the events."""

EVENT, SESSION = "event", "session"
"""Further columns."""


class Steps(NamedTuple):
    """The steps of paths, one path after the other.

    Attributes:
        path: the path of each.
        place: its place in it, from 1.
        event: its event.
        aim: whether it completes the path.
        who: whose it is.
    """

    path: Ints
    place: Ints
    event: Ints
    aim: Mask
    who: Ints

    def of(self, rows: Ints) -> Steps:
        """Return some of them."""
        path, place, event, aim, who = self
        return Steps(path[rows], place[rows], event[rows], aim[rows], who[rows])


class Paths(Marked):
    """Aggregate: a JSON list of rows [place, event before, event, completes, paths, people].

    An event of null is the end of paths; the people are a set, null unless they are asked for.
    """

    def _take(self, block: Block, chosen: Ints | None, size: int) -> None:
        super()._take(block, chosen, size)
        self._same(EVENT, block.event, size)
        if self._walk.by_session is not None:
            self._keep(SESSION, block.part(self._walk.by_session, chosen))

    @property
    def _walk(self) -> Walk:
        assert self.plan.walk is not None
        return self.plan.walk

    def finalize(self) -> str:
        """Return the rows, several of a node where people are looked at some at a time."""
        return json.dumps([row for share in self.shares() if len(share) for row in share.rows()])

    def rows(self) -> list[list[Any]]:
        """Return the rows of some people."""
        found = self._steps()
        if not len(found.path):
            return []
        if self._walk.collapse:
            again = (found.path[1:] == found.path[:-1]) & (found.event[1:] == found.event[:-1])
            found = found.of(np.flatnonzero(np.append(True, ~again)))
        begins = np.flatnonzero(starts(found.path))
        lengths = np.diff(np.append(begins, len(found.path)))
        place = np.arange(len(found.path)) - np.repeat(begins, lengths) + 1
        return self._counted(found._replace(place=place), lengths)

    def _steps(self) -> Steps:
        """Return the events of all paths in order, without their places."""
        walk, sign = self._walk, -1 if self._walk.backward else 1
        reach = self._extras.reach(walk.starts).between(*self.people)
        groups, own = self._groups(reach)
        end = walk.before - reach.first if walk.backward else reach.last + walk.after
        at, arrived = sign * self.column(AT), self.column(ARRIVED)
        rows = order_of(own, at, sign * arrived)
        by_arrival = np.argsort(reach.arrived)
        known = reach.arrived[by_arrival]
        begins = among(arrived, known)[rows]
        place = np.searchsorted(known, arrived[rows[begins]])
        begun, path = by_arrival[place], np.cumsum(begins) - 1
        inside = np.flatnonzero(path >= 0)
        scope = begun[path[inside]]
        in_time = (at[rows[inside]] <= end[scope]) & (reach.codes[0][scope] == 0)
        in_time &= groups[scope] == own[rows[inside]]
        inside = inside[in_time | begins[inside]]
        rows, path = rows[inside], path[inside]
        aim = self.column(BITS)[rows] & TARGET > 0
        return Steps(path, path, self.column(EVENT)[rows], aim, self.column(WHO)[rows])

    def _groups(self, reach: Reach) -> tuple[Ints, Ints]:
        """Return what paths and rows belong to: a person, or a person's session."""
        who = self.column(WHO)
        if self._walk.by_session is None:
            return reach.actors, who
        sessions, session = reach.codes[1], self.column(SESSION) + 1
        width = max(int(sessions.max(initial=0)), int(session.max(initial=0))) + 2
        return reach.actors * width + sessions + 1, who * width + session

    def _counted(self, steps: Steps, lengths: Ints) -> list[list[Any]]:
        """Return the rows, of paths of these many events."""
        walk = self._walk
        goal = steps.aim & (steps.place > 1)
        whole = np.full(len(lengths), len(steps.path) + 1)
        begun = np.cumsum(starts(steps.path)) - 1
        np.minimum.at(whole, begun[goal], steps.place[goal])
        shown = steps.place <= np.minimum(whole, walk.steps + 1)[begun]
        shown |= steps.place == whole[begun]
        before = np.append(0, steps.event[:-1]) * (steps.place > 1)
        ends = np.append(starts(steps.path)[1:], True) & (whole[begun] > len(steps.path))
        if not self._between:
            ends &= steps.place <= walk.steps
        place = np.append(steps.place[shown], steps.place[ends] + 1)
        one = np.append(before[shown], steps.event[ends])
        other = np.append(steps.event[shown], np.zeros(np.count_nonzero(ends), np.int64))
        done = np.append((steps.place == whole[begun])[shown], np.zeros(np.count_nonzero(ends)))
        who = np.append(steps.who[shown], steps.who[ends])
        wide = int(steps.event.max()) + 1
        keys = ((place * wide + one) * wide + other) * 2 + done.astype(np.int64)
        return [
            [place, one or None, other or None, done, count, people]
            for (place, one, other, done), count, people in self._nodes(keys, wide, who)
        ]

    @property
    def _between(self) -> bool:
        return len(self.plan.steps) > 1

    def _nodes(self, keys: Ints, wide: int, who: Ints) -> Any:
        """Yield the different keys taken apart, how many there are of each, and whose they are."""
        order = np.argsort(keys) if self.plan.people else keys
        found, counts = counted(keys)
        rest, done = np.divmod(found, 2)
        rest, other = np.divmod(rest, wide)
        place, one = np.divmod(rest, wide)
        apart = zip(*(column.tolist() for column in (place, one, other, done)), strict=True)
        edges = spans(np.repeat(np.arange(len(found)), counts), len(found))
        for key, count, (low, high) in zip(apart, counts.tolist(), edges, strict=True):
            own = who[order[low:high]] if self.plan.people else None
            yield key, count, None if own is None else packed_set(counted(own)[0])
