"""The attempt of an actor with few events, found without grouping them."""

from __future__ import annotations

from collections.abc import Sequence

from core.sequences.model import Attempt, Event, Search

FEW = 40
"""Up to this many events, checking all of them for each start is cheaper than grouping them."""


STEADY = ("ordered", "strict_increase")
"""Orders that are the same unless events have equal times."""


def suits(search: Search) -> bool:
    """Whether a search is one that `few` can answer."""
    usual = search.order in STEADY and search.tick == 1 and len(search.cuts) == 2
    return usual and not (search.totals or search.scopes or search.path)


def few(search: Search, events: Sequence[Event]) -> list[Attempt] | None:
    """Return the same as core.sequences.search.attempts; None if this simple search is not enough.

    That is the case with many events, with two at one time, or with some that spoil gaps.
    """
    steps, before = search.steps, None
    if len(events) > FEW:
        return None
    for ts, _, mask in events:
        if ts == before or mask >> steps:
            return None
        before = ts
    start, end = search.cuts
    best: Attempt | None = None
    for place, (ts, _, mask) in enumerate(events):
        if not mask & 1 or not start <= ts < end:
            continue
        times = _walk(steps, ts + search.window, events, place)
        if best is None or len(times) > best.depth:
            best = Attempt(place, tuple(times))
            if len(times) == steps:
                break
    return [best] if best else []


def _walk(steps: int, deadline: int, events: Sequence[Event], place: int) -> list[int]:
    times, filled = [events[place][0]], 1
    for later in range(place + 1, len(events)):
        ts, _, mask = events[later]
        if ts > deadline or filled == steps:
            break
        if mask >> filled & 1:
            times.append(ts)
            filled += 1
    return times
