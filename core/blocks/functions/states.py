"""People who are new, returning, resurrected or dormant (definitions 4.12), group by group."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from core.blocks.functions.aggregates import WHOLE
from core.blocks.functions.gathering import SLOT, WHO, Gathering
from core.blocks.functions.groups import added_up, counted, starts
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
        wide = self.most(WHO)
        parts = [share.counts(wide) for share in self.shares() if len(share)]
        if not parts:
            return "[]"
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

    def counts(self, wide: int) -> list[Counts]:
        """Return how many people are in each state of a group in a slot, and in any slot; how many
        are active in each group, and how many make it one that is held.

        Args:
            wide: a number above all actors.
        """
        slots = self.column(SLOT)
        rows = np.flatnonzero(slots >= 0)
        pairs = self.column("v0")[rows] * wide + self.column(WHO)[rows]
        pair, slot = np.divmod(counted(pairs * self._slots + slots[rows])[0], self._slots)
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


def _of(counts: Counts, groups: Ints, shown: Ints) -> Counts:
    """Return the counts of the groups that are shown."""
    inside = np.isin(groups, shown)
    return counts[0][inside], counts[1][inside]
