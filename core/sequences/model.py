"""The model of a search in the events of one actor, and of its results (definitions 6.3).

Events with equal times form a group that may fill several steps, in any order, each event one step.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

Event = tuple[int, int, int]
"""ts in ms, seq, and the steps it can fill: bit 0 for step 1 and so on.

Bits above those of the steps are for exclusions: see Search."""


Check = Callable[[], None]
"""Raises if the answer is no longer wanted."""


BROKEN = ("sequential", "strict_order", "strict_deduplication", "allow_reentry")
"""Orders in which events between two steps end an attempt."""


OFTEN = 1023
"""The most events between two checks; one less than a power of two."""


@dataclass(frozen=True)
class Search:
    """What to look for in the events of one actor.

    Attributes:
        order: "ordered", "unordered", "strict_increase" or one of BROKEN.
        steps: how many there are.
        window: ms from the first step to the last, inclusive.
        cuts: ascending instants; for each half-open interval between two of them, one attempt that
            begins in it is reported.
        tick: the resolution in ms: times are rounded down to it.
        totals: report all attempts that begin between the first cut and the last, one after
            another: the next begins once the one before is complete or can no longer be completed.
        gaps: whether bit `steps + g` of a mask means that the event must not lie between steps g
            and g + 1 or, in any order, inside the attempt at all.
        scopes: if not `gaps`: bit `steps + i` means that the event must not lie between the two
            steps of scope i, else the attempt is dropped.
        path: whether to return the events used.
    """

    order: str
    steps: int
    window: int
    cuts: tuple[int, ...]
    tick: int = 1
    totals: bool = False
    gaps: bool = False
    scopes: tuple[tuple[int, int], ...] = ()
    path: bool = False


@dataclass(frozen=True)
class Attempt:
    """How far one actor got. Times are rounded down to the tick.

    Attributes:
        first: position of the event that filled step 1.
        times: the time of each reached step.
    """

    first: int
    times: tuple[int, ...]

    @property
    def depth(self) -> int:
        """How many steps were reached."""
        return len(self.times)


@dataclass
class Story:
    """One actor's events in order of (ts, seq), and grouped by equal time.

    Attributes:
        times: per event, rounded down to the tick.
        moments, masks: for each group its time and the steps its events can fill.
        group: the group of each event.
    """

    search: Search
    events: Sequence[Event]
    times: list[int]
    moments: list[int] = field(default_factory=list)
    masks: list[list[int]] = field(default_factory=list)
    group: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, search: Search, events: Sequence[Event]) -> Story:
        """Group events; of more identical ones than there are steps, the rest can fill nothing."""
        tick, steps = search.tick, search.steps
        times = [e[0] for e in events] if tick == 1 else [e[0] - e[0] % tick for e in events]
        story = cls(search, events, times)
        moments, masks, group = story.moments, story.masks, story.group
        place, moment = -1, None
        for ts, (_, _, mask) in zip(times, events, strict=True):
            if ts != moment:
                moment = ts
                place += 1
                moments.append(ts)
                masks.append([mask])
            elif len(masks[place]) < steps or masks[place].count(mask) <= steps:
                masks[place].append(mask)
            group.append(place)
        return story

    @cached_property
    def fits(self) -> list[int]:
        """For each group all bits of its events."""
        return [masks[0] if len(masks) == 1 else _united(masks) for masks in self.masks]

    @cached_property
    def places(self) -> list[list[int]]:
        """For each step the groups with an event that can fill it."""
        places: list[list[int]] = [[] for _ in range(self.search.steps)]
        for place, fits in enumerate(self.fits):
            for step, found in enumerate(places):
                if fits >> step & 1:
                    found.append(place)
        return places

    @cached_property
    def spoiled(self) -> list[int]:
        """For each group the gaps it spoils, bit g for the one after step g."""
        order, steps = self.search.order, self.search.steps
        if order == "sequential":
            return [-1] * len(self.moments)
        gaps = [fits >> steps for fits in self.fits]
        if order not in BROKEN:
            return gaps
        return [
            _breaking(order, steps, masks) | gap
            for masks, gap in zip(self.masks, gaps, strict=True)
        ]

    def filled(self, filled: int, masks: Sequence[int], last: int | None = None) -> int:
        """Return how many steps are filled after a group of events, of at most `last`."""
        last = self.search.steps if last is None else last
        if self.search.order != "strict_increase":
            return filling(filled, last, masks)
        return filled + (filled < last and any(mask >> filled & 1 for mask in masks))

    def begun(self, place: int) -> int:
        """Return how many steps are filled at the time of an event of step 1."""
        if self.search.order == "strict_increase":
            return 1
        return filling(1, self.search.steps, self.others(place))

    def starts(self, start: int, end: int, check: Check) -> Iterator[int]:
        """Yield the positions of events of step 1 between two instants, half-open."""
        for place in range(bisect_left(self.events, (start,)), bisect_left(self.events, (end,))):
            if not place & OFTEN:
                check()
            if self.events[place][2] & 1:
                yield place

    def others(self, place: int) -> list[int]:
        """Return the steps that events at the same time can fill, without one of them."""
        others = list(self.masks[self.group[place]])
        others.remove(self.events[place][2])
        return others


class Finder(Protocol):
    """A way to find attempts."""

    def best(self, start: int, end: int) -> Attempt | None:
        """Return the deepest attempt that begins in between; among equals, the earliest."""
        ...

    def opened(self, place: int, since: int) -> tuple[Attempt, int]:
        """Return the best attempt that begins with an event, and the group that ends it.

        Args:
            since: the first group that it may use.
        """
        ...


def _breaking(order: str, steps: int, masks: Sequence[int]) -> int:
    """Return the gaps that simultaneous events spoil because of an order, as bits.

    Args:
        order: one of BROKEN, but not "sequential", in which every event spoils every gap.
    """
    own = [mask & (1 << steps) - 1 for mask in masks]
    lowest = [mask & -mask for mask in own if mask]
    if not lowest:
        return 0
    if order == "strict_order":
        return -1
    if order == "strict_deduplication":
        return -(min(lowest) << 1)
    return max(lowest) - 1


def _united(masks: list[int]) -> int:
    bits = 0
    for mask in masks:
        bits |= mask
    return bits


def filling(filled: int, steps: int, masks: Sequence[int]) -> int:
    """Return how many steps are filled if events with equal times fill one step each."""
    if len(masks) == 1:
        return filled + (filled < steps and masks[0] >> filled & 1)
    owners: dict[int, int] = {}

    def fitting(step: int) -> Iterator[int]:
        return (event for event, mask in enumerate(masks) if mask >> step & 1)

    while filled < steps and assigned(filled, fitting, owners):
        filled += 1
    return filled


def assigned(
    step: int,
    fitting: Callable[[int], Iterable[int]],
    owners: dict[int, int],
    tried: set[int] | None = None,
) -> bool:
    """Assign an event to a step, moving other steps to other events if that frees one.

    Args:
        fitting: returns the events that can fill a step, best first.
        owners: the step that each event fills so far; it is modified.
        tried: the events already tried in vain.

    Returns:
        Whether the step is filled.
    """
    tried = set() if tried is None else tried
    for event in fitting(step):
        if event in tried:
            continue
        tried.add(event)
        if event not in owners or assigned(owners[event], fitting, owners, tried):
            owners[event] = step
            return True
    return False
