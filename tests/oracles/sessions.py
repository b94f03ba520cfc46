"""Sessions by plain loops (definitions 9.2, 9.3)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.oracles.conditions import label_of, matching, people_of, satisfies, value_of
from tests.oracles.seen import Seen, as_asked, calendar_of, known, local_day
from tests.oracles.times import span_of, time_of, within
from tests.worlds.world import DAY, World


@dataclass(frozen=True)
class Session:
    """Its person and its events in order."""

    actor: str
    events: tuple[Seen, ...]

    @property
    def start(self) -> int:
        return self.events[0].ts

    @property
    def length(self) -> int:
        return self.events[-1].ts - self.events[0].ts


def sessions(world: World, conditions: Any, span: Any) -> list[Session]:
    """Sessions that start in a span and hold an event that satisfies all conditions."""
    gathered: dict[Any, list[Seen]] = {}
    for item in matching(world):
        if item.session is not None and item.actor is not None:
            gathered.setdefault(item.session, []).append(item)
    found = [Session(str(items[0].actor), tuple(items)) for items in gathered.values()]
    calendar = calendar_of(world)
    return [
        s
        for s in found
        if (
            span.first_day <= local_day(s.start, calendar) <= span.last_day
            if span.whole_days
            else span.start <= s.start < span.end
        )
        and any(all(satisfies(world, e, c) for c in conditions) for e in s.events)
    ]


@as_asked
def groups(world: World, question: Any) -> set[str]:
    """The values that a breakdown's field is first set to, of sessions of the range."""
    time = time_of(world, question)
    begun = sessions(world, question.conditions, time.span)
    if not time.slots:
        return set()
    begun = [s for s in begun if time.slots[0].start <= s.start < time.slots[-1].end]
    return {_first(world, s.events, question.breakdown[0]) for s in begun}


@as_asked
def series(
    world: World, question: Any, group: str | None = None
) -> tuple[list[Any], Any, list[Any]]:
    """(value per bucket, value of the range, values per bucket of the compared period)."""
    time = time_of(world, question)
    items = matching(world, None, question.conditions)

    def figure(start: int, end: int, begun: list[Session]) -> Any:
        own = [
            s
            for s in begun
            if start <= s.start < end
            and (group is None or group == _first(world, s.events, question.breakdown[0]))
        ]
        users = people_of(within(items, start, end))
        short = [s.length / 1000 for s in own if s.length <= DAY]
        return {
            "volume": lambda: len(own),
            "average": lambda: sum(short) / len(short) if short else None,
            "per_user": lambda: len(own) / len(users) if users else None,
            "bounce": lambda: (
                sum(len(s.events) == 1 for s in own) / len(own) if own else None
            ),
        }[question.metric]()  # fmt: skip

    begun = sessions(world, question.conditions, time.span)
    earlier = sessions(world, question.conditions, time.compared) if time.compared else []
    now = [figure(b.start, b.end, begun) for b in time.slots]
    before = [figure(b.start, b.end, earlier) for b in time.compared_slots]
    whole = (time.slots[0].start, time.slots[-1].end) if time.slots else (0, 0)
    starts = [b.start for b in time.slots]
    total = figure(*whole, begun)
    if starts and not any(known(world, starts, starts)):
        total = None
    earlier_starts = [b.start for b in time.compared_slots]
    return known(world, starts, now), total, known(world, earlier_starts, before)


@as_asked
def by_value(world: World, question: Any) -> dict[str, tuple[int, set[str]]]:
    """Value -> (sessions, people) of top, entry and exit."""
    span = span_of(world, question)
    pairs: set[tuple[Any, str, str]] = set()
    if question.metric == "top":
        for item in within(matching(world, None, question.conditions), span.start, span.end):
            if item.session is not None and item.actor is not None:
                value = label_of(value_of(world, item, question.property or "device_type"))
                pairs.add((item.session, item.actor, value))
    else:
        for number, s in enumerate(sessions(world, question.conditions, span)):
            pairs.add((number, s.actor, _end(world, question, s)))
    found: dict[str, tuple[int, set[str]]] = {}
    for _, actor, value in pairs:
        count, people = found.get(value, (0, set()))
        found[value] = (count + 1, people | {actor})
    return found


@as_asked
def _end(world: World, question: Any, session: Session) -> str:
    events = session.events if question.metric == "entry" else session.events[::-1]
    if question.property is None:
        return events[0].name
    return _first(world, events, question.property)


def _first(world: World, events: tuple[Seen, ...], field: str) -> str:
    values = [value_of(world, item, field) for item in events]
    return label_of(next((value for value in values if value is not None), None))


@as_asked
def lengths(world: World, question: Any, edges: list[float]) -> list[tuple[int, set[str]]]:
    """(sessions, people) between each two edges, in seconds."""
    found = [
        s for s in sessions(world, question.conditions, span_of(world, question)) if s.length <= DAY
    ]
    rows = []
    for low, high in pairwise(edges):
        own = [s for s in found if low * 1000 <= s.length < high * 1000]
        rows.append((len(own), {s.actor for s in own}))
    return rows
