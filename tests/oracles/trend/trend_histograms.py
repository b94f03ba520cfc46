"""How values and numbers of events per person are spread (definitions 8.1), in plain loops."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

from tests.oracles.conditions import matching, number_of, value_of
from tests.oracles.seen import Seen, as_asked
from tests.oracles.times import span_of, within
from tests.worlds.world import World

Binned = tuple[int, set[str]]
"""How many lie in a bin, and who is behind them."""


@as_asked
def _inside(world: World, question: Any) -> list[Seen]:
    span = span_of(world, question)
    return within(matching(world, question.event, question.conditions), span.start, span.end)


@as_asked
def histogram(world: World, question: Any) -> dict[tuple[float, float], Binned]:
    """Events by a number: by (least, greatest) of each bin that has any."""
    pairs = []
    for item in _inside(world, question):
        number = number_of(value_of(world, item, f"properties.{question.property}"))
        if number is not None:
            pairs.append((number, item.actor))
    bounds = _bounds([number for number, _ in pairs])
    found: dict[tuple[float, float], Binned] = {}
    for number, who in pairs:
        for n, (low, high) in enumerate(bounds):
            last = n == len(bounds) - 1
            if low == high == number or low <= number < high or (last and number == high):
                count, people = found.get((low, high), (0, set()))
                found[low, high] = (count + 1, people | ({who} - {None}))
    return found


def _bounds(numbers: list[float]) -> list[tuple[float, float]]:
    """One bin per value of few whole numbers, else the narrowest round width that needs 10."""
    different = sorted(set(numbers))
    if len(different) < 2 or (len(different) <= 20 and all(x == int(x) for x in different)):
        return [(x, x) for x in different]
    least, most = (Fraction(repr(x)) for x in (different[0], different[-1]))
    widths = sorted(Fraction(m) * Fraction(10) ** e for e in range(-12, 12) for m in (1, 2, 5))
    for width in widths:
        low = least // width
        count = 1
        while (low + count) * width < most:
            count += 1
            if count > 10:
                break
        if count <= 10:
            return [(float((low + n) * width), float((low + n + 1) * width)) for n in range(count)]
    raise AssertionError("no width")


@as_asked
def frequency(world: World, question: Any) -> dict[int, set[str]]:
    """People by how many events they have, 101 standing for more than 100."""
    counts = Counter(item.actor for item in _inside(world, question) if item.actor is not None)
    found: dict[int, set[str]] = {}
    for who, times in counts.items():
        found.setdefault(min(times, 101), set()).add(str(who))
    return found
