"""Everybody's first event of those that count, or their last.

Blocks are in order of time for each person, so that only one event a person and block is looked at,
and only on days on which it can be the one. It is best to give the blocks of these days first.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from core.blocks.functions.aggregates import packed_set
from core.blocks.functions.block import Block
from core.blocks.functions.gathering import Gathering
from core.blocks.functions.groups import Groups, grouped, spans
from core.blocks.functions.plan import Ints
from core.blocks.layout import ACTOR, SEQ, TIME

LATE = 2**62
"""Later than every event."""


class Ends(Gathering):
    """Keeps one event of everybody, the last with `latest`: its time, its arrival and its codes.

    Times and arrivals are kept with their sign turned for the last one, so that the least is it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._kept = [np.zeros(0, np.int64) for _ in range(4)]
        self._days = np.zeros(0, np.int64)

    def _take(self, block: Block, chosen: Ints | None, size: int) -> None:
        sign = -1 if self.plan.latest else 1
        self._widen(int(block.ints(ACTOR).max()) + 1)
        self._count += size
        rows = self._near(block, chosen)
        if not len(rows):
            return
        rows = rows[edges(block.picked(ACTOR, rows), last=self.plan.latest)]
        who, at = block.picked(ACTOR, rows), sign * block.picked(TIME, rows)
        self._days[who] = sign * block.days[rows]
        known = self._kept[0][who]
        sooner = np.flatnonzero(at <= known)
        rows, who, at, known = rows[sooner], who[sooner], at[sooner], known[sooner]
        arrived = sign * block.picked(SEQ, rows)
        later = (at == known) & (arrived > self._kept[1][who])
        if later.any():
            rows, who, at, arrived = (each[~later] for each in (rows, who, at, arrived))
        codes = [self._codes(block, by, rows, len(rows)) for by in self.plan.by]
        for kept, found in zip(self._kept, (at, arrived, *codes), strict=False):
            kept[who] = found

    def _near(self, block: Block, chosen: Ints | None) -> Ints:
        """Return the chosen rows on no later day than that of the event that is kept."""
        near = self._days[block.ints(ACTOR)] >= (-1 if self.plan.latest else 1) * block.days
        return np.flatnonzero(near) if chosen is None else chosen[near[chosen]]

    def _widen(self, actors: int) -> None:
        """Make room for so many actors; those without an event have one that is too late."""
        known = len(self._kept[0])
        if actors > known:
            room = np.full(max(actors - known, known), LATE)
            self._kept = [np.append(kept, room) for kept in self._kept]
            self._days = np.append(self._days, room)

    def found(self) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """Return actors, ascending, and of the event of each its ms, its seq and its two codes."""
        actors = np.flatnonzero(self._kept[0] < LATE)
        at, arrived, *codes = (kept[actors] for kept in self._kept)
        sign = -1 if self.plan.latest else 1
        none = np.zeros(len(actors), np.int64)
        codes = [*codes[: len(self.plan.by)], none, none]
        return actors, sign * at, sign * arrived, codes[0], codes[1]


class Firsts(Ends):
    """Aggregate: the rows of `masks.Reach`, of the events that are kept."""

    def finalize(self) -> bytes:
        """Return the rows."""
        actors, at, *others = self.found()
        return np.column_stack([actors, at, at, *others]).tobytes()


class Latest(Ends):
    """Aggregate: rows as of `aggregates.Sets`, of the events that are kept, all in the slot 0."""

    def finalize(self) -> str:
        """Return the rows."""
        actors, _, _, *codes = self.found()
        groups = Groups(np.zeros(len(actors), np.int64), codes[: len(self.plan.by)])
        order = grouped(groups.places, len(groups))
        edges_of = spans(groups.places[order], len(groups))
        sets: list[Any] = [packed_set(actors[order[low:high]]) for low, high in edges_of]
        columns = [*self.shown(groups.keys), groups.rows.tolist(), sets]
        return json.dumps(list(zip(*columns, strict=True)))


class Newest(Gathering):
    """Aggregate: a JSON list of the [actor, ms, seq] of so many of the newest events as the plan's
    limit, in any order; only of those that are older than `before`, an [ms, seq].
    """

    def __init__(self) -> None:
        super().__init__()
        self._newest = np.zeros((3, 0), np.int64)

    def _take(self, block: Block, chosen: Ints | None, size: int) -> None:
        own = [block.picked(field, chosen) for field in (ACTOR, TIME, SEQ)]
        both = np.concatenate([self._newest, own], axis=1)
        who, at, arrived = both
        if self.plan.before is not None:
            when, which = self.plan.before
            who, at, arrived = both = both[:, (at < when) | ((at == when) & (arrived < which))]
        if len(who) > self.plan.limit:
            least = np.partition(at, len(at) - self.plan.limit)[len(at) - self.plan.limit]
            who, at, arrived = both = both[:, at >= least]
        order = np.lexsort((-arrived, -at))[: self.plan.limit]
        self._newest = both[:, order]
        self._count += size

    def finalize(self) -> str:
        """Return the list."""
        return json.dumps(self._newest.T.tolist())


def edges(who: Ints, *, last: bool) -> Ints:
    """Return the place of everybody's first row, or of their last."""
    places = np.arange(len(who))
    table = np.empty(int(who.max(initial=0)) + 1, np.int64)
    if last:
        table[who] = places
    else:
        table[who[::-1]] = places[::-1]
    return np.flatnonzero(table[who] == places)
