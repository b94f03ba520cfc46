"""Fields, conditions, event selectors and revenue (definitions 2.4, 2.6, 3.1), in plain loops."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from core.catalog.selectors import CustomEvent
from core.filters import AnyOf, Clause, Condition, NotOf
from tests.oracles.seen import CONTEXT, EMPTY, NONE, Group, Seen, is_active, root, seen
from tests.worlds.world import World


def trait(world: World, actor: str | None, key: str) -> str | None:
    """The value set last for a person, under any of their merged user ids."""
    found = [
        (ts, value)
        for user, name, value, ts in world.traits
        if name == key and actor is not None and root(world, user) == actor
    ]
    return max(found)[1] if found else None


def value_of(world: World, item: Seen, field: str) -> Any:
    """A field's value on an event; None when missing."""
    if field.startswith("trait:"):
        return trait(world, item.actor, field.removeprefix("trait:"))
    if field in ("start_version", "paying"):
        own = [other for other in seen(world) if other.actor == item.actor]
        if item.actor is None:
            return None if field == "start_version" else False
        if field == "start_version":
            return own[0].event.context.get("version")
        until = own[: own.index(item) + 1]
        return any(brings_revenue(other) for other in until)
    special = {
        "user": item.actor, "event": item.name, "device_id": item.event.device,
        "session": item.event.session,
    }  # fmt: skip
    if field in special:
        return special[field]
    if field in CONTEXT and item.event.context.get(field) is not None:
        return item.event.context[field]
    return _property(item.event.properties, field.removeprefix("properties.").split("."))


def _property(held: Any, parts: list[str]) -> Any:
    """What a dotted name means: the longest key first, then the rest of it in what that holds."""
    if not parts or not isinstance(held, dict):
        return None if parts else held
    for length in range(len(parts), 0, -1):
        found = _property(held.get(".".join(parts[:length])), parts[length:])
        if found is not None:
            return found
    return None


REVENUE_EVENTS = ("revenue_amount", "verified_revenue", "unverified_revenue", "revenue", "$revenue")


def revenue_of(item: Seen, *, named: bool = False) -> float | None:
    """What an event brought, None where nothing (definitions 2.6).

    Args:
        named: its amount counts, whatever it is called.
    """
    held = item.event.properties

    def number(*keys: str) -> float | None:
        return next((n for n in (number_of(held.get(key)) for key in keys) if n is not None), None)

    stated = number("$revenue", "revenue")
    if stated is not None:
        return stated
    price, quantity = number("price", "$price"), number("quantity", "$quantity")
    if price is not None and quantity is not None:
        return price * quantity
    if not (named or item.name in ("pay", "buy", "purchase", "refund", "Order Completed")):
        return None
    amount = number("amount") if number("amount") is not None else price
    return None if amount is None else amount * (1 if quantity is None else quantity)


def brings_revenue(item: Seen) -> bool:
    """Whether an event is called like revenue or brought some."""
    return item.name in REVENUE_EVENTS or revenue_of(item) is not None


def texts_of(value: Any) -> list[str] | None:
    """The elements of a value as texts, None when missing."""
    if value is None:
        return None
    if isinstance(value, list):
        return [text for part in value if part is not None for text in texts_of(part) or []]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return [value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))]


def number_of(value: Any) -> float | None:
    """A value as a number: a number, or a text that is one."""
    if value is None or isinstance(value, bool | list | dict):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _moment(text: str) -> float | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _exactly(text: str) -> Fraction | None:
    """A text that reads as a number, exactly."""
    return Fraction(text.strip()) if number_of(text) is not None and "/" not in text else None


def _sides(stored: Any, wanted: Any, *, by_size: bool) -> tuple[Any, Any] | None:
    """What is compared of an element and a wanted value (definitions 3.1), None: nothing."""
    (text,) = texts_of(stored) or [""]
    if isinstance(wanted, int | float) and not isinstance(wanted, bool):
        left = None if isinstance(stored, bool | dict) else _exactly(text)
        return None if left is None else (left, Fraction(str(wanted)))
    if by_size and isinstance(stored, int | float) and not isinstance(stored, bool):
        return None
    (word,) = texts_of(wanted) or [""]
    dates = _moment(text), _moment(word)
    return (text, word) if None in dates else dates


