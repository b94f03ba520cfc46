"""Realtime by plain loops (definitions 9.8)."""

from __future__ import annotations

from typing import Any

from tests.oracles.conditions import matching, people_of
from tests.oracles.seen import as_asked
from tests.oracles.times import within
from tests.worlds.world import DAY, World

MINUTES_5 = 5 * 60 * 1000


@as_asked
def realtime(world: World, question: Any) -> dict[str, list[set[str]]]:
    """The people of each bucket, today and yesterday."""
    items = matching(world, None, question.conditions)
    last = world.now - world.now % MINUTES_5
    starts = [last - n * MINUTES_5 for n in reversed(range(288))]
    return {
        name: [people_of(within(items, at - back, at - back + MINUTES_5)) for at in starts]
        for name, back in (("Today", 0), ("Yesterday", DAY))
    }
