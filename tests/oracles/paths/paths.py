"""Slow, obvious paths (definitions 11.1): each spelled out, as names of events or as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.oracles.conditions import label_of, matching, value_of
from tests.oracles.seen import Seen, as_asked
from tests.oracles.times import span_of, within
from tests.worlds.world import World


@dataclass(frozen=True)
class Path:
    """Whose it is, its events or values in the order they are followed, and whether it got to the
    target.
    """

    actor: str
    events: tuple[str, ...]
    reached: bool


@as_asked
def paths(world: World, question: Any, hidden: frozenset[str] = frozenset()) -> list[Path]:
    """All paths of a question; `hidden` are the events left out of flows."""
    backward = question.from_ is None and question.to is not None
    anchor = question.to if backward else question.from_
    target = question.to if question.from_ and question.to else None
    steps = _steps(world, question, hidden, {anchor, target})
    if backward:
        steps = steps[::-1]
    span = span_of(world, question)
    return [
        _path(question, path, target)
        for actor in sorted({step.seen.actor for step in steps if step.seen.actor is not None})
        for path in _of_person(question, [s for s in steps if s.seen.actor == actor], anchor, span)
    ]


@dataclass(frozen=True)
class Step:
    """An event that may be a step, and what the step is called."""

    seen: Seen
    name: str


def _steps(world: World, question: Any, hidden: frozenset[str], named: set[Any]) -> list[Step]:
    if question.property is None:
        found = matching(world, None, question.conditions)
        return [Step(e, e.name) for e in found if e.name not in hidden or e.name in named]
    found = matching(world, question.event, question.conditions)
    values = [(e, value_of(world, e, question.property)) for e in found]
    return [
        Step(e, label_of(value))
        for e, value in values
        if value is not None and (e.name not in hidden or e.name == question.event)
    ]


def _of_person(question: Any, own: list[Step], anchor: str | None, span: Any) -> list[list[Step]]:
    """The steps of each path of a person, repeated ones included."""
    found: list[list[Step]] = []
    for place, step in enumerate(own):
        begins = anchor is None or step.name == anchor
        if not begins or not within([step.seen], span.start, span.end):
            continue
        if question.scope == "session" and step.seen.session is None:
            continue
        inside = any(step in path for path in found)
        if inside or (found and question.count_by == "uniques"):
            continue
        found.append([s for s in own[place:] if _in_scope(question, step.seen, s.seen)])
    return found


def _in_scope(question: Any, start: Seen, event: Seen) -> bool:
    if question.scope == "session":
        return event.session == start.session
    return abs(event.ts - start.ts) <= question.scope * 1000


def _path(question: Any, steps: list[Step], target: str | None) -> Path:
    names: list[str] = []
    for step in steps:
        if question.collapse and names and names[-1] == step.name:
            continue
        names.append(step.name)
        if len(names) > 1 and step.name == target:
            return Path(str(step.seen.actor), tuple(names), True)
    return Path(str(steps[0].seen.actor), tuple(names), False)
