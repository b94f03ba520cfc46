"""What a statement asks of blocks: which rows, in which groups, and which figures of them.

It is written as JSON by `core.queries.common.blocks.calls`, and read here once for every statement.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

OUTSIDE = -2
"""The slot of rows after the last one."""


class Credit(NamedTuple):
    """How conversions are credited to touches (`core.queries.funnel.attribution_weights`).

    Attributes:
        conversions: the extra with them.
        back: how many ms before one a touch may be.
        each: whether every value with a touch gets the whole.
        half_life: in ms, of a touch's part; 0 if its age does not matter.
        ends: what the first touch gets, all between together and the last; None for all the same.
    """

    conversions: int
    back: int
    each: bool = False
    half_life: float = 0
    ends: tuple[float, float, float] | None = None


class Ages(NamedTuple):
    """How the money of new people is counted (`core.queries.retention.ltv_blocks`).

    Attributes:
        people: the extra with their first events.
        slots: runs of equal cohorts of ms, as of a plan.
        until: ms up to which the data is known.
        days: the days that are asked for, ascending.
    """

    people: int
    slots: tuple[tuple[int, int, int, int], ...]
    until: int
    days: tuple[int, ...]


class Walk(NamedTuple):
    """How paths are followed (`core.queries.paths`).

    Attributes:
        starts: the extra with the events that they begin at, and their scopes.
        before, after: ms that the scopes are longer.
        steps: how many are shown.
        backward: whether they are followed back in time.
        by_session: the field of the session that all events of a path have; None for any.
        collapse: whether repeated neighbours are one step.
    """

    starts: int
    before: int
    after: int
    steps: int
    backward: bool
    by_session: int | None
    collapse: bool


@dataclass(frozen=True)
class Plan:
    """What is asked, for every block of a statement.

    Attributes:
        fields: the fields whose columns follow the runs (`core.blocks.layout`).
        days: the first and last local day; None for any.
        times: the first ms and that after the last; None for any.
        slots: runs of equal slots in order: (first index, start, end, length), of days or, with
            `by_time`, of ms. None: the slot is the day itself.
        cycle: what is added to a slot, and after how many they begin again; None if they do not.
        mask: which rows count (`core.blocks.functions.masks`); None for all.
        members: which of the extras are the actors that count.
        by: what rows are grouped by: "event", or a field; a list of one field is a number, whose
            groups are named by its text; {"begun": extra} is whether the extra's first event of the
            person is this one or earlier, {"coded": extra} the first code of the extra's reach of
            the person, {"holds": mask} whether a mask holds.
        x: the property whose value is measured; None for none.
        value: the same as of `by`, to count different values; None for none.
        numbers: which of the extras has the numbers that texts stand for; None for none.
        figures: what is computed of each group (`core.blocks.functions.figures`).
        bounds: between the bins of a histogram, ascending; None for a bin of each number.
        windows: (slot, first, last) of windows over the slots; None for the slots themselves.
        whole: whether the figures of all slots together follow, in the slot -1.
        nobody: whether events of nobody count.
        steps: of a funnel, which rows match a step or an exclusion, as (mask, bits).
        held: the fields whose values are held, as of `by`.
        begun: runs of equal slots of the ms of step 1, as of `slots`.
        search: the search as `core.sequences` reads it.
        between: two steps of a funnel, from 0, the times between which are asked for.
        open_after: attempts that begin after this ms can still go on.
        credit: how conversions are credited; None for other questions.
        limit: how many groups are asked for, where only the largest are.
        before: the ms and seq of the event that all are older than; None for any.
        walk: how paths are followed; None for other questions.
        ages: how money is counted; None for other questions.
        latest: whether everybody's last event is asked for, rather than the first.
        waits: whether the times of transitions are asked for.
        people: whether the sets of people are asked for, where they need not be.
    """

    fields: tuple[int, ...] = ()
    days: tuple[int, int] | None = None
    times: tuple[int, int] | None = None
    slots: tuple[tuple[int, int, int, int], ...] | None = ()
    by_time: bool = False
    cycle: tuple[int, int] | None = None
    mask: Any = None
    members: tuple[int, ...] = ()
    by: tuple[Any, ...] = ()
    x: int | None = None
    value: Any = None
    numbers: int | None = None
    figures: tuple[Any, ...] = ()
    bounds: tuple[float, ...] | None = None
    windows: tuple[tuple[int, int, int], ...] | None = None
    whole: bool = False
    nobody: bool = True
    steps: tuple[tuple[Any, int], ...] = ()
    held: tuple[Any, ...] = ()
    begun: tuple[tuple[int, int, int, int], ...] = ()
    search: str = ""
    between: tuple[int, int] = (0, 0)
    open_after: int = 0
    credit: Credit | None = None
    limit: int = 0
    before: tuple[int, int] | None = None
    walk: Walk | None = None
    ages: Ages | None = None
    latest: bool = False
    waits: bool = True
    people: bool = False

    def slot_of(self, moments: Ints) -> Ints:
        """Return the slot of each day or instant; 0 if there are none."""
        found = moments if self.slots is None else slots_of(moments, self.slots)
        if self.cycle is None:
            return found
        more, length = self.cycle
        return np.where(found < 0, found, (found + more) % length)


def read(text: str) -> Plan:
    """Return the plan that a JSON text says."""
    said = json.loads(text)
    if said["slots"] is not None:
        said["slots"] = tuple(said["slots"])
    for name in ("fields", "members", "by", "figures"):
        said[name] = tuple(said.get(name, ()))
    kinds = {"credit": Credit, "walk": Walk, "ages": Ages}
    said |= {name: kind(*said[name]) for name, kind in kinds.items() if name in said}
    return Plan(**said)


def slots_of(moments: Ints, runs: Sequence[tuple[int, int, int, int]]) -> Ints:
    """Return the slot of days or instants, of runs of equal slots; 0 if there are none."""
    if len(runs) == 1:
        index, start, _, size = runs[0]
        return (moments - start) // size + index
    found = np.full(len(moments), OUTSIDE if runs else 0)
    for index, start, end, size in reversed(runs):
        found = np.where(moments < end, (moments - start) // size + index, found)
    return found
