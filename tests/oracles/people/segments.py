"""The built-in segments (definitions 5.1), in plain loops."""

from __future__ import annotations

from typing import Any

from core.timeframe import Span
from tests.oracles.conditions import matching, people_of
from tests.oracles.seen import Seen, as_asked, calendar_of, local_day
from tests.oracles.times import span_of
from tests.worlds.world import World

LIFECYCLE = ("new", "returning", "dormant", "churned")
ENGAGEMENT = ("one_timer", "casual", "regular", "power_user")


@as_asked
def segments(world: World, question: Any, members: set[str] | None = None) -> dict[str, set[str]]:
    """The people of each segment, and those without a session in the range."""
    span = span_of(world, question)
    day = min(span.last_day, local_day(world.now, calendar_of(world)))
    items = matching(world, None, question.conditions, members)
    found: dict[str, set[str]] = {key: set() for key in (*LIFECYCLE, *ENGAGEMENT, "no_sessions")}
    for actor in people_of(item for item in items if item.day <= day):
        days = [item.day for item in items if item.actor == actor and item.day <= day]
        found[_stage(day - min(days), day - max(days))].add(actor)
    for actor, count in _session_counts(world, items, span, day).items():
        found[_engagement(count)].add(actor)
    engaged = set().union(*(found[key] for key in ENGAGEMENT))
    found["no_sessions"] = set().union(*(found[key] for key in LIFECYCLE)) - engaged
    return found


def _stage(first_age: int, last_age: int) -> str:
    if first_age <= 7:
        return "new"
    if last_age <= 7:
        return "returning"
    return "dormant" if last_age <= 30 else "churned"


def _engagement(sessions: int) -> str:
    if sessions == 1:
        return "one_timer"
    if sessions <= 4:
        return "casual"
    return "regular" if sessions <= 14 else "power_user"


def _session_counts(world: World, items: list[Seen], span: Span, day: int) -> dict[str, int]:
    """Sessions of each person that hold a matching event and begin in the range."""
    began: dict[tuple[str, object], Seen] = {}
    for item in matching(world):
        if item.session is not None:
            began.setdefault(item.session, item)
    counts: dict[str, int] = {}
    for session in {item.session for item in items} - {None}:
        start = began[session]  # type: ignore[index]
        if span.start <= start.ts < span.end and start.day <= day:
            counts[str(start.actor)] = counts.get(str(start.actor), 0) + 1
    return counts
