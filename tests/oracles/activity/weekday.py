"""People, events and measures by weekday and hour, by plain loops (definitions 4.15)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.oracles.conditions import label_of, matching, people_of, value_of
from tests.oracles.seen import Seen, as_asked, calendar_of, ended, known_until
from tests.oracles.times import span_of, within
from tests.oracles.trend.trend import figure_of
from tests.worlds.world import HOUR, World

Place = tuple[str, int | None]
"""A weekday's name, "" for all of them, and an hour, None for all of them."""

Found = dict[Place, tuple[float | None, int, int]]
"""Of each place that comes in the range: its figure, its people, and how many days it has."""


@as_asked
def by_weekday(world: World, question: Any) -> Found:
    """The figures of a question, hours included whether it asks for them or not."""
    span, measure, field = span_of(world, question), question.measure, question.property
    absent = None if measure == "users" else "_all"
    items = matching(world, question.event or absent, question.conditions)
    items = within(items, span.start, span.end)
    if field is not None:
        items = [e for e in items if value_of(world, e, f"properties.{field}") is not None]
    figure = figure_of(world, measure, field) if measure != "distinct" else None
    until = world.now + 1 if ended(world) is None else known_until(world)
    days: dict[str, set[str]] = {}
    come: set[Place] = set()
    for ts in instants(span.start, min(span.end, until)):
        come |= (here := places(world, ts))
        for name, _ in here:
            days.setdefault(name, set()).add(day_of(world, ts))
    at: dict[Place, list[Seen]] = {place: [] for place in come}
    for item in items:
        for place in places(world, item.ts):
            at[place].append(item)
    found: Found = {}
    for place, own in at.items():
        value: float | None
        if figure is None:
            value = len({label_of(value_of(world, e, f"properties.{field}")) for e in own})
        elif question.average and measure == "users":
            value = len({(day_of(world, e.ts), e.actor) for e in own if e.actor is not None})
        else:
            value = figure(own)
        often = len(days[place[0]])
        value = (value or 0) / often if question.average else value
        found[place] = (value, len(people_of(own)), often)
    return found


def instants(start: int, end: int) -> list[int]:
    """Instants of a stretch of time that leave out none of its hours."""
    return [*range(start, end, HOUR // 4), end - 1] if start < end else []


def places(world: World, ts: int) -> set[Place]:
    """The places that an instant lies in."""
    local = _local(world, ts)
    return {(name, clock) for name in ("", f"{local:%A}") for clock in (None, local.hour)}


def day_of(world: World, ts: int) -> str:
    """The local date of an instant."""
    return f"{_local(world, ts):%Y-%m-%d}"


def _local(world: World, ts: int) -> datetime:
    return datetime.fromtimestamp(ts / 1000, UTC).astimezone(calendar_of(world).zone)
