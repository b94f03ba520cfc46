"""Attempts of one actor at funnels with constraints beyond order (definitions 6.3).

`Chains` handles ordered steps with gaps that must be free of certain events: excluded ones, or
those that their order does not allow; `Scopes` drops attempts because of events inside them. Both
take time proportional to the number of events.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from core.sequences.model import OFTEN, Attempt, Check, Search, Story

NEVER = 2**62
"""A time after all others, in ms."""

LONG = 50
"""How many groups may be walked again before all starts are considered at once."""

Times = tuple[int, ...]


@dataclass(frozen=True)
class Chains:
    """Ordered attempts that events in between can spoil.

    An attempt with n steps filled is alive until a group spoils its gap n. Filling as many steps as
    possible at once may leave nothing for later, so every possible number of filled steps is kept.
    """

    search: Search
    story: Story
    check: Check

    def best(self, start: int, end: int) -> Attempt | None:
        """See Finder: from each start or, if that takes long, from all at once."""
        best, work = None, 0
        for place in self.story.starts(start, end, self.check):
            times, over = self._chain(place)
            if best is None or len(times) > best.depth:
                best = Attempt(place, times)
                if len(times) == self.search.steps:
                    break
            work += over - self.story.group[place]
            if work > LONG + len(self.story.moments):
                return self._best_of_all(start, end)
        return best

    def _best_of_all(self, start: int, end: int) -> Attempt:
        """Return how deep any attempt gets, from the first start that gets there."""
        starts: dict[int, list[int]] = {}
        for place in self.story.starts(start, end, self.check):
            starts.setdefault(self.story.group[place], []).append(place)
        depth = self._deepest(starts)
        first = self._earliest(starts, depth)
        return Attempt(first, self._chain(first)[0])

    def opened(self, place: int, since: int) -> tuple[Attempt, int]:
        """See Finder."""
        times, over = self._chain(place)
        return Attempt(place, times), over

    def _fillings(self, places: list[int]) -> dict[int, int]:
        """Return how many steps the instant of a start can fill, once for each kind of start."""
        found: dict[int, int] = {}
        kinds: dict[int, int] = {}
        for place in places:
            mask = self.story.events[place][2]
            if mask not in kinds:
                kinds[mask] = self.story.begun(place)
                found[place] = kinds[mask]
        return found

    def _deepest(self, starts: dict[int, list[int]]) -> int:
        """Return how many steps the deepest attempt fills.

        Going forward, keeps for each number of filled steps the latest start that is alive, which
        has the most time left.
        """
        steps, window, story = self.search.steps, self.search.window, self.story
        latest, depth, last = [-NEVER] * (steps + 1), 0, max(starts)
        for group in range(min(starts), len(story.moments)):
            if not group & OFTEN:
                self.check()
            moment, spoiled = story.moments[group], self.story.spoiled[group]
            alive = [n for n in range(1, steps) if latest[n] >= moment - window]
            if group > last and not alive:
                break
            before, latest = latest, [-NEVER] * (steps + 1)
            for n in alive:
                if not spoiled >> n & 1:
                    latest[n] = max(latest[n], before[n])
                for reached in range(n + 1, story.filled(n, story.masks[group]) + 1):
                    latest[reached] = max(latest[reached], before[n])
                    depth = max(depth, reached)
            if group in starts:
                reached = max(self._fillings(starts[group]).values())
                latest[1 : reached + 1] = [moment] * reached
                depth = max(depth, reached)
            if depth == steps:
                break
        return depth

    def _earliest(self, starts: dict[int, list[int]], depth: int) -> int:
        """Return the position of the first start from which so many steps can be filled.

        Going backward, keeps for each number of steps filled before a group the earliest time at
        which the groups from there on fill the last step.
        """
        window, story = self.search.window, self.story
        ends, found = [NEVER] * (depth + 1), -1
        last = bisect_right(story.moments, story.moments[max(starts)] + window)
        for group in range(last - 1, min(starts) - 1, -1):
            if not group & OFTEN:
                self.check()
            moment, spoiled = story.moments[group], self.story.spoiled[group]
            if group in starts:
                for place, filled in reversed(self._fillings(starts[group]).items()):
                    in_time = any(ends[n] <= moment + window for n in range(1, filled + 1)[:depth])
                    found = place if filled >= depth or in_time else found
            after, ends = ends, [NEVER] * (depth + 1)
            for n in range(1, depth):
                if not spoiled >> n & 1:
                    ends[n] = after[n]
                for reached in range(n + 1, story.filled(n, story.masks[group], depth) + 1):
                    ends[n] = min(ends[n], moment if reached == depth else after[reached])
        return found

    def _chain(self, start: int) -> tuple[Times, int]:
        """Fill steps from a first event; return their times and the group that ends the attempt."""
        steps, story = self.search.steps, self.story
        first = story.group[start]
        moment = story.moments[first]
        filled = story.begun(start)
        alive = {n: (moment,) * n for n in range(1, filled + 1)}
        best = alive[filled]
        if filled == steps:
            return best, first + 1
        last = bisect_right(story.moments, moment + self.search.window)
        fits, gaps, living = story.fits, story.spoiled, sum(1 << n for n in alive)
        for group in range(first + 1, last):
            if not group & OFTEN:
                self.check()
            spoiled = gaps[group]
            if not (fits[group] | spoiled) & living:
                continue
            further = self._further(alive, group)
            kept = {n: times for n, times in alive.items() if not spoiled >> n & 1}
            alive = {n: min(t[n] for t in (kept, further) if n in t) for n in {*kept, *further}}
            best = min([best, *further.values()], key=lambda times: (-len(times), times))
            if len(best) == steps:
                return best, group + 1
            if not alive:
                return best, group
            living = sum(1 << n for n in alive)
        return best, last

    def _further(self, alive: dict[int, Times], group: int) -> dict[int, Times]:
        moment, masks = self.story.moments[group], self.story.masks[group]
        found: dict[int, Times] = {}
        for filled, times in alive.items():
            for reached in range(filled + 1, self.story.filled(filled, masks) + 1):
                longer = times + (moment,) * (reached - filled)
                found[reached] = min(longer, found.get(reached, longer))
        return found


class Scopes:
    """The events that an attempt must not have between two steps."""

    def __init__(self, search: Search, story: Story) -> None:
        self.search = search
        self.spoiling: list[list[int]] = [
            [
                ts
                for ts, (_, _, mask) in zip(story.times, story.events, strict=True)
                if mask >> search.steps + number & 1
            ]
            for number in range(len(search.scopes))
        ]

    def spoil(self, attempt: Attempt) -> bool:
        """Return whether such an event lies in any scope.

        A scope whose last step was not reached lasts until the window ends; one whose first step
        was not reached has not begun. In any order a scope is the whole attempt.
        """
        over = attempt.times[0] + self.search.window
        for (first, last), times in zip(self.search.scopes, self.spoiling, strict=True):
            if self.search.order == "unordered":
                used = sorted(attempt.times)
                if _any(times, used[0], used[-1] - 1):
                    return True
                if attempt.depth < self.search.steps and _any(times, attempt.times[0], over):
                    return True
            elif attempt.depth >= first:
                reached = attempt.depth >= last
                end = attempt.times[last - 1] - 1 if reached else over
                if _any(times, attempt.times[first - 1], end):
                    return True
        return False


def _any(times: list[int], after: int, last: int) -> bool:
    """Whether one of ascending times lies after the first instant and not after the last."""
    return bisect_right(times, last) > bisect_right(times, after)
