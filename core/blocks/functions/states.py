"""People who are new, returning, resurrected or dormant (definitions 4.12), group by group."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.blocks.functions.aggregates import WHOLE
from core.blocks.functions.gathering import MANY, SLOT, WHO, Gathering
from core.blocks.functions.groups import added_up, counted, is_dense, starts
from core.blocks.functions.plan import Ints

NEW, RETURNING, RESURRECTED, DORMANT = 1, 2, 3, 4
ACTIVE, HELD = 0, 5
"""What is counted, as in `core.queries.activity.lifecycle`."""

STATES = HELD + 1

SHOWN = 2
"""The slots before are all of history, and the period before the first one that is shown."""


Counts = tuple[Ints, Ints]
"""Keys, ascending, and a count of each."""


class States(Gathering):
    """Aggregate: a JSON list of rows [slot, v0, v1, state, people] of the groups with most people.

    A row of the state HELD has how many groups there are in the place of its slot. There are more
    groups than the plan's limit where several have as many people as the last one.
    """

    def finalize(self) -> str:
        """Return the rows."""
        if not len(self):
            return "[]"
        wide = self.most(WHO)
        few = self._few(wide)
        if few:
            parts = list(self._marked(few, wide))
        else:
            parts = [share.counts(wide) for share in self.shares() if len(share)]
        each, every, active, held = map(added_up, zip(*parts, strict=True))
        groups = held[0]
        if not len(groups):
            return "[]"
        people = np.zeros(int(groups.max()) + 1, np.int64)
        people[active[0]] = active[1]
        least = np.sort(people[groups])[-min(self.plan.limit, len(groups))]
        shown = groups[people[groups] >= least]
        keys, counts = _of(each, each[0] // STATES // self._slots, shown)
        whole, totals = _of(every, every[0] // STATES, shown)
        return json.dumps(
            [
                *self._listed(shown[:1], len(groups), HELD, 0),
                *self._listed(
                    keys // STATES // self._slots,
                    keys // STATES % self._slots - SHOWN,
                    keys % STATES,
                    counts,
                ),
                *self._listed(whole // STATES, WHOLE, whole % STATES, totals),
                *self._listed(shown, WHOLE, ACTIVE, people[shown]),
            ]
        )

    def _few(self, wide: int) -> int:
        """Return below which code people are marked in a table; most often the first is that of
        rows without a value, of which there are most.
        """
        cells = wide * self._slots
        for few in (self.most("v0"), 1):
            if is_dense(few * cells, len(self)):
                found = sum(np.count_nonzero(code < few) for (code,) in self.blocks(["v0"]))
                if len(self) - found <= MANY:
                    return few
        return 0

    def _marked(self, few: int, wide: int) -> Iterator[list[Counts]]:
        """Yield the counts of groups below a code, and of the others."""
        table = np.zeros((self._slots, few * wide), np.bool_)
        others: list[list[Ints]] = []
        for slots, codes, who in self.blocks([SLOT, "v0", WHO]):
            inside = slots >= 0
            marked = inside & (codes < few)
            table[slots[marked], codes[marked] * wide + who[marked]] = True
            rest = np.flatnonzero(inside & ~marked)
            if len(rest):
                others.append([column[rest] for column in (slots, codes, who)])
        yield self._of_table(table, few)
        if others:
            slots, codes, who = map(np.concatenate, zip(*others, strict=True))
            yield self._of_rows(slots, codes * wide + who, wide)

    def _of_table(self, table: NDArray[np.bool_], few: int) -> list[Counts]:
        """Return the counts of people marked by slot, and group by group."""
        each: list[tuple[Ints, Ints]] = []
        ever = np.zeros((STATES, table.shape[1]), np.bool_)
        groups = np.arange(few)
        seen = table[0] | table[1]
        for slot in range(SHOWN, self._slots):
            now, before = table[slot], table[slot - 1]
            found = {
                NEW: now & ~seen,
                RETURNING: now & before,
                RESURRECTED: now & seen & ~before,
                DORMANT: before & ~now,
            }
            seen |= now
            for state, people in found.items():
                ever[state] |= people
                each.append(((groups * self._slots + slot) * STATES + state, _by(people, few)))
        states = [(groups * STATES + state, _by(ever[state], few)) for state in range(STATES)]
        there = [
            (groups, _by(np.logical_or.reduce(table[first:]), few)) for first in (SHOWN, SHOWN - 1)
        ]
        return [_some(each), _some(states), *(_some([one]) for one in there)]

    def counts(self, wide: int) -> list[Counts]:
        """Return how many people are in each state of a group in a slot, and in any slot; how many
        are active in each group, and how many make it one that is held.

        Args:
            wide: a number above all actors.
        """
        slots = self.column(SLOT)
        rows = np.flatnonzero(slots >= 0)
        pairs = self.column("v0")[rows] * wide + self.column(WHO)[rows]
        return self._of_rows(slots[rows], pairs, wide)

    def _of_rows(self, slots: Ints, pairs: Ints, wide: int) -> list[Counts]:
        """Return the counts of rows of pairs of a group and a person."""
        pair, slot = np.divmod(counted(pairs * self._slots + slots)[0], self._slots)
        whose, state, when = self._states(pair, slot)
        ever = counted(whose * STATES + state)[0]
        return [
            counted(((whose // wide) * self._slots + when) * STATES + state),
            counted(ever // STATES // wide * STATES + ever % STATES),
            counted(counted(pair[slot >= SHOWN])[0] // wide),
            counted(pair[slot >= SHOWN - 1] // wide),
        ]

    @property
    def _slots(self) -> int:
        return self._last + 1

    @property
    def _last(self) -> int:
        """The last slot, in which there may be nobody."""
        index, start, end, size = (self.plan.slots or ())[-1]
        return index + (end - start - 1) // size

    def _states(self, pair: Ints, slot: Ints) -> tuple[Ints, Ints, Ints]:
        """Return pairs with their states, and the slots in which they are in these."""
        first, since = starts(pair), np.diff(slot, prepend=0)
        state = np.where(first, NEW, np.where(since == 1, RETURNING, RESURRECTED))
        there = slot >= SHOWN
        stays = np.append(~first[1:] & (since[1:] == 1), False)
        left = ~stays & (slot >= SHOWN - 1) & (slot < self._last)
        return (
            np.append(pair[there], pair[left]),
            np.append(state[there], np.full(np.count_nonzero(left), DORMANT)),
            np.append(slot[there], slot[left] + 1),
        )

    def _listed(self, codes: Ints, slots: Any, states: Any, people: Any) -> list[list[Any]]:
        """Return rows, given as columns or as what they have in common."""
        _, slots, states, people = np.broadcast_arrays(codes, slots, states, people)
        _, names, none = self.shown([np.zeros_like(codes), codes])
        columns = (slots.tolist(), names, none, states.tolist(), people.tolist())
        return [list(row) for row in zip(*columns, strict=True)]


def _by(people: NDArray[np.bool_], few: int) -> Ints:
    """Return how many of marked people are in each group."""
    found: Ints = np.count_nonzero(people.reshape(few, -1), axis=1)
    return found


def _some(counts: list[Counts]) -> Counts:
    """Return counts as one, by their keys, without those of nobody."""
    keys, people = map(np.concatenate, zip(*counts, strict=True))
    order = np.argsort(keys)
    order = order[people[order] > 0]
    return keys[order], people[order]


def _of(counts: Counts, groups: Ints, shown: Ints) -> Counts:
    """Return the counts of the groups that are shown."""
    inside = np.isin(groups, shown)
    return counts[0][inside], counts[1][inside]