def _test(operator: str, stored: Any, wanted: Any) -> bool:
    (text,), (word,) = texts_of(stored) or [""], texts_of(wanted) or [""]
    low, small = text.lower(), word.lower()
    about_text: dict[str, Callable[[], bool]] = {
        "contains": lambda: small in low,
        "starts_with": lambda: low.startswith(small),
        "ends_with": lambda: low.endswith(small),
        "regex": lambda: re.search(word, text) is not None,
    }
    if operator in about_text:
        return about_text[operator]()
    sides = _sides(stored, wanted, by_size=operator not in ("eq", "in"))
    if sides is None:
        return False
    left, right = sides
    return {
        "eq": left == right, "in": left == right, "gt": left > right, "gte": left >= right,
        "lt": left < right, "lte": left <= right,
    }[operator]  # fmt: skip


NEGATIONS = {
    "ne": "eq", "not_in": "in", "not_contains": "contains", "set_is_not": "set_is",
    "set_not_contains": "set_contains", "not_starts_with": "starts_with",
    "not_ends_with": "ends_with",
}  # fmt: skip


def holds(condition: Condition, value: Any) -> bool:
    """Whether a field's value satisfies one condition."""
    operator = condition.operator
    if operator in ("is_set", "is_not_set"):
        return (value is None) == (operator == "is_not_set")
    if operator in NEGATIONS:
        positive = condition.model_copy(update={"operator": NEGATIONS[operator]})
        return not holds(positive, value)
    if value is None:
        return False
    elements = [e for e in (value if isinstance(value, list) else [value]) if e is not None]
    wanted = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    if operator in ("set_is", "set_contains"):
        return _as_sets(elements, wanted, equal=operator == "set_is")
    return any(_test(operator, element, want) for element in elements for want in wanted)


def _as_sets(elements: Any, wanted: Any, *, equal: bool) -> bool:
    """Whether the elements hold all wanted ones and, to be equal, no other."""
    there = all(any(_test("eq", element, want) for element in elements) for want in wanted)
    nothing_else = all(any(_test("eq", element, want) for want in wanted) for element in elements)
    return there and (nothing_else or not equal)


def satisfies(world: World, item: Seen, clause: Clause) -> bool:
    """Whether an event satisfies a condition or a nest of them."""
    if isinstance(clause, Condition):
        if clause.field == "user" and item.actor is not None:
            merged = [old for old, _, _ in world.aliases if root(world, old) == item.actor]
            return holds(clause, [item.actor, *merged])
        return holds(clause, value_of(world, item, clause.field))
    if isinstance(clause, NotOf):
        return not satisfies(world, item, clause.not_)
    if isinstance(clause, AnyOf):
        return any(satisfies(world, item, part) for part in clause.any)
    return all(satisfies(world, item, part) for part in clause.all)


def is_meant(world: World, item: Seen, selector: str) -> bool:
    """Whether an event is one that a selector means (definitions 2.4)."""
    if selector in ("_all", "_active"):
        return selector == "_all" or is_active(world, item.name)
    if selector.startswith("ce:"):
        branches = CustomEvent.model_validate(dict(world.custom)[selector[3:]]).events
        return any(
            branch.event == item.name and all(satisfies(world, item, c) for c in branch.filters)
            for branch in branches
        )
    names = ("revenue_amount", "verified_revenue", "unverified_revenue")
    if selector in names:
        held = item.event.properties
        paid = brings_revenue(item)
        verified = item.name == "verified_revenue" or held.get("verified") is True
        return paid and selector in (names[0], names[1] if verified else names[2])
    return item.name == selector.removeprefix("event:")


def matching(
    world: World,
    event: str | None = None,
    conditions: Iterable[Clause] = (),
    members: set[str] | None = None,
) -> list[Seen]:
    """Events of a selector that satisfy all conditions, of members only when these are given.

    No event is any active one.
    """
    return [
        item
        for item in seen(world)
        if is_meant(world, item, event or "_active")
        and (members is None or item.actor in members)
        and all(satisfies(world, item, clause) for clause in conditions)
    ]


def people_of(items: Iterable[Seen]) -> set[str]:
    """The actors of events, nobody left out."""
    return {item.actor for item in items if item.actor is not None}


def label_of(value: Any) -> str:
    """What a breakdown value is shown as (definitions 1.7)."""
    if value is None:
        return NONE
    if value == "" and isinstance(value, str):
        return EMPTY
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def group_of(world: World, item: Seen, breakdown: Sequence[str]) -> Group:
    """The labels of an event's breakdown values."""
    return tuple(label_of(value_of(world, item, field)) for field in breakdown)
