"""Attempts of one actor at ordered funnels that no event can spoil (definitions 6.3).

From a given first event, filling as many steps as possible in every group of equal times, earliest
group first, is optimal for every step at once, so one walk over the groups finds the deepest
attempt and its earliest times.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from core.sequences.model import (
    Attempt,
    Check,
    Search,
    Story,
)


@dataclass(frozen=True)
class Walks:
    """Ordered attempts that no event can spoil."""

    search: Search
    story: Story
    check: Check

    def best(self, start: int, end: int) -> Attempt | None:
        """See Finder."""
        best: Attempt | None = None
        for place in self.story.starts(start, end, self.check):
            times = self._walk(place)
            if best is None or len(times) > best.depth:
                best = Attempt(place, times)
                if len(times) == self.search.steps:
                    break
        return best

    def opened(self, place: int, since: int) -> tuple[Attempt, int]:
        """See Finder."""
        times, moments = self._walk(place), self.story.moments
        complete = len(times) == self.search.steps
        last = times[-1] if complete else self.story.times[place] + self.search.window
        return Attempt(place, times), bisect_right(moments, last)

    def _walk(self, start: int) -> tuple[int, ...]:
        """Fill steps from a first event."""
        steps, story = self.search.steps, self.story
        place = story.group[start]
        deadline = story.moments[place] + self.search.window
        filled = story.begun(start)
        times = [story.moments[place]] * filled
        while filled < steps:
            places = story.places[filled]
            at = bisect_right(places, place)
            if at == len(places) or story.moments[places[at]] > deadline:
                break
            place = places[at]
            reached = story.filled(filled, story.masks[place])
            times += [story.moments[place]] * (reached - filled)
            filled = reached
        return tuple(times)
