"""The attempts at a funnel (definitions 6.3) in the events of blocks.

Most people's events have different times and only order matters: their attempts are found for all
starts at once, one binary search for each step. The events of the others go to `core.sequences`,
person by person.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from core.blocks.functions.aggregates import packed_set
from core.blocks.functions.block import Block, Mask
from core.blocks.functions.gathering import ARRIVED, AT, WHO, Timed, both, of_chosen
from core.blocks.functions.groups import Groups, counted, grouped, spans, starts
from core.blocks.functions.masks import fits, settled
from core.blocks.functions.plan import Ints, slots_of
from core.blocks.layout import ACTOR
from core.sequences.few_events import STEADY
from core.sequences.search import search_of, told

BITS = "bits"
"""A column: the steps that an event matches."""

MOST = 2**62
"""Above all numbers that rows are sorted by."""

NEVER = -1
"""The time of a step that was not reached."""


class Found(NamedTuple):
    """Reported attempts.

    Attributes:
        first: the row of each one's event of step 1.
        begun: its time of step 1, which of steps in any order need not be the first.
        times: ms of each step in a row of its own, ascending; NEVER from the first that was not
            reached.
        paths: [ts, seq, step] of each event used, if asked for.
    """

    first: Ints
    begun: Ints
    times: Ints
    paths: list[Any]


class Marked(Timed):
    """Gathers the events that match one of the plan's steps, and which, without those of nobody.

    Attributes:
        check: raises if the answer is no longer wanted.
    """

    check: Callable[[], None] = staticmethod(lambda: None)
    _every = 0
    _bits: Ints | None = None
    """The bits of all rows of a block, and those of each besides."""

    def _chosen(self, block: Block) -> Mask | None:
        every, some = 0, []
        for mask, bit in block.plan.steps:
            known = settled(mask, block.event)
            every |= bit if known else 0
            some += [(mask, bit)] if known is None else []
        if not every and not some:
            return np.zeros(len(block), np.bool_)
        found = super()._chosen(block)
        if block.least(ACTOR) <= 0:
            found = both(found, block.ints(ACTOR) > 0)
        self._every, self._bits = every, None
        for mask, bit in some:
            own = np.where(fits(mask, block, self._extras), bit, 0)
            self._bits = own if self._bits is None else self._bits | own
        return found if every or self._bits is None else both(found, self._bits > 0)

    def _take(self, block: Block, chosen: Ints | None, size: int) -> None:
        super()._take(block, chosen, size)
        if self._bits is None:
            self._same(BITS, self._every, size)
        else:
            self._add(BITS, of_chosen(self._bits, chosen) | self._every)


class Attempts(Marked):
    """Finds the attempts in the events that match a step."""

    def _take(self, block: Block, chosen: Ints | None, size: int) -> None:
        super()._take(block, chosen, size)
        for number, by in enumerate(block.plan.held):
            self._add(f"h{number}", self._codes(block, by, chosen, size))

    _window = 0
    _keys: Ints | None = None
    """Of the ordered rows, their group and time as one number: within a window of one there is no
    other group's; None if they are too large."""

    @property
    def _search(self) -> Any:
        return search_of(self.plan.search)

    @cached_property
    def order(self) -> Ints:
        """The rows with all held values, in order of group and time."""
        rows = np.arange(len(self))
        for number in range(len(self._held)):
            rows = rows[self._held[number][rows] > 0]
        at, own = self.column(AT)[rows], self.groups[rows]
        first, last = int(at.min(initial=2**62)), int(at.max(initial=0))
        self._window = min(self._search.window, max(last - first + 1, 1))
        width = max(last - first, 0) + 1 + self._window + 1
        if int(own.max(initial=0)) >= MOST // width:
            return rows[np.lexsort((at, own))]
        keys = own * width + (at - first)
        order = np.argsort(keys)
        self._keys = keys[order]
        return rows[order]

    @cached_property
    def _held(self) -> list[Ints]:
        return [self.column(f"h{number}") for number in range(len(self.plan.held))]

    @cached_property
    def groups(self) -> Ints:
        """Whose each row is: a person's, or a person's with held values."""
        if not self._held:
            return self.column(WHO)
        return Groups(self.column(WHO), self._held).places

    def attempts(self) -> Found:
        """Return the reported attempts."""
        search, order = self._search, self.order
        own, at = self.groups[order], self.column(AT)[order]
        bits = self.column(BITS)[order]
        usual = search.order in STEADY and search.tick == 1 and not search.totals
        if (
            not usual
            or self._keys is None
            or search.scopes
            or int(bits.max(initial=0)) >> search.steps
        ):
            return self._apart(np.ones(len(order), np.bool_))
        ties = self._keys[1:] == self._keys[:-1]
        tied = np.isin(own, own[1:][ties]) if ties.any() else np.zeros(len(own), np.bool_)
        found = self._walked(self._keys, own, at, np.where(tied, 0, bits))
        return _joined(found, self._apart(tied)) if tied.any() else found

    def _walked(self, keys: Ints, own: Ints, at: Ints, bits: Ints) -> Found:
        """Return the deepest attempt of each group and interval, and of several the first."""
        search = self._search
        begins = np.flatnonzero(bits & 1)
        cuts = np.array(search.cuts)
        begins = begins[(at[begins] >= cuts[0]) & (at[begins] < cuts[-1])]
        reached = np.full((search.steps, len(begins)), NEVER)
        reached[0] = begins
        if not len(begins):
            return Found(begins, begins, reached, [])
        current, going = begins, np.arange(len(begins))
        over, keys = keys[begins] + self._window, np.append(keys, MOST)
        for step in range(1, search.steps):
            places = np.append(np.flatnonzero(bits >> step & 1), len(bits))
            following = places[np.searchsorted(places, current, "right")]
            in_time = keys[following] <= over[going]
            current, going = following[in_time], going[in_time]
            reached[step, going] = current
        depth = (reached != NEVER).sum(axis=0)
        interval = np.searchsorted(cuts, at[begins], "right")
        each = np.flatnonzero(starts(own[begins]) | starts(interval))
        score = depth * len(begins) + np.arange(len(begins))[::-1]
        best = len(begins) - 1 - np.maximum.reduceat(score, each) % len(begins)
        reached = reached[:, best]
        times = np.where(reached == NEVER, NEVER, at[reached])
        return Found(self.order[begins[best]], times[0], times, self._paths(reached))

    def _paths(self, reached: Ints) -> list[Any]:
        if not self._search.path:
            return []
        at, seq = self.column(AT)[self.order], self.column(ARRIVED)[self.order]
        return [
            [
                [int(at[place]), int(seq[place]), step]
                for step, place in enumerate(places, 1)
                if place >= 0
            ]
            for places in reached.T.tolist()
        ]

    def _apart(self, those: Mask) -> Found:
        """Return the attempts of some rows' groups, person by person."""
        search, rows = self._search, self.order[those]
        own, at = self.groups[rows], self.column(AT)[rows]
        begins = (self.column(BITS)[rows] & 1 > 0) & (at >= search.cuts[0]) & (at < search.cuts[-1])
        rows = rows[np.isin(own, own[begins])]
        own = self.groups[rows]
        edges = [*np.flatnonzero(starts(own)).tolist(), len(rows)]
        columns = (self.column(name)[rows].tolist() for name in (AT, ARRIVED, BITS))
        events = list(zip(*columns, rows.tolist(), strict=True))
        first, begun, paths = [], [], []
        times: list[list[int]] = []
        for low, high in pairwise(edges):
            self.check()
            mine = sorted(events[low:high])
            row_of = {(ts, seq): row for ts, seq, _, row in mine}
            for _, start, seq, ts, path, *reached in told(
                search, None, [event[:3] for event in mine], self.check
            ):
                first.append(row_of[ts, seq])
                begun.append(start)
                paths.append(path)
                times.append([*reached, *[NEVER] * (search.steps - len(reached))])
        return Found(
            np.array(first, np.int64),
            np.array(begun, np.int64),
            np.array(times, np.int64).reshape(-1, search.steps).T,
            paths if search.path else [],
        )

    def finalize(self) -> str | bytes:
        """Return the rows of all people."""
        return json.dumps([row for share in self.shares() if len(share) for row in share.rows()])

    def rows(self) -> Iterable[Any]:
        """Return the rows of the attempts."""
        raise NotImplementedError


