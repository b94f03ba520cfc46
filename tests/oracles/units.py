"""Units in place of people (definitions 2.7): the same events, with the unit as their user."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from core.filters import Clause
from tests.oracles.conditions import group_of, satisfies
from tests.oracles.seen import EMPTY, NONE, Seen, seen
from tests.worlds.world import Event, World

MARK = "unit "
"""Begins the users that stand for units."""


def rewritten(world: World, counting: str, people: Iterable[Clause] = ()) -> World:
    """The world in which the units are the users.

    Args:
        counting: the field whose values are the units.
        people: conditions on people; events of others are of nobody, who is in no figure of people.
    """
    known = {item.number: item for item in seen(replace(world, ahead=True))}
    whose = list(people)
    events = tuple(
        _of_unit(world, event, known.get(number), counting, whose)
        for number, event in enumerate(world.events)
    )
    return replace(world, events=events, links=(), aliases=(), traits=())


def _of_unit(
    world: World, event: Event, item: Seen | None, counting: str, people: list[Clause]
) -> Event:
    """An event with its unit as its user; what its person was then is in its properties."""
    bare = replace(event, user=None, device=None, session=None)
    if item is None or not all(satisfies(world, item, clause) for clause in people):
        return bare
    field = "device_id" if counting == "device" else counting
    (unit,) = group_of(world, item, [field])
    (plan,) = group_of(world, item, ["trait:plan"])
    return replace(
        bare,
        user=None if unit in (NONE, EMPTY) else f"{MARK}{unit}",
        properties={**event.properties, "plan": plan},
    )


def asked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The question about the rewritten world: people have become users, and their traits fields of
    events.
    """
    found = {key: value for key, value in fields.items() if key != "counting"}
    if "conditions" in found:
        found["conditions"] = [c for c in found["conditions"] if not of_people(c["field"])]
    if "steps" in found:
        found["steps"] = json.loads(json.dumps(found["steps"]).replace("trait:", "properties."))
    if "breakdown" in found:
        found["breakdown"] = [name.replace("trait:", "properties.") for name in found["breakdown"]]
    return found


def of_people(field: str) -> bool:
    """Whether a field is of people."""
    return field == "user" or field.startswith("trait:")
