"""Adding up a funnel's reported attempts: how many per step and their times (definitions 6.4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import orjson
from pyroaring import BitMap

from core.catalog.fields import Field
from core.queries.funnel.plan import Plan
from core.sql.dialect import Binder
from core.sql.sets import load


def tally_sql(plan: Plan, bind: Binder, by: list[Field], reported: str) -> str:
    """Return the SQL of the rows that a Tally adds up, from a relation of attempts.

    They are v0, v1, attempts per step, attempts in progress before each step, and for each
    transition and the total a JSON array of ms; for a plan that repeats, also the sets of the
    people behind each step, and of those who reached the previous step but not this one.
    """
    d, last = plan.ctx.dialect, len(plan.steps)
    values = [f"v{n}" for n in range(len(by))]
    counts = [f"count(t{k})" for k in range(1, last + 1)]
    waits = [f"t{k} - t{k - 1}" for k in range(2, last + 1)] + [f"t{last} - t1"]
    can_go_on = f"t0 > {bind(plan.ctx.now - plan.window)}"
    waiting = [f"t{k} is null and t{k - 1} is not null and {can_go_on}" for k in range(2, last + 1)]
    sets = []
    if plan.repeats:
        reached = [f"t{k} is not null" for k in range(1, last + 1)]
        dropped = [f"t{k} is null and t{k - 1} is not null" for k in range(2, last + 1)]
        sets = [d.listed(f"case when {test} then actor end") for test in [*reached, *dropped]]
    columns = [
        *[*values, "0", "0"][:2],
        *counts,
        "0",
        *(f"sum(case when {test} then 1 else 0 end)" for test in waiting),
        *(d.integers(f"({wait})") for wait in waits),
        *sets,
    ]
    return f"""
            select {", ".join(columns)}
            from ({reported}) reported
            {"group by " + ", ".join(values) if by else ""}
            """


class Tally:
    """The tally of one group: attempts per step, and how long each transition took.

    Attributes:
        counts: attempts that reached each step.
        in_progress: attempts that have not reached each step since the one before and still can.
        waits: ms from step 1 to 2, 2 to 3, ..., and last from step 1 to the last step.
        reached, dropped: the people behind each step, and the people of the previous step who did
            not reach it in time (from step 2); empty if nobody has several attempts.
    """

    def __init__(self, steps: int) -> None:
        self.counts = [0] * steps
        self.in_progress = [0] * steps
        self.waits: list[list[float]] = [[] for _ in range(steps)]
        self.reached: list[BitMap] = []
        self.dropped: list[BitMap] = []

    @classmethod
    def of(cls, steps: int, parts: Iterable[Tally]) -> Tally:
        """Return the sum of tallies of different attempts."""
        whole = cls(steps)
        for part in parts:
            whole.add([*part.counts, *part.in_progress, *part.waits])
            whole._unite([*part.reached, *part.dropped])
        return whole

    def add(self, figures: Sequence[object]) -> None:
        """Add a row of `tally_sql`, without its values; waits may be JSON or lists."""
        steps = len(self.counts)
        for number in range(steps):
            self.counts[number] += int(str(figures[number]))
            self.in_progress[number] += int(str(figures[steps + number] or 0))
            waits = figures[2 * steps + number]
            self.waits[number] += waits if isinstance(waits, list) else orjson.loads(str(waits))
        self._unite([_set(users) for users in figures[3 * steps :]])

    def _unite(self, sets: list[BitMap]) -> None:
        steps = len(self.counts)
        if not sets:
            return
        own = [*self.reached, *self.dropped] or [BitMap() for _ in sets]
        united = [mine | other for mine, other in zip(own, sets, strict=True)]
        self.reached, self.dropped = united[:steps], united[steps:]


def _set(users: object) -> BitMap:
    """Return a set that an engine listed."""
    return BitMap(users) if isinstance(users, list) else load(users)  # type: ignore[arg-type]


def average(waits: list[float]) -> float | None:
    """Return the mean of ms in seconds, None if there are none."""
    return sum(waits) / len(waits) / 1000 if waits else None


def seconds(ms: float | None) -> float | None:
    """Return ms in seconds."""
    return None if ms is None else ms / 1000