def _joined(one: Found, other: Found) -> Found:
    return Found(
        np.append(one.first, other.first),
        np.append(one.begun, other.begun),
        np.concatenate([one.times, other.times], axis=1),
        [*one.paths, *other.paths],
    )


class Listed(Attempts):
    """Aggregate: a JSON list of rows [actor, held codes, t0, seq and ts of step 1, path, t1...]."""

    def rows(self) -> Iterable[Any]:
        """See Attempts."""
        found = self.attempts()
        held = zip(*(column[found.first].tolist() for column in self._held), strict=True)
        columns = [
            self.column(WHO)[found.first].tolist(),
            list(map(list, held)) if self._held else [None] * len(found.first),
            found.begun.tolist(),
            self.column(ARRIVED)[found.first].tolist(),
            self.column(AT)[found.first].tolist(),
            found.paths or [None] * len(found.first),
            *([None if t == NEVER else t for t in row] for row in found.times.tolist()),
        ]
        return zip(*columns, strict=True)


class Tallied(Attempts):
    """Aggregate: a JSON list of rows [slot, v0, v1, figures...] as `core.queries.funnel.tally` adds
    them up: attempts per step, those in progress before each, ms of each transition and of all, and
    with `people` those behind each step and those who stopped before it.
    """

    def rows(self) -> Iterable[Any]:
        """See Attempts."""
        found = self.attempts()
        slots = slots_of(found.begun, self.plan.begun)
        groups = Groups(
            slots, [self.column(f"v{n}")[found.first] for n in range(len(self.plan.by))]
        )
        order = grouped(groups.places, len(groups))
        edges = spans(groups.places[order], len(groups))
        shown = zip(*self.shown(groups.keys), strict=True)
        return [
            [*keys, *self._figures(found, order[low:high])]
            for keys, (low, high) in zip(shown, edges, strict=True)
        ]

    def _figures(self, found: Found, rows: Ints) -> list[Any]:
        times, begun = found.times[:, rows], found.begun[rows]
        there = times != NEVER
        pairs = [(k, k - 1) for k in range(1, len(times))] + [(len(times) - 1, 0)]
        waits: list[Any] = [[]] * len(pairs)
        if self.plan.waits:
            waits = [(times[k] - times[j])[there[k]].tolist() for k, j in pairs]
        going = begun > self.plan.open_after
        waiting = [int((there[k - 1] & ~there[k] & going).sum()) for k in range(1, len(times))]
        figures = [*there.sum(axis=1).tolist(), 0, *waiting, *waits]
        if self.plan.people:
            actors = self.column(WHO)[found.first][rows]
            sets = [actors[mask] for mask in there]
            sets += [actors[there[k - 1] & ~there[k]] for k in range(1, len(times))]
            figures += [packed_set(counted(who)[0]) for who in sets]
        return figures


