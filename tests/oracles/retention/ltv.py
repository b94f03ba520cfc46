"""Lifetime value by plain loops (definitions 9.5)."""

from __future__ import annotations

from typing import Any

from core.timeframe import buckets
from tests.oracles.conditions import (
    REVENUE_EVENTS,
    label_of,
    matching,
    number_of,
    revenue_of,
    satisfies,
    value_of,
)
from tests.oracles.seen import Seen, as_asked, calendar_of, ended, known_until, seen
from tests.oracles.times import span_of
from tests.worlds.world import DAY, World

Row = tuple[Any, ...]


@as_asked
def by_group(world: World, question: Any) -> dict[str, dict[str, Row]]:
    """The same of each value of the breakdown field on the first event; none without one."""
    if not question.breakdown:
        return {}
    slots = cohorts(world, question)
    firsts: dict[str, str] = {}
    for item in seen(world):
        if item.actor is not None and item.actor not in firsts:
            firsts[item.actor] = label_of(value_of(world, item, question.breakdown[0]))
    values = {firsts[actor] for actor, _ in slots["all"]}
    return {
        value: ltv(world, question, {a for a in firsts if firsts[a] == value}) for value in values
    }


@as_asked
def cohorts(world: World, question: Any) -> dict[str, list[tuple[str, int]]]:
    """Cohort -> (person, ms of the first event); "all" is everybody."""
    calendar = calendar_of(world)
    slots = buckets(span_of(world, question), question.granularity, calendar, world.now, whole=True)
    slots = [slot for slot in slots if slot.start <= (ended(world) or world.now)]
    found: dict[str, list[tuple[str, int]]] = {"all": [], **{slot.label: [] for slot in slots}}
    met: set[str] = set()
    for item in seen(world):
        if item.actor is None or item.actor in met:
            continue
        met.add(item.actor)
        if not all(satisfies(world, item, clause) for clause in question.conditions):
            continue
        for slot in slots:
            if slot.start <= item.ts < slot.end:
                found["all"].append((item.actor, item.ts))
                found[slot.label].append((item.actor, item.ts))
    return found


@as_asked
def ltv(world: World, question: Any, only: set[str] | None = None) -> dict[str, Row]:
    """Cohort -> (people, value of each N, paid, total amount), of some people alone if given."""
    found = {}
    for label, everybody in cohorts(world, question).items():
        people = [(who, born) for who, born in everybody if only is None or who in only]
        paid = [_paid(world, question, actor, None) for actor, _ in people]
        found[label] = (
            len(people),
            *(_value(world, question, people, n) for n in question.days),
            sum(bool(amounts) for amounts in paid),
            sum(sum(amounts) for amounts in paid),
        )
    return found


@as_asked
def _value(world: World, question: Any, people: list[tuple[str, int]], n: int) -> float | None:
    old = [(actor, born) for actor, born in people if born + n * DAY <= known_until(world)]
    paid = [_paid(world, question, actor, born + n * DAY) for actor, born in old]
    payers = sum(bool(amounts) for amounts in paid)
    revenue = sum(sum(amounts) for amounts in paid)
    below = {"arpu": len(old), "arppu": payers}.get(question.metric, 1)
    if not old or not below:
        return None
    return (payers if question.metric == "paying_users" else revenue) / below


@as_asked
def _paid(world: World, question: Any, actor: str, before: int | None) -> list[float]:
    """What somebody paid before an instant, or up to now."""
    found = []
    for item in matching(world, question.event or "_all"):
        if item.actor != actor or item.ts > world.now or (before and item.ts >= before):
            continue
        amount = _amount(world, question, item)
        if amount is not None:
            found.append(amount)
    return found


@as_asked
def _amount(world: World, question: Any, item: Seen) -> float | None:
    """What an event brought: its revenue, or a property times its quantity."""
    if not question.property:
        named = question.event not in (None, *REVENUE_EVENTS[:3])
        return revenue_of(item, named=named)
    amount = number_of(value_of(world, item, f"properties.{question.property}"))
    quantity = number_of(value_of(world, item, "properties.quantity"))
    return amount if amount is None or quantity is None else amount * quantity
