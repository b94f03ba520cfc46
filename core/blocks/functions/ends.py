"""Everybody's first event of those that count, or their last.

Blocks are in order of time for each person, so that only one event a person and block is looked at.
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
        self._kept = np.zeros((4, 0), np.int64)

    def _take(self, block: Block, chosen: Ints | None, size: int) -> None:
        sign = -1 if self.plan.latest else 1
        own = np.arange(size) if chosen is None else chosen
        rows = own[edges(block.ints(ACTOR)[own], last=self.plan.latest)]
        who = block.ints(ACTOR)[rows]
        at, arrived = (sign * block.ints(field)[rows] for field in (TIME, SEQ))
        self._widen(int(who.max()) + 1)
        known = self._kept[:2, who]
        sooner = (at < known[0]) | ((at == known[0]) & (arrived < known[1]))
        rows, who = rows[sooner], who[sooner]
        self._kept[0, who], self._kept[1, who] = at[sooner], arrived[sooner]
        for number, by in enumerate(self.plan.by, 2):
            self._kept[number, who] = self._codes(block, by, rows, len(rows))
        self._count += size

    def _widen(self, actors: int) -> None:
        """Make room for so many actors; those without an event have one that is too late."""
        more = actors - self._kept.shape[1]
        if more > 0:
            room = np.zeros((4, max(more, self._kept.shape[1])), np.int64)
            room[0] = LATE
            self._kept = np.concatenate([self._kept, room], axis=1)

    def found(self) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """Return actors, ascending, and of the event of each its ms, its seq and its two codes."""
        actors = np.flatnonzero(self._kept[0] < LATE)
        at, arrived, *codes = self._kept[:, actors]
        sign = -1 if self.plan.latest else 1
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


def edges(who: Ints, *, last: bool) -> Ints:
    """Return the place of everybody's first row, or of their last."""
    places = np.arange(len(who))
    table = np.empty(int(who.max(initial=0)) + 1, np.int64)
    if last:
        table[who] = places
    else:
        table[who[::-1]] = places[::-1]
    return np.flatnonzero(table[who] == places)
