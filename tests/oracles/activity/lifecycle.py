"""Lifecycle (definitions 4.12), in plain loops."""

from __future__ import annotations

import sys
from typing import Any

from tests.oracles.conditions import group_of, matching, people_of
from tests.oracles.seen import Group, as_asked, calendar_of, ended, local_day
from tests.oracles.times import compared_of, later, period_of, span_of
from tests.worlds.world import World

STATES = ("new", "returning", "resurrected", "dormant")


@as_asked
def lifecycle_groups(world: World, question: Any) -> set[Group]:
    """The groups of a lifecycle: those with people in some state in the range."""
    if not question.breakdown:
        return {()}
    items = matching(world, question.event, question.conditions)
    groups = {group_of(world, item, question.breakdown) for item in items}
    return {
        group
        for group in groups
        if any(any(periods) for periods in lifecycle(world, question, group=group).values())
    }


@as_asked
def lifecycle(
    world: World,
    question: Any,
    members: set[str] | None = None,
    *,
    compared: bool = False,
    group: Group = (),
) -> dict[str, list[set[str]]]:
    """People by state, one set per whole period of the range (or of the period compared with).

    Args:
        group: the value of the breakdown whose events alone are the activity.
    """
    unit, week, calendar = question.granularity, world.week_start, calendar_of(world)
    span = span_of(world, question)
    if compared:
        span, _ = compared_of(world, question, unit, sys.maxsize)
    items = matching(world, question.event, question.conditions, members)
    if span.cut:
        items = [item for item in items if item.ts < span.end]
    if group:
        items = [item for item in items if group_of(world, item, question.breakdown) == group]
    everything = matching(world, "_all") if question.new_means == "product" else items
    found: dict[str, list[set[str]]] = {state: [] for state in STATES}
    first = period_of(span.first_day, unit, week)
    while first <= min(span.last_day, local_day(world.now, calendar)):
        if calendar.day_start(first) > (ended(world) or world.now):
            break
        end = later(first, unit, week, 1)
        before = period_of(first - 1, unit, week)
        users = people_of(item for item in items if first <= item.day < end)
        previous = people_of(item for item in items if before <= item.day < first)
        seen_before = people_of(item for item in everything if item.day < first)
        found["new"].append(users - seen_before)
        found["returning"].append(users & previous)
        found["resurrected"].append((users & seen_before) - previous)
        found["dormant"].append(previous - users)
        first = end
    return found
