"""One actor's events by the values of held fields (definitions 6.3, "hold constant")."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from typing import Any

import orjson

from core.sequences.model import OFTEN, Check, Event
from core.values.json_values import json_elements


def by_value(
    events: Sequence[Event], held: Sequence[list[str | None]], check: Check
) -> dict[str, list[Event]]:
    """Return the events of each combination of values as JSON, in order of (ts, seq).

    An event with a list counts for every element; one without a value counts for none.

    Args:
        held: per event the JSON text of each held field, None if it is missing.
    """
    found: dict[str, list[Event]] = {}
    for number, (event, raw) in enumerate(zip(events, held, strict=True)):
        if not number & OFTEN:
            check()
        for values in _combinations(tuple(raw)):
            found.setdefault(values, []).append(event)
    for own in found.values():
        own.sort()
    return found


@lru_cache(maxsize=65536)
def _combinations(raw: tuple[str | None, ...]) -> tuple[str, ...]:
    values: list[Any] = [dict.fromkeys(json_elements(text) or ()) for text in raw]
    return tuple(orjson.dumps(combination).decode() for combination in product(*values))
