"""Audiences (definitions 5.2, 5.3), in plain loops."""

from __future__ import annotations

from typing import Any

from core.filters import atoms
from tests.oracles.conditions import is_meant, number_of, people_of, satisfies, value_of
from tests.oracles.seen import Seen, calendar_of, links_of, local_day, root, seen
from tests.worlds.world import DAY, Event, World


def audience(world: World, rules: Any) -> set[str]:
    """Everybody in an audience as of now; `rules` is an audience Definition."""
    everybody = people_of(
        item for item in seen(world) if item.day <= local_day(world.now, calendar_of(world))
    )
    return {who for who in everybody if _fits(world, who, rules, rules.lookback_days)}


def _fits(world: World, who: str, rules: Any, lookback: int | None) -> bool:
    own = [item for item in seen(world) if item.actor == who and item.ts <= world.now]
    tests = [_filter_fits(world, who, own, clause, lookback) for clause in rules.filters]
    tests += [_rule_fits(world, own, rule) for rule in rules.events]
    for group in rules.groups:
        tests.append(_fits(world, who, group, lookback) != group.not_)
    named = getattr(rules, "static_ids", ())
    if named:
        holders = {user for name in named for _, _, user in links_of(world, name)}
        tests.append(who in {root(world, name) for name in {*named, *holders}})
    if not tests:
        return True
    return all(tests) if rules.match == "all" else any(tests)


def _filter_fits(
    world: World, who: str, own: list[Seen], clause: Any, lookback: int | None
) -> bool:
    if all(atom.field == "user" or atom.field.startswith("trait:") for atom in atoms(clause)):
        return satisfies(world, Seen(-1, who, 0, None, Event("", 0)), clause)
    since = 0 if lookback is None else world.now - lookback * DAY
    return any(item.ts >= since and satisfies(world, item, clause) for item in own)


def _rule_fits(world: World, own: list[Seen], rule: Any) -> bool:
    since = 0 if rule.days is None else world.now - rule.days * DAY
    meant = sorted((item for item in own if _is(world, item, rule)), key=lambda item: item.ts)
    counted = [item for item in (meant[:1] if rule.first else meant) if item.ts >= since]
    then = rule.then_within
    if then is not None:
        counted = [item for item in counted if any(_follows(world, item, o, then) for o in own)]
    if rule.sum is not None:
        figure: float = sum(number_of(value_of(world, item, rule.sum)) or 0 for item in counted)
        wanted = rule.value
    else:
        figure = len({item.day for item in counted}) if rule.distinct_days else len(counted)
        wanted = rule.count
    return {
        "gte": figure >= wanted, "lte": figure <= wanted, "eq": figure == wanted,
        "gt": figure > wanted, "lt": figure < wanted,
    }[rule.op]  # fmt: skip


def _is(world: World, item: Seen, rule: Any) -> bool:
    return is_meant(world, item, rule.event or "_all") and all(
        satisfies(world, item, clause) for clause in rule.filters
    )


def _follows(world: World, first: Seen, second: Seen, then: Any) -> bool:
    return (
        second.number != first.number
        and first.ts <= second.ts <= first.ts + then.seconds * 1000
        and _is(world, second, then)
    )
