"""Reported attempts at funnels that are not merely in order (semantics 6.3), of one actor.

`chained` serves steps in order of which some gaps must be free of some events, and steps that
follow each other with nothing between; `gathered` serves steps in any order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.engines.attempts import Attempt, Event, filling

Times = tuple[int, ...]
Reach = tuple[int, int]
"""Places in the list of events, half-open."""


@dataclass(frozen=True)
class _Group:
    """The events of one time: their masks, and the gaps they spoil (bit 1 for steps 1 to 2)."""

    ts: int
    masks: list[int] = field(default_factory=list)


def chained(
    steps: int, window: int, start: int, end: int, events: Sequence[Event], *, strict: bool
) -> Attempt | None:
    """Return the deepest attempt in order, of these the one with the earliest event and times.

    Args:
        events: one actor's, in order of (ts, id); bit `steps + g` of a mask says that the event
            must not lie between steps g and g + 1.
        strict: whether no event at all may lie between two steps.
    """
    groups: list[_Group] = []
    best: Attempt | None = None
    for ts, _, mask in events:
        if not groups or groups[-1].ts != ts:
            groups.append(_Group(ts))
        groups[-1].masks.append(mask)
    place = -1
    for ts, id_, mask in events:
        place += place < 0 or ts != groups[place].ts
        if not mask & 1 or not start <= ts < end:
            continue
        times = _chain(steps, ts + window, groups, place, mask, strict)
        if best is None or len(times) > len(best.times):
            best = Attempt(id_, times, ts)
            if len(times) == steps:
                break
    return best


def _chain(
    steps: int, deadline: int, groups: list[_Group], place: int, mask: int, strict: bool
) -> Times:
    """Fill steps from a first event with this mask in the group at this place.

    Filling as much as possible at once may leave nothing for the time after, so every number of
    steps that can have been filled is kept, each with its earliest times.
    """
    others = list(groups[place].masks)
    others.remove(mask)
    alive = {n: (groups[place].ts,) * n for n in range(1, filling(1, steps, others) + 1)}
    best = alive[max(alive)]
    for at in range(place + 1, len(groups)):
        group = groups[at]
        if not alive or group.ts > deadline:
            break
        further = _further(steps, alive, group)
        spoiled = -1 if strict else _spoiled(steps, group.masks)
        kept = {n: times for n, times in alive.items() if not spoiled >> n & 1}
        alive = {n: min(t[n] for t in (kept, further) if n in t) for n in {*kept, *further}}
        best = min([best, *further.values()], key=lambda times: (-len(times), times))
    return best


def _further(steps: int, alive: dict[int, Times], group: _Group) -> dict[int, Times]:
    found: dict[int, Times] = {}
    for filled, times in alive.items():
        for reached in range(filled + 1, filling(filled, steps, group.masks) + 1):
            longer = times + (group.ts,) * (reached - filled)
            found[reached] = min(longer, found.get(reached, longer))
    return found


def _spoiled(steps: int, masks: list[int]) -> int:
    gaps = 0
    for mask in masks:
        gaps |= mask >> steps
    return gaps


def gathered(
    steps: int, window: int, start: int, end: int, events: Sequence[Event]
) -> Attempt | None:
    """Return the largest set of events that fill steps 1 to k, the earliest of these.

    Its times are those of its events, ascending. Of several sets the one with the earliest event
    of step 1 is reported, then of step 2 and so on.

    Args:
        events: one actor's, in order of (ts, id); a bit from `steps` on in a mask says that the
            event must not lie between the first and the last of the set.
    """
    return _Gathering(steps, window, start, end, events).best()


class _Gathering:
    """One actor's events, and the stretches of them that a set may lie in.

    A stretch begins with an event and ends with the window, or with the first spoiling event
    after its beginning. Bounds limit which events may fill each step.
    """

    def __init__(
        self, steps: int, window: int, start: int, end: int, events: Sequence[Event]
    ) -> None:
        self.events = events
        self.times = [ts for ts, _, _ in events]
        self.fits = [[p for p, e in enumerate(events) if e[2] >> k & 1] for k in range(steps)]
        everything = (0, len(events))
        self.bounds = [everything] * steps
        self.bounds[0] = (bisect_left(self.times, start), bisect_left(self.times, end))
        self.spoiling = [ts for ts, _, mask in events if mask >> steps]
        self.window = window

    def best(self) -> Attempt | None:
        """Return the reported set."""
        stretches = list(self._stretches())
        depths = [self._depth(stretch, self.bounds) for stretch in stretches]
        depth = max(depths, default=0)
        if not depth:
            return None
        bounds = self.bounds[:depth]
        good = [s for s, d in zip(stretches, depths, strict=True) if d == depth]
        for step in range(depth):
            good, bounds = self._settled(step, good, bounds)
        first = self.events[bounds[0][0]]
        return Attempt(first[1], tuple(sorted(self.times[low] for low, _ in bounds)), first[0])

    def _stretches(self) -> Iterator[Reach]:
        before = None
        for place, ts in enumerate(self.times):
            if ts == before:
                continue
            before, last = ts, ts + self.window
            spoiled = bisect_right(self.spoiling, ts)
            if spoiled < len(self.spoiling):
                last = min(last, self.spoiling[spoiled])
            yield place, bisect_right(self.times, last)

    def _settled(
        self, step: int, good: list[Reach], bounds: list[Reach]
    ) -> tuple[list[Reach], list[Reach]]:
        """Bind a step to its earliest event, step 1 to one, others to all of that time."""
        found: Reach | None = None
        for stretch in good:
            if found and stretch[0] >= found[0]:
                break
            for place in self._candidates(step, stretch, bounds):
                if found and place >= found[0]:
                    break
                reach = self._at(step, place)
                if self._complete(stretch, [*bounds[:step], reach, *bounds[step + 1 :]]):
                    found = reach
                    break
        assert found is not None
        bounds = [*bounds[:step], found, *bounds[step + 1 :]]
        return [stretch for stretch in good if self._complete(stretch, bounds)], bounds

    def _at(self, step: int, place: int) -> Reach:
        if not step:
            return place, place + 1
        ts = self.times[place]
        return bisect_left(self.times, ts), bisect_right(self.times, ts)

    def _complete(self, stretch: Reach, bounds: list[Reach]) -> bool:
        return self._depth(stretch, bounds) == len(bounds)

    def _depth(self, stretch: Reach, bounds: list[Reach]) -> int:
        """Return how many steps, from the first on, can have events of their own."""
        candidates: list[Sequence[int]] = []
        owners: dict[int, int] = {}
        for step in range(len(bounds)):
            candidates.append(self._candidates(step, stretch, bounds))
            if not _give(step, candidates, owners, set()):
                return step
        return len(bounds)

    def _candidates(self, step: int, stretch: Reach, bounds: list[Reach]) -> Sequence[int]:
        """Return the first events for a step, one for each step: others can take no more."""
        fits = self.fits[step]
        low = bisect_left(fits, max(stretch[0], bounds[step][0]))
        high = bisect_left(fits, min(stretch[1], bounds[step][1]))
        return fits[low : min(high, low + len(bounds))]


def _give(
    step: int, candidates: list[Sequence[int]], owners: dict[int, int], tried: set[int]
) -> bool:
    """Give a step an event, moving other steps to other events where that frees one."""
    for place in candidates[step]:
        if place in tried:
            continue
        tried.add(place)
        if place not in owners or _give(owners[place], candidates, owners, tried):
            owners[place] = step
            return True
    return False