class Waits(Attempts):
    """Aggregate: a JSON list of rows [slot, v0, v1, actors, times]: the ms between two of the steps
    in each attempt that reached both, and whose it is.
    """

    def rows(self) -> Iterable[Any]:
        """See Attempts."""
        found, (one, other) = self.attempts(), self.plan.between
        those = np.flatnonzero(found.times[other] != NEVER)
        waits = (found.times[other] - found.times[one])[those]
        first = found.first[those]
        by = [self.column(f"v{n}")[first] for n in range(len(self.plan.by))]
        groups = Groups(np.zeros(len(first), np.int64), by)
        order = grouped(groups.places, len(groups))
        actors, waits = self.column(WHO)[first][order].tolist(), waits[order].tolist()
        edges = spans(groups.places[order], len(groups))
        shown = zip(*self.shown(groups.keys), strict=True)
        return [
            [*keys, actors[low:high], waits[low:high]]
            for keys, (low, high) in zip(shown, edges, strict=True)
        ]


class Pursued(Attempts):
    """Aggregate: the rows of `masks.Reach` of attempts: from after their first step until before
    their last one or, without it, until they end. The first code is whether they have the last one.
    """

    def finalize(self) -> bytes:
        """Return the rows of all people."""
        return b"".join(share.reach() for share in self.shares() if len(share))

    def reach(self) -> bytes:
        """Return the rows of the attempts."""
        found, tick = self.attempts(), self._search.tick
        first, last = found.times[0], found.times[-1]
        done = last != NEVER
        until = np.where(done, last - 1, first + self._search.window)
        rows = [
            self.column(WHO)[found.first], first - first % tick + tick,
            until - until % tick + tick - 1, self.column(ARRIVED)[found.first], done, done,
        ]  # fmt: skip
        return np.column_stack(rows).astype(np.int64).tobytes()
