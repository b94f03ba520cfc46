"""People who are new, returning, resurrected or dormant (definitions 4.12), group by group."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from core.blocks.functions.gathering import SLOT, WHO, Gathering
from core.blocks.functions.groups import counted, starts
from core.blocks.functions.plan import Ints

NEW, RETURNING, RESURRECTED, DORMANT = 1, 2, 3, 4
ACTIVE, HELD = 0, 5
"""What is counted, as in `core.queries.activity.lifecycle`."""

STATES = HELD + 1

WHOLE = -1
"""The slot of the people of all slots together."""

SHOWN = 2
"""The slots before are all of history, and the period before the first one that is shown."""


class States(Gathering):
    """Aggregate: a JSON list of rows [slot, v0, v1, state, people] of the groups with most people.

    A row of the state HELD has how many groups there are in the place of its slot. There are more
    groups than the plan's limit where several have as many people as the last one.
    """

    def finalize(self) -> str:
        """Return the rows."""
        slots = self.column(SLOT)
        rows = np.flatnonzero(slots >= 0)
        if not len(rows):
            return "[]"
        who = self.column(WHO)[rows]
        self._wide, self._slots = int(who.max()) + 1, self._last + 1
        pairs = self.column("v0")[rows] * self._wide + who
        pair, slot = np.divmod(counted(pairs * self._slots + slots[rows])[0], self._slots)
        groups = counted(pair[slot >= SHOWN - 1] // self._wide)[0]
        return json.dumps(self._rows(pair, slot, groups) if len(groups) else [])

    @property
    def _last(self) -> int:
        """The last slot, in which there may be nobody."""
        index, start, end, size = (self.plan.slots or ())[-1]
        return index + (end - start - 1) // size

    def _rows(self, pair: Ints, slot: Ints, groups: Ints) -> list[list[Any]]:
        """Return the rows of pairs of a group and a person, with the slots they were active in."""
        active = np.zeros(int(groups.max()) + 1, np.int64)
        known, people = counted(counted(pair[slot >= SHOWN])[0] // self._wide)
        active[known] = people
        least = np.sort(active[groups])[-min(self.plan.limit, len(groups))]
        shown = groups[active[groups] >= least]
        inside = np.isin(pair // self._wide, shown)
        whose, state, when = self._states(pair[inside], slot[inside])
        each, counts = counted(((whose // self._wide) * self._slots + when) * STATES + state)
        ever = counted(whose * STATES + state)[0]
        every, totals = counted(ever // STATES // self._wide * STATES + ever % STATES)
        return [
            *self._listed(shown[:1], len(groups), HELD, 0),
            *self._listed(
                each // STATES // self._slots,
                each // STATES % self._slots - SHOWN,
                each % STATES,
                counts,
            ),
            *self._listed(every // STATES, WHOLE, every % STATES, totals),
            *self._listed(shown, WHOLE, ACTIVE, active[shown]),
        ]

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
