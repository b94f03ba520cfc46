"""Attempts of one actor at funnels in any order (definitions 6.3)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from core.sequences.model import OFTEN, Attempt, Check, Search, Story, assigned

Reach = tuple[int, int]
"""Positions in the list of events, half-open."""


class Gatherings:
    """The largest sets of events that fill steps 1 to k, and the earliest of them.

    Among several sets the one with the earliest event of step 1 is reported, then of step 2, and so
    on. A set lies in a stretch, which begins with an event and ends with the window, or with the
    first spoiling event after its beginning. Bounds limit which events may fill each step.
    """

    def __init__(self, search: Search, story: Story, check: Check) -> None:
        self.search, self.story, self.check = search, story, check
        self.times = story.times
        events = story.events
        self.fits = [
            [place for place, event in enumerate(events) if event[2] >> step & 1]
            for step in range(search.steps)
        ]
        self.spoiling = [
            ts
            for ts, (_, _, mask) in zip(story.times, events, strict=True)
            if search.gaps and mask >> search.steps
        ]

    def best(self, start: int, end: int) -> Attempt | None:
        """See Finder."""
        events = self.story.events
        starts = bisect_left(events, (start,)), bisect_left(events, (end,))
        return self._best(starts, (0, len(events)))

    def opened(self, place: int, since: int) -> tuple[Attempt, int]:
        """See Finder; an incomplete attempt ends with the first spoiling event after step 1."""
        first = bisect_left(self.story.group, since)
        found = self._best((place, place + 1), (first, len(self.times)))
        assert found is not None
        moments, entered = self.story.moments, self.times[place]
        if found.depth == self.search.steps:
            return found, bisect_right(moments, max(found.times))
        over = bisect_right(moments, entered + self.search.window)
        spoiled = bisect_right(self.spoiling, entered)
        if spoiled < len(self.spoiling):
            over = min(over, bisect_left(moments, self.spoiling[spoiled]))
        return found, over

    def _best(self, starts: Reach, others: Reach) -> Attempt | None:
        """Return the reported set among those that begin and use events at these positions."""
        fits = self.fits[0]
        low, high = bisect_left(fits, starts[0]), bisect_left(fits, starts[1])
        if low == high:
            return None
        bounds = [others] * self.search.steps
        bounds[0] = (fits[low], fits[high - 1] + 1)
        depth, good = self._deepest(bounds, others)
        bounds = bounds[:depth]
        for step in range(depth):
            good, bounds = self._settled(step, good, bounds)
        return Attempt(bounds[0][0], tuple(self.times[low] for low, _ in bounds))

    def _deepest(self, bounds: list[Reach], others: Reach) -> tuple[int, list[Reach]]:
        """Return how many steps a set can fill, and the stretches in which that many can be filled.

        Once a stretch has all steps, those that begin after its event of step 1 do not matter.
        """
        good: list[Reach] = []
        depth, last = 0, len(self.times)
        for stretch in self._stretches(bounds[0], others):
            if stretch[0] > last:
                break
            reached = self._depth(stretch, bounds)
            if reached > depth:
                depth, good = reached, []
                if depth == self.search.steps:
                    last = self._settled(0, [stretch], bounds)[1][0][0]
            if reached == depth:
                good.append(stretch)
        return depth, good

    def _stretches(self, starts: Reach, others: Reach) -> Iterator[Reach]:
        """Yield the stretches that can contain an event of step 1."""
        times = self.times
        first = bisect_left(times, times[starts[0]] - self.search.window)
        before = None
        for place in range(max(first, others[0]), bisect_right(times, times[starts[1] - 1])):
            if times[place] == before:
                continue
            before, last = times[place], times[place] + self.search.window
            spoiled = bisect_right(self.spoiling, before)
            if spoiled < len(self.spoiling):
                last = min(last, self.spoiling[spoiled])
            yield place, bisect_right(times, last)

    def _settled(
        self, step: int, good: list[Reach], bounds: list[Reach]
    ) -> tuple[list[Reach], list[Reach]]:
        """Bind a step to its earliest event: step 1 to a single one, others to all at that time."""
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
        """Return how many steps, from the first on, can have an event each."""
        if not stretch[0] & OFTEN:
            self.check()
        candidates: list[Sequence[int]] = []
        owners: dict[int, int] = {}
        for step in range(len(bounds)):
            candidates.append(self._candidates(step, stretch, bounds))
            if not assigned(step, candidates.__getitem__, owners):
                return step
        return len(bounds)

    def _candidates(self, step: int, stretch: Reach, bounds: list[Reach]) -> Sequence[int]:
        """Return the first events for a step, one for each step, as others cannot take more."""
        fits = self.fits[step]
        low = bisect_left(fits, max(stretch[0], bounds[step][0]))
        high = bisect_left(fits, min(stretch[1], bounds[step][1]))
        return fits[low : min(high, low + len(bounds))]
