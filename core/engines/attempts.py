"""The reported attempt at a funnel of one actor (semantics 6.3), as an SQL function.

`reported` serves funnels in order, core/engines/attempts_order.py all others.

Events of equal time form a group that may fill several steps, in any order, each event one step.
From a given first event, filling as many steps as possible in every group, earliest group first,
is best for every step at once, so one walk over the groups finds the deepest attempt and its
earliest times.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

Event = tuple[int, int, int]
"""ts in ms, id, and the steps it can fill: bit 0 for step 1 and so on.

Bits after those of the steps say where it must not lie (attempts_order.chained)."""


@dataclass(frozen=True)
class Attempt:
    """How far one actor came.

    Attributes:
        first: id of the event that filled step 1.
        times: ms of the event of each step that was reached, ascending.
        entered: ms of the event of step 1.
    """

    first: int
    times: tuple[int, ...]
    entered: int


@dataclass
class _Groups:
    """Events by time: the times, the masks at each, and where each step can be filled."""

    times: list[int] = field(default_factory=list)
    masks: list[list[int]] = field(default_factory=list)
    places: list[list[int]] = field(default_factory=list)


def funnel_attempt(
    order: str,
    steps: int,
    window: int,
    start: int,
    end: int,
    times: str,
    ids: str,
    masks: str,
) -> str | None:
    """Return what was reported as JSON, or NULL without an event of step 1.

    That is [id of the event of step 1, its time, time of the first event, of the second, ...].

    Args:
        order: "ordered", "unordered" or "sequential".
        window: ms from the first step to the last, inclusive.
        start, end: ms between which step 1 must lie, half-open.
        times, ids, masks: JSON arrays with one element per event.
    """
    rows = zip(orjson.loads(times), orjson.loads(ids), orjson.loads(masks), strict=True)
    found = _find(order, steps, window, start, end, sorted(rows))
    return orjson.dumps([found.first, found.entered, *found.times]).decode() if found else None


def _find(
    order: str, steps: int, window: int, start: int, end: int, events: Sequence[Event]
) -> Attempt | None:
    from core.engines.attempts_order import chained, gathered

    if order == "unordered":
        return gathered(steps, window, start, end, events)
    strict = order == "sequential"
    if strict or any(mask >> steps for _, _, mask in events):
        return chained(steps, window, start, end, events, strict=strict)
    return reported(steps, window, start, end, events)


def reported(
    steps: int, window: int, start: int, end: int, events: Sequence[Event]
) -> Attempt | None:
    """Return the deepest attempt, of these the one with the earliest first event and times.

    Args:
        events: one actor's, in order of (ts, id).
    """
    groups = _grouped(steps, events)
    best: Attempt | None = None
    place = -1
    for ts, id_, mask in events:
        place += place < 0 or ts != groups.times[place]
        if not mask & 1 or not start <= ts < end:
            continue
        times = _walk(steps, ts + window, groups, place, mask)
        if best is None or len(times) > len(best.times):
            best = Attempt(id_, times, ts)
            if len(times) == steps:
                break
    return best


def _grouped(steps: int, events: Sequence[Event]) -> _Groups:
    groups = _Groups(places=[[] for _ in range(steps)])
    for ts, _, mask in events:
        if not groups.times or groups.times[-1] != ts:
            groups.times.append(ts)
            groups.masks.append([])
        groups.masks[-1].append(mask)
        place = len(groups.times) - 1
        for step, places in enumerate(groups.places):
            if mask >> step & 1 and (not places or places[-1] != place):
                places.append(place)
    return groups


def _walk(steps: int, deadline: int, groups: _Groups, place: int, mask: int) -> tuple[int, ...]:
    """Fill steps from a first event with this mask in the group at this place."""
    others = list(groups.masks[place])
    others.remove(mask)
    filled = filling(1, steps, others)
    times = [groups.times[place]] * filled
    while filled < steps:
        places = groups.places[filled]
        at = bisect_right(places, place)
        if at == len(places) or groups.times[places[at]] > deadline:
            break
        place = places[at]
        reached = filling(filled, steps, groups.masks[place])
        times += [groups.times[place]] * (reached - filled)
        filled = reached
    return tuple(times)


def filling(filled: int, steps: int, masks: Sequence[int]) -> int:
    """Return how many steps are filled once events of equal time were given one step each."""
    if len(masks) == 1:
        return filled + (filled < steps and masks[0] >> filled & 1)
    owners: dict[int, int] = {}
    while filled < steps and _give(filled, masks, owners, set()):
        filled += 1
    return filled


def _give(step: int, masks: Sequence[int], owners: dict[int, int], tried: set[int]) -> bool:
    """Give a step an event, moving other steps to other events where that frees one."""
    for event, mask in enumerate(masks):
        if not mask >> step & 1 or event in tried:
            continue
        tried.add(event)
        if event not in owners or _give(owners[event], masks, owners, tried):
            owners[event] = step
            return True
    return False
