"""One actor's attempts at a funnel (definitions 6.3), as an SQL function.

core/sequences/ordered.py finds ordered attempts, constrained.py and unordered.py those with other
requirements; held.py splits an actor's events by held values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import orjson

from core.sequences.constrained import Chains, Scopes
from core.sequences.few_events import few, suits
from core.sequences.held import by_value
from core.sequences.model import (
    BROKEN,
    Attempt,
    Check,
    Event,
    Finder,
    Search,
    Story,
)
from core.sequences.ordered import Walks
from core.sequences.path import path_of
from core.sequences.unordered import Gatherings


def funnel_attempts(
    check: Check, spec: str, times: str, seqs: str, masks: str, held: str | None
) -> str:
    """Return the reported attempts, as JSON.

    Each is [held values as JSON or null, time of step 1, seq of its event, that event's ts, path,
    time of the first event, of the second, ...]; a path has [ts, seq, step] per event, by time.

    Args:
        spec: a Search as JSON.
        times, seqs, masks: JSON arrays with one element per event.
        held: a JSON array of the held values per event, or NULL.
    """
    search = search_of(spec)
    rows: Sequence[Any] = list(
        zip(orjson.loads(times), orjson.loads(seqs), orjson.loads(masks), strict=True)
    )
    if held is None:
        found = told(search, None, sorted(rows), check)
    else:
        found = [
            row
            for value, own in by_value(rows, orjson.loads(held), check).items()
            for row in told(search, value, own, check)
        ]
    return orjson.dumps(found).decode()


@lru_cache(maxsize=64)
def search_of(spec: str) -> Search:
    """Return the search that JSON describes."""
    given = orjson.loads(spec)
    given["cuts"] = tuple(given["cuts"])
    given["scopes"] = tuple((first, last) for first, last in given["scopes"])
    return Search(**given)


def told(
    search: Search, value: str | None, events: Sequence[Event], check: Check
) -> list[list[Any]]:
    """Return the rows of one actor, or of one of their held values; see `funnel_attempts`.

    Args:
        events: in order.
    """

    found = few(search, events) if suits(search) else None
    if found is not None:
        return [
            [value, a.times[0], events[a.first][1], events[a.first][0], None, *a.times]
            for a in found
        ]
    story = Story.of(search, events)
    rows = []
    for attempt in attempts(search, story, check):
        ts, seq, _ = events[attempt.first]
        path = None
        if search.path:
            path = path_of(story, attempt)
        rows.append([value, attempt.times[0], seq, ts, path, *sorted(attempt.times)])
    return rows


def attempts(search: Search, story: Story, check: Check) -> list[Attempt]:
    """Return the reported attempts in one actor's events.

    Attempts dropped because of an event inside a scope are left out.
    """
    finder = _finder(search, story, check)
    found = list(_in_turn(search, story, finder, check) if search.totals else _each(search, finder))
    if search.scopes and found:
        scopes = Scopes(search, story)
        return [attempt for attempt in found if not scopes.spoil(attempt)]
    return found


def _finder(search: Search, story: Story, check: Check) -> Finder:

    if search.order == "unordered":
        return Gatherings(search, story, check)
    spoiled = search.gaps and any(mask >> search.steps for _, _, mask in story.events)
    if search.order in BROKEN or spoiled:
        return Chains(search, story, check)
    return Walks(search, story, check)


def _each(search: Search, finder: Finder) -> Iterator[Attempt]:
    for start, end in pairwise(search.cuts):
        found = finder.best(start, end)
        if found:
            yield found


def _in_turn(search: Search, story: Story, finder: Finder, check: Check) -> Iterator[Attempt]:
    since = 0
    for place in story.starts(search.cuts[0], search.cuts[-1], check):
        if story.group[place] >= since:
            found, since = finder.opened(place, since)
            yield found
