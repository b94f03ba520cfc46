"""The events used by one actor's attempt at a funnel."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from core.sequences.model import Attempt, Story, filling


def path_of(story: Story, attempt: Attempt) -> list[list[int]]:
    """Return [ts, seq, step] of each event of an attempt, by time and arrival; steps from 1.

    Among simultaneous events that can fill a step, the first to arrive that leaves events for the
    other steps is used; earlier steps choose first.
    """
    used = {attempt.first}
    found = [(attempt.first, 1)]
    for step in range(1, attempt.depth):
        moment = attempt.times[step]
        low, high = bisect_left(story.times, moment), bisect_right(story.times, moment)
        free = [place for place in range(low, high) if place not in used]
        place = next(p for p in free if _leaves_enough(story, attempt, step, free, p))
        used.add(place)
        found.append((place, step + 1))
    return [[*story.events[place][:2], step] for place, step in sorted(found)]


def _leaves_enough(story: Story, attempt: Attempt, step: int, free: list[int], used: int) -> bool:
    """Whether an event can fill a step while others fill the later steps of the same time."""
    if not story.events[used][2] >> step & 1:
        return False
    later = [s for s in range(step + 1, attempt.depth) if attempt.times[s] == attempt.times[step]]
    masks = [
        sum((story.events[p][2] >> s & 1) << bit for bit, s in enumerate(later))
        for p in free
        if p != used
    ]
    return filling(0, len(later), masks) == len(later)
