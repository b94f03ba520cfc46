"""Ratios, distinct values and windows of a trend (definitions 8.1, 8.2), in plain loops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.filters import atoms
from core.timeframe import Bucket, Span, buckets, fit
from tests.oracles.conditions import group_of, label_of, matching, people_of, value_of
from tests.oracles.seen import Seen, as_asked, calendar_of
from tests.oracles.times import observed, period_of, time_of, within
from tests.oracles.trend.trend import Period, figure_of
from tests.worlds.world import DAY, World

Stretch = tuple[int, int]
OF_PEOPLE = ("users", "average", "pct_dau")


@as_asked
@observed
def trend(world: World, question: Any) -> tuple[Period, Period]:
    """A trend's figures, and those of the period compared with."""
    time = time_of(world, question)
    items = matching(world, question.event or "_all", question.conditions)

    def of(span: Span | None, slots: list[Bucket]) -> Period:
        if span is None:
            return Period({}, {})
        found = Period({}, {})
        groups: dict[tuple[str, ...], list[Seen]] = {} if question.breakdown else {(): []}
        for item in items:
            groups.setdefault(group_of(world, item, question.breakdown), []).append(item)
        for group, own in groups.items():
            inside = within(own, span.start, span.end)
            counted = people_of(inside) if question.measure in OF_PEOPLE else inside
            if question.breakdown and not counted:
                continue
            found.totals[group] = _figure(world, question, own, (span.start, span.end))
            found.values[group] = [
                _value(world, question, own, stretches_of(world, question, span, slots, n))
                for n in range(len(slots))
            ]
        return found

    return of(time.span, time.slots), of(time.compared, time.compared_slots)


@as_asked
def stretches_of(
    world: World, question: Any, span: Span, slots: Sequence[Bucket], n: int
) -> list[Stretch]:
    """The buckets that the window of a series' bucket is made of."""
    if question.cumulative:
        return [(slots[0].start, slots[n].end)]
    length = question.rolling_window or question.rolling_average
    if not length:
        return [(slots[n].start, slots[n].end)]
    calendar = calendar_of(world)
    unit = fit(question.granularity, span, world.now)
    if unit == "hourly":
        wide = Span(span.start - (length // 24 + 3) * DAY, span.end, 0, 0, whole_days=False)
        hours = buckets(wide, unit, calendar, world.now)
        at = next(i for i, hour in enumerate(hours) if hour.end == slots[n].end)
        return [(hour.start, hour.end) for hour in hours[at - length + 1 : at + 1]]
    first = period_of(slots[n].first_day, unit, world.week_start)
    found = [(calendar.day_start(first), slots[n].end)]
    while len(found) < length:
        before = period_of(first - 1, unit, world.week_start)
        found.insert(0, (calendar.day_start(before), calendar.day_start(first)))
        first = before
    return found


@as_asked
def _value(world: World, question: Any, own: list[Seen], parts: list[Stretch]) -> float | None:
    if not question.rolling_average:
        return _figure(world, question, own, (parts[0][0], parts[-1][1]))
    values = [_figure(world, question, own, part) for part in parts]
    if any(value is None for value in values):
        return None
    return sum(value or 0 for value in values) / question.rolling_average


@as_asked
def _figure(world: World, question: Any, own: list[Seen], stretch: Stretch) -> float | None:
    items = within(own, *stretch)
    if question.measure == "average":
        known = [item for item in items if item.actor is not None]
        return len(known) / len(people_of(known)) if known else None
    if question.measure == "distinct":
        values = [value_of(world, item, f"properties.{question.property}") for item in items]
        return len({label_of(value) for value in values if value is not None})
    if question.measure == "distinct_per_user":
        return _per_user(world, question, items)
    if question.measure in ("items", "distinct_items"):
        return sum(_held(world, question, item) for item in items)
    if question.measure == "pct_dau":
        about_people = [
            clause
            for clause in question.conditions
            if all(a.field == "user" or a.field.startswith("trait:") for a in atoms(clause))
        ]
        active = people_of(within(matching(world, None, about_people), *stretch))
        return len(people_of(items)) / len(active) if active else None
    return figure_of(world, question.measure, question.property)(items)


@as_asked
def _per_user(world: World, question: Any, items: list[Seen]) -> float | None:
    values: dict[str, set[str]] = {}
    for item in items:
        value = value_of(world, item, f"properties.{question.property}")
        if item.actor is not None and value is not None:
            values.setdefault(item.actor, set()).add(label_of(value))
    return sum(map(len, values.values())) / len(values) if values else None


@as_asked
def _held(world: World, question: Any, item: Seen) -> int:
    """How many values a property holds on one event; of a list its elements."""
    value = value_of(world, item, f"properties.{question.property}")
    parts = value if isinstance(value, list) else [value]
    labels = [label_of(part) for part in parts if part is not None]
    return len(labels) if question.measure == "items" else len(set(labels))
