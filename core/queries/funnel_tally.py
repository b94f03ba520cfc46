"""Adding up a funnel's reported attempts: people per step and their times (semantics 6.4)."""

from __future__ import annotations

from collections.abc import Iterable

import orjson


class Tally:
    """What is known of one group: people per step, and how long each transition took.

    Attributes:
        counts: people who reached each step.
        in_progress: people who did not convert and still can.
        waits: ms from step 1 to 2, 2 to 3, ..., and last from step 1 to the last step.
    """

    def __init__(self, steps: int) -> None:
        self.counts = [0] * steps
        self.in_progress = 0
        self.waits: list[list[float]] = [[] for _ in range(steps)]

    @classmethod
    def of(cls, steps: int, parts: Iterable[Tally]) -> Tally:
        """Return the sum of tallies of different people."""
        whole = cls(steps)
        for part in parts:
            whole.add([*part.counts, part.in_progress, *part.waits])
        return whole

    def add(self, figures: list[object]) -> None:
        """Add a row of Plan.tally, without its value; waits may be JSON or lists."""
        steps = len(self.counts)
        for number in range(steps):
            self.counts[number] += int(str(figures[number]))
            waits = figures[steps + 1 + number]
            self.waits[number] += waits if isinstance(waits, list) else orjson.loads(str(waits))
        self.in_progress += int(str(figures[steps] or 0))


def average(waits: list[float]) -> float | None:
    """Return the mean of ms in seconds, None of nothing."""
    return sum(waits) / len(waits) / 1000 if waits else None


def seconds(ms: float | None) -> float | None:
    """Return ms in seconds."""
    return None if ms is None else ms / 1000
