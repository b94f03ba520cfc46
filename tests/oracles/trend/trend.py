"""Events over time (definitions 4.2, 4.5, 8.1), in plain loops."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.timeframe import Bucket, Span
from tests.oracles.conditions import group_of, matching, number_of, people_of, value_of
from tests.oracles.seen import Group, Seen, as_asked
from tests.oracles.times import observed, time_of, within
from tests.worlds.world import World


@dataclass
class Period:
    """Figures of one period: by group one value per bucket, and the value of the whole."""

    values: dict[Group, list[float | None]]
    totals: dict[Group, float | None]


Figure = Callable[[list[Seen]], float | None]


def figure_of(world: World, measure: str, field: str | None) -> Figure:
    """What a trend's measure makes of a list of events (definitions 4.2, 4.5, 8.1)."""
    if measure == "count" and not field:
        return len
    if measure == "users":
        return lambda items: len(people_of(items))
    if measure == "sessions":
        return lambda items: len({item.session for item in items} - {None})

    def figure(items: list[Seen]) -> float | None:
        found = [number_of(value_of(world, item, f"properties.{field}")) for item in items]
        return _aggregate(measure, sorted(n for n in found if n is not None))

    return figure


def _aggregate(measure: str, numbers: list[float]) -> float | None:
    if measure in ("sum", "count"):
        return sum(numbers) if measure == "sum" else len(numbers)
    if not numbers:
        return None
    if measure in ("min", "max"):
        return numbers[0] if measure == "min" else numbers[-1]
    if measure == "avg":
        return sum(numbers) / len(numbers)
    share = 0.5 if measure == "median" else float(measure[1:]) / 100
    place = (len(numbers) - 1) * share
    low, high = numbers[math.floor(place)], numbers[math.ceil(place)]
    return low + (place - math.floor(place)) * (high - low)


def period(
    world: World,
    items: list[Seen],
    breakdown: Sequence[str],
    stretches: Sequence[tuple[int, int]],
    whole: tuple[int, int],
    figure: Figure,
    *,
    of_people: bool,
) -> Period:
    """Figures of events by group: one per stretch, and one for the whole.

    Args:
        of_people: leave out groups that hold nobody in the whole.
    """
    found = Period({}, {})
    groups: dict[Group, list[Seen]] = {} if breakdown else {(): []}
    for item in items:
        groups.setdefault(group_of(world, item, breakdown), []).append(item)
    for group, own in groups.items():
        inside = within(own, *whole)
        found.values[group] = [figure(within(own, *stretch)) for stretch in stretches]
        if not breakdown or (people_of(inside) if of_people else inside):
            found.totals[group] = figure(inside)
    return found


@as_asked
@observed
def trend(world: World, question: Any, members: set[str] | None = None) -> tuple[Period, Period]:
    """A trend's figures, and those of the period compared with."""
    time = time_of(world, question)
    items = matching(world, question.event or "_all", question.conditions, members)
    figure = figure_of(world, question.measure, question.property)

    def of(span: Span | None, slots: list[Bucket]) -> Period:
        stretches = [(b.start, b.end) for b in slots]
        whole = (span.start, span.end) if span else (0, 0)
        people = question.measure == "users"
        by = question.breakdown
        return period(world, items, by, stretches, whole, figure, of_people=people)

    return of(time.span, time.slots), of(time.compared, time.compared_slots)
