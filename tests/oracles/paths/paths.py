"""Slow, obvious paths (definitions 11.1): every path spelled out as a list of event names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.oracles.conditions import matching
from tests.oracles.seen import Seen, as_asked
from tests.oracles.times import span_of, within
from tests.worlds.world import World


@dataclass(frozen=True)
class Path:
    """Whose it is, its events in the order they are followed, and whether it got to the target."""

    actor: str
    events: tuple[str, ...]
    reached: bool


@as_asked
def paths(world: World, question: Any, hidden: frozenset[str] = frozenset()) -> list[Path]:
    """All paths of a question; `hidden` are the events left out of flows."""
    backward = question.from_ is None
    anchor = question.to if backward else question.from_
    target = question.to if question.from_ and question.to else None
    seen = matching(world, None, question.conditions)
    seen = [e for e in seen if e.name not in hidden or e.name in (anchor, target)]
    if backward:
        seen = seen[::-1]
    span = span_of(world, question)
    return [
        _path(question, path, target)
        for actor in sorted({e.actor for e in seen if e.actor is not None})
        for path in _of_person(question, [e for e in seen if e.actor == actor], anchor, span)
    ]


def _of_person(question: Any, own: list[Seen], anchor: str, span: Any) -> list[list[Seen]]:
    """The events of each path of a person, repeated ones included."""
    found: list[list[Seen]] = []
    for place, event in enumerate(own):
        if event.name != anchor or not within([event], span.start, span.end):
            continue
        if question.scope == "session" and event.session is None:
            continue
        inside = any(event in path for path in found)
        if inside or (found and question.count_by == "uniques"):
            continue
        found.append([e for e in own[place:] if _in_scope(question, event, e)])
    return found


def _in_scope(question: Any, start: Seen, event: Seen) -> bool:
    if question.scope == "session":
        return event.session == start.session
    return abs(event.ts - start.ts) <= question.scope * 1000


def _path(question: Any, events: list[Seen], target: str | None) -> Path:
    names: list[str] = []
    for event in events:
        if question.collapse and names and names[-1] == event.name:
            continue
        names.append(event.name)
        if len(names) > 1 and event.name == target:
            return Path(str(event.actor), tuple(names), True)
    return Path(str(events[0].actor), tuple(names), False)
